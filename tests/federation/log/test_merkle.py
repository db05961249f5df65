# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The tree, against the recursive definitions of RFC 9162 written out here, and against known vectors."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import FieldFault, RangeFault
from federation.log.merkle import (
    EMPTY_ROOT,
    MAX_SIZE,
    CompactRange,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

SIZES = range(71)
LEAVES = [leaf_hash(b"leaf %d" % at) for at in range(70)]

# the leaves of the reference tests of Certificate Transparency, and the roots of their first n
CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_NODES = {
    "01": "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "00": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "04": "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "11": "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "12": "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "13": "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "20": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "21": "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
}


def mth(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 section 2.1.1, over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def split(n: int) -> int:
    """Return the largest power of two below n."""
    return max(1 << bit for bit in range(n.bit_length()) if 1 << bit < n)


def recursive_path(m: int, leaves: Sequence[bytes]) -> tuple[bytes, ...]:
    """PATH of RFC 9162 section 2.1.3.1."""
    if len(leaves) == 1:
        return ()
    k = split(len(leaves))
    if m < k:
        return (*recursive_path(m, leaves[:k]), mth(leaves[k:]))
    return (*recursive_path(m - k, leaves[k:]), mth(leaves[:k]))


def subproof(m: int, leaves: Sequence[bytes], whole: bool) -> tuple[bytes, ...]:
    """SUBPROOF of RFC 9162 section 2.1.4.1."""
    if m == len(leaves):
        return () if whole else (mth(leaves),)
    k = split(len(leaves))
    if m <= k:
        return (*subproof(m, leaves[:k], whole), mth(leaves[k:]))
    return (*subproof(m - k, leaves[k:], False), mth(leaves[:k]))


def reader(leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """Return a NodeReader over leaves that refuses subtrees which are not complete."""

    def read(level: int, index: int) -> bytes:
        part = leaves[index << level : (index + 1) << level]
        assert len(part) == 1 << level
        return mth(part)

    return read


def flip(raw: bytes, bit: int) -> bytes:
    """Return the bytes with one bit changed."""
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


def one_bit_off(hashes: Sequence[bytes], bits: Sequence[int]) -> Iterator[tuple[bytes, ...]]:
    """Yield the hashes with each of the bits changed in each of them in turn."""
    for at, node in enumerate(hashes):
        for bit in bits:
            yield (*hashes[:at], flip(node, bit), *hashes[at + 1 :])


ROOTS = [mth(LEAVES[:size]) for size in SIZES]
PATHS = {(index, size): recursive_path(index, LEAVES[:size]) for size in SIZES for index in range(size)}
PROOFS = {(m, n): subproof(m, LEAVES[:n], True) for n in SIZES for m in range(1, n + 1)}


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    """The roots of the Certificate Transparency test leaves come out, bulk and one by one."""
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES[:size]]
    single = CompactRange.empty()
    for leaf in leaves:
        single = single.extended([leaf])
    expected = bytes.fromhex(CT_ROOTS[size])
    assert expected == CompactRange.empty().extended(leaves).root()
    assert expected == single.root()


@pytest.mark.parametrize(
    ("index", "size", "nodes"),
    [(0, 8, ["01", "11", "21"]), (5, 8, ["04", "13", "20"]), (2, 3, ["root2"]), (1, 5, ["00", "11", "04"])],
)
def test_known_inclusion_paths(index: int, size: int, nodes: list[str]) -> None:
    """Inclusion paths of the reference tests come out and verify."""
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES[:size]]
    expected = tuple(bytes.fromhex(CT_ROOTS[2] if name == "root2" else CT_NODES[name]) for name in nodes)
    assert expected == inclusion_path(reader(leaves), index, size)
    assert verify_inclusion(leaves[index], index, size, expected, bytes.fromhex(CT_ROOTS[size]))


@pytest.mark.parametrize(
    ("first", "second", "nodes"),
    [(1, 8, ["01", "11", "21"]), (6, 8, ["12", "13", "20"]), (2, 5, ["11", "04"])],
)
def test_known_consistency_paths(first: int, second: int, nodes: list[str]) -> None:
    """Consistency paths of the reference tests come out and verify."""
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES[:second]]
    expected = tuple(bytes.fromhex(CT_NODES[name]) for name in nodes)
    roots = bytes.fromhex(CT_ROOTS[first]), bytes.fromhex(CT_ROOTS[second])
    assert expected == consistency_path(reader(leaves), first, second)
    assert verify_consistency(first, second, *roots, expected)


def test_hashes_are_domain_separated() -> None:
    """A leaf whose bytes look like a node does not hash like that node."""
    left, right = LEAVES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)
    assert sha256(b"\x00" + left + right).digest() == leaf_hash(left + right)


@pytest.mark.parametrize("size", SIZES)
def test_bulk_extension_equals_the_definition(size: int) -> None:
    """From every size up to 70, appending any number of leaves in one go gives the root of the definition."""
    start = CompactRange.empty().extended(LEAVES[:size])
    for more in range(71 - size):
        grown = start.extended(LEAVES[size : size + more])
        assert (size + more, ROOTS[size + more]) == (grown.size, grown.root())


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    """The root at size 0 is SHA-256 of the empty string."""
    assert EMPTY_ROOT == CompactRange.empty().root() == sha256(b"").digest()


@given(st.integers(0, 70))
def test_a_range_prints_and_reads_back(size: int) -> None:
    """The stored form of a range reads back as the same range."""
    edge = CompactRange.empty().extended(LEAVES[:size])
    assert edge == CompactRange.from_bytes(edge.to_bytes())


@settings(max_examples=200)
@given(st.integers(0, 70), st.data())
def test_a_mutilated_range_is_refused_or_prints_back(size: int, data: st.DataObject) -> None:
    """Bytes cut, padded or changed either do not read as a range or print back exactly."""
    raw = CompactRange.empty().extended(LEAVES[:size]).to_bytes()
    at = data.draw(st.integers(0, len(raw)))
    raw = raw[:at] + data.draw(st.binary(max_size=40)) + raw[at + data.draw(st.integers(0, 40)) :]
    try:
        edge = CompactRange.from_bytes(raw)
    except FieldFault as fault:
        assert fault.reason == "RANGE_BYTES_INVALID"
    else:
        assert raw == edge.to_bytes()


@pytest.mark.parametrize(
    ("size", "hashes"), [(3, (LEAVES[0],)), (-1, ()), (2**63, (LEAVES[0],)), (1, (b"short",)), (0, (LEAVES[0],))]
)
def test_a_range_must_fit_its_size(size: int, hashes: tuple[bytes, ...]) -> None:
    """A count of hashes that is not the number of bits set in the size, or a short hash, is refused."""
    with pytest.raises(RangeFault, match="RANGE_INVALID"):
        CompactRange(size, hashes)


def test_a_tree_does_not_outgrow_its_size() -> None:
    """At 2**63 - 1 leaves the range refuses to grow."""
    full = CompactRange(MAX_SIZE, tuple(LEAVES[:63]))
    with pytest.raises(RangeFault, match="RANGE_INVALID"):
        full.extended(LEAVES[:1])


@pytest.mark.parametrize("size", range(1, 71))
def test_inclusion_paths_equal_the_definition(size: int) -> None:
    """Every leaf of every size up to 70 has the path of the definition, and it verifies."""
    for index in range(size):
        path = inclusion_path(reader(LEAVES[:size]), index, size)
        assert PATHS[index, size] == path
        assert verify_inclusion(LEAVES[index], index, size, path, ROOTS[size])


@pytest.mark.parametrize("second", SIZES)
def test_consistency_paths_equal_the_definition(second: int) -> None:
    """Every pair of sizes up to 70 has the path of the definition, and it verifies."""
    assert consistency_path(reader(LEAVES[:second]), 0, second) == ()
    for first in range(1, second + 1):
        path = consistency_path(reader(LEAVES[:second]), first, second)
        assert PROOFS[first, second] == path
        assert verify_consistency(first, second, ROOTS[first], ROOTS[second], path)


@pytest.mark.parametrize("size", range(1, 71))
def test_every_bit_of_an_inclusion_proof_counts(size: int) -> None:
    """At every size: all 256 bits of every hash for one leaf, and a moving bit of every hash for every leaf."""
    for index in range(size):
        bits = range(256) if index == size * 5 // 7 else [(index * 71 + size * 13) % 256]
        hashes = (LEAVES[index], ROOTS[size], *PATHS[index, size])
        for leaf, root, *path in one_bit_off(hashes, bits):
            assert not verify_inclusion(leaf, index, size, path, root)


@pytest.mark.parametrize("second", range(1, 71))
def test_every_bit_of_a_consistency_proof_counts(second: int) -> None:
    """At every size: all 256 bits of every hash from one size, and a moving bit of every hash from every size."""
    for first in range(1, second + 1):
        bits = range(256) if first == second * 5 // 7 else [(first * 71 + second * 13) % 256]
        hashes = (ROOTS[first], ROOTS[second], *PROOFS[first, second])
        for older, newer, *path in one_bit_off(hashes, bits):
            assert not verify_consistency(first, second, older, newer, path)


def wrong_paths(path: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    """Yield the path cut, padded at either end, and with neighbours swapped."""
    if path:
        yield path[1:]
        yield path[:-1]
        yield (*path, path[-1])
    yield (LEAVES[69], *path)
    yield (*path, LEAVES[69])
    for at in range(len(path) - 1):
        yield (*path[:at], path[at + 1], path[at], *path[at + 2 :])


@pytest.mark.parametrize("size", range(1, 71))
def test_inclusion_proofs_cut_padded_or_swapped_fail(size: int) -> None:
    """No path but the one of the right length and order proves a leaf."""
    for index in range(size):
        for path in wrong_paths(PATHS[index, size]):
            assert not verify_inclusion(LEAVES[index], index, size, path, ROOTS[size])


@pytest.mark.parametrize("second", range(1, 71))
def test_consistency_proofs_cut_padded_or_swapped_fail(second: int) -> None:
    """No path but the one of the right length and order proves an extension."""
    for first in range(1, second + 1):
        for path in wrong_paths(PROOFS[first, second]):
            assert not verify_consistency(first, second, ROOTS[first], ROOTS[second], path)


@pytest.mark.parametrize("size", range(1, 71))
def test_a_path_proves_one_place_only(size: int) -> None:
    """The path of one leaf does not prove the leaf at any other index of the same tree."""
    index = size // 3
    path = PATHS[index, size]
    for other in range(-1, size + 2):
        proven = verify_inclusion(LEAVES[index], other, size, path, ROOTS[size])
        assert (other == index) == proven


def test_a_proof_belongs_to_its_size() -> None:
    """Where the hashes come out right, but for a tree of another height than claimed, nothing is proven."""
    assert not verify_inclusion(ROOTS[4], 0, 5, [], ROOTS[4])
    assert not verify_inclusion(LEAVES[1], 0, 1, [LEAVES[0]], ROOTS[2])
    assert not verify_consistency(2, 8, ROOTS[2], ROOTS[4], PROOFS[2, 4])
    higher = [node_hash(LEAVES[9], ROOTS[size]) for size in (3, 4)]
    assert not verify_consistency(3, 4, higher[0], higher[1], (*PROOFS[3, 4], LEAVES[9]))


def test_bytes_moved_between_neighbours_do_not_verify() -> None:
    """A leaf hash cut by a byte that its sibling gains concatenates to the same node, and is refused."""
    leaf, sibling = LEAVES[0], LEAVES[1]
    moved = leaf[:-1], leaf[-1:] + sibling
    assert node_hash(*moved) == node_hash(leaf, sibling)
    assert not verify_inclusion(moved[0], 0, 2, [moved[1]], ROOTS[2])


@pytest.mark.parametrize("second", [1, 2, 70])
def test_from_nothing_only_an_empty_path_is_accepted(second: int) -> None:
    """From size 0 there is nothing to prove: an empty path passes, any other fails."""
    assert verify_consistency(0, second, EMPTY_ROOT, ROOTS[second], [])
    assert not verify_consistency(0, second, EMPTY_ROOT, ROOTS[second], [ROOTS[1]])


@pytest.mark.parametrize("size", [0, 1, 4, 70])
def test_equal_sizes_need_equal_roots_and_no_path(size: int) -> None:
    """A tree is consistent with itself only: same root, empty path."""
    assert verify_consistency(size, size, ROOTS[size], ROOTS[size], [])
    assert not verify_consistency(size, size, ROOTS[size], flip(ROOTS[size], 0), [])
    assert not verify_consistency(size, size, ROOTS[size], ROOTS[size], [ROOTS[1]])


@pytest.mark.parametrize(("first", "second"), [(5, 4), (-1, 4), (70, 0)])
def test_sizes_out_of_order_verify_nothing(first: int, second: int) -> None:
    """A smaller second size, or a negative first, is never consistent."""
    assert not verify_consistency(first, second, ROOTS[4], ROOTS[4], [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (0, 2**63)])
def test_no_inclusion_path_outside_the_tree(index: int, size: int) -> None:
    """Asking for the path of a leaf that is not there is our own fault."""
    with pytest.raises(RangeFault, match="RANGE_INVALID"):
        inclusion_path(reader(LEAVES), index, size)


@pytest.mark.parametrize(("first", "second"), [(3, 2), (-1, 2), (1, 2**63)])
def test_no_consistency_path_out_of_order(first: int, second: int) -> None:
    """Asking for a path between sizes out of order is our own fault."""
    with pytest.raises(RangeFault, match="RANGE_INVALID"):
        consistency_path(reader(LEAVES), first, second)
