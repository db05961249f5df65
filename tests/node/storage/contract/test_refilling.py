# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What refilling asks of a store, on every database: entries come back as own ones, lost payloads are filled."""

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from federation.log.entry import PayloadState
from federation.log.feed import FollowState
from federation.log.leaf import LeafKind
from federation.log.merkle import CompactRange, leaf_hash
from node.entry.evidence import Evidence
from node.refill.store import Gap, Restored
from node.storage.store import Store
from tests.node.storage.conftest import FOREIGN, OWN, Mirror

if TYPE_CHECKING:
    from tests.node.storage.conftest import OwnFeed

EMPTY = CompactRange.empty()
KEY = hashlib.sha256(b"key 1").digest()
DIGEST = hashlib.sha256(b"record").digest()


@pytest.fixture
def rows(store: Store) -> list[Restored]:
    """Forty entries; those from the second on without payload; the last one erases the first."""
    mirror = Mirror(store)
    made = [Restored(mirror.row(0, subject="甲"), KEY, DIGEST)]
    for index in range(1, 39):
        entry = replace(mirror.row(index).entry, state=PayloadState.LOST, salt=b"", payload=b"")
        made.append(Restored(replace(mirror.row(index), entry=entry), None, b""))
    last = mirror.row(39, kind=LeafKind.ERASE, ref=0)
    erase = replace(last.entry, state=PayloadState.NONE, salt=b"", payload=b"")
    return [*made, Restored(replace(last, entry=erase), None, b"")]


def after(rows: list[Restored], note: bytes | None = None) -> FollowState:
    """The state after rows."""
    return FollowState(EMPTY.extended([leaf_hash(row.row.entry.raw_leaf) for row in rows]), 2000, note)


def brought(store: Store, rows: list[Restored], note: bytes | None = None) -> bool:
    """Brings rows back into an empty feed."""
    with store.write() as unit:
        return unit.bring_back(OWN, EMPTY, rows, after(rows, note))


def test_entries_come_back_as_own_ones(store: Store, own_feed: "OwnFeed", rows: list[Restored]) -> None:
    """Under their keys, midway first: the complete checkpoint stays until a note comes."""
    assert brought(store, rows[:-1])

    with store.write() as unit:
        assert FollowState(after(rows[:-1]).range, 2000, None) == unit.refill_state(OWN)
        assert 0 == unit.known(OWN, [KEY])[KEY].index
    view = store.reader.feed(OWN)
    assert view is not None
    assert 0 == view.size


def test_another_edge_than_expected_changes_nothing(store: Store, own_feed: "OwnFeed", rows: list[Restored]) -> None:
    """Somebody wrote in between."""
    assert brought(store, rows[:1])
    assert not brought(store, rows[:2])

    assert 1 == len(store.reader.held(OWN, 0, 99))


def test_what_an_erase_names_is_destroyed(store: Store, own_feed: "OwnFeed", rows: list[Restored]) -> None:
    """Payload, salt and subject go in the transaction that brings it back."""
    brought(store, rows)

    entry = store.reader.entry(OWN, 0)
    assert entry is not None
    assert (PayloadState.ERASED, b"", b"", "") == (entry.state, entry.salt, entry.payload, entry.subject)


def test_lost_payloads_are_found_in_order_and_filled(store: Store, own_feed: "OwnFeed", rows: list[Restored]) -> None:
    """The ledger looks at them again; what is not lost is never replaced."""
    brought(store, rows)
    full = [Restored(Mirror(store).row(index, subject="乙"), KEY, DIGEST) for index in (0, 5, 7)]
    with store.write() as unit:
        unit.set_cursor(OWN, 40)
        assert [Gap(index, rows[index].row.entry.raw_leaf) for index in (37, 38)] == unit.gaps(OWN, 37, 5)
        assert 38 == unit.count_gaps(OWN)
        unit.fill_gaps(OWN, full[1:])
        unit.fill_gaps(OWN, full[:1])

    with store.write() as unit:
        assert (36, 0) == (unit.count_gaps(OWN), unit.cursor(OWN))
        assert 0 == unit.known(OWN, [KEY])[KEY].index
    states = [entry.state for entry in store.reader.held(OWN, 0, 8)]
    assert PayloadState.ERASED is states[0]
    assert [PayloadState.PRESENT] * 2 == [states[5], states[7]]


def test_published_rows_leave_the_queue(store: Store, own_feed: "OwnFeed", rows: list[Restored]) -> None:
    """By key and bytes; the same key with other bytes stays."""
    first, second, third = own_feed.pending(), own_feed.pending(), own_feed.pending()
    own_feed.pend(first, second, third)
    same = Restored(rows[0].row, third.key, third.digest)
    other = Restored(rows[0].row, second.key, b"other bytes")
    with store.write() as unit:
        assert 1 == unit.unqueue(OWN, [same, other])

    with store.write() as unit:
        assert [first, second] == [item.pending for item in unit.waiting(OWN, 9)]


def test_evidence_on_an_own_feed_is_kept(store: Store, own_feed: "OwnFeed") -> None:
    """A mirror can lie about it, too."""
    evidence = Evidence("yrd", "CHECKPOINT_FORK", "", (b"ours", b"theirs"))
    with store.write() as unit:
        unit.keep_own_evidence(OWN, evidence, 5)

    assert [(5, evidence)] == store.reader.evidence(OWN)
    assert [] == store.reader.evidence(FOREIGN)
