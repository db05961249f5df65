# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The store in bulk and as it is: what `verify` reads."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import cast

from sqlalchemy import and_, bindparam, select

from federation.log.entry import PayloadState
from federation.log.merkle import MAX_SIZE
from node.storage.read.chunks import key_chunks
from node.storage.read.feeds import Connect
from node.storage.schema import ACT, ENTRY, FEED, TILE
from node.storage.states import STATE_NUMBERS
from node.verify.ports import StoredRow

_HERE = FEED.c.origin == bindparam("origin")
_PLAIN = and_(ENTRY.c.state == STATE_NUMBERS[PayloadState.PRESENT], ENTRY.c.fault.is_(None))
_STORED = (
    select(
        ENTRY.c.idx,
        ENTRY.c.leaf,
        _PLAIN.label("plain"),
        ENTRY.c.salt,
        ENTRY.c.payload,
        ENTRY.c.subject,
        ENTRY.c.personal,
    )
    .join(FEED, FEED.c.feed == ENTRY.c.feed)
    .where(_HERE, ENTRY.c.idx >= bindparam("start"), ENTRY.c.idx < bindparam("stop"))
    .order_by(ENTRY.c.idx)
)
_TILES = (
    select(TILE.c.idx, TILE.c.hashes)
    .join(FEED, FEED.c.feed == TILE.c.feed)
    .where(_HERE, TILE.c.level == bindparam("level"), TILE.c.idx >= bindparam("start"), TILE.c.idx < bindparam("stop"))
)
_ACTED = (
    select(ACT.c.ref, ACT.c.idx)
    .join(FEED, FEED.c.feed == ACT.c.feed)
    .where(_HERE, ACT.c.ref.in_(bindparam("refs", expanding=True)))
)


class CheckedRows:
    """What the reader of `verify` needs beside `FeedRows` and `HoldingRows`. Each call sees one state; any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def stored(self, origin: str, start: int, stop: int) -> Sequence[StoredRow]:
        """Entries [start, stop) in order, as they are stored."""
        with self._connect() as connection:
            # as the driver gives them: nothing is made of a row that is looked at once
            rows = connection.execute(_STORED, {"origin": origin, "start": start, "stop": stop}).cursor.fetchall()
        return cast("Sequence[StoredRow]", rows)

    def tiles(self, origin: str, level: int, start: int, stop: int) -> Mapping[int, bytes]:
        """The stored tiles of one level from index `start` to before `stop`; missing ones are absent."""
        wanted = {"origin": origin, "level": level, "start": start, "stop": stop}
        with self._connect() as connection:
            return {index: bytes(hashes) for index, hashes in connection.execute(_TILES, wanted)}

    def acted(self, origin: str, refs: Sequence[int]) -> AbstractSet[tuple[int, int]]:
        """Which acts are found by what they act on: (index acted on, index of the act), for some indexes acted on."""
        found: set[tuple[int, int]] = set()
        with self._connect() as connection:
            for chunk in key_chunks(ref for ref in refs if 0 <= ref < MAX_SIZE):
                rows = connection.execute(_ACTED, {"origin": origin, "refs": chunk})
                found |= {(ref, index) for ref, index in rows}
        return found
