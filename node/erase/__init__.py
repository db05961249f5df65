# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Erasure: orders to destroy, what is past its term, and what mirrors acknowledge.

order         orders the erasure of own entries, each on a stated legal ground
acknowledge   cosignatures by which mirrors state what they hold, and so what they have destroyed
retention     orders the erasure of what is past its term
"""
