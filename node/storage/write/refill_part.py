# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What refilling keeps: own entries that come back from a mirror, and payloads that were lost."""

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, func, select, update

from federation.log.entry import PayloadState
from federation.log.feed import FollowState
from federation.log.merkle import CompactRange
from node.entry.evidence import Evidence
from node.refill.store import Gap, Restored
from node.storage.dialect.rows import insert_rows, replace_rows
from node.storage.read.chunks import key_chunks
from node.storage.schema import ACT, ENTRY, FEED, PENDING, SUBMISSION
from node.storage.states import STATE_NUMBERS
from node.storage.write.destroy import Destroyer
from node.storage.write.feed_table import FeedTable
from node.storage.write.follow_part import FollowPart, act_rows, entry_row, erased_by
from node.storage.write.tiles import put_tiles

_FILLED = ("state", "salt", "payload", "fault", "subject", "personal")
_LOST = STATE_NUMBERS[PayloadState.LOST]


class RefillPart:
    """The methods of a `RefillUnit`, except those of `LogPart`."""

    def __init__(self, connection: Connection, feeds: FeedTable, destroyer: Destroyer, follow: FollowPart) -> None:
        self._destroyer = destroyer
        self._connection = connection
        self._feeds = feeds
        self._follow = follow

    def refill_state(self, origin: str) -> FollowState:
        """Where the feed stands, as a follower of it would say; no note midway between two checkpoints."""
        self._feeds.own(origin)
        return self._follow.follow_state(origin)

    def bring_back(self, origin: str, before: CompactRange, rows: Sequence[Restored], after: FollowState) -> bool:
        """Adds entries and acts, and keeps the state, by compare-and-swap on the right edge; False when it was other.

        Midway between two checkpoints the complete one stays as it is. The register of erasures counts as not followed:
        a mirror that is behind may bring back what was ordered erased.
        """
        feed = self._feeds.own(origin).feed
        unmoved = (FEED.c.feed == feed) & (FEED.c.size == before.size) & (FEED.c.edge == before.to_bytes())
        values: dict[str, object] = {"size": after.range.size, "edge": after.range.to_bytes()}
        if after.note is not None:
            values |= {"complete_size": after.range.size, "note": after.note}
        moved = self._connection.execute(update(FEED).where(unmoved), {**values, "time_ms": after.last_time_ms})
        if moved.rowcount != 1:
            return False
        followed = [row.row for row in rows]
        insert_rows(self._connection, ENTRY, [entry_row(feed, row) for row in followed])
        insert_rows(self._connection, ACT, act_rows(feed, followed))
        known = [(feed, row.key, row.digest, row.row.entry.index) for row in rows if row.key is not None]
        replace_rows(self._connection, SUBMISSION, known)
        self._destroyer.destroy(self._feeds.own(origin), erased_by(followed))
        self._destroyer.set_registered(0)
        return True

    def put_tiles(self, origin: str, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """Adds or replaces tiles."""
        put_tiles(self._connection, self._feeds.own(origin).feed, tiles)

    def unqueue(self, origin: str, rows: Sequence[Restored]) -> int:
        """Drops pending rows of the same key and bytes as a row; returns how many."""
        feed = self._feeds.own(origin).feed
        digests = {row.key: row.digest for row in rows if row.key is not None}
        found: set[int] = set()
        for chunk in key_chunks(digests):
            same = select(PENDING.c.place, PENDING.c.key, PENDING.c.payload).where(
                PENDING.c.feed == feed, PENDING.c.key.in_(chunk)
            )
            waiting = self._connection.execute(same)
            found |= {row.place for row in waiting if digests[row.key] == hashlib.sha256(row.payload).digest()}
        for some in key_chunks(found):
            self._connection.execute(delete(PENDING).where(PENDING.c.feed == feed, PENDING.c.place.in_(some)))
        return len(found)

    def gaps(self, origin: str, start: int, limit: int) -> Sequence[Gap]:
        """Entries from `start` whose payload is lost, in order, at most `limit`."""
        feed = self._feeds.own(origin).feed
        lost = select(ENTRY.c.idx, ENTRY.c.leaf).where(ENTRY.c.feed == feed, ENTRY.c.idx >= start)
        wanted = lost.where(ENTRY.c.state == _LOST).order_by(ENTRY.c.idx).limit(limit)
        return [Gap(row.idx, row.leaf) for row in self._connection.execute(wanted)]

    def count_gaps(self, origin: str) -> int:
        """How many payloads are lost."""
        feed = self._feeds.own(origin).feed
        lost = select(func.count()).select_from(ENTRY).where(ENTRY.c.feed == feed, ENTRY.c.state == _LOST)
        return int(self._connection.execute(lost).scalar_one())

    def fill_gaps(self, origin: str, rows: Sequence[Restored]) -> None:
        """Puts payloads where they are lost, and has the ledger and the register of erasures look at them again.

        A key that a later entry is known under stays that entry's.
        """
        feed = self._feeds.own(origin)
        values = [zip(_FILLED, entry_row(feed.feed, row.row)[3:], strict=True) for row in rows]
        named = [{f"new_{name}": value for name, value in some} for some in values]
        lost = (ENTRY.c.feed == feed.feed) & (ENTRY.c.idx == bindparam("at")) & (ENTRY.c.state == _LOST)
        changed = update(ENTRY).where(lost).values({ENTRY.c[name]: bindparam(f"new_{name}") for name in _FILLED})
        places = [{"at": row.row.entry.index, **some} for row, some in zip(rows, named, strict=True)]
        self._connection.execute(changed, places)
        self._feeds.change(feed.feed, applied=min(feed.applied, *(row.row.entry.index for row in rows)))
        self._keep_keys(feed.feed, rows)
        self._destroyer.set_registered(0)

    def _keep_keys(self, feed: int, rows: Sequence[Restored]) -> None:
        newest = {row.key: (feed, row.key, row.digest, row.row.entry.index) for row in rows if row.key is not None}
        known: set[bytes] = set()
        for chunk in key_chunks(newest):
            wanted = select(SUBMISSION.c.key).where(SUBMISSION.c.feed == feed, SUBMISSION.c.key.in_(chunk))
            known |= set(self._connection.execute(wanted.where(SUBMISSION.c.idx.is_not(None))).scalars())
        replace_rows(self._connection, SUBMISSION, [row for key, row in newest.items() if key not in known])

    def keep_own_evidence(self, origin: str, evidence: Evidence, now_ms: int) -> None:
        """Keeps a peer's bytes about an own feed, as `keep_evidence` does for a foreign one."""
        self._follow.keep_evidence_on(self._feeds.own(origin).feed, evidence, now_ms)
