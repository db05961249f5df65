# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What an operator asks of a store: how following goes, what was kept against peers, what waits."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from node.entry.evidence import Evidence
from node.follow.ports import Health
from node.storage.parts import split_parts
from node.storage.read.feeds import Connect
from node.storage.schema import EVIDENCE, FEED, HEALTH, PENDING


class StatusRows:
    """Reads the state of the work. Each call sees one consistent state; safe from any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def health(self) -> Mapping[tuple[str, str], Health]:
        """How following goes, by origin and peer."""
        wanted = select(FEED.c.origin, HEALTH.c.peer, HEALTH.c.heard_ms, HEALTH.c.failures, HEALTH.c.reason).join(
            FEED, FEED.c.feed == HEALTH.c.feed
        )
        with self._connect() as connection:
            rows = connection.execute(wanted.order_by(FEED.c.origin, HEALTH.c.peer)).all()
        return {(row.origin, row.peer): Health(row.heard_ms, row.failures, row.reason or "") for row in rows}

    def evidence(self, origin: str) -> Sequence[tuple[int, Evidence]]:
        """What peers were caught with on one feed, each with its time in milliseconds; oldest first."""
        wanted = (
            select(EVIDENCE)
            .join(FEED, FEED.c.feed == EVIDENCE.c.feed)
            .where(FEED.c.origin == origin)
            .order_by(EVIDENCE.c.time_ms, EVIDENCE.c.digest)
        )
        with self._connect() as connection:
            rows = connection.execute(wanted).all()
        return [
            (row.time_ms, Evidence(row.peer, row.reason, row.detail or "", split_parts(row.parts or b"")))
            for row in rows
        ]

    def quarantines(self) -> Mapping[str, str]:
        """Why feeds are quarantined, by origin."""
        wanted = select(FEED.c.origin, FEED.c.quarantine).where(FEED.c.quarantine.is_not(None))
        with self._connect() as connection:
            return {row.origin: row.quarantine for row in connection.execute(wanted.order_by(FEED.c.origin))}

    def pending(self) -> Mapping[str, int]:
        """How many entries of each own feed wait to be sequenced; those with none are left out."""
        wanted = select(FEED.c.origin, func.count()).join(PENDING, PENDING.c.feed == FEED.c.feed)
        with self._connect() as connection:
            rows = connection.execute(wanted.group_by(FEED.c.origin).order_by(FEED.c.origin)).all()
        return dict(rows)
