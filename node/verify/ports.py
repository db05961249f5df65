# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What verifying needs of others, and the values that pass between."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from federation.log.merkle import CompactRange
from node.entry.holding import HeldEntry
from node.publish import FeedView

PlainRow = tuple[bytes, bytes, bytes, str | None, bool]
"""Leaf, salt, payload, subject, personal of an entry that has its payload; a damaged cell may hold anything else."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the store that is not what was signed.

    Attributes:
        index: the entry; None when the feed as a whole is meant.
        reason: stable code.
    """

    origin: str
    index: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the check has come, in entries over all feeds.

    Attributes:
        skipped: of those done, how many an earlier run had found whole, so that their bytes were not read again.
    """

    done: int
    total: int
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Entries [start, stop) of one feed; `start` is the first of a tile."""

    origin: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class PartReport:
    """What a part came to.

    Attributes:
        findings: everything in it that is not what was signed.
        roots: hash over each full tile of its leaves, in order.
        rest: hashes of the leaves after those.
        ended: whether an entry is missing or cannot be read, so that the check of the feed ends there.
    """

    findings: tuple[Finding, ...]
    roots: tuple[bytes, ...]
    rest: tuple[bytes, ...]
    ended: bool


PartsChecked = Callable[[Iterable[Part]], Iterator[PartReport]]
"""Checks parts, in whatever process; reports come in the order of the parts, which are not asked for far ahead."""


class StoreReader(Protocol):
    """Reads the store as it is; trusts nothing."""

    def feeds(self) -> Sequence[FeedView]:
        """Every feed held, ordered by origin."""
        ...

    def follow_range(self, origin: str) -> CompactRange:
        """The stored right edge, over all entries held, which a catch-up may have brought beyond the checkpoint."""
        ...

    def plain(self, origin: str, start: int, stop: int) -> Sequence[PlainRow]:
        """Those of entries [start, stop) that have their payload and no fault, in order, as they are stored."""
        ...

    def held(self, origin: str, start: int, limit: int) -> Sequence[HeldEntry]:
        """Entries from `start`, in order, at most `limit`; StoreFault STORE_CORRUPT when one cannot be read."""
        ...

    def acted(self, origin: str, refs: Sequence[int]) -> AbstractSet[tuple[int, int]]:
        """Which acts are found by what they act on: (index acted on, index of the act), for some indexes acted on."""
        ...

    def entry(self, origin: str, index: int) -> HeldEntry | None:
        """One entry."""
        ...

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        ...

    def tiles(self, origin: str, level: int, start: int, stop: int) -> Mapping[int, bytes]:
        """The stored tiles of one level from index `start` to before `stop`; missing ones are absent."""
        ...
