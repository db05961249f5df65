# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The loop of joint measures on the wire: batches of subjects, and feedback."""
