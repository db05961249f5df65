# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeps holder indexes, the newest of each node."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete

from node.holders.index import HeldIndex
from node.storage.dialect.rows import insert_rows, replace_rows
from node.storage.schema import HOLDER_INDEX, HOLDER_PIECE

BATCH_PIECES = 64


class HolderPart:
    """The methods of an `IndexUnit`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep_holder_index(self, held: HeldIndex, pieces: Sequence[bytes] | None) -> None:
        """Keeps an index in place of the one of its node.

        Args:
            held: the index.
            pieces: its filter; None where the filter that is kept is its own.
        """
        node_id = held.node_id
        replace_rows(self._connection, HOLDER_INDEX, [(node_id, held.header, held.index.bits_sha256, held.kept_at_ms)])
        if pieces is None:
            return
        self._connection.execute(delete(HOLDER_PIECE).where(HOLDER_PIECE.c.node == node_id))
        for start in range(0, len(pieces), BATCH_PIECES):
            batch = enumerate(pieces[start : start + BATCH_PIECES], start)
            insert_rows(self._connection, HOLDER_PIECE, [(node_id, number, piece) for number, piece in batch])

    def drop_holder_indexes(self, nodes: Collection[str]) -> None:
        """Drops the indexes of some nodes."""
        for table in (HOLDER_INDEX, HOLDER_PIECE):
            self._connection.execute(delete(table).where(table.c.node.in_(list(nodes))))
