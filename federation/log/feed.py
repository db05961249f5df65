# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The follower of one feed: bytes in, verified entries out. It does no I/O, keeps no time, and trusts no server.

The caller asks and stores; this decides. The order of checks, and who is at fault when one fails:

    heard      strict parse, origin, log signature          NoteFault, the note is not this feed's
               same size, same root                         ForkFault, the origin contradicts itself
               larger: becomes the target; smaller: ignored, not an error
    received   the chunk starts where we stand, ends at or before the target      EntriesFault, the server
               its leaves, appended to our right edge, give a root that is the target's or, by a consistency proof
               to it, leads there                                                 EntriesFault, the server (or a fork)
               leaf and payload rules, entry by entry       none: a bad entry is quarantined, good ones go on
    adopt      after the caller's durable commit of entries and state, in one transaction

The origin's epoch and whether the feed may be followed at all are policy, decided before. A target stays fixed until
it is reached, however many larger checkpoints are heard meanwhile, since chunks in flight are bound to it. A chunk
verifies alone, so a broken stream resumes at `wanted()`, also in another process, from the `FollowState` stored.

Not for use from several threads at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from federation.errors import EntriesFault, ForkFault, NoteFault, OrderFault, StoreFault
from federation.log.checkpoint import (
    DEFAULT_MAX_AGE_S,
    FeedKeys,
    Freshness,
    SignedCheckpoint,
    freshness,
    merge_notes,
    open_checkpoint,
)
from federation.log.entry import RawEntry, VerifiedEntry, check_entries
from federation.log.merkle import CompactRange, leaf_hash, verify_consistency
from federation.log.note import Note


@dataclass(frozen=True, slots=True)
class FollowState:
    """All that must be stored to go on; the caller writes it in the same transaction as the entries.

    Attributes:
        range: right edge over all entries held.
        last_time_ms: newest leaf time among them; 0 before the first.
        note: newest complete checkpoint, of exactly `range.size`; None midway between two, and before the first.
    """

    range: CompactRange
    last_time_ms: int
    note: bytes | None

    @classmethod
    def start(cls) -> "FollowState":
        """Return the state before anything was heard."""
        return cls(CompactRange.empty(), 0, None)


@dataclass(frozen=True, slots=True)
class Advance:
    """A checkpoint beyond what is held: there are entries to fetch."""

    checkpoint: SignedCheckpoint


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What is held, with a first or newer cosignature: store `checkpoint.note` in place of the state's note.

    The note carries the signature lines of both, as far as the caps of a note allow.
    """

    checkpoint: SignedCheckpoint


@dataclass(frozen=True, slots=True)
class Known:
    """Nothing new: do nothing."""

    checkpoint: SignedCheckpoint


@dataclass(frozen=True, slots=True)
class Older:
    """A smaller size than is held or on its way, as a server behind others gives it: no error, nothing to do.

    A caller that stores the tree passes the root it had at that size to `FollowedFeed.compare`.
    """

    checkpoint: SignedCheckpoint


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to fetch next: entries from `start` on, up to `checkpoint_size`, which is greater."""

    start: int
    checkpoint_size: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A verified chunk and the state after it, to be committed together and then adopted.

    Attributes:
        entries: at least one, consecutive.
        state: the state after them; its note is set only when the chunk completes the target.
        levels: what they complete in the tree, as `CompactRange.grown` returns it.
    """

    entries: tuple[VerifiedEntry, ...]
    state: FollowState
    levels: tuple[Sequence[bytes], ...]


class FollowedFeed:
    """The state machine for one feed.

    Args:
        keys: the feed's origin and keys.
        state: as last committed; `FollowState.start()` for a feed never followed.
        max_age_s: agreed age of a fresh feed, seconds.

    Raises:
        StoreFault: FOLLOW_STATE_INVALID, the stored note does not verify or is not of the stored range.
    """

    def __init__(self, keys: FeedKeys, state: FollowState, max_age_s: int = DEFAULT_MAX_AGE_S) -> None:
        self._keys = keys
        self._state = state
        self._max_age_s = max_age_s
        self._complete: SignedCheckpoint | None = None  # kept while midway: freshness and forks still refer to it
        self._target: SignedCheckpoint | None = None
        self._later: SignedCheckpoint | None = None  # the largest heard while the target was being fetched
        if state.note is not None:
            self._complete = self._reopened(state.note)

    def _reopened(self, note: bytes) -> SignedCheckpoint:
        try:
            signed = open_checkpoint(note, self._keys)
        except NoteFault as fault:
            raise StoreFault("FOLLOW_STATE_INVALID", f"{self._keys.origin}: stored note: {fault.reason}") from fault
        if (signed.checkpoint.size, signed.checkpoint.root) != (self._state.range.size, self._state.range.root()):
            raise StoreFault("FOLLOW_STATE_INVALID", f"{self._keys.origin}: stored note is not of the stored range")
        return signed

    @property
    def state(self) -> FollowState:
        """The state as last adopted, with the newest note for it."""
        return self._state

    def freshness(self, now_ms: int) -> Freshness:
        """Judge the newest complete checkpoint; a checkpoint only heard of makes nothing fresh.

        Args:
            now_ms: time now, milliseconds since 1970 UTC.
        """
        cosigned_at_s = self._complete.cosigned_at_s if self._complete else None
        return freshness(cosigned_at_s, now_ms, self._max_age_s)

    def heard(self, note: bytes) -> Advance | Cosigned | Known | Older:
        """Judge a checkpoint, whoever delivered it.

        Args:
            note: the signed note as received.

        Raises:
            NoteFault: as `open_checkpoint`. The note says nothing; nothing has changed.
            ForkFault: CHECKPOINT_FORK, the origin signed two roots for one size. Evidence: both notes. Nothing has
                changed; the feed should be quarantined.
            EntriesFault: ENTRIES_ROOT, another root than that of the entries held midway, where no second note is at
                hand to prove a fork. Evidence: the note, the range held.
        """
        signed = open_checkpoint(note, self._keys)
        signed = replace(signed, note=self._attested(note))
        for known in (self._complete, self._target, self._later):
            self._refuse_fork(known, signed)
        size, held = signed.checkpoint.size, self._state.range
        if size == held.size:
            return self._heard_again(signed)
        if size < held.size:
            return Older(signed)
        return self._heard_beyond(signed)

    def _attested(self, raw: bytes) -> bytes:
        """Return the note with the lines of the log and clock keys alone.

        Whoever delivers a note can add lines of keys unknown here. What is stored is taken at its word later, and a
        made-up line with a time would let a hub that withholds entries look fresh.
        """
        note, keys = Note.parse(raw), (self._keys.log, self._keys.clock)
        known = {(key.name, key.key_id) for key in keys}
        return Note(note.text, tuple(each for each in note.signatures if (each.name, each.key_id) in known)).encode()

    def _refuse_fork(self, known: SignedCheckpoint | None, signed: SignedCheckpoint) -> None:
        if known is None or known.checkpoint.size != signed.checkpoint.size:
            return
        if known.checkpoint.root != signed.checkpoint.root:
            detail = f"{self._keys.origin}: two roots at size {signed.checkpoint.size}"
            raise ForkFault("CHECKPOINT_FORK", detail, (known.note, signed.note))

    def _heard_again(self, signed: SignedCheckpoint) -> Cosigned | Known:
        held = self._state.range
        if signed.checkpoint.root != held.root():
            detail = f"{self._keys.origin}: another root at size {held.size}"
            raise EntriesFault("ENTRIES_ROOT", detail, (signed.note, held.to_bytes()))
        if self._state.note is not None and self._complete is not None:
            if not _newer(signed, self._complete):
                return Known(signed)
            signed = _merged(self._complete, signed)
        self._complete = signed
        self._state = replace(self._state, note=signed.note)
        return Cosigned(signed)

    def _heard_beyond(self, signed: SignedCheckpoint) -> Advance | Known | Older:
        ahead = self._later or self._target
        if ahead is not None and signed.checkpoint.size <= ahead.checkpoint.size:
            return self._heard_ahead(signed)
        if self._target is None:
            self._target = signed
        else:
            self._later = signed
        return Advance(signed)

    def _heard_ahead(self, signed: SignedCheckpoint) -> Known | Older:
        """Take the newest cosignature along for a checkpoint on its way; what lies between two needs no notice."""
        if self._target is not None and self._target.checkpoint == signed.checkpoint:
            self._target = _merged(self._target, signed) if _newer(signed, self._target) else self._target
            return Known(signed)
        if self._later is not None and self._later.checkpoint == signed.checkpoint:
            self._later = _merged(self._later, signed) if _newer(signed, self._later) else self._later
            return Known(signed)
        return Older(signed)

    def compare(self, older: Older, root: bytes) -> None:
        """Check a smaller checkpoint against the tree held; without a stored tree it is simply ignored.

        Args:
            older: what `heard` returned, of a size not above the size held.
            root: root of the tree held, at that size.

        Raises:
            ForkFault: CHECKPOINT_FORK, the roots differ. Evidence: the notes of the newest complete checkpoint, where
                one is known, and of this one; with a consistency proof that does not exist, they contradict.
        """
        if older.checkpoint.checkpoint.root != root:
            notes = tuple(known.note for known in (self._complete, older.checkpoint) if known is not None)
            detail = f"{self._keys.origin}: another root at size {older.checkpoint.checkpoint.size}"
            raise ForkFault("CHECKPOINT_FORK", detail, notes)

    def wanted(self) -> Wanted | None:
        """Return what to fetch next, None when all that was heard of is held."""
        if self._target is None:
            return None
        return Wanted(self._state.range.size, self._target.checkpoint.size)

    def received(
        self,
        first_index: int,
        entries: Sequence[RawEntry],
        consistency_path: Sequence[bytes],
        after: Batch | None = None,
    ) -> Batch:
        """Verify one chunk. Pure: the same chunk may be given again, and nothing advances before `adopt`.

        Args:
            first_index: index of the first entry, as the server states it.
            entries: the entries. The caller bounds their bytes (a chunk is at most 1 MiB on the wire).
            consistency_path: from the size after this chunk to the target's.
            after: the chunk before, verified and not adopted yet; None when all before are adopted.

        Raises:
            OrderFault: FEED_NOTHING_WANTED, nothing was asked for.
            EntriesFault: ENTRIES_RANGE, the chunk is empty, starts elsewhere, or passes the target; ENTRIES_ROOT, it
                does not lead to the signed root. Evidence: target's note, range before, leaves, path.
        """
        target, state = self._target, self._state if after is None else after.state
        if target is None:
            raise OrderFault("FEED_NOTHING_WANTED", f"{self._keys.origin}: entries, but no checkpoint to reach")
        held, size = state.range, target.checkpoint.size
        if not entries or first_index != held.size or len(entries) > size - held.size:
            detail = f"{self._keys.origin}: {len(entries)} entries from {first_index}, wanted {held.size} to {size}"
            raise EntriesFault("ENTRIES_RANGE", detail, (target.note,))
        grown, levels = held.grown([leaf_hash(entry.leaf) for entry in entries])
        if not verify_consistency(grown.size, size, grown.root(), target.checkpoint.root, consistency_path):
            leaves, path = b"".join(entry.leaf for entry in entries), b"".join(consistency_path)
            detail = f"{self._keys.origin}: entries {held.size} to {grown.size} do not lead to the root at {size}"
            raise EntriesFault("ENTRIES_ROOT", detail, (target.note, held.to_bytes(), leaves, path))
        verified, last_time_ms = check_entries(self._keys.origin, held.size, state.last_time_ms, entries)
        note = target.note if grown.size == size else None
        return Batch(verified, FollowState(grown, last_time_ms, note), tuple(levels))

    def adopt(self, batch: Batch) -> None:
        """Go on from a batch that the caller has durably committed.

        Raises:
            OrderFault: FEED_BATCH_ORDER, the batch does not follow what was last adopted. Nothing has changed.
        """
        target, size = self._target, batch.state.range.size
        follows = batch.entries[0].index == self._state.range.size and batch.entries[-1].index == size - 1
        if target is None or not follows or size > target.checkpoint.size:
            raise OrderFault("FEED_BATCH_ORDER", f"{self._keys.origin}: a batch up to {size} adopted out of order")
        self._state = batch.state
        if batch.state.note is not None:
            # opened again, since the target may have been cosigned anew after the batch was made and stored
            self._complete = self._reopened(batch.state.note)
            self._target, self._later = self._later, None


def _newer(signed: SignedCheckpoint, known: SignedCheckpoint) -> bool:
    """Tell whether a checkpoint was cosigned later than another, or at all."""
    return signed.cosigned_at_s is not None and signed.cosigned_at_s > (
        -1 if known.cosigned_at_s is None else known.cosigned_at_s
    )


def _merged(known: SignedCheckpoint, newer: SignedCheckpoint) -> SignedCheckpoint:
    """Return the newer one with both's signature lines, its own first: its cosignature must not fall to the caps."""
    return replace(newer, note=merge_notes(newer.note, known.note))
