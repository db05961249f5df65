# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Holdings and decisions: what `query` and `verify` read."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

from node.entry.holding import Decision, HeldEntry
from node.storage.read.decided import decision_at, decisions_in_order, is_black_at, suspended_own
from node.storage.read.feeds import Connect
from node.storage.read.held import acted_on, acts_on, held_about, held_at, held_from
from node.storage.read.snapshot import SnapshotRows


class HoldingRows:
    """What readers of holdings need beside `FeedRows`. Each call sees state; safe from any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    @contextmanager
    def snapshot(self) -> Iterator[SnapshotRows]:
        """What is held now, for several reads; holds one reading connection until the block ends."""
        with self._connect() as connection:
            yield SnapshotRows(connection)

    def about(self, subject: str, limit: int) -> Sequence[HeldEntry]:
        """Entries about a subject, ordered by origin and index, at most `limit`."""
        with self._connect() as connection:
            return held_about(connection, subject, limit)

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on, each in the order of the feed."""
        with self._connect() as connection:
            return acts_on(connection, origin, indexes)

    def acted(self, origin: str, refs: Sequence[int]) -> AbstractSet[tuple[int, int]]:
        """Which acts are found by what they act on: (index acted on, index of the act), for some indexes acted on."""
        with self._connect() as connection:
            return acted_on(connection, origin, refs)

    def held(self, origin: str, start: int, limit: int) -> Sequence[HeldEntry]:
        """Entries from `start`, in order, at most `limit`."""
        with self._connect() as connection:
            return held_from(connection, origin, start, limit)

    def held_at(self, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
        """The entries at some indexes, in order of index; missing ones are left out."""
        with self._connect() as connection:
            return held_at(connection, origin, indexes)

    def entry(self, origin: str, index: int) -> HeldEntry | None:
        """One entry."""
        with self._connect() as connection:
            found = held_at(connection, origin, [index])
        return found[0] if found else None

    def decision(self, origin: str, index: int) -> Decision | None:
        """What was decided about an entry; None where nothing is decided on."""
        with self._connect() as connection:
            return decision_at(connection, origin, index)

    def is_black(self, subject: str) -> bool:
        """Whether a black decision on a subject counts here."""
        with self._connect() as connection:
            return is_black_at(connection, subject)

    def suspended(self, reasons: Sequence[str], limit: int) -> Sequence[tuple[str, int]]:
        """Origin and index of own entries that are held for one of some reasons, in order, at most `limit`."""
        with self._connect() as connection:
            return suspended_own(connection, reasons, limit)

    def decisions(self, *, counting: bool) -> Iterator[Decision]:
        """Decisions by list kind (filings first), origin and index: all, or those that count here.

        Holds one reading connection until it is read to the end or closed; flat memory.
        """
        with self._connect() as connection:
            yield from decisions_in_order(connection, counting=counting)
