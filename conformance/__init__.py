# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The judge: black-box cases against any vendor's node. It shares no code with what it judges."""
