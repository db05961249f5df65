# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the stages read: feeds for `publish`, holdings for `query`. Nothing here can write."""
