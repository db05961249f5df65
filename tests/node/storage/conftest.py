# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Stores with real feeds in them: an own feed under the real sequencer, and a mirror of consecutive entries."""

import hashlib
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.log.entry import PayloadState, VerifiedEntry
from federation.log.feed import FollowState
from federation.log.leaf import Leaf, LeafKind
from federation.log.merkle import CompactRange, leaf_hash
from federation.log.tile import extend_tiles
from federation.records.feed_policy import Dataset
from node.entry.pending import Pending
from node.follow.ports import FollowedRow
from node.identity.keys import FileSigner, KeyRing
from node.log import Sequencer
from node.storage.dialect.place import StorePlace
from node.storage.opening.checks import StoreOwner
from node.storage.opening.creation import create_store
from node.storage.store import Store, open_store

OWNER = StoreOwner("delta.example", "310000")
OWN = "delta.example/310000/lists/1"
FOREIGN = "delta.example/330100/lists/1"
NOW_MS = 1_700_000_000_000
LIST_ENTRY = 4


class Child:
    """A process of its own that runs a function and tells through a pipe how far it is, until it is killed.

    Forked, since starting an interpreter takes longer than all the work. The function gets the end to write to.
    """

    def __init__(self, work: Callable[[int], None]) -> None:
        self._told, tell = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                work(tell)
                signal.pause()
            finally:
                os._exit(1)
        os.close(tell)
        self.ended = False

    def heard(self, count: int) -> bytes:
        """Wait for `count` bytes, fewer when the child ended."""
        told = b""
        while len(told) < count and (more := os.read(self._told, count - len(told))):
            told += more
        return told

    def kill(self) -> bytes:
        """End it at once, wherever it is; return what it told until then. Once is enough."""
        if self.ended:
            return b""
        self.ended = True
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        told = self.heard(1 << 20)
        os.close(self._told)
        return told


@dataclass
class OwnFeed:
    """An own feed, published by the real sequencer."""

    store: Store
    origin: str = OWN
    dataset: Dataset = Dataset.LISTS
    made: int = 0

    def __post_init__(self) -> None:
        """Create the feed."""
        signers = [FileSigner(Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)) for seed in (1, 2, 3)]
        keys = KeyRing(OWNER.federation, OWNER.node_id, *signers)
        self.sequencer = Sequencer(self.origin, self.store, keys, lambda: NOW_MS)
        self.sequencer.create(self.dataset)

    def pending(
        self,
        payload: bytes = b"record",
        kind: LeafKind = LeafKind.ADD,
        ref: int | None = None,
        schema: int = LIST_ENTRY,
    ) -> Pending:
        """A pending row under a key of its own."""
        self.made += 1
        key = hashlib.sha256(b"key %d" % self.made).digest()
        digest = hashlib.sha256(payload).digest()
        return Pending(key, digest, kind, schema, ref, leaf_hash(key), payload, "", False)

    def pend(self, *rows: Pending) -> tuple[Pending, ...]:
        """Put rows into the queue."""
        with self.store.write() as unit:
            unit.add_pending(self.origin, rows)
        return rows

    def publish(self, *rows: Pending) -> tuple[Pending, ...]:
        """Put rows into the queue and sequence them."""
        self.pend(*rows)
        self.sequencer.sequence()
        return rows


@dataclass
class Mirror:
    """A mirror into which consecutive good entries are put."""

    store: Store
    origin: str = FOREIGN
    range: CompactRange = field(default_factory=CompactRange.empty)

    def row(
        self,
        index: int,
        *,
        kind: LeafKind = LeafKind.ADD,
        ref: int | None = None,
        subject: str = "",
        schema: int = LIST_ENTRY,
        payload: bytes = b"record",
    ) -> FollowedRow:
        """One entry with a payload."""
        salt = hashlib.sha256(b"%d" % index).digest()
        leaf = Leaf(kind, 1000 + index, schema, ref, salt)
        return FollowedRow(
            VerifiedEntry(index, leaf, leaf.encode(), PayloadState.PRESENT, salt, payload, None),
            subject,
            personal=False,
        )

    def faulty(self, index: int, state: PayloadState, fault: str) -> FollowedRow:
        """One entry with a fault."""
        row = self.row(index)
        return replace(row, entry=replace(row.entry, state=state, fault=fault))

    def take(self, *rows: FollowedRow, note: bytes | None = None) -> FollowState:
        """Mirror one chunk; with a note it completes a checkpoint."""
        hashes = [leaf_hash(row.entry.raw_leaf) for row in rows]
        state = FollowState(self.range.extended(hashes), 1000 + self.range.size + len(rows), note)
        with self.store.write() as unit:
            tiles = extend_tiles(self.range.size, hashes, lambda level, index: unit.tile(self.origin, level, index))
            unit.mirror(self.origin, rows, tiles, state)
        self.range = state.range
        return state

    def fill(self, count: int, note: bytes | None = None) -> FollowState:
        """Mirror `count` good entries."""
        start = self.range.size
        return self.take(*(self.row(index) for index in range(start, start + count)), note=note)


@pytest.fixture
def owner() -> StoreOwner:
    """Whose store it is."""
    return OWNER


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite store, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "store.db"
    create_store(path, OWNER)
    return path


@pytest.fixture
def path(empty: Path, tmp_path: Path) -> Path:
    """An empty SQLite store of its own."""
    return Path(shutil.copy2(empty, tmp_path / empty.name))


@pytest.fixture
def place(path: Path) -> StorePlace:
    """Where the store is; what is under contract says this for every database."""
    return path


@pytest.fixture
def child() -> Iterator[Callable[[Callable[[int], None]], Child]]:
    """Starts processes; those that a failed test leaves are ended."""
    started: list[Child] = []

    def start(work: Callable[[int], None]) -> Child:
        started.append(Child(work))
        return started[-1]

    yield start
    for one in started:
        one.kill()


@pytest.fixture
def store(place: StorePlace) -> Iterator[Store]:
    """The store, open."""
    with open_store(place, OWNER) as opened:
        yield opened


@pytest.fixture
def own_feed(store: Store) -> OwnFeed:
    """An own feed with nothing in it."""
    return OwnFeed(store)


@pytest.fixture
def reopened() -> Callable[[Store], tuple[OwnFeed, Mirror]]:
    """Goes on with the feeds of a store that is opened again, in this or another process."""

    def go_on(store: Store) -> tuple[OwnFeed, Mirror]:
        added = store.reader.follow_range(OWN).size + store.reader.pending().get(OWN, 0)
        return OwnFeed(store, made=added), Mirror(store, range=store.reader.follow_range(FOREIGN))

    return go_on


@pytest.fixture
def catalogue(store: Store) -> OwnFeed:
    """The node's own catalogue, empty."""
    return OwnFeed(store, "delta.example/310000/_catalogue/1", Dataset.CATALOGUE)


@pytest.fixture
def mirror(store: Store) -> Mirror:
    """A mirror never followed yet."""
    return Mirror(store)
