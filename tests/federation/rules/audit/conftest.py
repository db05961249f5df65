# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A log of ten entries, a second apart, as an audit file tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.log.checkpoint import Checkpoint, FeedKeys
from federation.log.entry import PayloadState, RawEntry, VerifiedEntry
from federation.log.leaf import Leaf, LeafKind, commitment
from federation.log.merkle import CompactRange, consistency_path, leaf_hash
from federation.log.note import COSIGNATURE, ED25519, Note, Verifier, cosign_note, sign_note
from federation.log.tile import TileTree, extend_tiles
from federation.rules.audit.form import Head
from federation.rules.audit.proof import Findings, Proof, RangeCheck

if TYPE_CHECKING:
    from collections.abc import Sequence

ORIGIN = "demo/330100/_exchange/1"
SIZE = 10


@dataclass
class Key:
    """A signer over a fixed seed."""

    secret: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """Its public bytes."""
        return self.secret.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """Signs."""
        return self.secret.sign(data)


LOG, CLOCK = (Key(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)) for seed in (1, 2))
KEYS = FeedKeys(ORIGIN, Verifier(ORIGIN, ED25519, LOG.public), Verifier("demo/330100", COSIGNATURE, CLOCK.public))


def raw_entry(index: int, time_ms: int | None = None) -> RawEntry:
    """An entry with a payload."""
    salt, payload = bytes([index]) * 32, b"payload %d" % index
    committed = commitment(ORIGIN, 9, salt, payload)
    leaf = Leaf(LeafKind.ADD, 1000 * index if time_ms is None else time_ms, 9, None, committed)
    return RawEntry(leaf.encode(), PayloadState.PRESENT, salt, payload)


def signed(size: int, root: bytes, said_s: int = 100) -> bytes:
    """A checkpoint's note."""
    text = Checkpoint(ORIGIN, size, root).text()
    clock = cosign_note(text, "demo/330100", CLOCK, CLOCK.public, said_s)
    return Note(text, (sign_note(text, ORIGIN, LOG, LOG.public), clock)).encode()


@dataclass
class File:
    """What an audit file of entries 3 to 6 tells: those of the period from 3 s to before 7 s."""

    proof: Proof
    entries: list[RawEntry]

    def check(self, keys: FeedKeys | None = KEYS, seen: Mapping[int, bytes] | None = None, at_once: int = 2) -> Found:
        """Checks it, some entries at once."""
        check = RangeCheck(self.proof, keys, seen or {})
        within: list[VerifiedEntry] = []
        for at in range(0, len(self.entries), at_once):
            within += check.take(self.entries[at : at + at_once])
        check.finish()
        return Found(check.findings, within, check)

    def head(self, **changes: int) -> File:
        """The same with another head."""
        changed: dict[str, Any] = {**changes}
        return File(replace(self.proof, head=replace(self.proof.head, **changed)), self.entries)


@dataclass
class Found:
    """What came of a check."""

    findings: Findings
    within: Sequence[VerifiedEntry]
    check: RangeCheck

    @property
    def reasons(self) -> list[tuple[str, str, int | None]]:
        """Verdict, reason and index of each finding."""
        told = [*self.findings.whole, *self.findings.told]
        return [(one.verdict.value, one.reason, one.index) for one in told]


@dataclass
class Book:
    """A log, and the files that can be made of it."""

    entries: list[RawEntry]

    @property
    def hashes(self) -> list[bytes]:
        """The leaf hashes."""
        return [leaf_hash(entry.leaf) for entry in self.entries]

    def root(self, size: int) -> bytes:
        """The root at a size."""
        return CompactRange.empty().extended(self.hashes[:size]).root()

    def file(self, first: int = 3, stop: int = 7, said_s: int = 100) -> File:
        """The file of a range, and of the period from its first second to its last."""
        begin, size = max(0, first - 1), len(self.entries)
        end = min(size, stop + 1)
        tree = TileTree(lambda level, index: tiles.get((level, index), b""))
        tiles = extend_tiles(0, self.hashes, lambda _level, _index: b"")
        head = Head(ORIGIN, "330100", 1, 1000 * first, 1000 * stop, begin, first, stop, end, size)
        path = b"".join(consistency_path(tree.node, end, size))
        proof = Proof(head, signed(size, self.root(size), said_s), tree.compact_range(begin).to_bytes(), path)
        return File(proof, self.entries[begin:end])


@pytest.fixture
def book() -> Book:
    """Ten entries, a second apart."""
    return Book([raw_entry(index) for index in range(SIZE)])
