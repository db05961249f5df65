# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What followers keep: mirrored entries, where following stands, a peer's bad bytes, how following goes."""

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, exists, func, select

from federation.errors import OrderFault
from federation.log.feed import FollowState
from federation.log.leaf import LeafKind
from node.entry.evidence import Evidence
from node.follow.ports import FollowedRow, Health
from node.storage.dialect.rows import insert_rows, replace_rows
from node.storage.parts import join_parts
from node.storage.schema import ACT, ENTRY, EVIDENCE, HEALTH
from node.storage.states import STATE_NUMBERS
from node.storage.write.destroy import Destroyer
from node.storage.write.feed_table import FeedTable
from node.storage.write.tiles import put_tiles

MAX_EVIDENCE = 100


class FollowPart:
    """The methods of a `FollowUnit`, except `tile`, which is the one of `LogPart`."""

    def __init__(self, connection: Connection, feeds: FeedTable, destroyer: Destroyer) -> None:
        self._connection = connection
        self._feeds = feeds
        self._destroyer = destroyer

    def follow_state(self, origin: str) -> FollowState:
        """Where following stands, the start for a feed never followed; the note only when it is of all that is held."""
        row = self._feeds.find(origin)
        if row is None:
            return FollowState.start()
        held = row.range
        return FollowState(held, row.time_ms, row.note if row.complete_size == held.size else None)

    def mirror(
        self,
        origin: str,
        rows: Sequence[FollowedRow],
        tiles: Mapping[tuple[int, int], bytes],
        state: FollowState,
    ) -> None:
        """Adds entries, replaces tiles and keeps the state; destroys what ERASE entries among them order.

        Midway between two checkpoints the complete one stays as it is, so that the mirror goes on serving it.

        Raises:
            OrderFault: FEED_IS_OWN; FEED_BATCH_ORDER, the entries do not follow those that are held.
        """
        feed = self._feeds.followed(origin)
        if feed.range.size + len(rows) != state.range.size or (rows and rows[0].entry.index != feed.range.size):
            raise OrderFault("FEED_BATCH_ORDER", f"{origin}: entries mirrored out of order")
        insert_rows(self._connection, ENTRY, [entry_row(feed.feed, row) for row in rows])
        insert_rows(self._connection, ACT, act_rows(feed.feed, rows))
        put_tiles(self._connection, feed.feed, tiles)
        erased = erased_by(rows)
        if erased:
            self._destroyer.destroy(feed, erased)
        values = {"size": state.range.size, "edge": state.range.to_bytes(), "time_ms": state.last_time_ms}
        if state.note is not None:
            values |= {"complete_size": state.range.size, "note": state.note}
        self._feeds.change(feed.feed, **values)

    def keep_note(self, origin: str, note: bytes) -> None:
        """Replaces the note of the newest complete checkpoint, which is then one of all that is held.

        A checkpoint heard midway of just what is held so far completes it: so the size is taken from what is held.
        """
        feed = self._feeds.followed(origin)
        self._feeds.change(feed.feed, complete_size=feed.range.size, note=note)

    def keep_evidence(self, origin: str, evidence: Evidence, now_ms: int) -> None:
        """Keeps a peer's bad bytes; the same reason and bytes are kept once, and at most 100 a feed.

        The first ones prove the fault; a peer that lies on must not fill the disk.
        """
        self.keep_evidence_on(self._feeds.followed(origin).feed, evidence, now_ms)

    def keep_evidence_on(self, feed: int, evidence: Evidence, now_ms: int) -> None:
        """As `keep_evidence`, on any feed that is held, own or not."""
        parts = join_parts(evidence.parts)
        digest = hashlib.sha256(evidence.reason.encode() + b"\x00" + parts).digest()
        same = exists().where(EVIDENCE.c.feed == feed, EVIDENCE.c.digest == digest)
        kept = select(func.count()).select_from(EVIDENCE).where(EVIDENCE.c.feed == feed).scalar_subquery()
        known, count = self._connection.execute(select(same, kept)).one()
        if not known and count < MAX_EVIDENCE:
            row = (feed, digest, evidence.peer, evidence.reason, evidence.detail or None, now_ms, parts or None)
            insert_rows(self._connection, EVIDENCE, [row])

    def keep_health(self, origin: str, peer: str, health: Health) -> None:
        """Replaces what is known of how following goes."""
        feed = self._feeds.followed(origin).feed
        row = (feed, peer, health.heard_ms, health.failures, health.reason or None)
        replace_rows(self._connection, HEALTH, [row])

    def quarantine(self, origin: str, reason: str) -> None:
        """Stops following the feed until an operator releases it."""
        self._feeds.change(self._feeds.followed(origin).feed, quarantine=reason)

    def quarantined(self, origin: str) -> str | None:
        """Why the feed is quarantined; None when it is not."""
        row = self._feeds.find(origin)
        return None if row is None else row.quarantine

    def release(self, origin: str) -> None:
        """Ends the quarantine of a feed: an operator's decision. Without effect on a feed that is not held."""
        row = self._feeds.find(origin)
        if row is not None:
            self._feeds.change(row.feed, quarantine=None)


def entry_row(feed: int, row: FollowedRow) -> tuple[object, ...]:
    """The stored form, in the order of the table's columns."""
    entry = row.entry
    return (
        feed,
        entry.index,
        entry.raw_leaf,
        STATE_NUMBERS[entry.state],
        entry.salt or None,
        entry.payload or None,
        entry.fault,
        row.subject or None,
        row.personal,
    )


def erased_by(rows: Sequence[FollowedRow]) -> Mapping[int, int]:
    """What is to be destroyed, and when that was published; whatever a server said of the payload it has not got."""
    leaves = [(row.entry.index, row.entry.leaf) for row in rows]
    return {
        leaf.ref: leaf.time_ms
        for index, leaf in leaves
        if leaf is not None and leaf.kind is LeafKind.ERASE and leaf.ref is not None and leaf.ref < index
    }


def act_rows(feed: int, rows: Sequence[FollowedRow]) -> Sequence[tuple[int, int, int, int]]:
    """The rows under which acts are found by what they act on; entries that name no earlier one have none."""
    leaves = [(row.entry.index, row.entry.leaf) for row in rows]
    return [
        (feed, leaf.ref, index, int(leaf.kind))
        for index, leaf in leaves
        if leaf is not None and leaf.ref is not None and leaf.ref < index
    ]
