# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Follows feeds: one loop per feed asks `FollowedFeed` what is next, fetches it, and hands it on when it is durable.

Durable order of the chunks that came while those before were verified, and what a crash after each step leaves:

1. fetch and verify            nothing changed: the chunks are fetched again.
2. write entries, tiles, right edge and (when they complete it) the checkpoint of all of them in one transaction
                               undone: fetched again. Committed: the loop resumes after it, in this or another process.
3. ring, adopt in memory       a crash loses only the ringing; the next start looks for itself.

Step 1 of the next chunks runs beside step 2, in a thread of its own; it decides on values alone, and nothing of it is
written or adopted before step 2 of those before is done. An error in step 2 drops it with the session. Each chunk is
verified by itself: one that is not what the origin signed takes none of those before it with it.

A peer's lie (a note or entries that do not verify) is kept as evidence and never stored as entries; the loop goes on
asking with growing pauses, so that it recovers alone when the peer mends. Two signed checkpoints that contradict each
other are the origin's fault and nothing mends them: the feed is quarantined until an operator releases it. Every loop
has its own pauses and deadlines: a slow or dead peer delays no other. One feed may be followed from several peers (a
catalogue is, when its owner's feeds come by two ways): whoever finds the store ahead of it starts anew from the store.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from federation.errors import (
    EntriesFault,
    Fault,
    ForkFault,
    OrderFault,
    PeerFault,
    StoreFault,
    UnreachableFault,
    WorldFault,
)
from federation.log.feed import Advance, Cosigned, FollowedFeed, FollowState, Known, Older
from federation.log.merkle import CompactRange
from federation.log.tile import TileTree, grown_tiles
from node.entry.evidence import Evidence
from node.follow.ports import FollowedPeer, FollowSurroundings, FollowUnit, Health
from node.follow.taking import ReadAhead, Taken, verified

FIRST_PAUSE_S = 0.2
LONGEST_REFUSED_S = 5.0
REFUSALS = frozenset({"FEED_NOT_FOUND", "NO_CHECKPOINT"})
HEALTH_EVERY_MS = 5000
MAX_EVIDENCE_BYTES = 1024 * 1024
Result = TypeVar("Result")


class Follower:
    """Follows one feed from one peer, in one event loop."""

    def __init__(self, followed: FollowedPeer, around: FollowSurroundings) -> None:
        self._origin = followed.keys.origin
        self._keys = followed.keys
        self._peer = followed.peer
        self._source = followed.source
        self._around = around
        self._feed = FollowedFeed(followed.keys, FollowState.start())
        self._health = Health(None, 0, "")
        self._progress = False
        self._apart = True

    async def run(self) -> None:
        """Follows until cancelled, or until the feed is quarantined."""
        retrying = AsyncRetrying(
            wait=self._pause,
            retry=retry_if_exception_type((WorldFault, PeerFault)),
            before_sleep=self._before_pause,
        )
        while await retrying(self._session):
            await asyncio.sleep(min(FIRST_PAUSE_S, self._around.max_backoff_s))

    def _pause(self, state: RetryCallState) -> float:
        """How long to wait after a failure, in seconds: longer each time, shorter when the peer is there and refuses.

        A relay refuses a feed until its policy has come, which is soon; a peer that is down may stay so.
        """
        fault = state.outcome.exception() if state.outcome else None
        refused = isinstance(fault, Fault) and fault.reason in REFUSALS
        longest = min(LONGEST_REFUSED_S, self._around.max_backoff_s) if refused else self._around.max_backoff_s
        return wait_exponential_jitter(multiplier=FIRST_PAUSE_S, max=longest)(state)

    async def _session(self) -> bool:
        """Watches the feed until the stream ends.

        Returns:
            False when the feed is quarantined; True when the session got somewhere, so that pauses start anew.

        Raises:
            WorldFault: the peer cannot be reached, says nothing at all, or the store is away.
            PeerFault: the peer answered what cannot be true.
        """
        self._progress, self._apart = False, True
        if not await self._act(self._open):
            return False
        try:
            await self._listen()
        except ForkFault as fault:
            await self._act(self._quarantine, fault)
            return False
        except PeerFault as fault:
            await self._act(self._keep, fault)
            raise
        except WorldFault:
            if not self._progress:
                raise
        if not self._progress:
            raise UnreachableFault("STREAM_EMPTY", f"{self._origin}: the peer ended the stream without a checkpoint")
        return True

    async def _listen(self) -> None:
        """Takes in what the peer tells, until it ends, or another follower of the same feed was quicker."""
        try:
            async for note in self._source.watch(self._origin):
                await self._hear(note)
        except OrderFault as fault:
            if fault.reason != "FEED_BATCH_ORDER":
                raise
            self._progress = True  # what the other has taken in is in the store, and the next session starts from it

    def _open(self) -> bool:
        """Loads the state machine from the store; everything in memory is dropped with the session before."""
        with self._around.store.write() as unit:
            reason = unit.quarantined(self._origin)
            if reason is None:
                self._feed = FollowedFeed(self._keys, unit.follow_state(self._origin))
        return reason is None

    async def _hear(self, note: bytes) -> None:
        """Takes one checkpoint in, and fetches what it promises."""
        heard = self._feed.heard(note)
        match heard:
            case Advance():
                await self._catch_up()
            case Cosigned(checkpoint):
                await self._act(self._keep_note, checkpoint.note)
                self._around.advanced(self._origin)
            case Older() as older:
                await self._act(self._compare, older)
            case Known():
                pass
        self._progress = True
        if self._apart and not isinstance(heard, Older):
            self._around.met(self._origin, self._peer)
        self._apart = isinstance(heard, Older)
        await self._act(self._well)

    async def _catch_up(self) -> None:
        """Fetches until every checkpoint heard of is complete."""
        while (wanted := self._feed.wanted()) is not None:
            known = self._feed.state.note or b""
            ahead = ReadAhead(self._source.read(self._origin, wanted.checkpoint_size, wanted.start, known))
            try:
                await self._take_in(ahead)
            finally:
                await ahead.close()
            if self._feed.wanted() == wanted:
                raise EntriesFault("ENTRIES_MISSING", f"{self._origin}: the peer has no entries for its checkpoint")

    async def _take_in(self, ahead: ReadAhead) -> None:
        """Takes chunks in: each group is verified while the one before it is written, and adopted when it is durable.

        Raises:
            EntriesFault: a chunk is not what the origin signed; those before it are kept.
        """
        taken: Taken | None = None
        writing: asyncio.Task[None] | None = None
        try:
            async for group in ahead.groups():
                fresh = await asyncio.to_thread(verified, self._feed, group, taken.last if taken else None)
                await self._adopt(taken, writing)
                taken, writing = fresh, asyncio.create_task(self._write(fresh))
                if taken.fault is not None:
                    break
            await self._adopt(taken, writing)
        finally:
            if writing is not None:  # whatever ends the session, the next one begins after this transaction
                await asyncio.gather(writing, return_exceptions=True)
        if taken is not None and taken.fault is not None:
            raise taken.fault

    async def _adopt(self, taken: Taken | None, writing: asyncio.Task[None] | None) -> None:
        """Waits until chunks are durable, and goes on from them; raises what kept them from being written."""
        if taken is not None and writing is not None:
            await writing
            for batch in taken.batches:
                self._feed.adopt(batch)

    async def _write(self, taken: Taken) -> None:
        """Has verified chunks written, and says so."""
        await self._act(self._keep_rows, taken)
        self._progress = True
        self._around.advanced(self._origin)

    def _keep_rows(self, taken: Taken) -> None:
        """Step 2 of the durable order."""
        with self._around.store.write() as unit:
            self._require_newest(unit, taken.before)
            tiles = grown_tiles(taken.before.size, taken.levels, partial(unit.tile, self._origin))
            unit.mirror(self._origin, taken.rows, tiles, taken.last.state)
        self._around.observer.followed(self._origin, taken.rows)

    def _require_newest(self, unit: FollowUnit, known: CompactRange) -> None:
        """Sees that the store holds what this loop knows; OrderFault FEED_BATCH_ORDER when another loop added to it."""
        if unit.follow_state(self._origin).range != known:
            raise OrderFault("FEED_BATCH_ORDER", f"{self._origin}: another follower was quicker")

    def _keep_note(self, note: bytes) -> None:
        """Keeps a note of all that is held; one heard before another follower took more in is of less."""
        with self._around.store.write() as unit:
            self._require_newest(unit, self._feed.state.range)
            unit.keep_note(self._origin, note)

    def _compare(self, older: Older) -> None:
        """A smaller checkpoint is no error when it is one we passed through; otherwise it proves a fork."""
        size = older.checkpoint.checkpoint.size
        if size > self._feed.state.range.size:
            return
        with self._around.store.write() as unit:
            tree = TileTree(lambda level, index: unit.tile(self._origin, level, index))
            root = tree.root(size)
        self._feed.compare(older, root)

    def _well(self) -> None:
        """Notes that the peer answered well; written now and then, since heads may come a hundred a second."""
        now_ms = self._around.now_ms()
        heard_ms = self._health.heard_ms
        if self._health.reason or heard_ms is None or now_ms - heard_ms > HEALTH_EVERY_MS:
            self._keep_health(Health(now_ms, 0, ""))

    def _keep_health(self, health: Health) -> None:
        self._health = health
        with self._around.store.write() as unit:
            unit.keep_health(self._origin, self._peer, health)

    def _keep(self, fault: PeerFault) -> None:
        """Keeps a peer's bad bytes; those that prove a fork quarantine the feed in the same transaction."""
        parts = tuple(part[:MAX_EVIDENCE_BYTES] for part in fault.evidence)
        evidence = Evidence(self._peer, fault.reason, fault.detail, parts)
        with self._around.store.write() as unit:
            unit.keep_evidence(self._origin, evidence, self._around.now_ms())
            if isinstance(fault, ForkFault):
                unit.quarantine(self._origin, fault.reason)
        self._around.observer.peer_lied(self._origin, self._peer, fault)

    def _quarantine(self, fault: ForkFault) -> None:
        self._keep(fault)
        self._keep_health(Health(self._health.heard_ms, self._health.failures + 1, fault.reason))

    async def _before_pause(self, state: RetryCallState) -> None:
        """Notes why a session failed, before the pause; a store that is away too does not end the loop."""
        fault = state.outcome.exception() if state.outcome else None
        if not isinstance(fault, Fault):
            return
        self._around.observer.follow_failed(self._origin, self._peer, fault)
        try:
            await self._act(self._keep_health, Health(self._health.heard_ms, self._health.failures + 1, fault.reason))
        except StoreFault as away:
            self._around.observer.follow_failed(self._origin, self._peer, away)

    async def _act(self, step: Callable[..., Result], *args: object) -> Result:
        """Runs a store step in the writer thread."""
        return await asyncio.get_running_loop().run_in_executor(self._around.writer, step, *args)
