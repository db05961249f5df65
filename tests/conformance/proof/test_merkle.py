# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The suite's tree: foreign vectors, every proof to size 70 against the definitions, and every flip refused."""

from itertools import pairwise

import pytest

from conformance.proof.merkle import Peaks, extends, includes, root_of
from tests.conformance.reference import tree

# Leaves and roots of the Certificate Transparency reference tests.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
MANY = tuple(bytes([n]) * 3 for n in range(70))


def test_roots_are_those_of_the_ct_reference() -> None:
    """Roots of sizes 1 to 8 equal the published ones."""
    assert tuple(root_of(LEAVES[:n]).hex() for n in range(1, 9)) == ROOTS


def test_a_growing_tree_has_the_root_of_the_definition_at_every_size() -> None:
    """Peaks give MTH(D[n]) for every n to 70."""
    peaks, roots = Peaks(), []
    for leaf in MANY:
        peaks.add(leaf)
        roots.append(peaks.root())
    assert roots == [tree.root(MANY[:n]) for n in range(1, 71)]


def test_every_inclusion_path_to_70_is_accepted() -> None:
    """PATH(m, D[n]) verifies for every leaf of every size."""
    refused = [
        (index, size)
        for size in range(1, 71)
        for root in [tree.root(MANY[:size])]
        for index in range(size)
        if not includes(MANY[index], index, size, tree.path(index, MANY[:size]), root)
    ]
    assert refused == []


def test_every_consistency_proof_to_70_is_accepted() -> None:
    """PROOF(m, D[n]) verifies for every pair of sizes."""
    roots = [tree.root(MANY[:n]) for n in range(71)]
    refused = [
        (first, second)
        for second in range(71)
        for first in range(second + 1)
        if not extends(first, second, tree.proof(first, MANY[:second]), roots[first], roots[second])
    ]
    assert refused == []


def _bent(path: list[bytes]) -> list[list[bytes]]:
    """Return every copy of a path with one bit flipped, one hash too few, one too many, or two swapped."""
    bits = [
        [*path[:n], bytes(b ^ (1 << bit % 8) if i == bit // 8 else b for i, b in enumerate(step)), *path[n + 1 :]]
        for n, step in enumerate(path)
        for bit in range(256)
    ]
    swaps = [[*path[:n], two, one, *path[n + 2 :]] for n, (one, two) in enumerate(pairwise(path))]
    return [*bits, *swaps, path[:-1], [*path, bytes(32)], [bytes(32), *path], [step[:31] for step in path]]


@pytest.mark.parametrize(("index", "size"), [(0, 2), (6, 7), (3, 13), (12, 13), (32, 33), (69, 70)])
def test_every_bent_inclusion_path_is_refused(index: int, size: int) -> None:
    """No flipped bit, missing, added or swapped hash passes."""
    leaves = MANY[:size]
    root, path = tree.root(leaves), tree.path(index, leaves)
    assert [bent for bent in _bent(path) if includes(leaves[index], index, size, bent, root)] == []


@pytest.mark.parametrize(("first", "second"), [(1, 2), (4, 7), (6, 13), (32, 33), (33, 64), (69, 70)])
def test_every_bent_consistency_proof_is_refused(first: int, second: int) -> None:
    """No flipped bit, missing, added or swapped hash passes."""
    older, newer = tree.root(MANY[:first]), tree.root(MANY[:second])
    proof = tree.proof(first, MANY[:second])
    assert [bent for bent in _bent(proof) if extends(first, second, bent, older, newer)] == []


def test_a_leaf_beyond_the_tree_is_refused() -> None:
    """An index at the size is in no tree."""
    assert not includes(MANY[0], 1, 1, [], tree.root(MANY[:1]))


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    """A proof between equal sizes is empty, and the roots are one."""
    root = tree.root(MANY[:5])
    assert [extends(5, 5, [], root, root), extends(5, 5, [], root, bytes(32)), extends(5, 5, [root], root, root)] == [
        True,
        False,
        False,
    ]


def test_shrinking_is_refused() -> None:
    """A larger first size has no proof."""
    assert not extends(6, 5, [], tree.root(MANY[:6]), tree.root(MANY[:5]))
