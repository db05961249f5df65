# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the rule files hold, file by file: the values of each kind, how a file is laid out, and every error in one."""
