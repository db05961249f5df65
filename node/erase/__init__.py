# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Erasure: orders to destroy, and what is past its term.

order       orders the erasure of own entries, each on a stated legal ground
retention   orders the erasure of what is past its term
"""
