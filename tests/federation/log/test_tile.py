# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Tiles hold the tree that the compact range describes, however it was grown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import RangeFault, StoreFault
from federation.log.merkle import (
    CompactRange,
    consistency_path,
    inclusion_path,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from federation.log.tile import TILE_WIDTH, TileMemory, TileReader, TileTree, extend_tiles, grown_tiles

LEAVES = [leaf_hash(b"leaf %d" % at) for at in range(70_000)]
ROOT = CompactRange.empty().extended(LEAVES).root()


def tiles_reader(tiles: dict[tuple[int, int], bytes]) -> TileReader:
    """Return a reader of these tiles that fails for any other."""
    return lambda level, index: tiles[level, index]


def grown(*steps: int) -> dict[tuple[int, int], bytes]:
    """Return the tiles after appending that many leaves step by step."""
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in steps:
        tiles.update(extend_tiles(size, LEAVES[size : size + step], tiles_reader(tiles)))
        size += step
    return tiles


TILES = grown(len(LEAVES))


def stored(level: int, index: int) -> bytes:
    """Read the tiles of all leaves."""
    return TILES.get((level, index), b"")


def test_three_levels_of_tiles() -> None:
    """70,000 leaves need tiles of three levels, of exactly these widths."""
    widths = {key: len(tile) // 32 for key, tile in TILES.items()}
    assert {(0, at): 256 for at in range(273)} | {(0, 273): 112, (1, 0): 256, (1, 1): 17, (2, 0): 1} == widths


def test_the_first_tile_holds_the_first_leaves() -> None:
    """A tile is the concatenation of its hashes."""
    assert b"".join(LEAVES[:TILE_WIDTH]) == TILES[0, 0]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 700), max_size=8))
def test_steps_do_not_matter(steps: list[int]) -> None:
    """Appending in any steps gives the same tiles as appending at once."""
    assert grown(sum(steps)) == grown(*steps)


@settings(max_examples=60)
@given(st.integers(0, 70_000))
def test_every_older_size_is_still_there(size: int) -> None:
    """Root and right edge of any earlier size are recomputed from the tiles of the larger tree."""
    expected = CompactRange.empty().extended(LEAVES[:size])
    assert expected == TileTree(stored).compact_range(size)
    assert expected.root() == TileTree(stored).root(size)


@settings(max_examples=40)
@given(st.integers(0, 69_999), st.integers(0, 70_000))
def test_proofs_from_tiles_verify(index: int, first: int) -> None:
    """Inclusion and consistency proofs built over tiles verify against the root."""
    tree = TileTree(stored)
    size = len(LEAVES)
    assert verify_inclusion(LEAVES[index], index, size, inclusion_path(tree.node, index, size), ROOT)
    path = consistency_path(tree.node, first, size)
    assert verify_consistency(first, size, tree.root(first), ROOT, path)


def test_only_touched_tiles_are_returned() -> None:
    """Appending one leaf rewrites one partial tile; completing it writes one hash a level up."""
    before = grown(254)
    assert list(extend_tiles(254, LEAVES[254:255], tiles_reader(before))) == [(0, 0)]
    assert list(extend_tiles(254, LEAVES[254:256], tiles_reader(before))) == [(0, 0), (1, 0)]


@pytest.mark.parametrize(("size", "count"), [(0, 1), (254, 2), (255, 1), (300, 0), (1000, 65_000), (65_535, 1)])
def test_tiles_of_levels_that_are_known_are_the_same(size: int, count: int) -> None:
    """What a right edge has hashed while it grew need not be hashed again: the tiles are those of the leaves."""
    before, fresh = grown(size), LEAVES[size : size + count]
    _, levels = CompactRange.empty().extended(LEAVES[:size]).grown(fresh)

    assert extend_tiles(size, fresh, tiles_reader(before)) == grown_tiles(size, levels, tiles_reader(before))


def test_nothing_appended_touches_nothing() -> None:
    """No leaves, no tiles, and nothing is read."""
    assert extend_tiles(300, [], tiles_reader({})) == {}


@pytest.mark.parametrize("change", [-32, -1, 32])
def test_a_partial_tile_of_another_length_is_not_grown(change: int) -> None:
    """A tile that does not fit the size would lead to signing a wrong root."""
    tile = b"".join(LEAVES[:10])
    tile = tile[:change] if change < 0 else tile + LEAVES[10]
    with pytest.raises(StoreFault, match="TILE_MISMATCH"):
        extend_tiles(10, LEAVES[10:11], tiles_reader({(0, 0): tile}))


def test_a_tile_that_ends_early_is_not_read() -> None:
    """A node beyond the end of its tile is a fault of the store, not a wrong hash."""
    with pytest.raises(StoreFault, match="TILE_MISMATCH"):
        TileTree(stored).root(70_001)


def test_there_are_no_negative_sizes() -> None:
    """Negative sizes are refused on both sides."""
    with pytest.raises(RangeFault, match="RANGE_INVALID"):
        extend_tiles(-1, LEAVES[:1], stored)
    with pytest.raises(RangeFault, match="RANGE_INVALID"):
        TileTree(stored).compact_range(-1)


def test_a_memory_gives_the_nodes_of_the_tree_while_it_grows() -> None:
    """Every proof at every size, whatever was remembered at smaller ones, and after more than it can remember."""
    memory = TileMemory(capacity=3)
    for size in (1, 2, 3, 255, 256, 257, 300, 65_536, 65_537, 70_000):
        tiles = grown(size)
        nodes = memory.reader("origin", tiles_reader(tiles))
        tree = TileTree(tiles_reader(tiles))
        for index in {0, size // 2, size // 3, size - 1}:
            assert inclusion_path(nodes, index, size) == inclusion_path(tree.node, index, size)


def test_a_memory_reads_a_tile_once() -> None:
    """And not at all for an older size; trees of other names are others."""
    asked: list[tuple[int, int]] = []

    def reading(level: int, index: int) -> bytes:
        asked.append((level, index))
        return stored(level, index)

    memory = TileMemory()
    for size in (70_000, 70_000, 69_999):
        inclusion_path(memory.reader("a", reading), 5, size)
    once = sorted(asked)
    assert sorted(set(once)) == once
    inclusion_path(memory.reader("b", reading), 5, 70_000)
    assert sorted(once * 2) == sorted(asked)


def test_a_memory_does_not_make_up_what_a_tile_does_not_hold() -> None:
    """A tile that is missing, or ends too early, is said."""
    for content in (b"", bytes(31), bytes(32 * 5)):
        with pytest.raises(StoreFault, match="TILE_MISMATCH"):
            TileMemory().reader("a", tiles_reader({(0, 0): content}))(0, 5)
