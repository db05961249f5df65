# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Entries as they are held, and those that act on them. Functions on a connection, shared by readers and units."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from federation.log.entry import PayloadState
from federation.log.merkle import MAX_SIZE
from node.entry.holding import HeldEntry
from node.query.seen import Scope
from node.storage.dialect.keys import keys
from node.storage.dialect.steering import indexed_by
from node.storage.read.chunks import key_chunks
from node.storage.schema import ACT, ENTRY, FEED
from node.storage.states import STATE_NUMBERS, require_bytes, state_of

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
_SUBJECTS = keys("subjects")
_KNOWN = select(_SUBJECTS.c.value).where(select(ENTRY.c.idx).where(ENTRY.c.subject == _SUBJECTS.c.value).exists())
"""The first entry of each is enough, however many there are."""
_HELD_COLUMNS = len(_HELD.selected_columns)
_NUMBERS = select(FEED.c.origin, FEED.c.feed)
_SPOT = ENTRY.alias("spot")
"""Places found in the index by subject alone: asked for entries, a database may walk the whole feed in its order."""
_AT_SPOTS = _HELD.join(_SPOT, (_SPOT.c.feed == ENTRY.c.feed) & (_SPOT.c.idx == ENTRY.c.idx))
_ABOUT_ANY = (
    _AT_SPOTS.where(
        _SPOT.c.subject.in_(bindparam("subjects", expanding=True)), _SPOT.c.feed.in_(bindparam("feeds", expanding=True))
    )
    .order_by(_SPOT.c.subject, _SPOT.c.feed, _SPOT.c.idx)
    .limit(bindparam("most"))
)
_ABOUT_ANY_STEERED = indexed_by(_ABOUT_ANY, _SPOT.name, "ix_entry_subject_feed_idx")
"""For SQLite, which else walks the feeds where there are several subjects."""
_WITHIN = (
    _AT_SPOTS.where(
        _SPOT.c.subject == bindparam("subject"),
        _SPOT.c.feed == select(FEED.c.feed).where(FEED.c.origin == bindparam("origin")).scalar_subquery(),
        _SPOT.c.idx >= bindparam("start"),
        _SPOT.c.idx < bindparam("stop"),
        ENTRY.c.state == STATE_NUMBERS[PayloadState.PRESENT],
        ENTRY.c.fault.is_(None),
        # false < true in every database: without `personal`, only what is about nobody or an organisation
        ENTRY.c.personal <= bindparam("personal", type_=ENTRY.c.personal.type),
    )
    .order_by(_SPOT.c.idx)
    .limit(bindparam("most"))
)
_ACTS = _HELD.add_columns(ACT.c.ref).join(ACT, (ACT.c.feed == ENTRY.c.feed) & (ACT.c.idx == ENTRY.c.idx))
_ACTS_ON = _ACTS.where(FEED.c.origin == bindparam("origin"), ACT.c.ref.in_(bindparam("refs", expanding=True))).order_by(
    ACT.c.ref, ACT.c.idx
)
_ACTED_ON = (
    select(ACT.c.ref, ACT.c.idx)
    .join(FEED, FEED.c.feed == ACT.c.feed)
    .where(FEED.c.origin == bindparam("origin"), ACT.c.ref.in_(bindparam("refs", expanding=True)))
)


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
    """Entries about a subject, ordered by origin and index; of more than `limit`, those of the feeds held longest."""
    wanted = _HELD.where(ENTRY.c.subject == subject).order_by(ENTRY.c.feed, ENTRY.c.idx).limit(limit)
    return sorted(_entries(connection, wanted), key=lambda entry: (entry.origin, entry.index))


def feed_numbers(connection: Connection) -> Mapping[str, int]:
    """The number of each feed in this store, by origin."""
    return {row.origin: row.feed for row in connection.execute(_NUMBERS)}


def held_about_any(
    connection: Connection, subjects: Sequence[str], feeds: Sequence[int], most: int
) -> Sequence[HeldEntry]:
    """Entries about some subjects, at most `MAX_KEYS` of them, in some feeds by number: at most `most` in all.

    No entry of another feed is read: given their numbers, an index leads by subject and feed to those that are wanted.
    """
    wanted = {"subjects": list(subjects), "feeds": list(feeds), "most": most}
    statement = _ABOUT_ANY_STEERED if connection.dialect.name == "sqlite" else _ABOUT_ANY
    return [_entry(row) for row in connection.execute(statement, wanted).all()]


def known_of(connection: Connection, subjects: Sequence[str]) -> AbstractSet[str]:
    """Those of some subjects, given in order, about which anything is held."""
    return set(connection.execute(_KNOWN, {"subjects": subjects}).scalars().all())


def held_within(connection: Connection, scope: Scope, subject: str, most: int) -> Sequence[HeldEntry]:
    """Good entries with their payload about a subject in a scope, in order, at most `most`; no other is read."""
    seen = {"origin": scope.origin, "start": scope.start, "stop": scope.stop, "personal": scope.personal}
    return [_entry(row) for row in connection.execute(_WITHIN, {**seen, "subject": subject, "most": most}).all()]


def acts_on(connection: Connection, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
    """The acts on some entries, by the index acted on, each in the order of the feed; those without any are absent."""
    found: defaultdict[int, list[HeldEntry]] = defaultdict(list)
    for chunk in key_chunks(_storable(indexes)):
        for row in connection.execute(_ACTS_ON, {"origin": origin, "refs": chunk}).all():
            found[row.ref].append(_entry(row))
    return dict(found)


def acted_on(connection: Connection, origin: str, indexes: Sequence[int]) -> AbstractSet[tuple[int, int]]:
    """Which acts are found by what they act on: (index acted on, index of the act), for some indexes acted on."""
    found: set[tuple[int, int]] = set()
    for chunk in key_chunks(_storable(indexes)):
        rows = connection.execute(_ACTED_ON, {"origin": origin, "refs": chunk})
        found |= {(ref, index) for ref, index in rows}
    return found


def _storable(indexes: Sequence[int]) -> Sequence[int]:
    """The indexes in order, without those that no feed can have and no column can hold: callers name any number."""
    return [index for index in sorted(set(indexes)) if 0 <= index < MAX_SIZE]


def _entries(connection: Connection, wanted: Select[Any]) -> list[HeldEntry]:
    return [_entry(row) for row in connection.execute(wanted)]


def _entry(row: Row[*tuple[Any, ...]]) -> HeldEntry:
    origin, index, leaf, state, salt, payload, fault, subject, personal = row[:_HELD_COLUMNS]
    require_bytes(origin, index, leaf, salt, payload)
    kept = state_of(state, origin, index)
    return HeldEntry(origin, index, leaf, kept, salt or b"", payload or b"", fault, subject or "", personal)
