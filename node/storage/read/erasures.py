# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Erasures that were ordered, and how often anything was destroyed here.

Whoever keeps a copy of what was read before looks whether it still may. Whoever destroys and whoever keeps a copy meet
at one row that every store has. The copy is kept first, and then the destroyer finds it; or the destruction comes
first, and then the number has changed.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from federation.log.leaf import LeafKind
from node.acknowledge.propagation import Erasure
from node.storage.read.feeds import Connect
from node.storage.schema import ACT, ERASURE, FEED, META

_ERASES = (ACT.c.feed == ERASURE.c.feed) & (ACT.c.ref == ERASURE.c.ref) & (ACT.c.kind == int(LeafKind.ERASE))
_ERASED_AT = select(func.min(ACT.c.idx)).where(_ERASES).scalar_subquery().label("erased_at")
DESTRUCTIONS = "destructions"
_NUMBER = select(META.c.value).where(META.c.name == DESTRUCTIONS)
_GATE = select(META.c.name).where(META.c.name == "node_id")
"""SQLite has one writer, who needs no gate; there this locks nothing."""


class ErasureRows:
    """Orders to erase. Each call sees one consistent state; safe from any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def erasures(self) -> Sequence[Erasure]:
        """What this node ordered, by origin and index."""
        wanted = (
            select(FEED.c.origin, ERASURE.c.ref, ERASURE.c.ordered_ms, _ERASED_AT)
            .join(FEED, FEED.c.feed == ERASURE.c.feed)
            .order_by(FEED.c.origin, ERASURE.c.ref)
        )
        with self._connect() as connection:
            return [Erasure(*row) for row in connection.execute(wanted)]


def destructions(connection: Connection) -> int:
    """How often, in the state that this transaction sees."""
    return int(connection.execute(_NUMBER).scalar_one_or_none() or 0)


def destructions_until_commit(connection: Connection) -> int:
    """How often, and it stays so until this transaction ends."""
    connection.execute(_GATE.with_for_update(read=True))
    return destructions(connection)


def destructions_alone(connection: Connection) -> int:
    """How often, after everybody who keeps a copy now is done; nobody begins to until this transaction ends."""
    connection.execute(_GATE.with_for_update())
    return destructions(connection)
