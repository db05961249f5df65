# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands about catalogues: which are in force, what ships, and what is wrong with a file."""
