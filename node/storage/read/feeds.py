# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Feeds as they are served: what `publish` reads."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

from sqlalchemy import Connection, Row, bindparam, func, select

from federation.errors import FieldFault, StoreFault
from federation.log.entry import PayloadState, RawEntry
from federation.log.merkle import CompactRange
from federation.records.feed_policy import Dataset
from node.publish import FeedView, Pulse, StoredEntry
from node.storage.read.policies import read_policy
from node.storage.read.tree import read_tile, read_tiles
from node.storage.schema import AHEAD, ENTRY, FEED, POLICY, STATED
from node.storage.states import STATE_NUMBERS, require_bytes, served_state
from node.verify.ports import PlainRow

Connect = Callable[[], AbstractContextManager[Connection]]
"""One read transaction: everything read through the connection is of one state."""

_VIEWS = (
    select(
        FEED.c.origin,
        FEED.c.owner,
        FEED.c.dataset,
        FEED.c.complete_size,
        FEED.c.note,
        POLICY.c.payload.label("policy"),
        AHEAD.c.since_ms.label("behind_since_ms"),
    )
    .outerjoin(POLICY, POLICY.c.origin == FEED.c.origin)
    .outerjoin(AHEAD, (AHEAD.c.feed == FEED.c.feed) & (AHEAD.c.size > FEED.c.complete_size))
    .order_by(FEED.c.origin)
)
_VIEW = _VIEWS.where(FEED.c.origin == bindparam("origin"))
_EDGE = select(FEED.c.edge).where(FEED.c.origin == bindparam("origin"))
_STATED = select(func.max(STATED.c.heard_ms)).where(STATED.c.feed == FEED.c.feed).scalar_subquery().label("stated_ms")
_PULSES = select(FEED.c.origin, FEED.c.size, FEED.c.note, FEED.c.next_place, _STATED)
_ENTRIES = (
    select(ENTRY.c.idx, ENTRY.c.leaf, ENTRY.c.state, ENTRY.c.salt, ENTRY.c.payload, ENTRY.c.personal)
    .join(FEED, FEED.c.feed == ENTRY.c.feed)
    .where(FEED.c.origin == bindparam("origin"), ENTRY.c.idx >= bindparam("start"), ENTRY.c.idx < bindparam("stop"))
    .order_by(ENTRY.c.idx)
)
_PRESENT = STATE_NUMBERS[PayloadState.PRESENT]
_PLAIN = (
    select(ENTRY.c.leaf, ENTRY.c.salt, ENTRY.c.payload, ENTRY.c.subject, ENTRY.c.personal)
    .join(FEED, FEED.c.feed == ENTRY.c.feed)
    .where(FEED.c.origin == bindparam("origin"), ENTRY.c.idx >= bindparam("start"), ENTRY.c.idx < bindparam("stop"))
    .where(ENTRY.c.state == _PRESENT, ENTRY.c.fault.is_(None))
    .order_by(ENTRY.c.idx)
)


class FeedRows:
    """A `FeedReader`: each call sees one consistent state; safe from any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def feeds(self) -> Sequence[FeedView]:
        """Every feed held, ordered by origin."""
        with self._connect() as connection:
            return feed_views(connection)

    def feed(self, origin: str) -> FeedView | None:
        """One feed."""
        with self._connect() as connection:
            row = connection.execute(_VIEW, {"origin": origin}).one_or_none()
        return None if row is None else _view(row)

    def pulses(self) -> Mapping[str, Pulse]:
        """What changes in each feed when anything does, by origin."""
        with self._connect() as connection:
            rows = connection.execute(_PULSES).all()
        return {row.origin: Pulse(row.size, row.note, row.next_place, row.stated_ms or 0) for row in rows}

    def entries(self, origin: str, start: int, stop: int) -> Sequence[StoredEntry]:
        """Entries [start, stop), fewer when fewer are stored; what is quarantined here is told as LOST."""
        with self._connect() as connection:
            rows = connection.execute(_ENTRIES, {"origin": origin, "start": start, "stop": stop}).all()
        return [_entry(origin, row) for row in rows]

    def plain(self, origin: str, start: int, stop: int) -> Sequence[PlainRow]:
        """Those of entries [start, stop) that have their payload and no fault, in order, as the driver gives them."""
        with self._connect() as connection:
            rows = connection.execute(_PLAIN, {"origin": origin, "start": start, "stop": stop}).cursor.fetchall()
        return cast("Sequence[PlainRow]", rows)

    def follow_range(self, origin: str) -> CompactRange:
        """The stored right edge over all entries held; of the empty tree for a feed that is not held.

        Raises:
            StoreFault: STORE_CORRUPT, what is stored is no right edge.
        """
        with self._connect() as connection:
            edge = connection.execute(_EDGE, {"origin": origin}).scalar_one_or_none()
        return CompactRange.empty() if edge is None else read_edge(origin, edge)

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        with self._connect() as connection:
            return read_tile(connection, origin, level, index)

    def tiles(self, origin: str, level: int, start: int, stop: int) -> Mapping[int, bytes]:
        """The stored tiles of one level from index `start` to before `stop`; missing ones are absent."""
        with self._connect() as connection:
            return read_tiles(connection, origin, level, range(start, stop))


def feed_views(connection: Connection) -> Sequence[FeedView]:
    """Every feed held, ordered by origin."""
    return [_view(row) for row in connection.execute(_VIEWS)]


def _view(row: Row[*tuple[Any, ...]]) -> FeedView:
    policy = None if row.policy is None else read_policy(row.policy)
    kind = dataset_of(row.origin, row.dataset)
    return FeedView(row.origin, row.owner, kind, row.complete_size, row.note, policy, row.behind_since_ms)


def read_edge(origin: str, edge: bytes) -> CompactRange:
    """The right edge in its stored form.

    Raises:
        StoreFault: STORE_CORRUPT.
    """
    try:
        return CompactRange.from_bytes(edge)
    except FieldFault as fault:
        raise StoreFault("STORE_CORRUPT", f"{origin}: the stored right edge cannot be read: {fault.reason}") from None


def dataset_of(origin: str, stored: str | None) -> Dataset | None:
    """The kind of a feed; None until its policy tells.

    Raises:
        StoreFault: STORE_CORRUPT, no such kind.
    """
    try:
        return None if stored is None else Dataset(stored)
    except ValueError:
        raise StoreFault("STORE_CORRUPT", f"{origin}: the stored kind of feed does not exist") from None


def _entry(origin: str, row: Row[*tuple[Any, ...]]) -> StoredEntry:
    index, leaf, number, salt, payload, personal = row
    if number == _PRESENT and type(leaf) is type(salt) is type(payload) is bytes:
        return StoredEntry(RawEntry(leaf, PayloadState.PRESENT, salt, payload), personal)
    require_bytes(origin, index, leaf, salt, payload)
    state = served_state(number, origin, index)
    if state is not PayloadState.PRESENT:
        return StoredEntry(RawEntry(leaf, state, b"", b""), personal)
    return StoredEntry(RawEntry(leaf, state, salt or b"", payload or b""), personal)
