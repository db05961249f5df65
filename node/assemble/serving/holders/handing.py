# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Hands holder indexes out to members, each as it was signed, whoever signed it."""

from federation.errors import StoreFault
from node.holders.index import HeldIndex
from node.storage.read.reader import Reader


class Handing:
    """The indexes in the store. Safe from any thread.

    Args:
        reader: where they are kept.
        home: this node.
    """

    def __init__(self, reader: Reader, home: str) -> None:
        self._reader = reader
        self._home = home

    def index(self, node_id: str) -> HeldIndex | None:
        """The index of a node, of this one for the empty text; None when none is held."""
        return self._reader.holder_index(node_id or self._home)

    def piece(self, held: HeldIndex, number: int) -> bytes:
        """A piece of its filter, empty after the last.

        Raises:
            StoreFault: STORE_CONTENDED, another index has taken its place: ask again.
        """
        digest = held.index.bits_sha256
        piece = self._reader.holder_piece(held.node_id, digest, number)
        if piece is None and self._reader.holder_piece(held.node_id, digest, 0) is None:
            raise StoreFault("STORE_CONTENDED", f"the holder index of {held.node_id} was replaced")
        return piece or b""
