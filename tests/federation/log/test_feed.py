# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The follower: what a server sends becomes exactly the origin's feed, or a fault with evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.errors import EntriesFault, ForkFault, NoteFault, OrderFault, StoreFault
from federation.log.checkpoint import Freshness
from federation.log.entry import PayloadState
from federation.log.feed import Advance, Cosigned, FollowedFeed, FollowState, Known, Older, Wanted
from federation.log.merkle import CompactRange
from federation.log.note import Note, SignatureLine

if TYPE_CHECKING:
    from tests.federation.log.conftest import Publisher


@pytest.mark.parametrize("chunk", [1, 3, 7, 32, 100])
def test_any_chunks_give_the_whole_feed(publisher: Publisher, chunk: int) -> None:
    """Whatever the chunks, the entries are the origin's, all good, and the state is complete."""
    feed = publisher.fill(70).started()
    entries = publisher.pull(feed, chunk)
    assert [(at, raw.leaf, raw.salt, raw.payload) for at, raw in enumerate(publisher.entries)] == [
        (entry.index, entry.raw_leaf, entry.salt, entry.payload) for entry in entries
    ]
    assert {(None, PayloadState.PRESENT)} == {(entry.fault, entry.state) for entry in entries}
    assert FollowState(publisher.tree.compact_range(70), 1069, publisher.note()) == feed.state
    assert feed.wanted() is None


def test_a_follower_resumes_from_any_stored_state(publisher: Publisher) -> None:
    """After every chunk another process can go on from the state alone, and hears the same checkpoint again."""
    publisher.fill(40)
    state, seen = FollowState.start(), 0
    while seen < 40:
        feed = FollowedFeed(publisher.keys, state)
        assert isinstance(feed.heard(publisher.note()), Advance)
        assert Wanted(seen, 40) == feed.wanted()
        seen += len(publisher.pull(feed, chunk=9, chunks=1))
        state = feed.state
        assert (seen == 40) == (state.note is not None)
    assert publisher.tree.compact_range(40) == state.range


def test_nothing_advances_before_adopt(publisher: Publisher) -> None:
    """A chunk given twice gives the same batch, and the state is as before: the caller's commit may fail."""
    feed = publisher.fill(10).started()
    first = feed.received(*publisher.chunk(0, 4, 10))
    assert first == feed.received(*publisher.chunk(0, 4, 10))
    assert (FollowState.start(), Wanted(0, 10)) == (feed.state, feed.wanted())


def test_the_target_stays_fixed_until_it_is_reached(publisher: Publisher) -> None:
    """Larger checkpoints heard midway wait, since chunks in flight are bound to the first; the largest comes next."""
    feed = publisher.fill(30).started(10)
    publisher.pull(feed, chunk=4, chunks=1)
    assert isinstance(feed.heard(publisher.note(20)), Advance)
    assert isinstance(feed.heard(publisher.note(30)), Advance)
    assert Wanted(4, 10) == feed.wanted()
    publisher.pull(feed, chunk=6, chunks=1)
    assert (publisher.note(10), Wanted(10, 30)) == (feed.state.note, feed.wanted())
    publisher.pull(feed)
    assert publisher.note(30) == feed.state.note


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=25))
def test_any_order_of_hearing_and_fetching_gives_a_prefix(publisher: Publisher, steps: list[tuple[bool, int]]) -> None:
    """However checkpoints and chunks interleave, what is held is a prefix of the origin's feed, and all is fetched."""
    publisher = publisher if publisher.entries else publisher.fill(60)
    feed, held, largest = FollowedFeed(publisher.keys, FollowState.start()), 0, 0
    for hear, number in steps:
        if hear:
            feed.heard(publisher.note(number))
            largest = max(largest, number)
        else:
            held += len(publisher.pull(feed, chunk=number, chunks=1))
        assert publisher.tree.compact_range(held) == feed.state.range
    publisher.pull(feed)
    assert (largest, None) == (feed.state.range.size, feed.wanted())


def test_hearing_the_same_again_is_nothing_new(publisher: Publisher) -> None:
    """A checkpoint already held, on its way, or waiting is known."""
    feed = publisher.fill(9).complete(3)
    assert isinstance(feed.heard(publisher.note(3)), Known)
    feed.heard(publisher.note(6))
    assert isinstance(feed.heard(publisher.note(6)), Known)
    feed.heard(publisher.note(9))
    assert isinstance(feed.heard(publisher.note(9)), Known)
    assert Wanted(3, 6) == feed.wanted()


def test_a_smaller_checkpoint_is_ignored(publisher: Publisher) -> None:
    """A server behind others gives an older head: no error, nothing to fetch, nothing forgotten."""
    feed = publisher.fill(9).complete()
    older = feed.heard(publisher.note(5))
    assert isinstance(older, Older)
    feed.compare(older, publisher.tree.root(5))
    assert (feed.state.range.size, feed.wanted()) == (9, None)


def test_a_smaller_checkpoint_of_another_history_is_a_fork(publisher: Publisher) -> None:
    """A rolled back and rewritten origin is caught against the tree held; both notes are kept."""
    feed = publisher.fill(9).complete()
    note = publisher.forked(5).note()
    older = feed.heard(note)
    assert isinstance(older, Older)
    with pytest.raises(ForkFault) as caught:
        feed.compare(older, publisher.tree.root(5))
    assert ("CHECKPOINT_FORK", (publisher.note(9), note)) == (caught.value.reason, caught.value.evidence)


def test_a_size_between_two_on_their_way_is_ignored(publisher: Publisher) -> None:
    """Midway to a target, what lies between needs no notice."""
    feed = publisher.fill(9).started(6)
    assert isinstance(feed.heard(publisher.note(4)), Older)
    feed.heard(publisher.note(9))
    assert isinstance(feed.heard(publisher.note(7)), Older)
    assert Wanted(0, 6) == feed.wanted()


@pytest.mark.parametrize("place", ["complete", "midway", "target", "later"])
def test_another_root_at_a_known_size_is_a_fork(publisher: Publisher, place: str) -> None:
    """Two signed roots for one size contradict, whether that size is held, on its way or waiting."""
    feed = publisher.fill(12).complete(4)
    for size in (8, 12):
        feed.heard(publisher.note(size))
    if place == "midway":
        publisher.pull(feed, chunk=2, chunks=1)
    size = {"complete": 4, "midway": 4, "target": 8, "later": 12}[place]
    before, note = feed.state, publisher.forked(size).note()
    with pytest.raises(ForkFault) as caught:
        feed.heard(note)
    assert ("CHECKPOINT_FORK", (publisher.note(size), note)) == (caught.value.reason, caught.value.evidence)
    assert before == feed.state


def test_another_root_than_that_held_midway_is_refused(publisher: Publisher) -> None:
    """Resumed midway, without a note of that size, a head over other entries is refused with what is held."""
    feed = publisher.fill(9).started()
    publisher.pull(feed, chunk=5, chunks=1)
    note = publisher.forked(5).note()
    with pytest.raises(EntriesFault) as caught:
        FollowedFeed(publisher.keys, feed.state).heard(note)
    assert ("ENTRIES_ROOT", (note, feed.state.range.to_bytes())) == (caught.value.reason, caught.value.evidence)


def test_a_head_of_exactly_what_is_held_midway_completes_it(publisher: Publisher) -> None:
    """Where chunks happen to end at a signed size, that head becomes the newest complete one; fetching goes on."""
    feed = publisher.fill(9).started()
    publisher.pull(feed, chunk=5, chunks=1)
    assert isinstance(feed.heard(publisher.note(5)), Cosigned)
    assert (publisher.note(5), Wanted(5, 9)) == (feed.state.note, feed.wanted())
    assert isinstance(feed.heard(publisher.note(5)), Known)


def test_an_empty_feed_can_be_fresh(publisher: Publisher) -> None:
    """The first head of an empty feed is kept; there is nothing to fetch."""
    feed = FollowedFeed(publisher.keys, FollowState.start())
    assert isinstance(feed.heard(publisher.note(time_s=1000)), Cosigned)
    assert (feed.freshness(1_000_000), feed.wanted()) == (Freshness.FRESH, None)


def test_a_bad_note_changes_nothing(publisher: Publisher) -> None:
    """A note that does not verify is a fault, and the follower goes on as if it had not come."""
    feed = publisher.fill(4).complete(2)
    before = feed.state
    with pytest.raises(NoteFault, match="NOTE_SIGNATURE_INVALID"):
        feed.heard(publisher.note().replace(b"\n4\n", b"\n5\n"))
    assert (before, None) == (feed.state, feed.wanted())


def test_freshness_follows_the_newest_cosignature_of_what_is_held(publisher: Publisher) -> None:
    """Unknown before the first, fresh with it, stale by age; a newer cosignature is to be stored and counts."""
    feed = publisher.fill(2).complete()
    assert feed.freshness(1_000_000) is Freshness.UNKNOWN
    cosigned = feed.heard(publisher.note(time_s=1000))
    assert isinstance(cosigned, Cosigned)
    assert publisher.note(time_s=1000) == cosigned.checkpoint.note == feed.state.note
    assert [feed.freshness(ms) for ms in (1_300_000, 1_300_001)] == [Freshness.FRESH, Freshness.STALE]
    assert isinstance(feed.heard(publisher.note(time_s=999)), Known)
    assert isinstance(feed.heard(publisher.note(time_s=1001)), Cosigned)
    assert feed.freshness(1_300_001) is Freshness.FRESH


def test_lines_of_unknown_keys_are_not_kept(publisher: Publisher) -> None:
    """A hub that withholds entries cannot make a head look fresh by a line with a time that nobody can check."""
    publisher.fill(3)
    note = Note.parse(publisher.note(time_s=1000))
    clock = publisher.keys.clock
    made_up = SignatureLine(clock.name, bytes(4), (2000).to_bytes(8, "big") + bytes(64))
    feed = FollowedFeed(publisher.keys, FollowState.start())

    feed.heard(Note(note.text, (*note.signatures, made_up)).encode())
    publisher.pull(feed)

    assert publisher.note(time_s=1000) == feed.state.note


def test_a_checkpoint_only_heard_of_makes_nothing_fresh(publisher: Publisher) -> None:
    """While entries are still to come, freshness is that of what is held."""
    feed = publisher.fill(4).complete(2)
    feed.heard(publisher.note(2, time_s=1000))
    feed.heard(publisher.note(4, time_s=5000))
    assert feed.freshness(5_000_000) is Freshness.STALE
    publisher.pull(feed, chunk=1, chunks=1)
    assert feed.freshness(5_000_000) is Freshness.STALE
    publisher.pull(feed)
    assert feed.freshness(5_000_000) is Freshness.FRESH


@pytest.mark.parametrize("place", ["target", "later"])
def test_cosignatures_heard_on_the_way_are_taken_along(publisher: Publisher, place: str) -> None:
    """A target cosigned anew while its entries come in is complete with the newest time."""
    feed = publisher.fill(4).started(4 if place == "target" else 2)
    for time_s in (None, 1000, 2000, 1500):
        heard = feed.heard(publisher.note(4, time_s=time_s))
    assert isinstance(heard, Known)
    publisher.pull(feed)
    assert publisher.note(4, time_s=2000) == feed.state.note


def test_a_cosignature_between_batch_and_adopt_is_stored_later(publisher: Publisher) -> None:
    """The state adopted is the one committed; the newer cosignature is reported when heard again."""
    feed = publisher.fill(4).started()
    batch = feed.received(*publisher.chunk(0, 4, 4))
    feed.heard(publisher.note(time_s=1000))
    feed.adopt(batch)
    assert (publisher.note(), Freshness.UNKNOWN) == (feed.state.note, feed.freshness(1_000_000))
    assert isinstance(feed.heard(publisher.note(time_s=1000)), Cosigned)


def test_entries_nobody_asked_for_are_our_fault(publisher: Publisher) -> None:
    """Without a checkpoint to reach there is nothing to verify against."""
    feed = publisher.fill(2).complete()
    with pytest.raises(OrderFault, match="FEED_NOTHING_WANTED"):
        feed.received(2, publisher.entries[:1], ())


def test_batches_are_adopted_once_and_in_order(publisher: Publisher) -> None:
    """The same batch twice, or one made from an earlier state, is refused and changes nothing."""
    feed = publisher.fill(9).started()
    short, long = feed.received(*publisher.chunk(0, 3, 9)), feed.received(*publisher.chunk(0, 9, 9))
    feed.adopt(short)
    for batch in (short, long):
        with pytest.raises(OrderFault, match="FEED_BATCH_ORDER"):
            feed.adopt(batch)
    assert Wanted(3, 9) == feed.wanted()


def test_a_batch_of_another_follower_is_not_adopted(publisher: Publisher) -> None:
    """Beyond the target, or without one, a batch cannot be this follower's."""
    batch = publisher.fill(9).started().received(*publisher.chunk(0, 9, 9))
    for feed in (publisher.started(5), FollowedFeed(publisher.keys, FollowState.start())):
        with pytest.raises(OrderFault, match="FEED_BATCH_ORDER"):
            feed.adopt(batch)


def test_a_stored_state_that_does_not_hold_is_a_fault_of_the_store(publisher: Publisher) -> None:
    """A note changed in the store, or one of another size or root than the range, stops the follower at once."""
    good = publisher.fill(9).complete().state
    assert good == FollowedFeed(publisher.keys, good).state
    wrong = [
        replace(good, note=publisher.note().replace(b"\n9\n", b"\n8\n")),
        replace(good, note=publisher.note(8)),
        replace(good, note=publisher.forked(9).note()),
        replace(good, range=CompactRange.empty()),
    ]
    for state in wrong:
        with pytest.raises(StoreFault, match="FOLLOW_STATE_INVALID"):
            FollowedFeed(publisher.keys, state)
