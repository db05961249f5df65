# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Merkle trees of RFC 9162 section 2.1 with SHA-256: roots, and the two verifications of 2.1.3.2 and 2.1.4.2.

Pure; safe to call from any thread. Hashes are 32 bytes; a proof of more than 64 hashes is refused unread.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
MAX_PATH = 64


def leaf_hash(leaf: bytes) -> bytes:
    """Return the tree's hash of one leaf."""
    return sha256(b"\x00" + leaf).digest()


def join(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours."""
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Peaks:
    """A tree that only grows, kept as the roots of its perfect subtrees, from left to right.

    Not safe for use from two threads at once.
    """

    size: int = 0
    _peaks: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> None:
        """Append one leaf."""
        carried, size = leaf_hash(leaf), self.size
        while size & 1:
            carried, size = join(self._peaks.pop(), carried), size >> 1
        self._peaks.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over the leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = join(peak, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over some leaves, in order."""
    peaks = Peaks()
    for leaf in leaves:
        peaks.add(leaf)
    return peaks.root()


def _well_formed(path: Sequence[bytes]) -> bool:
    return len(path) <= MAX_PATH and all(len(step) == 32 for step in path)


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a path leads from a leaf to a root (RFC 9162 section 2.1.3.2).

    Args:
        leaf: the leaf's bytes.
        index: its position, from 0.
        size: number of leaves of the tree.
        path: hashes from the leaf up.
        root: the signed root.

    Returns:
        True only when the path is exactly the right length and leads to the root.
    """
    if not 0 <= index < size or not _well_formed(path):
        return False
    at, last, hashed = index, size - 1, leaf_hash(leaf)
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            hashed = join(step, hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = join(hashed, step)
        at, last = at >> 1, last >> 1
    return last == 0 and hashed == root


def extends(first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Tell whether a path shows that the larger tree begins with the smaller (RFC 9162 section 2.1.4.2).

    Args:
        first: smaller size.
        second: larger size.
        path: the consistency proof.
        first_root: root at the smaller size.
        second_root: root at the larger size.

    Returns:
        True only when the proof is exactly right; equal sizes and size 0 need an empty proof.
    """
    if not 0 <= first <= second or not _well_formed(path):
        return False
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == EMPTY_ROOT
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    return bool(steps) and _walk(first - 1, second - 1, steps) == (first_root, second_root)


def _walk(at: int, last: int, steps: list[bytes]) -> tuple[bytes, bytes] | None:
    while at & 1:
        at, last = at >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            older, newer = join(step, older), join(step, newer)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            newer = join(newer, step)
        at, last = at >> 1, last >> 1
    return (older, newer) if last == 0 else None
