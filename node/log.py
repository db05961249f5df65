# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The sequencer: gives pending entries an index and a time, signs, publishes. One per own feed.

Durable order of one batch, and what a crash after each step leaves (wire form, section 4):

1. read the head and, unless it is the one verified     nothing changed: they are still pending.
   or kept last, verify it; take at most N pending in
   order, each under the seal it was put in with
2. build leaves, tiles, right edge and root            nothing changed.
3. write leaves, payloads, tiles in one transaction;   undone: still pending, head as before; what was to be
   destroy what they erase, registered first            destroyed is in the register, and goes at the next start.
4. read them back, recompute the root from the stored  undone, and the node stops writing until it has reloaded and
   leaves, and see that the stored tiles lead to it;   verified the head.
   any difference is StoreFault
5. sign, move the head by compare-and-swap, commit     the batch is published: on restart the head is there, signed.
6. ring the bell: the checkpoint leaves the process    followers learn of it when they next ask.

A bulk import publishes without the detour over pending rows (`publish`). Then step 1 is the decision on a batch of
submissions, in the transaction of steps 3 to 5, and a crash before the commit leaves neither entries nor what is known
of their keys: importing the file again finds the batches before as duplicates, and takes this one as if for the first
time.

A checkpoint never leaves before the commit of step 5 is durable. An error in or after step 5 leaves the outcome
unknown: all memory is dropped and the head is loaded from the store and verified, by the same function as at start,
before anything is written again.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from federation.errors import ClockFault, ConfigFault, FieldFault, OrderFault, StoreFault
from federation.log.checkpoint import Checkpoint, FeedKeys, open_checkpoint
from federation.log.leaf import (
    KINDS_WITH_PAYLOAD,
    MAX_PAYLOAD_BYTES,
    NO_COMMITMENT,
    SALT_BYTES,
    Committer,
    Leaf,
    LeafKind,
)
from federation.log.merkle import CompactRange, leaf_hash
from federation.log.note import Note, SignatureLine, cosign_note, sign_note
from federation.log.tile import TileTree, extend_tiles
from federation.records.feed_policy import Dataset
from node.entry.pending import Pending
from node.entry.stored import require_head, require_tiles
from node.identity.keys import KeyRing

CLOCK_SLACK_MS = 1000
"""How far the clock may stand before the head's time without being called wrong."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pending row with its place in the queue."""

    place: int
    pending: Pending


class Row(NamedTuple):
    """A sequenced entry as the store keeps it; `kind` to `commitment` say what stands in the leaf."""

    idx: int
    leaf: bytes
    kind: LeafKind
    schema: int
    ref: int | None
    commitment: bytes
    salt: bytes
    payload: bytes
    subject: str
    personal: bool
    key: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class LogHead:
    """The state of an own feed: right edge, time of the newest entry, and the signed note."""

    range: CompactRange
    time_ms: int
    note: bytes


class LogUnit(Protocol):
    """One transaction of the sequencer."""

    def log_head(self, origin: str) -> LogHead | None:
        """The stored head; None when the feed was never created here."""
        ...

    def waiting(self, origin: str, limit: int) -> Sequence[Waiting]:
        """The oldest pending rows, in order, at most `limit`."""
        ...

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        ...

    def create_feed(self, origin: str, dataset: Dataset, head: LogHead) -> None:
        """Adds an own feed; the caller has seen that it is not there."""
        ...

    def append(self, origin: str, rows: Sequence[Row], tiles: Mapping[tuple[int, int], bytes]) -> None:
        """Adds entries and replaces tiles; destroys what ERASE entries among them order."""
        ...

    def stored(self, origin: str, start: int, stop: int) -> Sequence[tuple[bytes, bytes, bytes]]:
        """Leaf, salt and payload of entries [start, stop), read back."""
        ...

    def move_head(self, origin: str, before: LogHead, after: LogHead, *, done: int | None) -> bool:
        """Compare-and-swap on size and root, dropping pending rows up to `done`; False when it was not `before`."""
        ...


class LogStore(Protocol):
    """Where the own feeds live."""

    def write(self) -> AbstractContextManager[LogUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...


class Sequencer:
    """Publishes one own feed. Call from the writer thread only.

    Args:
        origin: the feed.
        store: where it lives.
        keys: log and clock keys.
        now_ms: the clock, milliseconds since the epoch.
        max_batch: most entries under one checkpoint; may be read.
    """

    def __init__(
        self, origin: str, store: LogStore, keys: KeyRing, now_ms: Callable[[], int], max_batch: int = 2000
    ) -> None:
        self._origin = origin
        self._store = store
        self._keys = keys
        self._now_ms = now_ms
        self.max_batch = max_batch
        self._known: LogHead | None = None
        self._lost: ConfigFault | None = None
        self._feed_keys = FeedKeys(origin, keys.log_verifier(origin), keys.clock_verifier)
        self._committer = Committer(origin)

    def create(self, dataset: Dataset) -> bool:
        """Creates the feed with a signed checkpoint of size 0; only ever called by an explicit command.

        Returns:
            False when the feed is there already; nothing changes then.
        """
        with self._store.write() as unit:
            if unit.log_head(self._origin) is not None:
                return False
            empty = CompactRange.empty()
            unit.create_feed(self._origin, dataset, LogHead(empty, 0, self._sign(empty)))
        return True

    def _head(self, unit: LogUnit) -> LogHead:
        head = unit.log_head(self._origin)
        if head is None:
            raise ConfigFault("FEED_NOT_CREATED", f"{self._origin} is not in the store; mend: xinqiao feeds --create")
        return head

    def _take_known(self) -> LogHead:
        """The head verified or kept last, loaded if there is none; forgotten until what begins now has ended well."""
        known = self._known or self.load()
        self._known = None
        return known

    def _current(self, unit: LogUnit, known: LogHead) -> LogHead:
        """The stored head, verified unless it is the one that is known: nothing is built on a head that changed."""
        head = self._head(unit)
        if head != known:
            require_head(unit, head, self._feed_keys)
        return head

    def load(self) -> LogHead:
        """Loads and verifies the head: own signature, right edge recomputed from the tiles, clock not before it.

        Raises:
            ConfigFault: FEED_NOT_CREATED; HISTORY_LOST, a mirror knows a history that this store has not;
                REFILL_UNFINISHED, only part of it has been brought back.
            StoreFault: HEAD_CORRUPT, what is stored does not carry the signed root; nothing may be signed.
            ClockFault: CLOCK_BEHIND, the clock stands before the head's time.
        """
        self._known = None
        if self._lost is not None:
            raise self._lost
        with self._store.write() as unit:
            head = self._head(unit)
            require_head(unit, head, self._feed_keys)
        self._require_clock(head)
        self._known = head
        return head

    def _require_clock(self, head: LogHead) -> None:
        """Sees that the clock does not stand before the newest entry, beyond what a clock is corrected by.

        Raises:
            ClockFault: CLOCK_BEHIND; the fault ends by itself when the clock is right.
        """
        behind_ms = head.time_ms - self._now_ms()
        if behind_ms > CLOCK_SLACK_MS:
            detail = f"{self._origin}: the clock stands {behind_ms} ms before the newest entry; mend: set the clock"
            raise ClockFault("CLOCK_BEHIND", detail)

    def sequence(self) -> int:
        """Publishes one batch of what is pending.

        Returns:
            How many entries were published; 0 when nothing waits.

        Raises:
            StoreFault: nothing may be assumed published; the head is reloaded before the next write.
            ClockFault: CLOCK_BEHIND, nothing was published.
        """
        known = self._take_known()
        with self._store.write() as unit:
            waiting = unit.waiting(self._origin, self.max_batch)
            if waiting:
                known = self._publish(unit, known, [item.pending for item in waiting], done=waiting[-1].place)
        self._known = known
        return len(waiting)

    def publish(self, choose: Callable[[LogUnit], Sequence[Pending]]) -> int:
        """Publishes at once entries that never waited: they are chosen inside the transaction that publishes them.

        Args:
            choose: the entries, in order, at most as many as fit under one checkpoint; may be none. What it reads in
                the unit is what the entries are added to; what it writes is kept or undone with them.

        Returns:
            How many entries were published.

        Raises:
            OrderFault: BATCH_TOO_LARGE.
            ClockFault: CLOCK_BEHIND, nothing was published.
            StoreFault: nothing may be assumed published; the head is reloaded before the next write.
        """
        known = self._take_known()
        with self._store.write() as unit:
            chosen = choose(unit)
            if len(chosen) > self.max_batch:
                raise OrderFault("BATCH_TOO_LARGE", f"{len(chosen)} entries; the limit is {self.max_batch}")
            if chosen:
                known = self._publish(unit, known, chosen, done=None)
        self._known = known
        return len(chosen)

    def _publish(self, unit: LogUnit, known: LogHead, pending: Sequence[Pending], *, done: int | None) -> LogHead:
        """Steps 2 to 5 of the durable order, all but the commit; gives the new head."""
        head = self._current(unit, known)
        self._require_clock(head)
        time_ms = max(self._now_ms(), head.time_ms + 1)
        rows = [self._row(head.range.size + offset, time_ms, item) for offset, item in enumerate(pending)]
        hashes = [leaf_hash(row.leaf) for row in rows]
        tiles = extend_tiles(head.range.size, hashes, lambda level, index: unit.tile(self._origin, level, index))
        unit.append(self._origin, rows, tiles)
        after = self._recomputed(unit, head.range, rows)
        if after != head.range.extended(hashes):
            raise StoreFault("STORED_BATCH_DIFFERS", f"{self._origin}: what was read back is not what was built")
        require_tiles(unit, self._origin, tiles, after)
        moved = LogHead(after, time_ms, self._sign(after))
        if not unit.move_head(self._origin, head, moved, done=done):
            raise StoreFault("HEAD_MOVED", f"{self._origin}: another writer moved the head")
        return moved

    def _row(self, index: int, time_ms: int, pending: Pending) -> Row:
        """The entry of one pending row.

        Raises:
            StoreFault: PENDING_CORRUPT, the payload is no longer what was accepted, or the rest cannot be what was.
        """
        key, digest, kind, schema, ref, salt, payload, subject, personal = pending
        if hashlib.sha256(payload).digest() != digest:
            raise StoreFault("PENDING_CORRUPT", f"{self._origin}: a pending payload changed in the store")
        try:
            committed = self._commitment(kind, schema, salt, payload)
            leaf = Leaf(kind, time_ms, schema, ref, committed).encode()
        except FieldFault as fault:
            raise StoreFault("PENDING_CORRUPT", f"{self._origin}: a pending row changed: {fault.reason}") from None
        return Row(index, leaf, kind, schema, ref, committed, salt, payload, subject, personal, key, digest)

    def _recomputed(self, unit: LogUnit, before: CompactRange, rows: Sequence[Row]) -> CompactRange:
        """The right edge after the batch, from the bytes that are stored now.

        Raises:
            StoreFault: STORED_BATCH_DIFFERS.
        """
        stored = unit.stored(self._origin, before.size, before.size + len(rows))
        if len(stored) != len(rows):
            raise StoreFault("STORED_BATCH_DIFFERS", f"{self._origin}: not as many entries are stored as were built")
        hashes = []
        for (leaf, salt, payload), row in zip(stored, rows, strict=True):
            if leaf != row.leaf or not self._commits(row, salt, payload):
                raise StoreFault("STORED_BATCH_DIFFERS", f"{self._origin}: a stored payload breaks its commitment")
            hashes.append(leaf_hash(leaf))
        return before.extended(hashes)

    def _commits(self, row: Row, salt: bytes, payload: bytes) -> bool:
        """Whether stored bytes are what the leaf of a row commits to."""
        try:
            return self._commitment(row.kind, row.schema, salt, payload) == row.commitment
        except FieldFault:
            return False

    def _commitment(self, kind: LeafKind, schema: int, salt: bytes, payload: bytes) -> bytes:
        """What a leaf commits to: the payload; for a kind that has none, nothing.

        Raises:
            FieldFault: COMMITMENT_INPUT, also for a payload where there is to be none.
        """
        if kind not in KINDS_WITH_PAYLOAD:
            if salt or payload:
                raise FieldFault("payload", "COMMITMENT_INPUT", f"{kind.name} has no payload")
            return NO_COMMITMENT
        if len(salt) != SALT_BYTES or len(payload) > MAX_PAYLOAD_BYTES or not 0 <= schema < 2**16:
            raise FieldFault("payload", "COMMITMENT_INPUT", "salt, payload or schema is out of bounds")
        return self._committer.commitment(schema, salt, payload)

    def _sign(self, range_: CompactRange) -> bytes:
        """The signed and cosigned note of a right edge."""
        text = Checkpoint(self._origin, range_.size, range_.root()).text()
        line = sign_note(text, self._origin, self._keys.log, self._keys.log.public_key)
        return Note(text, (line, self._cosignature(text))).encode()

    def _cosignature(self, text: str) -> SignatureLine:
        now_s = self._now_ms() // 1000
        return cosign_note(text, self._keys.name, self._keys.clock, self._keys.clock.public_key, now_s)

    def beat(self) -> None:
        """Cosigns the newest checkpoint anew with the present time, so that followers see the feed is alive.

        Raises:
            StoreFault: the head could not be kept; it is reloaded before the next write.
            ClockFault: CLOCK_BEHIND, nothing was signed.
        """
        known = self._take_known()
        with self._store.write() as unit:
            head = self._current(unit, known)
            self._require_clock(head)
            note = Note.parse(head.note)
            lines = (note.signatures[0], self._cosignature(note.text))
            beaten = LogHead(head.range, head.time_ms, Note(note.text, lines).encode())
            if not unit.move_head(self._origin, head, beaten, done=None):
                raise StoreFault("HEAD_MOVED", f"{self._origin}: another writer moved the head")
        self._known = beaten

    def refuse_fork(self, note: bytes) -> None:
        """Compares a checkpoint of this feed that a mirror holds with the stored head.

        What one mirror has shown to be lost stays so until this process ends, whatever others know: a mirror that is
        behind, or away when it is asked again, takes nothing back.

        Raises:
            ConfigFault: HISTORY_LOST, a mirror holds more than this store, or another root for its size: the store was
                restored from an old copy, and signing would fork the feed.
            NoteFault: the mirror's note is not one we signed.
        """
        theirs = open_checkpoint(note, self._feed_keys).checkpoint
        with self._store.write() as unit:
            ours = self._head(unit).range
            tree = TileTree(lambda level, index: unit.tile(self._origin, level, index))
            same = theirs.size <= ours.size and tree.root(theirs.size) == theirs.root
        if not same:
            self._known = None
            self._lost = ConfigFault(
                "HISTORY_LOST",
                f"{self._origin}: a mirror holds {theirs.size} entries signed by this node, the store {ours.size}; "
                "the store is an old or foreign copy. Nothing will be signed; mend: xinqiao feed refill --from PEER "
                "(the mirror), or bring back the newest store",
            )
            raise self._lost
