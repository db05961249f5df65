# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers questions about feeds, own and mirrored, to callers who may read them. Holds a reader; cannot write.

Entitlement travels with the feed: the origin's policy, from its `_catalogue`, decides here, be the feed the node's own
or a mirror. To a caller who may not read a feed the answer is the one given for a feed that does not exist. Answers are
bound to sizes: own and mirrored feeds are served up to their newest complete checkpoint, never beyond.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from federation.errors import AccessFault, FieldFault, ForkFault, RangeFault
from federation.log.checkpoint import Checkpoint, FeedKeys, open_checkpoint
from federation.log.entry import PayloadState, RawEntry
from federation.log.leaf import Leaf
from federation.log.merkle import consistency_path, inclusion_path
from federation.log.note import Note
from federation.log.tile import TileMemory, TileTree
from federation.records.codec import decode
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.rules.disclosure import may_read_feed, payload_visible, policy_visible

CHUNK_BYTES = 256 * 1024
CHUNK_ENTRIES = 1024
CHUNK_ALIGNMENT = 64
"""Chunks end at multiples of this where they can: their proofs, and the tiles that followers write, are cheaper so."""
ENTRY_OVERHEAD_BYTES = 130
REMEMBERED_TILES = 32
PAGE_FEEDS = 100


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed as it is served.

    Attributes:
        origin: identity of the feed.
        owner: node id of its origin.
        dataset: kind of record; None for a mirror whose policy has not come yet.
        size: entries under the newest complete checkpoint.
        note: that checkpoint; None before the first.
        policy: who may read it; None while unknown, and then nobody may but its owner.
        behind_since_ms: since when its origin is known to have signed more than is complete here; None while not.
    """

    origin: str
    owner: str
    dataset: Dataset | None
    size: int
    note: bytes | None
    policy: FeedPolicy | None
    behind_since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Pulse:
    """What changes in a feed when anything does: size, newest note, how many were ever queued, newest statement."""

    size: int
    note: bytes | None
    queued: int
    stated_ms: int = 0


class StoredEntry(NamedTuple):
    """An entry as it is kept, with what disclosure must know. A tuple, since millions are made.

    Attributes:
        personal: about a natural person.
    """

    entry: RawEntry
    personal: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive entries, and the proof that leads from the size after them to the checkpoint asked for."""

    first_index: int
    entries: Sequence[RawEntry]
    consistency_path: Sequence[bytes]


class FeedReader(Protocol):
    """Reads feeds. Each call sees one consistent state; safe from any thread."""

    def feeds(self) -> Sequence[FeedView]:
        """Every feed held, ordered by origin."""
        ...

    def feed(self, origin: str) -> FeedView | None:
        """One feed."""
        ...

    def entries(self, origin: str, start: int, stop: int) -> Sequence[StoredEntry]:
        """Entries [start, stop), fewer when fewer are stored."""
        ...

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        ...


class Publisher:
    """Feeds for callers. Safe from any thread.

    Args:
        reader: where feeds are read.
        node_id: this node, which may read everything.
        coordinators: nodes that may read every `_exchange` feed held here.
    """

    def __init__(self, reader: FeedReader, node_id: str, coordinators: frozenset[str]) -> None:
        self._reader = reader
        self._node_id = node_id
        self._coordinators = coordinators

    def feeds(self, caller: str, after: str, limit: int) -> Sequence[FeedView]:
        """A page of the feeds the caller may read, ordered by origin, from the first one after `after`."""
        later = [view for view in self._reader.feeds() if view.origin > after]
        return self.readable(later, caller)[: limit or PAGE_FEEDS]

    def readable(self, views: Sequence[FeedView], caller: str) -> Sequence[FeedView]:
        """Those of some feeds that a caller may read."""
        return [view for view in views if self._readable(view, caller)]

    def view(self, caller: str, origin: str) -> FeedView:
        """One feed with its newest complete checkpoint.

        Raises:
            AccessFault: FEED_NOT_FOUND for what is not there, and for what the caller may not read.
        """
        view = self._reader.feed(origin)
        if view is None or not self._readable(view, caller):
            raise AccessFault("FEED_NOT_FOUND")
        return view

    def checkpoint(self, caller: str, origin: str) -> bytes:
        """The newest complete checkpoint, as a signed note.

        Raises:
            AccessFault: FEED_NOT_FOUND, or NO_CHECKPOINT while a mirror has none.
        """
        note = self.view(caller, origin).note
        if note is None:
            raise AccessFault("NO_CHECKPOINT")
        return note

    def entries(self, caller: str, origin: str, size: int, start: int, limit: int) -> Iterator[Chunk]:
        """Chunks of entries from `start`, as of the checkpoint size `size`, at most `limit` entries (0: all).

        Raises:
            AccessFault: FEED_NOT_FOUND.
            RangeFault: RANGE_INVALID, `size` is beyond what is complete here, or `start` is not below it.
        """
        view = self.view(caller, origin)
        if not start < size <= view.size:
            raise RangeFault("RANGE_INVALID", "start_index must be below checkpoint_size, and that be complete here")
        stop = min(size, start + limit) if limit else size
        return self._chunks(view, caller, size, range(start, stop))

    def _chunks(self, view: FeedView, caller: str, size: int, wanted: range) -> Iterator[Chunk]:
        # remembered for this stream alone, so that a broad read takes nothing from anybody
        node = TileMemory(REMEMBERED_TILES).reader(view.origin, partial(self._reader.tile, view.origin))
        visible = _Visibility(view, caller, self._node_id)
        start, rest, step = wanted.start, list[RawEntry](), CHUNK_ALIGNMENT
        while start < wanted.stop:
            first = start + len(rest)
            if len(rest) < step and first < wanted.stop:
                rest += visible.shown(self._reader.entries(view.origin, first, min(wanted.stop, first + step)))
            count = _fitting(range(start, wanted.stop), rest)
            if not count:
                raise RangeFault("RANGE_INVALID", "entries are missing")
            yield Chunk(start, rest[:count], consistency_path(node, start + count, size))
            # what did not fit goes into the next chunk, for which about as much is read as fits
            start, rest, step = start + count, rest[count:], min(CHUNK_ENTRIES, count + 2 * CHUNK_ALIGNMENT)

    def inclusion(self, caller: str, origin: str, index: int, size: int) -> Sequence[bytes]:
        """Inclusion proof of one leaf.

        Raises:
            AccessFault: FEED_NOT_FOUND.
            RangeFault: RANGE_INVALID.
        """
        self._within(caller, origin, size)
        if index >= size:
            raise RangeFault("RANGE_INVALID", "leaf_index must be below tree_size")
        return inclusion_path(self._tree(origin).node, index, size)

    def consistency(self, caller: str, origin: str, first: int, second: int) -> Sequence[bytes]:
        """Consistency proof between two sizes.

        Raises:
            AccessFault: FEED_NOT_FOUND.
            RangeFault: RANGE_INVALID.
        """
        self._within(caller, origin, second)
        if first > second:
            raise RangeFault("RANGE_INVALID", "first_size must not be above second_size")
        return consistency_path(self._tree(origin).node, first, second)

    def compare_known(self, keys: FeedKeys, note: bytes) -> None:
        """Compares a checkpoint that somebody knows with what is held; one beyond what is complete here says nothing.

        Raises:
            NoteFault: the note is not a checkpoint signed by the origin.
            ForkFault: FORK_DETECTED, with both notes: the origin signed two histories.
        """
        known = open_checkpoint(note, keys).checkpoint
        view = self._reader.feed(keys.origin)
        if view is None or view.note is None or known.size > view.size:
            return
        held = Checkpoint.parse(Note.parse(view.note).text)
        root = held.root if held.size == known.size else self._tree(keys.origin).root(known.size)
        if root != known.root:
            raise ForkFault("FORK_DETECTED", f"{keys.origin}: another root at size {known.size}", (note, view.note))

    def _within(self, caller: str, origin: str, size: int) -> None:
        if size > self.view(caller, origin).size:
            raise RangeFault("RANGE_INVALID", "the size is beyond the newest complete checkpoint")

    def _readable(self, view: FeedView, caller: str) -> bool:
        if caller in {self._node_id, view.owner} or view.dataset is Dataset.CATALOGUE:
            return True
        if view.dataset is Dataset.EXCHANGE:
            return caller in self._coordinators
        return view.policy is not None and may_read_feed(view.policy, caller, view.owner)

    def _tree(self, origin: str) -> TileTree:
        return TileTree(partial(self._reader.tile, origin))


class _Visibility:
    """Which payloads of one feed one caller may see."""

    def __init__(self, view: FeedView, caller: str, node_id: str) -> None:
        self._caller = caller
        self._all = caller in {node_id, view.owner}
        self._catalogue = view.dataset is Dataset.CATALOGUE
        self._personal = view.policy is not None and payload_visible(view.policy, caller, personal=True)

    def shown(self, rows: Sequence[StoredEntry]) -> list[RawEntry]:
        """The entries as the caller may see them; what it may not see is withheld, never left out."""
        if self._all or (self._personal and not self._catalogue):
            return [entry for entry, _ in rows]
        if self._catalogue:
            return [entry if _open_to(entry, self._caller) else _withheld(entry) for entry, _ in rows]
        return [_withheld(entry) if personal else entry for entry, personal in rows]


def _withheld(entry: RawEntry) -> RawEntry:
    """The entry without its payload; one that has none stays as it is."""
    if entry.state is not PayloadState.PRESENT:
        return entry
    return RawEntry(entry.leaf, PayloadState.WITHHELD, b"", b"")


def _open_to(entry: RawEntry, caller: str) -> bool:
    """Whether a catalogue's entry may be read: by the very policy it holds, so that no policy need be known before."""
    try:
        record = decode(Leaf.decode(entry.leaf).schema, entry.payload)
    except FieldFault:
        return False
    return isinstance(record, FeedPolicy) and policy_visible(record, caller)


def _fitting(wanted: range, entries: Sequence[RawEntry]) -> int:
    """How many leading entries go into one chunk: all up to the end if they fit, else those up to a round index.

    At least one, if there are any.
    """
    count = total = 0
    for entry in entries:
        total += len(entry.payload) + ENTRY_OVERHEAD_BYTES
        if count and (total > CHUNK_BYTES or count == CHUNK_ENTRIES):
            break
        count += 1
    if count == len(wanted):
        return count
    return (
        (wanted.start + count) // CHUNK_ALIGNMENT * CHUNK_ALIGNMENT - wanted.start
        if count >= CHUNK_ALIGNMENT
        else count
    )
