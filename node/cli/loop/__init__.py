# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The loop of joint measures at the command line: check, feedback, loop and duty."""
