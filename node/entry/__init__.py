# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Entries as the stages hand them on: before they are sequenced, and as they are held. Values only."""
