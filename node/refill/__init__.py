# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Brings back into an old copy of the store what a mirror still holds of the own feeds, verified entry by entry."""
