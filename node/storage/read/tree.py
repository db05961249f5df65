# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The stored tree."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select

from node.storage.schema import FEED, TILE

_TILE = (
    select(TILE.c.hashes)
    .join(FEED, FEED.c.feed == TILE.c.feed)
    .where(
        FEED.c.origin == bindparam("origin"),
        TILE.c.level == bindparam("level"),
        TILE.c.idx == bindparam("index"),
    )
)

_TILES = (
    select(TILE.c.idx, TILE.c.hashes)
    .join(FEED, FEED.c.feed == TILE.c.feed)
    .where(
        FEED.c.origin == bindparam("origin"),
        TILE.c.level == bindparam("level"),
        TILE.c.idx >= bindparam("start"),
        TILE.c.idx < bindparam("stop"),
    )
)


def read_tile(connection: Connection, origin: str, level: int, index: int) -> bytes:
    """One stored tile, empty when there is none."""
    hashes = connection.execute(_TILE, {"origin": origin, "level": level, "index": index}).scalar_one_or_none()
    return b"" if hashes is None else bytes(hashes)


def read_tiles(connection: Connection, origin: str, level: int, wanted: range) -> Mapping[int, bytes]:
    """The stored tiles of one level at consecutive indexes; missing ones are absent."""
    where = {"origin": origin, "level": level, "start": wanted.start, "stop": wanted.stop}
    return {index: bytes(hashes) for index, hashes in connection.execute(_TILES, where)}
