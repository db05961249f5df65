# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Re-checks a whole store from its stored bytes: is every feed still what its origin signed?

For each feed, in this order: the stored note verifies with the origin's key and is of the stored size · every leaf
hashes to what its tile holds, and full tiles to what the tiles above hold · all leaves together give the signed root ·
every present payload matches its commitment, every other carries no bytes · the columns that questions are answered by
say what the payload says · every act is found by what it acts on · what was ordered erased is gone. Memory stays flat.
An entry that cannot be read at all ends the check of its feed, not that of the others. What no signature covers cannot
be checked: why a payload is absent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.errors import FieldFault, NoteFault, StoreFault
from federation.log.checkpoint import FeedKeys, open_checkpoint
from federation.log.entry import PayloadState
from federation.log.leaf import KINDS_WITH_PAYLOAD, Committer, Leaf, LeafKind
from federation.log.merkle import CompactRange, leaf_hash
from federation.log.tile import TILE_WIDTH, extend_tiles
from federation.records.codec import glance
from node.entry.holding import HeldEntry
from node.publish import FeedView

BATCH_ENTRIES = 4 * TILE_WIDTH
HASH_BYTES = 32
_BARE_STATES = frozenset({PayloadState.WITHHELD, PayloadState.ERASED, PayloadState.NONE, PayloadState.LOST})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the store that is not what was signed.

    Attributes:
        index: the entry; None when the feed as a whole is meant.
        reason: stable code.
    """

    origin: str
    index: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the check has come, in entries over all feeds."""

    done: int
    total: int


class StoreReader(Protocol):
    """Reads the store as it is; trusts nothing."""

    def feeds(self) -> Sequence[FeedView]:
        """Every feed held, ordered by origin."""
        ...

    def follow_range(self, origin: str) -> CompactRange:
        """The stored right edge, over all entries held, which a catch-up may have brought beyond the checkpoint."""
        ...

    def held(self, origin: str, start: int, limit: int) -> Sequence[HeldEntry]:
        """Entries from `start`, in order, at most `limit`."""
        ...

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on."""
        ...

    def entry(self, origin: str, index: int) -> HeldEntry | None:
        """One entry."""
        ...

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        ...


class Verify:
    """Checks a store.

    Args:
        reader: the store.
        keys: keys of every feed that may be in it, by origin.
        progress: told after each batch.
    """

    def __init__(self, reader: StoreReader, keys: Mapping[str, FeedKeys], progress: Callable[[Progress], None]) -> None:
        self._reader = reader
        self._keys = keys
        self._progress = progress
        self._done = 0
        self._total = 0

    def run(self) -> Iterator[Finding]:
        """Yields every finding; none means that the store is whole."""
        views = self._reader.feeds()
        self._total = sum(self._reader.follow_range(view.origin).size for view in views)
        for view in views:
            yield from self._feed(view)

    def _feed(self, view: FeedView) -> Iterator[Finding]:
        reason = self._note_fault(view)
        if reason:
            yield Finding(view.origin, None, reason)
        expected = self._reader.follow_range(view.origin)
        held = CompactRange.empty()
        complete = held if view.size == 0 else None
        upper = _UpperTiles(lambda level, index: self._reader.tile(view.origin, level, index))
        while held.size < expected.size:
            entries, broken = self._read(view.origin, held.size, min(BATCH_ENTRIES, expected.size - held.size))
            yield from self._batch(view.origin, held.size, entries)
            if broken is not None:
                yield broken
                return
            if not entries:
                break
            hashes = [leaf_hash(entry.raw_leaf) for entry in entries]
            for index in upper.extended(held.size, hashes):
                yield Finding(view.origin, index, "TILE_MISMATCH")
            if held.size < view.size <= held.size + len(hashes):
                complete = held.extended(hashes[: view.size - held.size])
            held = held.extended(hashes)
            self._done += len(entries)
            self._progress(Progress(self._done, self._total))
        if held != expected or complete is None or not self._carries(view, complete):
            yield Finding(view.origin, None, "ROOT_MISMATCH")

    def _read(self, origin: str, start: int, limit: int) -> tuple[Sequence[HeldEntry], Finding | None]:
        """The next entries, up to one that cannot be read; and that one.

        Raises:
            StoreFault: the store is away; a corrupt entry is a finding.
        """
        try:
            return self._reader.held(origin, start, limit), None
        except StoreFault as fault:
            if fault.reason != "STORE_CORRUPT":
                raise
            if limit == 1:
                return (), Finding(origin, start, fault.reason)
        half = limit // 2
        entries, broken = self._read(origin, start, half)
        if broken is not None or len(entries) < half:
            return entries, broken
        more, broken = self._read(origin, start + half, limit - half)
        return [*entries, *more], broken

    def _note_fault(self, view: FeedView) -> str:
        """Why the stored note does not vouch for the stored size; empty when it does."""
        keys = self._keys.get(view.origin)
        if keys is None:
            return "KEY_UNKNOWN"
        if view.note is None:
            return "NOTE_MISSING" if view.size else ""
        try:
            signed = open_checkpoint(view.note, keys)
        except NoteFault as fault:
            return fault.reason
        return "" if signed.checkpoint.size == view.size else "CHECKPOINT_SIZE"

    def _carries(self, view: FeedView, complete: CompactRange) -> bool:
        """Whether the recomputed root is the signed one."""
        keys = self._keys.get(view.origin)
        if keys is None or view.note is None:
            return view.note is None and view.size == 0
        try:
            return open_checkpoint(view.note, keys).checkpoint.root == complete.root()
        except NoteFault:
            return False

    def _batch(self, origin: str, start: int, entries: Sequence[HeldEntry]) -> Iterator[Finding]:
        """Entry by entry: position, leaf against tile, payload against leaf, columns against payload."""
        committer = Committer(origin)
        tiles: dict[int, bytes] = {}
        for offset, entry in enumerate(entries):
            index = start + offset
            if entry.index != index:
                yield Finding(origin, index, "ENTRY_MISSING")
                return
            place, within = divmod(index, TILE_WIDTH)
            if place not in tiles:
                tiles[place] = self._reader.tile(origin, 0, place)
            stored = tiles[place][within * HASH_BYTES : (within + 1) * HASH_BYTES]
            if leaf_hash(entry.raw_leaf) != stored:
                yield Finding(origin, index, "LEAF_MISMATCH")
            reason = _payload_fault(entry, committer)
            if reason:
                yield Finding(origin, index, reason)
        yield from self._acts(origin, entries)
        yield from self._erased(origin, entries)

    def _erased(self, origin: str, entries: Sequence[HeldEntry]) -> Iterator[Finding]:
        """Sees that what was ordered erased is gone."""
        for entry in entries:
            ref = _ref(entry) if entry.leaf is not None and entry.leaf.kind is LeafKind.ERASE else None
            held = None if ref is None else self._reader.entry(origin, ref)
            if held is not None and (held.salt or held.payload):
                yield Finding(origin, held.index, "PAYLOAD_NOT_ERASED")

    def _acts(self, origin: str, entries: Sequence[HeldEntry]) -> Iterator[Finding]:
        """Sees that each act is found by what it acts on: one that is not has no effect."""
        refs = {entry.index: ref for entry in entries if (ref := _ref(entry)) is not None}
        found = self._reader.acts(origin, sorted(set(refs.values()))) if refs else {}
        for index, ref in refs.items():
            if index not in {act.index for act in found.get(ref, ())}:
                yield Finding(origin, index, "ACT_MISSING")


class _UpperTiles:
    """Compares the tiles above the leaves with what the leaves give."""

    def __init__(self, stored: Callable[[int, int], bytes]) -> None:
        self._stored = stored
        self._edge: dict[tuple[int, int], bytes] = {}

    def extended(self, size: int, hashes: Sequence[bytes]) -> Iterator[int]:
        """Appends leaves, and yields the first leaf under each hash above them that is not what they give."""
        made = extend_tiles(size, hashes, lambda level, index: self._edge.get((level, index), b""))
        newest = dict(sorted(made))
        self._edge |= {place: tile for place, tile in made.items() if newest[place[0]] == place[1]}
        for place in [place for place in self._edge if place[1] < newest.get(place[0], 0)]:
            del self._edge[place]
        for (level, index), tile in made.items():
            stored = self._stored(level, index)[: len(tile)] if level else tile
            if stored != tile:
                yield (index * TILE_WIDTH + _first_difference(stored, tile)) * TILE_WIDTH**level


def _first_difference(stored: bytes, made: bytes) -> int:
    """Number of the first hash that differs."""
    for number, at in enumerate(range(0, len(made), HASH_BYTES)):
        if stored[at : at + HASH_BYTES] != made[at : at + HASH_BYTES]:
            return number
    return 0


def _ref(entry: HeldEntry) -> int | None:
    """The earlier entry that an entry names; None when it names none."""
    leaf = entry.leaf
    return leaf.ref if leaf is not None and leaf.ref is not None and leaf.ref < entry.index else None


def _payload_fault(entry: HeldEntry, committer: Committer) -> str:
    """What is wrong with the payload of an entry, or with the columns drawn from it; empty when nothing is."""
    leaf = entry.leaf
    if entry.state is PayloadState.QUARANTINED:
        return "" if entry.fault is not None else "STATE_INVALID"
    if leaf is None:
        return "LEAF_MALFORMED"
    if entry.state in _BARE_STATES:
        return _bare_fault(entry, leaf)
    if leaf.kind not in KINDS_WITH_PAYLOAD:
        return "STATE_INVALID"
    if committer.commitment(leaf.schema, entry.salt, entry.payload) != leaf.commitment:
        return "PAYLOAD_COMMITMENT"
    return _column_fault(entry, leaf)


def _bare_fault(entry: HeldEntry, leaf: Leaf) -> str:
    """What is wrong with an entry without payload: it says nothing, and only kinds without payload have none."""
    if entry.salt or entry.payload or (entry.state is PayloadState.NONE) == (leaf.kind in KINDS_WITH_PAYLOAD):
        return "STATE_INVALID"
    return "COLUMN_MISMATCH" if entry.subject or entry.personal or entry.fault is not None else ""


def _column_fault(entry: HeldEntry, leaf: Leaf) -> str:
    """Whether subject, personal mark and fault say what the payload says."""
    said: tuple[str, bool, str | None]
    try:
        seen = glance(leaf.schema, entry.payload)
    except FieldFault as fault:
        said = ("", True, fault.reason)
    else:
        said = (seen.code, seen.personal, None)
    return "" if said == (entry.subject, entry.personal, entry.fault) else "COLUMN_MISMATCH"
