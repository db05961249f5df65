# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Follows feeds: one loop per feed asks `FollowedFeed` what is next, fetches it, and hands it on when it is durable.

Durable order of one chunk, and what a crash after each step leaves:

1. fetch and verify            nothing changed: the chunk is fetched again.
2. write entries, tiles, right edge and (when the chunk completes it) the checkpoint in one transaction
                               undone: fetched again. Committed: the loop resumes after it, in this or another process.
3. adopt in memory, ring       a crash loses only the ringing; the next start looks for itself.

A peer's lie (a note or entries that do not verify) is kept as evidence and never stored as entries; the loop goes on
asking with growing pauses, so that it recovers alone when the peer mends. Two signed checkpoints that contradict each
other are the origin's fault and nothing mends them: the feed is quarantined until an operator releases it. Every loop
has its own pauses and deadlines: a slow or dead peer delays no other. One feed may be followed from several peers (a
catalogue is, when its owner's feeds come by two ways): whoever finds the store ahead of it starts anew from the store.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from federation.errors import (
    EntriesFault,
    Fault,
    FieldFault,
    ForkFault,
    OrderFault,
    PeerFault,
    StoreFault,
    UnreachableFault,
    WorldFault,
)
from federation.log.checkpoint import FeedKeys
from federation.log.entry import PayloadState, RawEntry, VerifiedEntry
from federation.log.feed import Advance, Cosigned, FollowedFeed, FollowState, Known, Older
from federation.log.merkle import leaf_hash
from federation.log.tile import TileTree, extend_tiles
from federation.records.codec import glance
from node.observe import Observer

FIRST_PAUSE_S = 0.2
LONGEST_REFUSED_S = 5.0
REFUSALS = frozenset({"FEED_NOT_FOUND", "NO_CHECKPOINT"})
HEALTH_EVERY_MS = 5000
MAX_EVIDENCE_BYTES = 1024 * 1024
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class FollowedRow:
    """A verified entry as the store keeps it: with the number of its subject, empty when not known or about nobody."""

    entry: VerifiedEntry
    subject: str
    personal: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """A peer's bad bytes, kept.

    Attributes:
        peer: node id of whoever sent them.
        reason: stable code.
        parts: the bytes that prove it.
    """

    peer: str
    reason: str
    detail: str
    parts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """How following one feed goes.

    Attributes:
        heard_ms: when the peer last answered well; None if never.
        failures: tries that failed in a row.
        reason: stable code of the newest failure; empty when all is well.
    """

    heard_ms: int | None
    failures: int
    reason: str


class FollowUnit(Protocol):
    """One transaction of a follower."""

    def follow_state(self, origin: str) -> FollowState:
        """Where following stands; the start for a feed never followed."""
        ...

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        ...

    def mirror(
        self,
        origin: str,
        rows: Sequence[FollowedRow],
        tiles: Mapping[tuple[int, int], bytes],
        state: FollowState,
    ) -> None:
        """Adds entries, replaces tiles and keeps the state."""
        ...

    def keep_note(self, origin: str, note: bytes) -> None:
        """Replaces the note of the newest complete checkpoint, which is then one of all that is held."""
        ...

    def keep_evidence(self, origin: str, evidence: Evidence, now_ms: int) -> None:
        """Keeps a peer's bad bytes; the same reason and bytes are kept once, and at most 100 a feed."""
        ...

    def keep_health(self, origin: str, peer: str, health: Health) -> None:
        """Replaces what is known of how following goes."""
        ...

    def quarantine(self, origin: str, reason: str) -> None:
        """Stops following the feed until an operator releases it."""
        ...

    def quarantined(self, origin: str) -> str | None:
        """Why the feed is quarantined; None when it is not."""
        ...


class FollowStore(Protocol):
    """Where mirrored feeds live."""

    def write(self) -> AbstractContextManager[FollowUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """A chunk as it came over the wire."""

    first_index: int
    entries: Sequence[RawEntry]
    consistency_path: Sequence[bytes]


class FeedSource(Protocol):
    """A peer that serves the feed. Faults are UnreachableFault (try again) or PeerFault (it answered nonsense)."""

    def watch(self, origin: str) -> AsyncIterator[bytes]:
        """Signed notes as they become known; ends when the peer ends the stream."""
        ...

    def read(self, origin: str, size: int, start: int, known: bytes) -> AsyncIterator[Received]:
        """Chunks from `start` as of checkpoint size `size`."""
        ...


@dataclass(frozen=True, slots=True)
class FollowedPeer:
    """Who is asked for one feed, and under which keys the feed is known.

    Attributes:
        keys: the feed's origin and the origin's keys.
        peer: node id of whoever serves it.
        source: the connection to that peer.
    """

    keys: FeedKeys
    peer: str
    source: FeedSource


@dataclass(frozen=True, slots=True)
class FollowSurroundings:
    """What every loop of a node shares.

    Attributes:
        store: where mirrors live.
        writer: runs store transactions, and verification, one at a time.
        now_ms: the clock, milliseconds since the epoch.
        observer: hears of failures and progress.
        advanced: called with the origin after something new is durable.
        max_backoff_s: longest pause between two tries.
    """

    store: FollowStore
    writer: Executor
    now_ms: Callable[[], int]
    observer: Observer
    advanced: Callable[[str], None]
    max_backoff_s: float = 60.0


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
        self._progress = False
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
        match self._feed.heard(note):
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
        await self._act(self._well)

    async def _catch_up(self) -> None:
        """Fetches until every checkpoint heard of is complete."""
        while (wanted := self._feed.wanted()) is not None:
            known = self._feed.state.note or b""
            async for received in self._source.read(self._origin, wanted.checkpoint_size, wanted.start, known):
                if self._feed.wanted() is None:
                    raise EntriesFault("ENTRIES_RANGE", f"{self._origin}: the peer sends entries beyond its checkpoint")
                await self._act(self._take, received)
                self._progress = True
                self._around.advanced(self._origin)
            if self._feed.wanted() == wanted:
                raise EntriesFault("ENTRIES_MISSING", f"{self._origin}: the peer has no entries for its checkpoint")

    def _take(self, received: Received) -> None:
        """Steps 1 to 3 of the durable order for one chunk."""
        before = self._feed.state.range.size
        batch = self._feed.received(received.first_index, received.entries, received.consistency_path)
        rows = [followed_row(entry) for entry in batch.entries]
        hashes = [leaf_hash(entry.raw_leaf) for entry in batch.entries]
        with self._around.store.write() as unit:
            self._require_newest(unit)
            tiles = extend_tiles(before, hashes, lambda level, index: unit.tile(self._origin, level, index))
            unit.mirror(self._origin, rows, tiles, batch.state)
        self._feed.adopt(batch)
        self._around.observer.followed(self._origin, rows)

    def _require_newest(self, unit: FollowUnit) -> None:
        """Sees that the store holds what this loop knows; OrderFault FEED_BATCH_ORDER when another loop added to it."""
        if unit.follow_state(self._origin).range != self._feed.state.range:
            raise OrderFault("FEED_BATCH_ORDER", f"{self._origin}: another follower was quicker")

    def _keep_note(self, note: bytes) -> None:
        """Keeps a note of all that is held; one heard before another follower took more in is of less."""
        with self._around.store.write() as unit:
            self._require_newest(unit)
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


def followed_row(entry: VerifiedEntry) -> FollowedRow:
    """The row of a verified entry. Bytes that are no record keep their place, and get a fault instead of an effect."""
    if entry.state is not PayloadState.PRESENT or entry.leaf is None:
        return FollowedRow(entry, "", personal=False)
    try:
        seen = glance(entry.leaf.schema, entry.payload)
    except FieldFault as fault:
        return FollowedRow(replace(entry, fault=fault.reason), "", personal=True)
    return FollowedRow(entry, seen.code, seen.personal)
