# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Deciding what counts here: by which rules, out of what, anew when something changes, and over again when asked."""
