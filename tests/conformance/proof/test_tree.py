# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The tree that makes proofs agrees with the recursive definitions of RFC 9162, and with what verifies them."""

from conformance.proof.merkle import extends, includes
from conformance.proof.tree import Tree
from tests.conformance.reference import tree as defined

SIZES = range(1, 35)
LEAVES = tuple(bytes([number]) for number in range(SIZES[-1]))


def _grown() -> Tree:
    tree = Tree()
    for leaf in LEAVES:
        tree.add(leaf)
    return tree


def test_roots_are_those_of_the_definition() -> None:
    """Every size up to 34, the empty tree among them."""
    tree = _grown()
    assert [tree.root(size) for size in (0, *SIZES)] == [defined.root(LEAVES[:size]) for size in (0, *SIZES)]


def test_inclusion_proofs_are_those_of_the_definition_and_verify() -> None:
    """Every leaf of every size."""
    tree = _grown()
    for size in SIZES:
        for index in range(size):
            path = tree.inclusion(index, size)
            assert path == defined.path(index, LEAVES[:size])
            assert includes(LEAVES[index], index, size, path, tree.root(size))


def test_consistency_proofs_are_those_of_the_definition_and_verify() -> None:
    """Every pair of sizes, empty where they are equal or the first is 0."""
    tree = _grown()
    for second in SIZES:
        for first in range(second + 1):
            path = tree.consistency(first, second)
            assert path == defined.proof(first, LEAVES[:second])
            assert extends(first, second, path, tree.root(first), tree.root(second))
