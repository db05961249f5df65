# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The header of a holder index: what its filter covers, how it was made, and as of when."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from federation.records.exchange import Hash, Milliseconds
from federation.records.feed_policy import Dataset, NodeId
from federation.records.value import Contradiction, Text256, Value

MAX_COVERED_FEEDS = 1000
MIN_BITS = 1024
MAX_INDEX_BITS = 64 * 1024 * 1024 * 8


class CoveredFeed(Value):
    """A feed that an index covers, up to a size."""

    origin: Text256
    dataset: Dataset
    size: Milliseconds


class HolderIndex(Value):
    """What a node signs of its filter; the bits themselves travel beside it."""

    node_id: NodeId
    built_at_ms: Milliseconds
    as_of_ms: Milliseconds
    salt: Hash
    false_positives_per_million: Annotated[int, Field(ge=100, le=100_000)]
    keys: Milliseconds
    bits: Annotated[int, Field(ge=MIN_BITS, le=MAX_INDEX_BITS, multiple_of=8)]
    hashes: Annotated[int, Field(ge=1, le=32)]
    feeds: Annotated[tuple[CoveredFeed, ...], Field(max_length=MAX_COVERED_FEEDS)] = ()
    bits_sha256: Hash

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.as_of_ms < self.built_at_ms:
            raise Contradiction("as_of_ms", "FIELD_MALFORMED")
        origins = [feed.origin for feed in self.feeds]
        if origins != sorted(set(origins)):
            raise Contradiction("feeds", "FIELD_MALFORMED")
        return self
