# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Holder indexes to be kept."""

import hashlib

from federation.records.codec import encode
from federation.records.holders.index import HolderIndex
from federation.rules.holders.statement import HOLDER_INDEX_TYPE
from node.exchange.dialogue import Envelope
from node.holders.index import HeldIndex


def indexed(node_id: str, bits: bytes, as_of_ms: int = 9) -> HeldIndex:
    """An index with a filter; the store does not look at its signature."""
    index = HolderIndex(
        node_id=node_id,
        built_at_ms=1,
        as_of_ms=as_of_ms,
        salt=bytes(32),
        false_positives_per_million=10_000,
        keys=3,
        bits=len(bits) * 8,
        hashes=7,
        bits_sha256=hashlib.sha256(bits).digest(),
    )
    return HeldIndex(node_id, Envelope(HOLDER_INDEX_TYPE, encode(index), b"k" * 4, b"s" * 64).to_bytes(), 11)
