# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Rules that are kept, the history of decisions, and what decisions rest on beside the feeds: how it is read."""
