# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The tree of RFC 9162 section 2.1 over SHA-256: hashes, the right edge, proofs and their verification.

    MTH({}) = SHA-256("")      leaf(d) = SHA-256(0x00 || d)      node(l, r) = SHA-256(0x01 || l || r)

Proofs are built from a `NodeReader`, so that this module neither stores nor loads a tree (see tile.py). Verification
follows the iterative algorithms clause by clause. Everything here is pure and may be called from any thread.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from federation.errors import FieldFault, RangeFault

HASH_BYTES = 32
MAX_SIZE = 2**63 - 1  # sizes fit a signed 64-bit column of any database
EMPTY_ROOT = sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""(level, index) -> hash of the complete subtree over the leaves `index * 2**level` to `(index + 1) * 2**level - 1`.

Called only for subtrees that are complete in the tree asked about. What it raises passes through unchanged.
"""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf (RFC 9162 section 2.1.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two subtrees (RFC 9162 section 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def pair_hashes(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the next level up; an odd last hash is left out. In one go, since this is where a follower's time goes."""
    nodes = iter(hashes)
    # zip() of one iterator with itself takes neighbours; inlining node_hash saves a call per node
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(nodes, nodes, strict=False)]


@dataclass(frozen=True, slots=True)
class CompactRange:
    """The right edge of a tree: all that is needed to compute its root and to append to it.

    Attributes:
        size: number of leaves, 0 to 2**63 - 1.
        hashes: roots of the complete subtrees that the tree decomposes into, largest first: one of 2**k leaves for each
            bit k set in `size`.

    Raises:
        RangeFault: RANGE_INVALID, the size is out of bounds or the hashes do not fit it.
    """

    size: int
    hashes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        """Check size, count and lengths."""
        if not 0 <= self.size <= MAX_SIZE or len(self.hashes) != self.size.bit_count():
            raise RangeFault("RANGE_INVALID", f"{len(self.hashes)} hashes do not make a tree of size {self.size}")
        if any(len(node) != HASH_BYTES for node in self.hashes):
            raise RangeFault("RANGE_INVALID", "a hash of a compact range is not 32 bytes long")

    @classmethod
    def empty(cls) -> Self:
        """Return the range of the empty tree."""
        return cls(0, ())

    def root(self) -> bytes:
        """Return the root of the tree; `EMPTY_ROOT` at size 0."""
        return _fold(self.hashes) if self.hashes else EMPTY_ROOT

    def extended(self, leaf_hashes: Sequence[bytes]) -> "CompactRange":
        """Return the range after appending leaves: the one of `grown`."""
        return self.grown(leaf_hashes)[0]

    def grown(self, leaf_hashes: Sequence[bytes]) -> tuple["CompactRange", list[list[bytes]]]:
        """Append leaves, given by their leaf hashes, in order.

        Works level by level over the whole batch: one hash and no Python call for each leaf, next to nothing else.

        Args:
            leaf_hashes: hashes of 32 bytes, as `leaf_hash` returns them; may be empty.

        Returns:
            The range after them, and for each level k, from 0 on, the hashes of the complete subtrees of 2**k leaves
            that they completed, in order; levels without any are left out at the end.

        Raises:
            RangeFault: RANGE_INVALID, the tree would grow beyond 2**63 - 1 leaves.
        """
        edge = list(self.hashes)  # smallest subtree last
        fresh: list[bytes] = []  # smallest subtree first
        level = list(leaf_hashes)
        levels: list[list[bytes]] = []
        complete = self.size
        while level:
            levels.append(level)
            if complete & 1:
                level = [edge.pop(), *level]
            if len(level) & 1:
                fresh.append(level[-1])
            level = pair_hashes(level)
            complete >>= 1
        return CompactRange(self.size + len(leaf_hashes), (*edge, *reversed(fresh))), levels

    def to_bytes(self) -> bytes:
        """Return the stored form: u64 size, big endian, then the hashes, largest subtree first."""
        return self.size.to_bytes(8, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read the stored form; the count of hashes must fit the size exactly.

        Raises:
            FieldFault: RANGE_BYTES_INVALID.
        """
        if len(raw) < 8:
            raise FieldFault("range", "RANGE_BYTES_INVALID", "too short for a size")
        try:
            return cls(int.from_bytes(raw[:8], "big"), _split(raw[8:]))
        except RangeFault as fault:
            raise FieldFault("range", "RANGE_BYTES_INVALID", fault.detail) from None


def _split(raw: bytes) -> tuple[bytes, ...]:
    return tuple(raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES))


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over complete subtrees of falling size: an odd last node is promoted unchanged."""
    root = hashes[-1]
    for node in reversed(hashes[:-1]):
        root = node_hash(node, root)
    return root


def edge_nodes(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of the complete subtrees that cover leaves `begin` to `end - 1`, largest first.

    Args:
        begin: first leaf; a multiple of the largest power of two not above `end - begin`.
        end: leaf after the last.
    """
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield level, begin >> level
        begin += 1 << level


def _subtree(read: NodeReader, begin: int, end: int) -> bytes:
    return _fold([read(level, index) for level, index in edge_nodes(begin, end)])


def _middle(begin: int, end: int) -> int:
    """Return `begin + k` with k the largest power of two below the width (RFC 9162 section 2.1.1)."""
    return begin + (1 << ((end - begin - 1).bit_length() - 1))


def inclusion_path(read: NodeReader, index: int, size: int) -> tuple[bytes, ...]:
    """Return PATH(index, D[size]) of RFC 9162 section 2.1.3.1, from the leaf up.

    That is: the sibling at every level within the complete subtree of the right edge that the leaf is in, the smaller
    subtrees of the edge as one, and each of the larger ones.

    Raises:
        RangeFault: RANGE_INVALID, unless 0 <= index < size.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise RangeFault("RANGE_INVALID", f"no leaf {index} in a tree of size {size}")
    edge = list(edge_nodes(0, size))
    within = next(at for at, (level, node) in enumerate(edge) if index >> level == node)
    path = [read(level, (index >> level) ^ 1) for level in range(edge[within][0])]
    smaller = [read(level, node) for level, node in edge[within + 1 :]]
    larger = [read(level, node) for level, node in reversed(edge[:within])]
    return (*path, *([_fold(smaller)] if smaller else []), *larger)


def consistency_path(read: NodeReader, first: int, second: int) -> tuple[bytes, ...]:
    """Return PROOF(first, D[second]) of RFC 9162 section 2.1.4.1; empty when first is 0 or equals second.

    Raises:
        RangeFault: RANGE_INVALID, unless 0 <= first <= second.
    """
    if not 0 <= first <= second <= MAX_SIZE:
        raise RangeFault("RANGE_INVALID", f"no consistency proof from size {first} to size {second}")
    if first == 0:
        return ()
    path: list[bytes] = []
    begin, end = 0, second
    while first != end:
        middle = _middle(begin, end)
        if first <= middle:
            path.append(_subtree(read, middle, end))
            end = middle
        else:
            path.append(_subtree(read, begin, middle))
            begin = middle
    if begin:  # the old tree's last subtree is not its whole: the verifier has to be told it
        path.append(_subtree(read, begin, end))
    return tuple(reversed(path))


def _are_hashes(*hashes: bytes) -> bool:
    """Tell whether all are 32 bytes long: else bytes could move between neighbours without changing a node's hash."""
    return all(len(node) == HASH_BYTES for node in hashes)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a path proves a leaf in a tree (RFC 9162 section 2.1.3.2).

    Args:
        leaf: the leaf's hash, 32 bytes.
        index: position of the leaf.
        size: size of the tree.
        path: hashes from the leaf up.
        root: root of the tree.

    Returns:
        True when proven. False for everything else, also for indexes out of range and hashes of a wrong length.
    """
    if not 0 <= index < size or not _are_hashes(leaf, root, *path):
        return False
    node, last, computed = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == root


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Tell whether a path proves that one tree extends another (RFC 9162 section 2.1.4.2).

    Args:
        first: size of the older tree. At 0 an empty path is accepted: there is nothing to contradict.
        second: size of the newer tree. When equal to `first`, the path must be empty and the roots equal.
        first_root: root of the older tree; not looked at when `first` is 0 and `second` is not.
        second_root: root of the newer tree.
        path: hashes as `consistency_path` returns them.

    Returns:
        True when proven. False for everything else, also for sizes out of order and hashes of a wrong length.
    """
    if not 0 <= first <= second or not _are_hashes(first_root, second_root, *path):
        return False
    if first == second:
        return not path and first_root == second_root
    if first == 0 or not path:
        return first == 0 and not path
    # the root of a complete old tree is itself the first hash of the proof, and is left out of it (step 2)
    hashes = path if first & (first - 1) else (first_root, *path)
    return _climb(first - 1, second - 1, hashes) == (first_root, second_root)


def _climb(node: int, last: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the two roots that a consistency path leads to (steps 3 to 6), None when its length is wrong."""
    while node & 1:
        node, last = node >> 1, last >> 1
    older = newer = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        node, last = node >> 1, last >> 1
    return None if last else (older, newer)
