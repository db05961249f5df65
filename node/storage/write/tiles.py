# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The tree of any feed, own or mirrored."""

from collections.abc import Mapping

from sqlalchemy import Connection

from node.storage.dialect.rows import replace_rows
from node.storage.schema import TILE


def put_tiles(connection: Connection, feed: int, tiles: Mapping[tuple[int, int], bytes]) -> None:
    """Adds or replaces tiles."""
    replace_rows(connection, TILE, [(feed, level, index, hashes) for (level, index), hashes in tiles.items()])
