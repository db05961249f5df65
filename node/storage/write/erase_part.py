# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What erasing keeps: orders with their grounds, and how far the register was followed."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from federation.log.leaf import LeafKind
from node.erase.order import Order
from node.storage.dialect.rows import insert_rows
from node.storage.read.chunks import key_chunks
from node.storage.schema import ACT, ERASURE, META
from node.storage.write.destroy import REGISTERED, Destroyer
from node.storage.write.feed_table import FeedTable


class ErasePart:
    """The methods of an `EraseUnit`, and those of a store that is brought up to the register."""

    def __init__(self, connection: Connection, feeds: FeedTable, destroyer: Destroyer) -> None:
        self._connection = connection
        self._feeds = feeds
        self._destroyer = destroyer

    def is_erasing(self, origin: str, indexes: Sequence[int]) -> frozenset[int]:
        """Those of some entries that were ordered to be erased, published or not."""
        feed = self._feeds.own(origin).feed
        found: set[int] = set()
        for chunk in key_chunks(indexes):
            ordered = select(ERASURE.c.ref).where(ERASURE.c.feed == feed, ERASURE.c.ref.in_(chunk))
            acted = select(ACT.c.ref).where(ACT.c.feed == feed, ACT.c.ref.in_(chunk), ACT.c.kind == int(LeafKind.ERASE))
            found |= {*self._connection.execute(ordered).scalars(), *self._connection.execute(acted).scalars()}
        return frozenset(found)

    def keep_order(self, origin: str, order: Order) -> None:
        """Keeps an order; the caller has seen that none of its entries was ordered before."""
        feed = self._feeds.own(origin).feed
        insert_rows(self._connection, ERASURE, [(feed, ref, order.ground, order.ordered_ms) for ref in order.refs])

    def destroy_again(self, origin: str, indexes: Iterable[int]) -> int:
        """Destroys what the register names; returns how many entries were still there."""
        row = self._feeds.find(origin)
        return 0 if row is None else self._destroyer.destroy_again(row, indexes)

    def registered(self) -> int:
        """Length of the register that this store is up to; 0 for none."""
        kept = self._connection.execute(select(META.c.value).where(META.c.name == REGISTERED)).scalar_one_or_none()
        return int(kept) if kept and kept.isdecimal() else 0

    def set_registered(self, size: int) -> None:
        """Keeps that length."""
        self._destroyer.set_registered(size)
