# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The command `xinqiao`: each command is argv to one call to what is printed. The only place that prints or exits."""
