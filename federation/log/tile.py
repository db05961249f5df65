# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The stored tree: tiles of 256 hashes, in the manner of c2sp.org/tlog-tiles.

Tile (L, i) holds the hashes of tree level 8 * L from index 256 * i on, concatenated; only complete subtrees of
256**L leaves are in it, so that a stored hash never changes and a tile only grows at its end. The levels between are
computed. Nothing is stored here: a tile is read through a function that the caller hands in, and written by the caller.
"""

from collections.abc import Callable, Hashable, Sequence
from threading import Lock

from federation.errors import RangeFault, StoreFault
from federation.log.merkle import EMPTY_ROOT, HASH_BYTES, CompactRange, edge_nodes, pair_hashes

TILE_LEVELS = 8
TILE_WIDTH = 1 << TILE_LEVELS

TileReader = Callable[[int, int], bytes]
"""(tile level, tile index) -> the stored hashes of the tile, 1 to 256 of 32 bytes; empty when it is not stored."""


def extend_tiles(size: int, leaf_hashes: Sequence[bytes], read_tile: TileReader) -> dict[tuple[int, int], bytes]:
    """Return the new content of each tile that appending leaves touches; partial tiles are given whole.

    Args:
        size: size of the stored tree before.
        leaf_hashes: hashes of the leaves to append, in order; may be empty.
        read_tile: reads the stored tree; called only for partial tiles on the right edge.

    Returns:
        (tile level, tile index) -> content, lowest level first. Pure: nothing is written.

    Raises:
        RangeFault: RANGE_INVALID, `size` is negative.
        StoreFault: TILE_MISMATCH, a partial tile does not hold exactly what a tree of `size` leaves has there.
    """
    if size < 0:
        raise RangeFault("RANGE_INVALID", f"no tree of size {size}")
    touched: dict[tuple[int, int], bytes] = {}
    level, start, hashes = 0, size, list(leaf_hashes)
    while hashes:
        tiles = _tiles(level, start, hashes, read_tile)
        touched |= tiles
        hashes = [_tile_root(tile) for tile in tiles.values() if len(tile) == TILE_WIDTH * HASH_BYTES]
        level, start = level + 1, start // TILE_WIDTH
    return touched


def grown_tiles(size: int, levels: Sequence[Sequence[bytes]], read_tile: TileReader) -> dict[tuple[int, int], bytes]:
    """As `extend_tiles`, from the levels that `CompactRange.grown` returned: nothing is hashed a second time."""
    touched: dict[tuple[int, int], bytes] = {}
    for level in range(0, len(levels), TILE_LEVELS):
        touched |= _tiles(level // TILE_LEVELS, size >> level, levels[level], read_tile)
    return touched


def _tiles(level: int, start: int, hashes: Sequence[bytes], read_tile: TileReader) -> dict[tuple[int, int], bytes]:
    """Return the tiles of one level after appending hashes from index `start` on."""
    first, held = divmod(start, TILE_WIDTH)
    content = _partial(read_tile, (level, first), held) + b"".join(hashes)
    return {(level, first + at): tile for at, tile in enumerate(_cut(content))}


def _partial(read_tile: TileReader, tile: tuple[int, int], held: int) -> bytes:
    """Read the partial tile that will grow. Growing a wrong one would sign a wrong root, so it must fit exactly."""
    content = read_tile(*tile) if held else b""
    if len(content) != held * HASH_BYTES:
        raise StoreFault("TILE_MISMATCH", f"tile {tile} holds {len(content)} bytes, not {held} hashes")
    return content


def _cut(content: bytes) -> list[bytes]:
    step = TILE_WIDTH * HASH_BYTES
    return [content[at : at + step] for at in range(0, len(content), step)]


def _tile_root(content: bytes) -> bytes:
    """Return the root over a power of two of concatenated hashes."""
    hashes = [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]
    while len(hashes) > 1:
        hashes = pair_hashes(hashes)
    return hashes[0]


class TileTree:
    """A stored tree, read through its tiles. Holds no state: as thread-safe, and as fresh, as `read_tile` is.

    A node inside a tile costs up to 127 hashes: where many proofs are built, build them from a `TileMemory`.
    """

    def __init__(self, read_tile: TileReader) -> None:
        self._read_tile = read_tile

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree of 2**level leaves; a `NodeReader`.

        Raises:
            StoreFault: TILE_MISMATCH, the tile is not stored or does not reach that far.
        """
        tile_level, inner = divmod(level, TILE_LEVELS)
        tile, offset = divmod(index << inner, TILE_WIDTH)
        begin, end = offset * HASH_BYTES, (offset + (1 << inner)) * HASH_BYTES
        content = self._read_tile(tile_level, tile)
        if len(content) < end:
            raise StoreFault("TILE_MISMATCH", f"tile {(tile_level, tile)} ends before hash {offset + (1 << inner)}")
        return _tile_root(content[begin:end])

    def compact_range(self, size: int) -> CompactRange:
        """Return the right edge of the tree as it was at `size`, recomputed from the tiles.

        Raises:
            RangeFault: RANGE_INVALID, `size` is negative or beyond 2**63 - 1.
            StoreFault: TILE_MISMATCH, as `node`.
        """
        return CompactRange(size, tuple(self.node(level, index) for level, index in edge_nodes(0, size)))

    def root(self, size: int) -> bytes:
        """Return the root of the tree as it was at `size`; `EMPTY_ROOT` at 0. Raises as `compact_range`."""
        return self.compact_range(size).root() if size else EMPTY_ROOT


class TileMemory:
    """Tiles that were used, with the levels between them, for whoever builds many proofs. Safe from any thread.

    A stored hash never changes and a tile only grows at its end, so what is remembered stays right for ever, also for
    older and newer sizes of its tree. One tile is hashed through once, and takes 16 KiB.

    Args:
        capacity: most tiles remembered, over all trees.
    """

    def __init__(self, capacity: int = 1024) -> None:
        self._capacity = capacity
        self._tiles: dict[tuple[Hashable, int, int], tuple[bytes, ...]] = {}
        self._lock = Lock()

    def reader(self, tree: Hashable, read_tile: TileReader) -> Callable[[int, int], bytes]:
        """Return a `NodeReader` of one tree.

        Args:
            tree: what tells this tree from others, for ever: its origin.
            read_tile: reads its tiles; called for what is not remembered only. Its faults pass through.

        Returns:
            What reads nodes as `TileTree.node` does, and raises as it does.
        """

        def node(level: int, index: int) -> bytes:
            tile_level, inner = divmod(level, TILE_LEVELS)
            tile, offset = divmod(index << inner, TILE_WIDTH)
            end = (offset + (1 << inner)) * HASH_BYTES
            levels = self._tiles.get((tree, tile_level, tile))
            if levels is None or len(levels[0]) < end:
                levels = self._learn((tree, tile_level, tile), read_tile(tile_level, tile), end)
            at = (offset >> inner) * HASH_BYTES
            return levels[inner][at : at + HASH_BYTES]

        return node

    def _learn(self, place: tuple[Hashable, int, int], content: bytes, end: int) -> tuple[bytes, ...]:
        """Hash a tile through and remember it; the one learnt first goes when there are too many."""
        if len(content) < end:
            raise StoreFault("TILE_MISMATCH", f"tile {place[1:]} ends before byte {end}")
        levels = _levels(content)
        with self._lock:
            self._tiles.pop(place, None)
            self._tiles[place] = levels
            if len(self._tiles) > self._capacity:
                del self._tiles[next(iter(self._tiles))]
        return levels


def _levels(content: bytes) -> tuple[bytes, ...]:
    """Return the hashes of a tile, and of each level above them as far as they are complete, concatenated."""
    levels = [content]
    hashes = [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]
    for _ in range(1, TILE_LEVELS):
        hashes = pair_hashes(hashes)
        levels.append(b"".join(hashes))
    return tuple(levels)
