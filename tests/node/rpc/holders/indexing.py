# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Holder indexes in memory, as what stands behind the query service hands them out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from federation.errors import StoreFault
from node.holders.index import HeldIndex


@dataclass
class Indexing:
    """An `IndexStage`: what is put in is handed out.

    Attributes:
        indexes: each with its pieces, by node id; the node's own under the empty text, too.
        replaced: whether another index takes each one's place after the first piece.
    """

    indexes: dict[str, tuple[HeldIndex, Sequence[bytes]]] = field(default_factory=dict)
    replaced: bool = False

    def index(self, node_id: str) -> HeldIndex | None:
        """As `IndexStage.index`."""
        found = self.indexes.get(node_id)
        return None if found is None else found[0]

    def piece(self, held: HeldIndex, number: int) -> bytes:
        """As `IndexStage.piece`."""
        if self.replaced and number:
            raise StoreFault("STORE_CONTENDED")
        return b"".join(self.indexes[held.node_id][1][number : number + 1])
