# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A Merkle tree that makes its own proofs (RFC 9162 sections 2.1.3.1 and 2.1.4.1); `merkle` verifies those of others.

Roots of perfect subtrees are remembered, since they never change. Not safe for use from two threads at once.
"""

from conformance.proof.merkle import EMPTY_ROOT, join, leaf_hash


class Tree:
    """Leaves in order, and every proof about them."""

    def __init__(self) -> None:
        """Begin without leaves."""
        self._hashes: list[bytes] = []
        self._perfect: dict[tuple[int, int], bytes] = {}

    def add(self, leaf: bytes) -> None:
        """Append one leaf."""
        self._hashes.append(leaf_hash(leaf))

    def root(self, size: int) -> bytes:
        """Return the root over the first leaves."""
        return self._root(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the path from a leaf to the root of the first `size` leaves, which hold it."""
        low, high, path = 0, size, list[bytes]()
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._root(middle, high))
                high = middle
            else:
                path.append(self._root(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Return the proof that the larger tree begins with the smaller; empty when equal, or the first is 0."""
        if not 0 < first < second:
            return []
        low, high, path, whole = 0, second, list[bytes](), True
        while first != high:
            middle = low + _split(high - low)
            if first <= middle:
                path.append(self._root(middle, high))
                high = middle
            else:
                path.append(self._root(low, middle))
                low, whole = middle, False
        return ([] if whole else [self._root(low, high)]) + path[::-1]

    def _root(self, low: int, high: int) -> bytes:
        if high - low == 1:
            return self._hashes[low]
        found = self._perfect.get((low, high))
        if found is None:
            middle = low + _split(high - low)
            found = join(self._root(low, middle), self._root(middle, high))
            if (high - low) & (high - low - 1) == 0:
                self._perfect[low, high] = found
        return found


def _split(count: int) -> int:
    """Return the largest power of two smaller than a number over one."""
    return 1 << ((count - 1).bit_length() - 1)
