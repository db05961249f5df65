# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Refills one own feed from a mirror, after the store was restored from an old copy.

The mirror is trusted no more than any peer: what it sends is verified as a follower verifies a foreign feed, against
the node's own keys. Durable order of one chunk, and what a crash after each step leaves:

1. fetch and verify                   nothing changed: the chunk is fetched again.
2. entries, acts, tiles, right edge   undone: fetched again. Kept: the next run goes on after it. Until the last chunk
   and (with the last chunk) the      the store holds more entries than its note signs: the sequencer refuses to sign
   note, in one transaction           (REFILL_UNFINISHED), and readers are served the older checkpoint.
3. the last chunk is kept             the feed is whole: the node may be served, and signs on after it.
4. lost payloads, a chunk at a time   undone, or kept: the next run looks for those that are still lost.

Nothing is signed here. A waiting row that turns out to be published already leaves the queue in the transaction that
brings its entry back, so that nothing is published twice.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from federation.errors import ConfigFault, EntriesFault, ForkFault, PeerFault, StoreFault
from federation.log.checkpoint import FeedKeys
from federation.log.entry import VerifiedEntry
from federation.log.feed import Advance, Cosigned, FollowedFeed, FollowState, Known, Older
from federation.log.merkle import CompactRange, leaf_hash
from federation.log.note import Note
from federation.log.tile import TileTree, extend_tiles
from node.entry.evidence import Evidence
from node.follow.ports import Received
from node.refill.payloads import fill_gaps
from node.refill.restoring import by_commitment, is_wrong, restored
from node.refill.store import Mirror, Refilled, RefillStore, RefillUnit, Restored

MAX_EVIDENCE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Refilling:
    """Who is asked, about which feed, for which store.

    Attributes:
        keys: the feed's origin and this node's own keys.
        store: held by this process alone.
        peer: node id of the mirror.
        mirror: the connection to it.
        now_ms: the clock, milliseconds since the epoch.
        told: told after each chunk how many entries came with it.
    """

    keys: FeedKeys
    store: RefillStore
    peer: str
    mirror: Mirror
    now_ms: Callable[[], int]
    told: Callable[[int], None]


class Refill:
    """Refills one feed. For one event loop; nothing else may write the store."""

    def __init__(self, refilling: Refilling) -> None:
        self._around = refilling
        self._origin = refilling.keys.origin
        self._unqueued = 0
        self._queue = True

    async def run(self, note: bytes) -> Refilled:
        """Brings back all that the mirror's checkpoint covers, and payloads that were lost before.

        Args:
            note: the mirror's newest checkpoint of the feed, not yet verified.

        Raises:
            NoteFault, EntriesFault: the mirror lied; its bytes are kept as evidence, and nothing of them as entries.
            ForkFault: CHECKPOINT_FORK, this node signed two histories; both notes are kept.
            ConfigFault: REFILL_UNFINISHED, this mirror has not all that an earlier run began to bring back.
            UnreachableFault: what has come so far is kept; the next run goes on.
            StoreFault: likewise.
        """
        with self._around.store.write() as unit:
            state = unit.refill_state(self._origin)
        feed = FollowedFeed(self._around.keys, state)
        try:
            await self._bring_back(feed, note)
            if feed.state.note is None:
                raise unfinished(self._origin)
            payloads = await fill_gaps(self._around.store, self._origin, self._chunks_from(note))
        except PeerFault as fault:
            self._keep_evidence(fault)
            raise
        with self._around.store.write() as unit:
            lost = unit.count_gaps(self._origin)
        after = feed.state.range.size
        return Refilled(self._origin, True, state.range.size, after, payloads, lost, self._unqueued)

    async def _bring_back(self, feed: FollowedFeed, note: bytes) -> None:
        midway = feed.state.note is None
        match feed.heard(note):
            case Advance():
                await self._catch_up(feed, note)
            case Older() as older:
                with self._around.store.write() as unit:
                    root = self._tree(unit).root(older.checkpoint.checkpoint.size)
                self._compare(feed, older, root)
            case Cosigned() if midway:
                self._keep(feed.state.range, (), feed.state)
            case Cosigned() | Known():
                pass

    def _tree(self, unit: RefillUnit) -> TileTree:
        return TileTree(lambda level, index: unit.tile(self._origin, level, index))

    def _compare(self, feed: FollowedFeed, older: Older, root: bytes) -> None:
        try:
            feed.compare(older, root)
        except ForkFault as fault:
            raise self._fork(fault.detail, older.checkpoint.note) from fault

    async def _catch_up(self, feed: FollowedFeed, note: bytes) -> None:
        """Fetches until the checkpoint is complete."""
        while (wanted := feed.wanted()) is not None:
            async with aclosing(self._read(wanted.checkpoint_size, wanted.start)) as chunks:
                async for received in chunks:
                    if feed.wanted() is None:
                        raise EntriesFault("ENTRIES_RANGE", f"{self._origin}: entries beyond the checkpoint", (note,))
                    await self._take(feed, received, note)
            if feed.wanted() == wanted:
                raise EntriesFault("ENTRIES_MISSING", f"{self._origin}: no entries for the checkpoint", (note,))

    def _read(self, size: int, start: int) -> AsyncGenerator[Received]:
        """Nothing is said of the checkpoint known here: a peer that saw a fork in it would answer no more."""
        return self._around.mirror.read(self._origin, size, start, b"")

    async def _take(self, feed: FollowedFeed, received: Received, note: bytes) -> None:
        """Steps 1 to 3 of the durable order for one chunk."""
        before = feed.state.range
        try:
            batch = feed.received(received.first_index, received.entries, received.consistency_path)
        except EntriesFault as fault:
            if fault.reason == "ENTRIES_ROOT":
                await self._refuse_fork(before, note)
            raise
        self._keep_wrong(batch.entries)
        self._keep(before, batch.entries, batch.state)
        feed.adopt(batch)
        self._around.told(len(batch.entries))

    def _keep(self, before: CompactRange, entries: Sequence[VerifiedEntry], after: FollowState) -> None:
        """One transaction: what came, and what it settles."""
        hashes = [leaf_hash(entry.raw_leaf) for entry in entries]
        with self._around.store.write() as unit:
            rows = self._matched(unit, entries)
            tiles = extend_tiles(before.size, hashes, lambda level, index: unit.tile(self._origin, level, index))
            note = None if after.note is None else _log_line_first(after.note, self._around.keys)
            if not unit.bring_back(self._origin, before, rows, FollowState(after.range, after.last_time_ms, note)):
                raise StoreFault("HEAD_MOVED", f"{self._origin}: another writer moved the head")
            unit.put_tiles(self._origin, tiles)
            unqueued = unit.unqueue(self._origin, rows)
        self._unqueued += unqueued

    def _matched(self, unit: RefillUnit, entries: Sequence[VerifiedEntry]) -> list[Restored]:
        """The rows of entries; those that were waiting here when the copy was made are known by what they commit to.

        The queue is published in its order: once none of a chunk was waiting, none of a later one was.
        """
        waiting = by_commitment(self._origin, unit.waiting(self._origin, len(entries))) if self._queue else {}
        pending = [waiting.get(entry.leaf.commitment) if entry.leaf is not None else None for entry in entries]
        self._queue = not entries or any(found is not None for found in pending)
        return [restored(entry, found) for entry, found in zip(entries, pending, strict=True)]

    async def _refuse_fork(self, held: CompactRange, note: bytes) -> None:
        """Reads the mirror's copy from its first entry to the size held here: only a fork leads to its signed root.

        Raises:
            ForkFault: CHECKPOINT_FORK.
        """
        theirs = FollowedFeed(self._around.keys, FollowState.start())
        theirs.heard(note)
        wanted = theirs.wanted()
        if wanted is None or not held.size:
            return
        async with aclosing(self._read(wanted.checkpoint_size, 0)) as chunks:
            async for received in chunks:
                batch = theirs.received(received.first_index, received.entries, received.consistency_path)
                missing = held.size - theirs.state.range.size
                if missing <= len(batch.entries):
                    hashes = [leaf_hash(entry.raw_leaf) for entry in batch.entries[:missing]]
                    if theirs.state.range.extended(hashes) != held:
                        raise self._fork(f"{self._origin}: another root at size {held.size}", note)
                    return
                theirs.adopt(batch)

    def _fork(self, detail: str, note: bytes) -> ForkFault:
        with self._around.store.write() as unit:
            head = unit.log_head(self._origin)
        ours = () if head is None else (head.note,)
        return ForkFault(
            "CHECKPOINT_FORK",
            f"{detail}: this node has signed two histories. Both notes are kept; nothing was brought back. "
            "mend: bring back the newest store, and tell the coordinator",
            (*ours, note),
        )

    def _keep_wrong(self, entries: Sequence[VerifiedEntry]) -> None:
        """Keeps what a mirror gave as payload and is none; the entry comes back without."""
        for entry in entries:
            if is_wrong(entry):
                parts = (entry.raw_leaf, entry.salt, entry.payload)
                self._keep_evidence(PeerFault(str(entry.fault), f"{self._origin} {entry.index}", parts))

    def _keep_evidence(self, fault: PeerFault) -> None:
        parts = tuple(part[:MAX_EVIDENCE_BYTES] for part in fault.evidence)
        evidence = Evidence(self._around.peer, fault.reason, fault.detail, parts)
        with self._around.store.write() as unit:
            unit.keep_own_evidence(self._origin, evidence, self._around.now_ms())

    def _chunks_from(self, note: bytes) -> Callable[[int], AsyncGenerator[Received]]:
        """How to read the mirror's copy from any entry on; nothing from beyond its checkpoint."""
        size = Note.parse(note).text.split("\n")[1]

        async def chunks(start: int) -> AsyncGenerator[Received]:
            if start < int(size):
                async with aclosing(self._read(int(size), start)) as read:
                    async for received in read:
                        yield received

        return chunks


def unfinished(origin: str) -> ConfigFault:
    """Some of a mirror's entries have come back, and not yet all that one of its checkpoints covers."""
    return ConfigFault(
        "REFILL_UNFINISHED",
        f"{origin}: bringing back entries was interrupted; nothing will be signed; "
        "mend: xinqiao feed refill --from PEER, the same PEER as before",
    )


def _log_line_first(raw: bytes, keys: FeedKeys) -> bytes:
    """The note with the log's own line before all others, in whatever order the mirror tells them."""
    note = Note.parse(raw)
    own = (keys.log.name, keys.log.key_id)
    lines = sorted(note.signatures, key=lambda line: (line.name, line.key_id) != own)
    return Note(note.text, tuple(lines)).encode()
