# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Re-checks a whole store from its stored bytes: is every feed still what its origin signed?

For each feed, in this order: the stored note verifies with the origin's key and is of the stored size · every entry is
what `part.py` checks · full tiles hash to what the tiles above hold · all leaves together give the signed root. Memory
stays flat. An entry that cannot be read at all ends the check of its feed, not that of the others. What no signature
covers cannot be checked: why a payload is absent.

A run that was interrupted may be gone on with: entries that it had found whole are not read again, as long as the
stored tree still leads to the very right edge they gave. The root at the end is computed from that edge on, so that it
vouches for their leaves; that nobody changed their payloads and columns since, it cannot tell.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from federation.errors import NoteFault, StoreFault
from federation.log.checkpoint import FeedKeys, open_checkpoint
from federation.log.merkle import HASH_BYTES, CompactRange
from federation.log.tile import TILE_LEVELS, TILE_WIDTH, TileTree, extend_tiles
from node.publish import FeedView
from node.verify.part import PART_ENTRIES, check_part
from node.verify.ports import Finding, Part, PartReport, PartsChecked, Progress, StoreReader


class Verify:
    """Checks a store.

    Args:
        reader: the store.
        keys: keys of every feed that may be in it, by origin.
        progress: told after each part.
        checked: checks the parts; None for here, one after the other.
        confirmed: right edges that an interrupted run had found whole, by origin; of whole tiles.
        reached: told the right edge of a feed as far as it was found whole.
    """

    def __init__(
        self,
        reader: StoreReader,
        keys: Mapping[str, FeedKeys],
        progress: Callable[[Progress], None],
        checked: PartsChecked | None = None,
        confirmed: Mapping[str, CompactRange] | None = None,
        reached: Callable[[str, CompactRange], None] | None = None,
    ) -> None:
        self._reader = reader
        self._keys = keys
        self._progress = progress
        self._checked: PartsChecked = checked or partial(map, partial(check_part, reader))
        self._confirmed = confirmed or {}
        self._reached = reached or (lambda *_: None)
        self._done = self._total = self._skipped = 0

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
        tree = _Recomputed(self._reader, view.origin, self._start(view.origin, expected.size))
        self._skipped += tree.size
        self._tell(tree.size)
        whole, unreadable = True, False
        for report in self._checked(_parts(view.origin, tree.size, expected.size)):
            found = (*report.findings, *tree.add(report))
            yield from found
            whole = whole and not found
            unreadable = any(finding.reason == "STORE_CORRUPT" for finding in report.findings)
            if whole:
                self._reached(view.origin, tree.tiled)
            self._tell(len(report.roots) * TILE_WIDTH + len(report.rest))
            if report.ended:
                break
        if not unreadable and not (tree.range == expected and self._carries(view, expected)):
            yield Finding(view.origin, None, "ROOT_MISMATCH")

    def _start(self, origin: str, size: int) -> CompactRange:
        """The right edge to go on from: what an earlier run confirmed, if the stored tree still leads there."""
        confirmed = self._confirmed.get(origin, CompactRange.empty())
        if confirmed.size % TILE_WIDTH or not 0 < confirmed.size <= size:
            return CompactRange.empty()
        try:
            found = TileTree(partial(self._reader.tile, origin)).compact_range(confirmed.size)
        except StoreFault as fault:
            if fault.reason != "TILE_MISMATCH":
                raise
            return CompactRange.empty()
        return confirmed if found == confirmed else CompactRange.empty()

    def _tell(self, count: int) -> None:
        self._done += count
        self._progress(Progress(self._done, self._total, self._skipped))

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

    def _carries(self, view: FeedView, held: CompactRange) -> bool:
        """Whether the signed root is the one of all that is held, or of the tree as it was at the signed size.

        Args:
            view: the feed.
            held: the right edge, as recomputed from every leaf.
        """
        keys = self._keys.get(view.origin)
        if keys is None or view.note is None:
            return view.note is None and view.size == 0
        try:
            signed = open_checkpoint(view.note, keys).checkpoint
            if view.size == held.size:
                return signed.root == held.root()
            # midway between two checkpoints: every tile has just been compared with the leaves it stands for
            return signed.root == TileTree(partial(self._reader.tile, view.origin)).root(view.size)
        except NoteFault:
            return False
        except StoreFault as fault:
            if fault.reason != "TILE_MISMATCH":
                raise
            return False


def _parts(origin: str, start: int, stop: int) -> Iterator[Part]:
    """The parts of a feed."""
    for first in range(start, stop, PART_ENTRIES):
        yield Part(origin, first, min(stop, first + PART_ENTRIES))


class _Recomputed:
    """The tree of a feed as its leaves give it, part by part; compares the tiles above the leaves with it.

    Args:
        reader: the store.
        origin: the feed.
        start: right edge to go on from; of whole tiles.
    """

    def __init__(self, reader: StoreReader, origin: str, start: CompactRange) -> None:
        self._reader = reader
        self._origin = origin
        self._roots = CompactRange(start.size // TILE_WIDTH, start.hashes)  # a tree whose leaves are the full tiles
        self._rest: Sequence[bytes] = ()
        self._edge: dict[tuple[int, int], bytes] = {}

    @property
    def tiled(self) -> CompactRange:
        """The right edge over full tiles."""
        return CompactRange(self._roots.size * TILE_WIDTH, self._roots.hashes)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._roots.size * TILE_WIDTH + len(self._rest)

    @property
    def range(self) -> CompactRange:
        """The right edge over all leaves."""
        return CompactRange(self.size, (*self._roots.hashes, *CompactRange.empty().extended(self._rest).hashes))

    def add(self, report: PartReport) -> Iterator[Finding]:
        """Appends a part, and yields the first leaf under each hash above the leaves that is not what they give."""
        made = extend_tiles(self._roots.size, report.roots, self._partial)
        self._roots, self._rest = self._roots.extended(report.roots), report.rest
        newest = dict(sorted(made))  # level -> its last tile
        self._edge = {
            place: tile for place, tile in {**self._edge, **made}.items() if place[1] >= newest.get(place[0], 0)
        }
        for (level, index), tile in made.items():
            stored = self._reader.tile(self._origin, level + 1, index)[: len(tile)]
            if stored != tile:
                first = (index * TILE_WIDTH + _first_difference(stored, tile)) * TILE_WIDTH ** (level + 1)
                yield Finding(self._origin, first, "TILE_MISMATCH")

    def _partial(self, level: int, index: int) -> bytes:
        """A tile that grows: as it was made, or where an earlier run had come to as it is stored and leads there."""
        made = self._edge.get((level, index))
        if made is not None:
            return made
        held = (self._roots.size >> (TILE_LEVELS * level)) % TILE_WIDTH
        return self._reader.tile(self._origin, level + 1, index)[: held * HASH_BYTES]


def _first_difference(stored: bytes, made: bytes) -> int:
    """Number of the first hash that differs."""
    for number, at in enumerate(range(0, len(made), HASH_BYTES)):
        if stored[at : at + HASH_BYTES] != made[at : at + HASH_BYTES]:
            return number
    return 0
