# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements of members: the newest of each counts, what was said before is not forgotten, and since when."""

from typing import TYPE_CHECKING

import pytest

from federation.log.leaf import LeafKind
from node.acknowledge.behind import Ahead
from node.acknowledge.propagation import Reached
from node.acknowledge.statement import Reach, Stage, Stated
from node.storage.write.stating import statement_part

if TYPE_CHECKING:
    from node.storage.store import Store
    from tests.node.storage.conftest import Mirror, OwnFeed

HELD, IN_EFFECT = Stage.HELD, Stage.IN_EFFECT


def says(size: int, time_ms: int, member: str = "yrd", stage: Stage = IN_EFFECT) -> Stated:
    """A statement."""
    return Stated(member, stage, size, time_ms, f"{member} {size} at {time_ms}".encode())


def keep(store: "Store", origin: str, heard_ms: int, *stated: Stated) -> int:
    """Keeps statements."""
    with store.write() as unit:
        return unit.keep_stated(origin, stated, heard_ms)


def acted(feed: "OwnFeed", *kinds: LeafKind) -> None:
    """Publishes entries; acts are on the first."""
    refs = [None if kind is LeafKind.ADD else 0 for kind in kinds]
    feed.publish(*(feed.pending(kind=kind, ref=ref) for kind, ref in zip(kinds, refs, strict=True)))


def test_the_newest_statement_of_each_member_and_stage_is_kept(store: "Store", own_feed: "OwnFeed") -> None:
    """An older one changes nothing, also when it says more; one about a feed that is not held is dropped."""
    reads, first = Stated("yrd", HELD, 0, 0, b""), says(3, 1000, stage=HELD)
    older, other = says(9, 999, stage=HELD), says(2, 500, "310000")
    counts = [keep(store, own_feed.origin, 1, *each) for each in ([reads], [first, other], [older, reads])]
    counts.append(keep(store, "delta.example/000000/lists/1", 1, first))

    assert [1, 2, 0, 0] == counts
    assert [first, other] == store.reader.stated(own_feed.origin, 9)


def test_of_one_second_the_larger_statement_is_the_newer(store: "Store", own_feed: "OwnFeed") -> None:
    """Times are of whole seconds, and a busy member states several times in one."""
    keep(store, own_feed.origin, 1, says(4, 1000), says(3, 1000))
    assert 1 == keep(store, own_feed.origin, 2, says(5, 1000))

    assert [says(5, 1000)] == store.reader.stated(own_feed.origin, 9)


def test_since_when_an_act_was_reached_outlives_newer_statements(store: "Store", own_feed: "OwnFeed") -> None:
    """The first statement that spoke for each act, by member and stage; those that spoke for none are not kept."""
    acted(own_feed, LeafKind.ADD, LeafKind.END, LeafKind.ADD, LeafKind.ANNOTATE)
    for size, at in ((1, 1000), (2, 2000), (3, 3000), (4, 4000)):
        keep(store, own_feed.origin, at + 7, says(size, at))

    ended, marked = store.reader.first_reached(own_feed.origin, 1), store.reader.first_reached(own_feed.origin, 3)

    assert [Reached("yrd", IN_EFFECT, 2, 2000, 2007)] == ended
    assert [Reached("yrd", IN_EFFECT, 4, 4000, 4007)] == marked
    assert [Reached("yrd", IN_EFFECT, 4, 4000, 4007)] == store.reader.newest_stated(own_feed.origin)
    assert [] == store.reader.first_reached(own_feed.origin, 4)


def test_first_statements_are_kept_up_to_a_limit(
    store: "Store", own_feed: "OwnFeed", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond it a later one stands for those forgotten."""
    monkeypatch.setattr(statement_part, "MAX_REACHED", 2)
    acted(own_feed, LeafKind.ADD, LeafKind.END, LeafKind.END, LeafKind.END)
    for size in (2, 3, 4):
        keep(store, own_feed.origin, size, says(size, 1000 * size))

    assert [3] == [each.size for each in store.reader.first_reached(own_feed.origin, 1)]


def test_a_member_that_says_less_than_before_is_remembered_to_have_said_more(
    store: "Store", own_feed: "OwnFeed"
) -> None:
    """Its newest word counts, and the larger one can be shown to it, until it says as much again."""
    shown = []
    for each in (says(7, 1000), says(4, 2000), says(5, 3000), says(7, 4000)):
        keep(store, own_feed.origin, 1, each)
        shown.append(
            (store.reader.stated(own_feed.origin, 9)[0].size, store.reader.most_stated(own_feed.origin, "yrd"))
        )

    assert [(7, says(7, 1000).note), (4, says(7, 1000).note)] == shown[:2]
    assert [(5, says(7, 1000).note), (7, says(7, 4000).note)] == shown[2:]
    assert b"" == store.reader.most_stated(own_feed.origin, "310000")


def test_how_far_this_node_has_come_is_read_in_one_state(store: "Store", mirror: "Mirror") -> None:
    """Checkpoint, its size, and what the ledger has applied; nothing for a feed not held."""
    mirror.fill(3, note=b"a note")
    mirror.fill(2)
    with store.write() as unit:
        unit.set_cursor(mirror.origin, 4)

    assert Reach(3, b"a note", 4) == store.reader.reach(mirror.origin)
    assert store.reader.reach("delta.example/000000/lists/1") is None


def test_a_feed_is_behind_until_what_was_shown_has_come(store: "Store", mirror: "Mirror") -> None:
    """The largest checkpoint shown, since the first was; nothing that is held already, nothing of a feed not held."""
    mirror.fill(2, note=b"two")

    def ahead(size: int, since_ms: int) -> bool:
        with store.write() as unit:
            return unit.keep_ahead(mirror.origin, Ahead(size, b"%d" % size, "yrd", since_ms))

    kept = [ahead(2, 5), ahead(4, 10), ahead(3, 20), ahead(5, 30), ahead(5, 40), ahead(4, 0)]
    with store.write() as unit:
        kept.append(unit.keep_ahead("delta.example/000000/lists/1", Ahead(9, b"", "yrd", 0)))

    assert [False, True, False, True, False, True, False] == kept
    assert {mirror.origin: Ahead(5, b"5", "yrd", 0)} == store.reader.ahead()
    view = store.reader.feed(mirror.origin)
    assert view is not None
    assert 0 == view.behind_since_ms
    mirror.fill(3, note=b"five")
    view = store.reader.feed(mirror.origin)
    assert view is not None
    assert (None, {}) == (view.behind_since_ms, store.reader.ahead())
    assert ahead(6, 50)
    assert 50 == store.reader.ahead()[mirror.origin].since_ms
