# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may ask what, on what authority, how often, and what is unusual about it."""
