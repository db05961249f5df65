# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the sequencer keeps: own feeds, their entries, tiles and signed heads."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, update

from federation.errors import StoreFault
from federation.log.entry import PayloadState
from federation.log.leaf import KINDS_WITH_PAYLOAD, Leaf, LeafKind
from federation.records.feed_policy import Dataset
from node.entry.pending import Pending, seal_of
from node.log import LogHead, Row, Waiting
from node.storage.dialect.rows import insert_rows, replace_rows
from node.storage.read.tree import read_tile
from node.storage.schema import ACT, ENTRY, FEED, PENDING, SUBMISSION
from node.storage.states import STATE_NUMBERS
from node.storage.write.destroy import Destroyer
from node.storage.write.feed_table import FeedTable
from node.storage.write.tiles import put_tiles

_PRESENT = STATE_NUMBERS[PayloadState.PRESENT]
_NONE = STATE_NUMBERS[PayloadState.NONE]


class LogPart:
    """The methods of a `LogUnit`."""

    def __init__(self, connection: Connection, feeds: FeedTable, destroyer: Destroyer) -> None:
        self._connection = connection
        self._feeds = feeds
        self._destroyer = destroyer

    def log_head(self, origin: str) -> LogHead | None:
        """The stored head; None when the feed was never created here."""
        row = self._feeds.find(origin)
        if row is None or not row.own:
            return None
        return LogHead(row.range, row.time_ms, row.note or b"")

    def waiting(self, origin: str, limit: int) -> Sequence[Waiting]:
        """The oldest pending rows, in order, at most `limit`.

        Raises:
            StoreFault: PENDING_CORRUPT, a row is not what was put in.
        """
        feed = self._feeds.own(origin).feed
        wanted = select(PENDING).where(PENDING.c.feed == feed).order_by(PENDING.c.place).limit(limit)
        return [_waiting(origin, *row) for row in self._connection.execute(wanted).all()]

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        return read_tile(self._connection, origin, level, index)

    def create_feed(self, origin: str, dataset: Dataset, head: LogHead) -> None:
        """Adds an own feed; the caller has seen that it is not there."""
        self._feeds.add(origin, dataset, head, own=True)

    def append(self, origin: str, rows: Sequence[Row], tiles: Mapping[tuple[int, int], bytes]) -> None:
        """Adds entries and replaces tiles; what is known of each key moves to the new index.

        What ERASE entries among them order is destroyed with them.
        """
        own = self._feeds.own(origin)
        feed = own.feed
        acts = [(feed, row.ref, row.idx, int(row.kind)) for row in rows if row.ref is not None]
        insert_rows(self._connection, ENTRY, [_entry(feed, row) for row in rows])
        insert_rows(self._connection, ACT, acts)
        known = sorted((feed, row.key, row.digest, row.idx) for row in rows)  # in the order of the table's key
        replace_rows(self._connection, SUBMISSION, known)
        put_tiles(self._connection, feed, tiles)
        erasing = [row for row in rows if row.kind is LeafKind.ERASE]
        if erasing:
            times = {row.ref: Leaf.decode(row.leaf).time_ms for row in erasing if row.ref is not None}
            self._destroyer.destroy(own, times)

    def stored(self, origin: str, start: int, stop: int) -> Sequence[tuple[bytes, bytes, bytes]]:
        """Leaf, salt and payload of entries [start, stop), read back."""
        feed = self._feeds.own(origin).feed
        wanted = (
            select(ENTRY.c.leaf, ENTRY.c.salt, ENTRY.c.payload)
            .where(ENTRY.c.feed == feed, ENTRY.c.idx >= start, ENTRY.c.idx < stop)
            .order_by(ENTRY.c.idx)
        )
        rows = self._connection.execute(wanted).all()
        return [(leaf, salt or b"", payload or b"") for leaf, salt, payload in rows]

    def move_head(self, origin: str, before: LogHead, after: LogHead, *, done: int | None) -> bool:
        """Compare-and-swap on size and root; drops pending rows up to place `done`.

        The right edge stands for the root: two edges of one root would break the hash.

        Returns:
            False when the head was not `before`; nothing has changed then.
        """
        feed = self._feeds.own(origin).feed
        unmoved = (FEED.c.feed == feed) & (FEED.c.size == before.range.size) & (FEED.c.edge == before.range.to_bytes())
        moved = self._connection.execute(
            update(FEED).where(unmoved),
            {
                "size": after.range.size,
                "edge": after.range.to_bytes(),
                "time_ms": after.time_ms,
                "complete_size": after.range.size,
                "note": after.note,
            },
        )
        if moved.rowcount != 1:
            return False
        if done is not None:
            self._connection.execute(delete(PENDING).where(PENDING.c.feed == feed, PENDING.c.place <= done))
        return True


def _entry(feed: int, row: Row) -> tuple[object, ...]:
    """The stored form, in the order of the table's columns."""
    if row.kind not in KINDS_WITH_PAYLOAD:
        return (feed, row.idx, row.leaf, _NONE, None, None, None, None, False)
    return (feed, row.idx, row.leaf, _PRESENT, row.salt, row.payload, None, row.subject or None, row.personal)


def _waiting(origin: str, _feed: int, place: int, key: bytes, sealed: bytes, kind: int, *rest: Any) -> Waiting:  # noqa: ANN401 - cells
    """One pending row, as it was put in; the column of its digest holds its seal."""
    schema, ref, salt, payload, subject, personal = rest
    digest = hashlib.sha256(payload).digest()
    try:
        pending = Pending(key, digest, LeafKind(kind), schema, ref, salt, payload, subject or "", personal)
    except ValueError:
        raise _changed(origin, place) from None
    if sealed not in {seal_of(pending), digest}:  # the digest alone is what versions before the seal put in
        raise _changed(origin, place)
    return Waiting(place, pending)


def _changed(origin: str, place: int) -> StoreFault:
    return StoreFault("PENDING_CORRUPT", f"{origin}: the pending row at place {place} changed in the store")
