# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What refilling needs of a store and of a mirror, and the values that go between."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from federation.log.feed import FollowState
from federation.log.merkle import CompactRange
from node.entry.evidence import Evidence
from node.follow.ports import FollowedRow, Received
from node.log import LogHead, Waiting


@dataclass(frozen=True, slots=True)
class Restored:
    """An own entry that has come back.

    Attributes:
        key: SHA-256 of its idempotency key; None where that is not known any more.
        digest: SHA-256 of its payload; empty where the payload has not come back.
    """

    row: FollowedRow
    key: bytes | None
    digest: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """An own entry whose payload is lost here."""

    index: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Refilled:
    """What came back of one own feed.

    Attributes:
        mirrored: whether the peer holds the feed at all.
        before: entries that the store had.
        after: entries that it has now.
        payloads: payloads that were lost here and have come back.
        lost: payloads that are lost here now: another mirror may have them.
        unqueued: entries that waited to be published and were found to be published.
    """

    origin: str
    mirrored: bool = True
    before: int = 0
    after: int = 0
    payloads: int = 0
    lost: int = 0
    unqueued: int = 0


class RefillUnit(Protocol):
    """One transaction of refilling."""

    def log_head(self, origin: str) -> LogHead | None:
        """The stored head; None when the feed is not in the store."""
        ...

    def refill_state(self, origin: str) -> FollowState:
        """Where the feed stands, as a follower of it would say; no note midway between two checkpoints."""
        ...

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        ...

    def waiting(self, origin: str, limit: int) -> Sequence[Waiting]:
        """The oldest pending rows, in order, at most `limit`."""
        ...

    def bring_back(self, origin: str, before: CompactRange, rows: Sequence[Restored], after: FollowState) -> bool:
        """Adds entries and acts, and keeps the state, by compare-and-swap on the right edge; False when it was other.

        Destroys what an ERASE among the entries names, and keeps under each key where it is published now. The register
        of erasures is to be followed anew before the store is served.
        """
        ...

    def put_tiles(self, origin: str, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """Adds or replaces tiles."""
        ...

    def unqueue(self, origin: str, rows: Sequence[Restored]) -> int:
        """Drops pending rows of the same key and bytes as a row; returns how many."""
        ...

    def gaps(self, origin: str, start: int, limit: int) -> Sequence[Gap]:
        """Entries from `start` whose payload is lost, in order, at most `limit`."""
        ...

    def fill_gaps(self, origin: str, rows: Sequence[Restored]) -> None:
        """Puts payloads where they are lost, and has the ledger and the register of erasures look at them again."""
        ...

    def count_gaps(self, origin: str) -> int:
        """How many payloads are lost."""
        ...

    def keep_own_evidence(self, origin: str, evidence: Evidence, now_ms: int) -> None:
        """Keeps a peer's bytes about an own feed, as `keep_evidence` does for a foreign one."""
        ...


class RefillStore(Protocol):
    """Where the own feeds live; nobody else writes them meanwhile."""

    def write(self) -> AbstractContextManager[RefillUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...


class Mirror(Protocol):
    """A peer that may hold copies of own feeds. Faults are as those of a `FeedSource`."""

    async def checkpoint(self, origin: str) -> bytes:
        """Its newest checkpoint of a feed. Raises AccessFault when it has none, or none for this node."""
        ...

    def read(self, origin: str, size: int, start: int, known: bytes) -> AsyncGenerator[Received]:
        """Chunks from `start` as of checkpoint size `size`."""
        ...
