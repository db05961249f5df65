# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The promises that the stages make their work on, kept by every implementation of the store: writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import ConfigFault, OrderFault, StoreFault
from federation.log.entry import PayloadState
from federation.log.feed import FollowState
from federation.log.leaf import LeafKind
from federation.log.merkle import CompactRange
from federation.log.tile import TileTree
from federation.records.feed_policy import Dataset
from node.entry.evidence import Evidence
from node.exchange.exchange_log import ExchangeStore, Remembered
from node.follow.ports import FollowStore, Health
from node.intake import IntakeStore, Known
from node.ledger.ports import LedgerStore
from node.log import LogHead, LogStore

if TYPE_CHECKING:
    from node.storage.store import Store
    from tests.node.storage.conftest import Mirror, OwnFeed

NOWHERE = "delta.example/310000/penalties/1"


def test_the_store_is_the_store_of_every_stage(store: Store) -> None:
    """The type checker sees that the store keeps every protocol; each opens a transaction."""
    stages: tuple[IntakeStore, LogStore, FollowStore, LedgerStore, ExchangeStore] = (store,) * 5
    for stage in stages:
        with stage.write():
            pass


def test_a_transaction_that_raises_is_undone(store: Store, own_feed: OwnFeed) -> None:
    """Nothing of a block that raises is kept, and the store goes on."""
    with pytest.raises(KeyError), store.write() as unit:
        unit.add_pending(own_feed.origin, [own_feed.pending()])
        raise KeyError
    with store.write() as unit:
        assert unit.waiting(own_feed.origin, 10) == []


def test_one_transaction_at_a_time(store: Store) -> None:
    """A transaction inside a transaction is refused at once, not waited for."""
    with store.write(), pytest.raises(OrderFault, match="WRITE_NESTED"), store.write():
        pass


def test_readers_see_only_what_is_committed(store: Store, own_feed: OwnFeed) -> None:
    """What an open transaction wrote is not there for a reader; after the block it is."""
    with store.write() as unit:
        unit.add_pending(own_feed.origin, [own_feed.pending()])
        assert store.reader.pending() == {}
    assert store.reader.pending() == {own_feed.origin: 1}


def test_a_pending_key_is_known_without_index(store: Store, own_feed: OwnFeed) -> None:
    """`known` tells digest and no index while it waits; unknown keys are absent."""
    (row,) = own_feed.pend(own_feed.pending())
    with store.write() as unit:
        assert unit.known(own_feed.origin, [row.key, bytes(32)]) == {row.key: Known(row.digest, None)}


def test_a_sequenced_key_is_known_with_its_index(store: Store, own_feed: OwnFeed) -> None:
    """Among more keys than one statement takes."""
    rows = own_feed.publish(*(own_feed.pending() for _ in range(1200)))
    with store.write() as unit:
        known = unit.known(own_feed.origin, [row.key for row in rows])
    assert known == {row.key: Known(row.digest, index) for index, row in enumerate(rows)}


def test_an_amend_moves_its_key_to_the_new_index(store: Store, own_feed: OwnFeed) -> None:
    """The key of an amended record points at the amendment, first without index, then with it."""
    (first,) = own_feed.publish(own_feed.pending(b"old"))
    made = own_feed.pending(b"new", LeafKind.AMEND, 0)
    amend = type(made)(first.key, made.digest, made.kind, made.schema, 0, made.salt, made.payload, "", False)
    own_feed.pend(amend)
    with store.write() as unit:
        assert unit.known(own_feed.origin, [first.key]) == {first.key: Known(amend.digest, None)}
    own_feed.sequencer.sequence()
    with store.write() as unit:
        assert unit.known(own_feed.origin, [first.key]) == {first.key: Known(amend.digest, 1)}


def test_pending_rows_keep_their_order_and_every_field(store: Store, own_feed: OwnFeed) -> None:
    """`waiting` gives the oldest rows as they were put in, at most the limit."""
    rows = own_feed.pend(*(own_feed.pending(b"%d" % number) for number in range(5)))
    with store.write() as unit:
        assert [item.pending for item in unit.waiting(own_feed.origin, 3)] == list(rows[:3])


def test_places_are_not_given_twice(store: Store, own_feed: OwnFeed) -> None:
    """A row put in after the queue was emptied stands behind all that ever stood in it."""
    own_feed.publish(own_feed.pending())
    own_feed.pend(own_feed.pending())
    with store.write() as unit:
        assert [item.place for item in unit.waiting(own_feed.origin, 9)] == [1]


@pytest.mark.parametrize("kind", [LeafKind.END, LeafKind.AMEND])
def test_an_act_is_seen_on_its_entry(store: Store, own_feed: OwnFeed, kind: LeafKind) -> None:
    """From the moment its END or AMEND is pending, so that two endings of one entry cannot both pass."""
    own_feed.publish(own_feed.pending())
    seen = []
    for step in (lambda: None, lambda: own_feed.pend(own_feed.pending(b"act", kind, 0)), own_feed.sequencer.sequence):
        step()
        with store.write() as unit:
            seen.append([written.kind for written in unit.written(own_feed.origin, [0])[0]])
    assert seen == [[LeafKind.ADD], [LeafKind.ADD, kind], [LeafKind.ADD, kind]]


def test_acts_that_wait_come_after_those_sequenced(store: Store, own_feed: OwnFeed) -> None:
    """Each with what it says, in the order they were taken in."""
    own_feed.publish(own_feed.pending(), own_feed.pending(b"other"))
    own_feed.publish(own_feed.pending(b"1", LeafKind.ANNOTATE, 0))
    own_feed.pend(*(own_feed.pending(text, LeafKind.ANNOTATE, 0) for text in (b"2", b"3")))
    with store.write() as unit:
        written = unit.written(own_feed.origin, [0, 1, 5])
    assert {0: [b"1", b"2", b"3"], 1: []} == {
        index: [act.payload for act in acts] for index, (_, *acts) in written.items()
    }


@pytest.mark.parametrize("index", [0, 2**63 - 1, 2**63, 2**64 - 2])
def test_no_entry_was_not_written(store: Store, own_feed: OwnFeed, index: int) -> None:
    """Whatever number a caller names, also one that no column holds."""
    with store.write() as unit:
        assert {} == unit.written(own_feed.origin, [index])


def test_a_feed_that_was_not_created_takes_nothing(store: Store, mirror: Mirror) -> None:
    """Neither one that is unknown nor a mirror."""
    mirror.fill(1)
    for origin in (NOWHERE, mirror.origin):
        with pytest.raises(ConfigFault, match="FEED_NOT_CREATED"), store.write() as unit:
            unit.add_pending(origin, [])


def test_a_feed_has_a_head_only_where_it_was_created(store: Store, own_feed: OwnFeed, mirror: Mirror) -> None:
    """`log_head` of an own feed is what was stored; of a mirror and of nothing it is None."""
    mirror.fill(1)
    with store.write() as unit:
        head = unit.log_head(own_feed.origin)
        assert head is not None
        assert (head.range, head.time_ms, head.note != b"") == (CompactRange.empty(), 0, True)
        assert (unit.log_head(NOWHERE), unit.log_head(mirror.origin)) == (None, None)


def test_what_was_appended_is_read_back(store: Store, own_feed: OwnFeed) -> None:
    """Leaf, salt and payload as bytes, and tiles that carry the head's right edge, over several batches."""
    rows = [row for _ in range(3) for row in own_feed.publish(*(own_feed.pending(b"x") for _ in range(150)))]
    with store.write() as unit:
        head = unit.log_head(own_feed.origin)
        stored = unit.stored(own_feed.origin, 10, 12)
        tree = TileTree(lambda level, index: unit.tile(own_feed.origin, level, index))
        assert head is not None
        assert tree.compact_range(450) == head.range
        assert unit.tile(own_feed.origin, 5, 0) == b""
    assert [(len(leaf), salt, payload) for leaf, salt, payload in stored] == [
        (84, row.salt, row.payload) for row in rows[10:12]
    ]


def test_an_index_is_given_once(store: Store, mirror: Mirror, own_feed: OwnFeed) -> None:
    """Creating a feed that is there fails and changes nothing."""
    mirror.fill(1)
    head = LogHead(CompactRange.empty(), 0, b"other")
    for origin in (own_feed.origin, mirror.origin):
        with pytest.raises(StoreFault, match="STORE_CONFLICT"), store.write() as unit:
            unit.create_feed(origin, Dataset.LISTS, head)
    assert own_feed.sequencer.load().range == CompactRange.empty()


def test_a_head_moves_only_from_where_it_stands(store: Store, own_feed: OwnFeed) -> None:
    """Another size, or another root of the same size, moves nothing and drops nothing."""
    own_feed.publish(own_feed.pending())
    head = own_feed.sequencer.load()
    own_feed.pend(own_feed.pending())
    for wrong in (CompactRange.empty(), CompactRange(1, (bytes(32),))):
        with store.write() as unit:
            assert not unit.move_head(own_feed.origin, LogHead(wrong, 0, b""), head, done=9)
    assert (own_feed.sequencer.load(), store.reader.pending()) == (head, {own_feed.origin: 1})


def test_a_head_can_move_without_dropping_anything(store: Store, own_feed: OwnFeed) -> None:
    """As a heartbeat does: another note for the same entries."""
    own_feed.pend(own_feed.pending())
    own_feed.sequencer.beat()
    assert store.reader.pending() == {own_feed.origin: 1}


def test_a_feed_never_followed_stands_at_the_start(store: Store, mirror: Mirror) -> None:
    """`follow_state` is the start, without adding the feed."""
    with store.write() as unit:
        assert unit.follow_state(mirror.origin) == FollowState.start()
    assert store.reader.feed(mirror.origin) is None


def test_following_resumes_where_it_stood(store: Store, mirror: Mirror) -> None:
    """Midway without a note, at a checkpoint with it; the tiles carry the range."""
    states = [mirror.fill(300, b"note 1"), mirror.fill(1), mirror.fill(299, b"note 2")]
    with store.write() as unit:
        assert unit.follow_state(mirror.origin) == states[2]
        tree = TileTree(lambda level, index: unit.tile(mirror.origin, level, index))
        assert [tree.compact_range(state.range.size) for state in states] == [state.range for state in states]


def test_midway_the_complete_checkpoint_goes_on_being_served(store: Store, mirror: Mirror) -> None:
    """The view speaks of the complete checkpoint, the state of what is held."""
    mirror.fill(2, b"note")
    state = mirror.fill(3)
    view = store.reader.feed(mirror.origin)
    assert view is not None
    assert (view.size, view.note) == (2, b"note")
    assert store.reader.follow_range(mirror.origin) == state.range
    with store.write() as unit:
        assert unit.follow_state(mirror.origin) == state


def test_a_newer_note_replaces_the_older(store: Store, mirror: Mirror) -> None:
    """Also for a feed of which nothing but an empty checkpoint is known yet."""
    with store.write() as unit:
        unit.keep_note(mirror.origin, b"empty")
        assert unit.follow_state(mirror.origin) == FollowState(CompactRange.empty(), 0, b"empty")
    state = mirror.fill(2, b"note")
    with store.write() as unit:
        unit.keep_note(mirror.origin, b"newer")
        assert unit.follow_state(mirror.origin) == FollowState(state.range, state.last_time_ms, b"newer")


def test_entries_out_of_order_are_not_mirrored(store: Store, mirror: Mirror) -> None:
    """Neither twice nor with a gap."""
    state = mirror.fill(2)
    for index in (1, 3):
        with pytest.raises(OrderFault, match="FEED_BATCH_ORDER"), store.write() as unit:
            unit.mirror(mirror.origin, [mirror.row(index)], {}, state)


def test_an_own_feed_is_never_followed(store: Store, own_feed: OwnFeed) -> None:
    """What a peer says of our own feed cannot get into it."""
    with pytest.raises(OrderFault, match="FEED_IS_OWN"), store.write() as unit:
        unit.mirror(own_feed.origin, [], {}, FollowState.start())


def test_the_same_evidence_is_kept_once(store: Store, mirror: Mirror) -> None:
    """Same reason and bytes are one; other bytes are another. Parts come back as they were, empty ones too."""
    lies = [Evidence("330000", "ENTRIES_ROOT", "", parts) for parts in ((b"a", b""), (b"a", b""), (b"", b"a"), ())]
    with store.write() as unit:
        for at, evidence in enumerate(lies):
            unit.keep_evidence(mirror.origin, evidence, 1000 + at)
    assert store.reader.evidence(mirror.origin) == [(1000, lies[0]), (1002, lies[2]), (1003, lies[3])]


def test_the_newest_health_counts(store: Store, mirror: Mirror) -> None:
    """One state for each feed and peer."""
    with store.write() as unit:
        unit.keep_health(mirror.origin, "330000", Health(None, 3, "UNREACHABLE"))
        unit.keep_health(mirror.origin, "330000", Health(5, 0, ""))
        unit.keep_health(mirror.origin, "330100", Health(None, 1, "UNREACHABLE"))
    assert store.reader.health() == {
        (mirror.origin, "330000"): Health(5, 0, ""),
        (mirror.origin, "330100"): Health(None, 1, "UNREACHABLE"),
    }


def test_a_quarantine_lasts_until_it_is_released(store: Store, mirror: Mirror) -> None:
    """With its reason, for this feed alone."""
    with store.write() as unit:
        unit.quarantine(mirror.origin, "CHECKPOINT_FORK")
    assert store.reader.quarantines() == {mirror.origin: "CHECKPOINT_FORK"}
    with store.write() as unit:
        assert (unit.quarantined(mirror.origin), unit.quarantined(NOWHERE)) == ("CHECKPOINT_FORK", None)
        unit.release(mirror.origin)
        assert unit.quarantined(mirror.origin) is None


def test_an_answer_is_remembered_and_never_replaced(store: Store) -> None:
    """An exchange id has one answer."""
    answer = Remembered(bytes(32), b"answer")
    with store.write() as unit:
        unit.remember({"id": answer}, 1)
    with pytest.raises(StoreFault, match="STORE_CONFLICT"), store.write() as unit:
        unit.remember({"id": Remembered(bytes(32), b"other")}, 2)
    with store.write() as unit:
        assert unit.remembered(["id", "other"]) == {"id": answer}


@pytest.mark.parametrize("state", list(PayloadState))
def test_every_payload_state_is_kept(store: Store, mirror: Mirror, state: PayloadState) -> None:
    """As it was judged, with its fault."""
    mirror.take(mirror.faulty(0, state, "LEAF_TIME"))
    (entry,) = store.reader.held(mirror.origin, 0, 1)
    assert (entry.state, entry.fault) == (state, "LEAF_TIME")


def test_old_answers_are_forgotten_batch_by_batch(store: Store) -> None:
    """Those kept before the time, under ids of before it or far ahead of it; never more at once than the limit."""
    ids = {
        time_ms: f"{time_ms:012x}"[:8] + "-" + f"{time_ms:012x}"[8:] + "-7000-8000-000000000000"
        for time_ms in (1, 5, 9, 99)
    }
    kept = Remembered(bytes(32), b"answer")
    for time_ms in (1, 5, 9):
        with store.write() as unit:
            unit.remember({ids[time_ms]: kept}, time_ms)
    with store.write() as unit:
        unit.remember({ids[99]: kept, "00000000-0000-7000-8000-000000000001": kept}, 8)
    forgotten = []
    for _ in range(4):
        with store.write() as unit:
            forgotten.append(unit.forget(6, 50, 1))
    with store.write() as unit:
        assert ([1, 1, 0, 0], 3) == (
            forgotten,
            len(unit.remembered([*ids.values(), "00000000-0000-7000-8000-000000000001"])),
        )
    with store.write() as unit:
        assert (3, 0) == (unit.forget(9, 50, 9) + unit.forget(10, 50, 9), unit.forget(10, 50, 9))
