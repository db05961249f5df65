# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What members state of feeds: the newest of each, and which was the first to speak for each act."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, select

from node.acknowledge.behind import Ahead
from node.acknowledge.statement import Stage, Stated
from node.storage.dialect.rows import replace_rows
from node.storage.read.chunks import key_chunks
from node.storage.schema import ACT, AHEAD, REACHED, STATED
from node.storage.write.feed_table import FeedTable

MAX_REACHED = 1000
Role = tuple[str, Stage]
"""Member and stage."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The newest statement of a member and stage as it is stored, and a larger one before it, if there was one."""

    size: int
    time_ms: int
    note: bytes
    most: tuple[int, bytes] | None

    def behind(self, size: int) -> tuple[int, bytes] | None:
        """The largest statement, where it is larger than the next one is."""
        most = max((self.most or (0, b""), (self.size, self.note)), key=lambda each: each[0])
        return most if most[0] > size else None


_NOTHING = _Known(0, -1, b"", None)


class StatementPart:
    """The methods of a unit that keeps statements and what is known to be ahead."""

    def __init__(self, connection: Connection, feeds: FeedTable) -> None:
        self._connection = connection
        self._feeds = feeds

    def keep_stated(self, origin: str, stated: Sequence[Stated], heard_ms: int) -> int:
        """Keeps what members state about a feed, the newest of each member and stage; none for a feed not held.

        Args:
            origin: the feed.
            stated: in any order.
            heard_ms: when it came, by the clock of this node.

        Returns:
            How many were new.
        """
        row = self._feeds.find(origin)
        if row is None:
            return 0
        known = self._known(row.feed, sorted({each.member for each in stated}))
        rows, reached = [], []
        for each in sorted(stated, key=lambda each: each.order):
            before = known.get((each.member, each.stage), _NOTHING)
            if each.order <= (before.time_ms, before.size):
                continue
            most = before.behind(each.size)
            known[each.member, each.stage] = _Known(each.size, each.time_ms, each.note, most)
            when = each.time_ms, heard_ms
            rows.append((row.feed, each.member, int(each.stage), each.size, *when, each.note, *(most or (None, None))))
            if each.size > before.size and self._has_act(row.feed, before.size, each.size):
                reached.append((row.feed, each.member, int(each.stage), each.size, *when))
        replace_rows(self._connection, STATED, rows)
        replace_rows(self._connection, REACHED, reached)
        for _, member, stage, *_ in reached:
            self._forget(row.feed, member, stage)
        return len(rows)

    def _known(self, feed: int, members: Sequence[str]) -> dict[Role, _Known]:
        known = {}
        for chunk in key_chunks(members):
            for row in self._connection.execute(
                select(STATED).where(STATED.c.feed == feed, STATED.c.member.in_(chunk))
            ):
                most = None if row.most_size is None else (row.most_size, row.most_note)
                known[row.member, Stage(row.stage)] = _Known(row.size, row.time_ms, row.note, most)
        return known

    def _has_act(self, feed: int, start: int, stop: int) -> bool:
        """Whether some entry in [start, stop) acts on an earlier one."""
        found = exists().where(ACT.c.feed == feed, ACT.c.idx >= start, ACT.c.idx < stop)
        return bool(self._connection.execute(select(found)).scalar_one())

    def _forget(self, feed: int, member: object, stage: object) -> None:
        """Of the first statements only the newest 1000 are kept: a later one still says that an act was reached."""
        role = (REACHED.c.feed == feed) & (REACHED.c.member == member) & (REACHED.c.stage == stage)
        beyond = select(REACHED.c.size).where(role).order_by(REACHED.c.size.desc()).offset(MAX_REACHED).limit(1)
        size = self._connection.execute(beyond).scalar_one_or_none()
        if size is not None:
            self._connection.execute(delete(REACHED).where(role, REACHED.c.size <= size))

    def keep_ahead(self, origin: str, ahead: Ahead) -> bool:
        """Keeps a checkpoint that is beyond what is complete here, unless a larger one is known; whether it was kept.

        One that takes the place of another that is still ahead leaves it at its time; the earlier one counts.
        """
        row = self._feeds.find(origin)
        if row is None or ahead.size <= row.complete_size:
            return False
        known = self._connection.execute(select(AHEAD).where(AHEAD.c.feed == row.feed)).one_or_none()
        size, note, peer, since_ms = ahead.size, ahead.note, ahead.peer, ahead.since_ms
        if known is not None and known.size > row.complete_size:
            since_ms = min(since_ms, known.since_ms)
            if known.size >= size:
                size, note, peer = known.size, known.note, known.peer
            if (size, since_ms) == (known.size, known.since_ms):
                return False
        replace_rows(self._connection, AHEAD, [(row.feed, size, note, peer, since_ms)])
        return True
