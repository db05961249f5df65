# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What members state of feeds, how far this node has come itself, and where each act has been reached since when."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from node.acknowledge.behind import Ahead
from node.acknowledge.propagation import Reached
from node.acknowledge.statement import Reach, Stage, Stated
from node.storage.read.feeds import Connect
from node.storage.schema import ACT, AHEAD, ENTRY, FEED, REACHED, STATED


class StatementRows:
    """A `StatementReader` and a `PropagationReader`. Each call sees one consistent state; safe from any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def reach(self, origin: str) -> Reach | None:
        """How far this node has come with a feed; None for one that is not held."""
        wanted = select(FEED.c.complete_size, FEED.c.note, FEED.c.applied).where(FEED.c.origin == origin)
        with self._connect() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else Reach(row.complete_size, row.note, row.applied)

    def stated(self, origin: str, limit: int) -> Sequence[Stated]:
        """The newest statement of each member and stage about a feed, newest first, at most `limit`."""
        wanted = (
            select(STATED.c.member, STATED.c.stage, STATED.c.size, STATED.c.time_ms, STATED.c.note)
            .join(FEED, FEED.c.feed == STATED.c.feed)
            .where(FEED.c.origin == origin)
            .order_by(STATED.c.time_ms.desc(), STATED.c.member, STATED.c.stage)
            .limit(limit)
        )
        with self._connect() as connection:
            return [
                Stated(row.member, Stage(row.stage), row.size, row.time_ms, row.note)
                for row in connection.execute(wanted)
            ]

    def most_stated(self, origin: str, member: str) -> bytes:
        """The statement of a member about a feed that speaks of most entries, old or new; empty when there is none."""
        wanted = (
            select(STATED.c.size, STATED.c.note, STATED.c.most_size, STATED.c.most_note)
            .join(FEED, FEED.c.feed == STATED.c.feed)
            .where(FEED.c.origin == origin, STATED.c.member == member)
        )
        with self._connect() as connection:
            rows = connection.execute(wanted).all()
        found = [(row.size, row.note) for row in rows]
        found += [(row.most_size, row.most_note) for row in rows if row.most_size is not None]
        return max(found, key=lambda each: each[0], default=(0, b""))[1]

    def newest_stated(self, origin: str) -> Sequence[Reached]:
        """How far each member says that it has come with a feed, by member and stage."""
        wanted = (
            select(STATED.c.member, STATED.c.stage, STATED.c.size, STATED.c.time_ms, STATED.c.heard_ms)
            .join(FEED, FEED.c.feed == STATED.c.feed)
            .where(FEED.c.origin == origin)
            .order_by(STATED.c.member, STATED.c.stage)
        )
        with self._connect() as connection:
            return [Reached(row[0], Stage(row[1]), *row[2:]) for row in connection.execute(wanted)]

    def first_reached(self, origin: str, index: int) -> Sequence[Reached]:
        """The first statement of each member and stage that spoke for an act, as far as it is still known."""
        beyond = (
            select(REACHED.c.feed, REACHED.c.member, REACHED.c.stage, func.min(REACHED.c.size).label("size"))
            .join(FEED, FEED.c.feed == REACHED.c.feed)
            .where(FEED.c.origin == origin, REACHED.c.size > index)
            .group_by(REACHED.c.feed, REACHED.c.member, REACHED.c.stage)
            .subquery()
        )
        first = (
            (REACHED.c.feed == beyond.c.feed)
            & (REACHED.c.member == beyond.c.member)
            & (REACHED.c.stage == beyond.c.stage)
            & (REACHED.c.size == beyond.c.size)
        )
        wanted = select(REACHED).join(beyond, first).order_by(REACHED.c.member, REACHED.c.stage)
        with self._connect() as connection:
            return [
                Reached(row.member, Stage(row.stage), row.size, row.time_ms, row.heard_ms)
                for row in connection.execute(wanted)
            ]

    def acts_between(self, origin: str, start: int, stop: int, limit: int) -> Sequence[int]:
        """Indexes of entries in [start, stop) that act on earlier ones, in order, at most `limit`."""
        wanted = (
            select(ACT.c.idx)
            .join(FEED, FEED.c.feed == ACT.c.feed)
            .where(FEED.c.origin == origin, ACT.c.idx >= start, ACT.c.idx < stop)
            .order_by(ACT.c.idx)
            .limit(limit)
        )
        with self._connect() as connection:
            return list(connection.execute(wanted).scalars())

    def leaf(self, origin: str, index: int) -> bytes | None:
        """One leaf as it is in the tree; None for an entry that is not held."""
        wanted = (
            select(ENTRY.c.leaf)
            .join(FEED, FEED.c.feed == ENTRY.c.feed)
            .where(FEED.c.origin == origin, ENTRY.c.idx == index)
        )
        with self._connect() as connection:
            return connection.execute(wanted).scalar_one_or_none()

    def ahead(self) -> Mapping[str, Ahead]:
        """Checkpoints that are known to be beyond what is complete here, by origin."""
        wanted = (
            select(FEED.c.origin, AHEAD.c.size, AHEAD.c.note, AHEAD.c.peer, AHEAD.c.since_ms)
            .join(FEED, FEED.c.feed == AHEAD.c.feed)
            .where(AHEAD.c.size > FEED.c.complete_size)
            .order_by(FEED.c.origin)
        )
        with self._connect() as connection:
            return {row[0]: Ahead(*row[1:]) for row in connection.execute(wanted)}
