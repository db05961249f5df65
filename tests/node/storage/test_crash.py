# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 amid publishing and following: what was committed is there, what was not is gone, nothing twice."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from federation.log.merkle import CompactRange, leaf_hash
from federation.log.tile import TileTree
from node.storage.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from node.storage.opening.checks import StoreOwner
    from node.storage.read.reader import Reader
    from node.storage.store import Store
    from tests.node.storage.conftest import Child, Mirror, OwnFeed

BATCH = 40
ROUNDS = 10
STEPS = b"psm"


def audit(reader: Reader, origin: str) -> int:
    """See that a feed is whole: entries without gap or double lead to the stored edge, and so do the tiles."""
    held = reader.follow_range(origin)
    entries = reader.held(origin, 0, held.size + 1)
    assert [entry.index for entry in entries] == list(range(held.size))
    assert CompactRange.empty().extended([leaf_hash(entry.raw_leaf) for entry in entries]) == held
    assert TileTree(lambda level, index: reader.tile(origin, level, index)).compact_range(held.size) == held
    return held.size


def work(store: Store, own: OwnFeed, mirror: Mirror, tell: int) -> None:
    """Put into the queue, sequence, write what is undone, mirror; tell after each commit, and amid the undone."""
    while True:
        own.pend(*(own.pending() for _ in range(BATCH)))
        os.write(tell, b"p")
        while own.sequencer.sequence():
            os.write(tell, b"s")
        with store.write() as unit:
            unit.set_rules_digest("undone")
            os.write(tell, b"u")
            unit.set_rules_digest("")
        mirror.fill(BATCH)
        os.write(tell, b"m")


def batches(store: Store, own: OwnFeed, mirror: Mirror) -> dict[int, int]:
    """See that everything is whole; count the batches put into the queue, sequenced and mirrored."""
    own.sequencer.load()
    with store.write() as unit:
        assert unit.rules_digest() == ""
    sizes = (own.made, audit(store.reader, own.origin), audit(store.reader, mirror.origin))
    assert [size % BATCH for size in sizes] == [0, 0, 0]
    return dict(zip(STEPS, (size // BATCH for size in sizes), strict=True))


def test_a_killed_writer_leaves_what_it_had_committed(
    path: Path,
    owner: StoreOwner,
    child: Callable[[Callable[[int], None]], Child],
    reopened: Callable[[Store], tuple[OwnFeed, Mirror]],
) -> None:
    """Each batch whole or not at all, all that was told is there and at most one step more; the next writer goes on."""

    def write(tell: int) -> None:
        with open_store(path, owner) as store:
            work(store, *reopened(store), tell)

    chance = random.Random(7)
    before = dict.fromkeys(STEPS, 0)
    for _ in range(ROUNDS):
        writer = child(write)
        told = writer.heard(chance.randrange(1, 16))
        told += writer.kill()
        with open_store(path, owner) as store:
            after = batches(store, *reopened(store))
        committed = dict(before)
        for step in told.replace(b"u", b""):  # sequencing takes all that waits in one batch
            committed[step] = committed[STEPS[0]] if step == STEPS[1] else committed[step] + 1
        assert all(committed[step] <= after[step] <= committed[STEPS[0]] + 1 for step in STEPS)
        assert sum(after.values()) - sum(committed.values()) <= 2
        before = after
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
