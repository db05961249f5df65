# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A feed's origin in memory: real keys, leaves, tiles and signatures, for the tests of the log."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.log.checkpoint import Checkpoint, FeedKeys
from federation.log.entry import PayloadState, RawEntry, VerifiedEntry
from federation.log.feed import FollowedFeed, FollowState
from federation.log.leaf import Leaf, LeafKind, commitment
from federation.log.merkle import consistency_path, inclusion_path, leaf_hash
from federation.log.note import COSIGNATURE, ED25519, Note, SignatureLine, Verifier, cosign_note, sign_note
from federation.log.proof import Evidence
from federation.log.tile import TileTree, extend_tiles

ORIGIN = "delta.example/330100/list-entries/1"
NODE_NAME = "delta.example/330100"
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
CLOCK_KEY = Ed25519PrivateKey.from_private_bytes(bytes([2]) * 32)


@dataclass
class Publisher:
    """An origin that publishes whatever it is given, good or bad."""

    entries: list[RawEntry] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    origin: str = ORIGIN
    log_key: Ed25519PrivateKey = LOG_KEY
    clock_key: Ed25519PrivateKey = CLOCK_KEY

    @property
    def keys(self) -> FeedKeys:
        """The keys under which the feed is known."""
        log = Verifier(self.origin, ED25519, self.log_key.public_key().public_bytes_raw())
        clock = Verifier(NODE_NAME, COSIGNATURE, self.clock_key.public_key().public_bytes_raw())
        return FeedKeys(self.origin, log, clock)

    def entry(
        self,
        payload: bytes = b"record",
        kind: LeafKind = LeafKind.ADD,
        time_ms: int = 1000,
        ref: int | None = None,
        schema: int = 3,
    ) -> RawEntry:
        """Return a good entry with a payload; the salt follows from the payload, which only a test may do."""
        salt = leaf_hash(payload)
        leaf = Leaf(kind, time_ms, schema, ref, commitment(self.origin, schema, salt, payload))
        return RawEntry(leaf.encode(), PayloadState.PRESENT, salt, payload)

    @property
    def tree(self) -> TileTree:
        """The stored tree."""
        return TileTree(lambda level, index: self.tiles.get((level, index), b""))

    def add(self, *entries: RawEntry) -> "Publisher":
        """Append entries and return the publisher."""
        hashes = [leaf_hash(entry.leaf) for entry in entries]
        self.tiles |= extend_tiles(len(self.entries), hashes, lambda level, index: self.tiles[level, index])
        self.entries += entries
        return self

    def fill(self, count: int) -> "Publisher":
        """Append good entries and return the publisher."""
        start = len(self.entries)
        return self.add(*(self.entry(b"record %d" % at, time_ms=1000 + at) for at in range(start, start + count)))

    def sign(self, text: str, time_s: int | None = None) -> bytes:
        """Return a note of any text, cosigned when a time is given."""
        lines = [sign_note(text, self.origin, self.log_key, self.keys.log.public_key)]
        if time_s is not None:
            lines.append(cosign_note(text, NODE_NAME, self.clock_key, self.keys.clock.public_key, time_s))
        return Note(text, tuple(lines)).encode()

    def cosigned_line(self, text: str, name: str) -> SignatureLine:
        """Return a cosignature of the clock key under any name."""
        return cosign_note(text, name, self.clock_key, self.keys.clock.public_key, 5)

    def note(self, size: int | None = None, time_s: int | None = None) -> bytes:
        """Return the signed checkpoint of a size, cosigned when a time is given."""
        size = len(self.entries) if size is None else size
        return self.sign(Checkpoint(self.origin, size, self.tree.root(size)).text(), time_s)

    def chunk(self, start: int, end: int, size: int) -> tuple[int, Sequence[RawEntry], tuple[bytes, ...]]:
        """Return the arguments of `received` for one chunk."""
        return start, self.entries[start:end], consistency_path(self.tree.node, end, size)

    def evidence(self, index: int) -> Evidence:
        """Return the evidence for one entry."""
        entry, size = self.entries[index], len(self.entries)
        path = inclusion_path(self.tree.node, index, size)
        return Evidence(self.origin, index, entry.leaf, entry.salt, entry.payload, path, self.note())

    def started(self, heard: int | None = None) -> FollowedFeed:
        """Return a follower that holds nothing and has heard of a checkpoint."""
        feed = FollowedFeed(self.keys, FollowState.start())
        feed.heard(self.note(heard))
        return feed

    def pull(self, feed: FollowedFeed, chunk: int = 10, chunks: int = 1000) -> list[VerifiedEntry]:
        """Serve a follower what it wants, in chunks, and return the entries it verified."""
        entries: list[VerifiedEntry] = []
        while (wanted := feed.wanted()) is not None and chunks:
            end = min(wanted.start + chunk, wanted.checkpoint_size)
            batch = feed.received(*self.chunk(wanted.start, end, wanted.checkpoint_size))
            feed.adopt(batch)
            entries += batch.entries
            chunks -= 1
        return entries

    def complete(self, size: int | None = None) -> FollowedFeed:
        """Return a follower that holds all up to a size."""
        feed = self.started(size)
        self.pull(feed)
        return feed

    def forked(self, size: int) -> "Publisher":
        """Return a publisher with the same keys and another history."""
        other = Publisher()
        return other.add(*(other.entry(b"forged %d" % at) for at in range(size)))


@pytest.fixture
def publisher() -> Publisher:
    """A feed with nothing in it."""
    return Publisher()
