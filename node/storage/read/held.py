# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Entries as they are held, and those that act on them. Functions on a connection, shared by readers and units."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from federation.log.merkle import MAX_SIZE
from node.entry.holding import HeldEntry
from node.storage.read.chunks import key_chunks
from node.storage.schema import ACT, ENTRY, FEED
from node.storage.states import require_bytes, state_of

_HELD = select(
    FEED.c.origin,
    ENTRY.c.idx,
    ENTRY.c.leaf,
    ENTRY.c.state,
    ENTRY.c.salt,
    ENTRY.c.payload,
    ENTRY.c.fault,
    ENTRY.c.subject,
    ENTRY.c.personal,
).join(FEED, FEED.c.feed == ENTRY.c.feed)
_ACTS = _HELD.add_columns(ACT.c.ref).join(ACT, (ACT.c.feed == ENTRY.c.feed) & (ACT.c.idx == ENTRY.c.idx))


def held_from(connection: Connection, origin: str, start: int, limit: int) -> Sequence[HeldEntry]:
    """Entries from `start`, in order, at most `limit`."""
    wanted = _HELD.where(FEED.c.origin == origin, ENTRY.c.idx >= start).order_by(ENTRY.c.idx).limit(limit)
    return _entries(connection, wanted)


def held_at(connection: Connection, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
    """The entries at some indexes, in order of index; missing ones are left out."""
    found: list[HeldEntry] = []
    for chunk in key_chunks(_storable(indexes)):
        wanted = _HELD.where(FEED.c.origin == origin, ENTRY.c.idx.in_(chunk)).order_by(ENTRY.c.idx)
        found += _entries(connection, wanted)
    return found


def held_about(connection: Connection, subject: str, limit: int) -> Sequence[HeldEntry]:
    """Entries about a subject, ordered by origin and index, at most `limit`."""
    wanted = _HELD.where(ENTRY.c.subject == subject).order_by(FEED.c.origin, ENTRY.c.idx).limit(limit)
    return _entries(connection, wanted)


def acts_on(connection: Connection, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
    """The acts on some entries, by the index acted on, each in the order of the feed; those without any are absent."""
    found: defaultdict[int, list[HeldEntry]] = defaultdict(list)
    for chunk in key_chunks(_storable(indexes)):
        wanted = _ACTS.where(FEED.c.origin == origin, ACT.c.ref.in_(chunk)).order_by(ACT.c.ref, ACT.c.idx)
        for row in connection.execute(wanted):
            found[row.ref].append(_entry(row))
    return dict(found)


def _storable(indexes: Sequence[int]) -> Sequence[int]:
    """The indexes in order, without those that no feed can have and no column can hold: callers name any number."""
    return [index for index in sorted(set(indexes)) if 0 <= index < MAX_SIZE]


def _entries(connection: Connection, wanted: Select[Any]) -> list[HeldEntry]:
    return [_entry(row) for row in connection.execute(wanted)]


def _entry(row: Row[*tuple[Any, ...]]) -> HeldEntry:
    require_bytes(row.origin, row.idx, row.leaf, row.salt, row.payload)
    return HeldEntry(
        row.origin,
        row.idx,
        row.leaf,
        state_of(row.state, row.origin, row.idx),
        row.salt or b"",
        row.payload or b"",
        row.fault,
        row.subject or "",
        row.personal,
    )
