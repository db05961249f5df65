# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Replays one feed into another store: every leaf is hashed and every payload held against its commitment again.

Tree, right edge, newest time and the table of acts are made anew from the leaves; nothing of them is copied. What they
come to must be what the source keeps, and what its note signs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from federation.errors import FieldFault, NoteFault, StoreFault
from federation.log.checkpoint import Checkpoint, FeedKeys, open_checkpoint
from federation.log.entry import PayloadState
from federation.log.leaf import KINDS_WITH_PAYLOAD, Committer, Leaf
from federation.log.merkle import CompactRange, leaf_hash
from federation.log.note import Note
from federation.log.tile import TileTree, extend_tiles
from node.storage.dialect.rows import insert_rows
from node.storage.moving.source import Source
from node.storage.moving.tables import Step
from node.storage.moving.target import Target
from node.storage.read.feeds import read_edge
from node.storage.read.tree import read_tile
from node.storage.schema import ACT, ENTRY, FEED, LEASE
from node.storage.states import require_bytes, state_of
from node.storage.write.tiles import put_tiles

BATCH_ENTRIES = 2048
_ENTRIES = select(ENTRY).order_by(ENTRY.c.idx)


@dataclass(frozen=True, slots=True)
class _Reached:
    """How far a feed has been replayed."""

    edge: CompactRange
    time_ms: int


class FeedReplay:
    """The replay of one feed.

    Args:
        source: where it comes from.
        reading: connection to it.
        target: where it goes.
        row: the feed's row in the source.
    """

    def __init__(self, source: Source, reading: Connection, target: Target, row: Row[*tuple[Any, ...]]) -> None:
        self._source = source
        self._reading = reading
        self._target = target
        self._row = row
        self._origin: str = row.origin
        self._committer = Committer(row.origin)

    def run(self, keys: FeedKeys | None, step: Step) -> None:
        """Replays from where an earlier run came to, to the end, and sees that it comes to what was signed.

        Args:
            keys: of the feed; None when its origin is no longer pinned: then the note's text alone is compared.
            step: told after each batch how many entries it had.

        Raises:
            StoreFault: MOVE_SOURCE_CORRUPT, the detail names feed, entry and what is wrong with it.
            OrderFault: LEASE_LOST.
        """
        reached = self._begun()
        step(reached.edge.size)
        size = int(self._row.size)
        while reached.edge.size < size:
            self._source.keep()
            before = reached.edge.size
            reached = self._batch(reached, min(BATCH_ENTRIES, size - before))
            step(reached.edge.size - before)
        self._require_signed(reached, keys)
        with self._target.write() as connection:
            rest = {name: value for name, value in self._row._mapping.items() if name not in {"feed", "origin"}}
            connection.execute(update(FEED).where(FEED.c.feed == self._row.feed), rest)

    def _begun(self) -> _Reached:
        """What the target holds of the feed; adds the feed when that is nothing at all."""
        with self._target.write() as connection:
            wanted = select(FEED.c.edge, FEED.c.time_ms).where(FEED.c.feed == self._row.feed)
            found = connection.execute(wanted).one_or_none()
            if found is not None:
                return _Reached(read_edge(self._origin, found.edge), found.time_ms)
            reached = _Reached(CompactRange.empty(), 0)
            blank = {"note": None, "complete_size": 0, **_columns(reached)}
            connection.execute(insert(FEED), {**self._row._mapping, **blank})
            if self._row.own:
                connection.execute(insert(LEASE), {"feed": self._row.feed, "until_ms": 0})
        return reached

    def _batch(self, reached: _Reached, count: int) -> _Reached:
        """Replays the next entries in one transaction."""
        feed, start = self._row.feed, reached.edge.size
        wanted = _ENTRIES.where(ENTRY.c.feed == feed, ENTRY.c.idx >= start).limit(count)
        rows = [tuple(row) for row in self._reading.execute(wanted)]
        leaves = self._checked(start, rows)
        if len(rows) < count:
            raise self._corrupt(start + len(rows), "ENTRY_MISSING")
        hashes = [leaf_hash(row[2]) for row in rows]
        times = (leaf.time_ms for leaf in leaves if leaf is not None)
        after = _Reached(reached.edge.extended(hashes), max(reached.time_ms, *times, 0))
        acts = [
            (feed, leaf.ref, index, int(leaf.kind))
            for index, leaf in enumerate(leaves, start)
            if leaf is not None and leaf.ref is not None and leaf.ref < index
        ]
        with self._target.write() as connection:
            tiles = extend_tiles(start, hashes, partial(read_tile, connection, self._origin))
            insert_rows(connection, ENTRY, rows)
            insert_rows(connection, ACT, acts)
            put_tiles(connection, feed, tiles)
            connection.execute(update(FEED).where(FEED.c.feed == feed), _columns(after))
        return after

    def _checked(self, start: int, rows: Sequence[tuple[Any, ...]]) -> Sequence[Leaf | None]:
        """The leaves of entries that follow each other and are what they commit to; None for one no version can read.

        Raises:
            StoreFault: MOVE_SOURCE_CORRUPT.
        """
        leaves = []
        for index, (_, found, raw, number, salt, payload, fault, *_) in enumerate(rows, start):
            if found != index:
                raise self._corrupt(index, "ENTRY_MISSING")
            require_bytes(self._origin, index, raw, salt, payload)
            leaf = _leaf(raw)
            state = state_of(number, self._origin, index)
            wrong = _wrong(leaf, state, salt or b"", payload or b"", self._committer)
            if wrong and not (state is PayloadState.QUARANTINED and fault is not None):
                raise self._corrupt(index, wrong)
            leaves.append(leaf)
        return leaves

    def _require_signed(self, reached: _Reached, keys: FeedKeys | None) -> None:
        """Sees that what was recomputed is what the source keeps and its note says."""
        row = self._row
        if reached.edge != read_edge(self._origin, row.edge) or reached.time_ms != row.time_ms:
            raise self._corrupt(None, "ROOT_MISMATCH")
        with self._target.write() as connection:
            root = TileTree(partial(read_tile, connection, self._origin)).root(row.complete_size)
        if row.note is None:
            signed = row.complete_size == 0
        else:
            signed = self._opened(row.note, keys) == Checkpoint(self._origin, row.complete_size, root)
        if not signed:
            raise self._corrupt(None, "ROOT_MISMATCH")

    def _opened(self, note: bytes, keys: FeedKeys | None) -> Checkpoint:
        try:
            return Checkpoint.parse(Note.parse(note).text) if keys is None else open_checkpoint(note, keys).checkpoint
        except NoteFault as fault:
            raise self._corrupt(None, fault.reason) from fault

    def _corrupt(self, index: int | None, reason: str) -> StoreFault:
        place = self._origin if index is None else f"{self._origin} {index}"
        return StoreFault(
            "MOVE_SOURCE_CORRUPT",
            f"{place}: {reason}; nothing was changed in {self._source.place}; mend: bring back a whole store "
            "(`xinqiao verify` tells all that is wrong), then move it",
        )


def _columns(reached: _Reached) -> dict[str, object]:
    return {"size": reached.edge.size, "edge": reached.edge.to_bytes(), "time_ms": reached.time_ms}


def _leaf(raw: bytes) -> Leaf | None:
    try:
        return Leaf.decode(raw)
    except FieldFault:
        return None


def _wrong(leaf: Leaf | None, state: PayloadState, salt: bytes, payload: bytes, committer: Committer) -> str:
    """Why a payload cannot be what the leaf commits to; empty when it can."""
    if leaf is None:
        return "LEAF_MALFORMED"
    carries = leaf.kind in KINDS_WITH_PAYLOAD
    if state is not PayloadState.PRESENT:
        fits = not salt and not payload and (state is PayloadState.NONE) != carries
        return "" if fits else "STATE_INVALID"
    if not carries:
        return "STATE_INVALID"
    return "" if committer.commitment(leaf.schema, salt, payload) == leaf.commitment else "PAYLOAD_COMMITMENT"


KeysOf = Callable[[str], FeedKeys | None]
"""The keys of a feed by its origin; None for a feed whose origin is not pinned."""
