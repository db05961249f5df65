# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands about erasure: the order, who has acknowledged it, what is past its term, and the clean-up of files."""
