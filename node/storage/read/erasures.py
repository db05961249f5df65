# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Erasures that were ordered, and what mirrors state that they hold."""

from collections.abc import Sequence

from sqlalchemy import func, select

from federation.log.leaf import LeafKind
from node.erase.acknowledge import Cosigned, Erasure
from node.storage.read.feeds import Connect
from node.storage.schema import ACT, COSIGNED, ERASURE, FEED

_ERASES = (ACT.c.feed == ERASURE.c.feed) & (ACT.c.ref == ERASURE.c.ref) & (ACT.c.kind == int(LeafKind.ERASE))
_ERASED_AT = select(func.min(ACT.c.idx)).where(_ERASES).scalar_subquery().label("erased_at")


class ErasureRows:
    """A `StatementReader`, as far as `FeedRows` and `StatusRows` are not. Safe from any thread."""

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

    def cosigned(self, origin: str, limit: int) -> Sequence[Cosigned]:
        """The newest statement of each member about a feed, newest first, at most `limit`."""
        wanted = (
            select(COSIGNED.c.member, COSIGNED.c.size, COSIGNED.c.time_ms, COSIGNED.c.line)
            .join(FEED, FEED.c.feed == COSIGNED.c.feed)
            .where(FEED.c.origin == origin)
            .order_by(COSIGNED.c.time_ms.desc(), COSIGNED.c.member)
            .limit(limit)
        )
        with self._connect() as connection:
            return [Cosigned(*row) for row in connection.execute(wanted)]
