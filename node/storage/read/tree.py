# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The stored tree."""

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


def read_tile(connection: Connection, origin: str, level: int, index: int) -> bytes:
    """One stored tile, empty when there is none."""
    hashes = connection.execute(_TILE, {"origin": origin, "level": level, "index": index}).scalar_one_or_none()
    return b"" if hashes is None else bytes(hashes)
