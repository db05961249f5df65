# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How far an act has come: since when at whom, who is late by how much, and what an erasure needs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from federation.log.leaf import LeafKind
from federation.records.act import AnnotationKind
from node.acknowledge.propagation import late_in, spread_of, waiting_for
from node.acknowledge.statement import Stage, Stated
from node.assemble.serving.stating.terms import due_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.acknowledge.propagation import Late, Spread
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples

HELD, IN_EFFECT = Stage.HELD, Stage.IN_EFFECT
HOUR_MS = 3_600_000


@pytest.fixture
def lists(hangzhou: Node, samples: Samples) -> str:
    """A feed with two entries, the first of them ended; published on a working day at noon."""
    hangzhou.clock.to(date(2026, 11, 2))
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    hangzhou.clock.forward(seconds=1)
    hangzhou.publish("lists", samples.ending(), ref=0)
    return hangzhou.origin("lists")


def says(node: Node, origin: str, member: str, stage: Stage, size: int) -> None:
    """A member's statement comes in, made a second before."""
    now_ms = node.clock()
    with node.stages.store.write() as unit:
        unit.keep_stated(origin, [Stated(member, stage, size, now_ms - 1000, b"n")], now_ms)


def spread(node: Node, origin: str, index: int) -> Spread:
    """How far an entry has come."""
    found = spread_of(node.reader, (origin, index), due_by(node.stages.foundation, origin), node.clock())
    assert found is not None
    return found


def at(node: Node, moment: datetime) -> None:
    """Sets the clock."""
    node.clock.now_ms = round(moment.timestamp() * 1000)


def late(node: Node, origin: str) -> Sequence[Late]:
    """Who is late."""
    view = node.reader.feed(origin)
    assert view is not None
    return late_in(node.reader, origin, view.size, due_by(node.stages.foundation, origin), node.clock())


def test_an_act_is_shown_as_held_then_in_effect(hangzhou: Node, lists: str) -> None:
    """Per member, by its own clock and ours; one that says nothing of it has nothing; one that only reads waits too."""
    begun = hangzhou.clock()
    says(hangzhou, lists, "yrd", HELD, 3)
    says(hangzhou, lists, "310000", HELD, 2)
    hangzhou.clock.forward(minutes=1)
    says(hangzhou, lists, "yrd", IN_EFFECT, 3)

    shown = spread(hangzhou, lists, 2)

    assert (2, LeafKind.END, begun) == (shown.index, shown.kind, shown.published_ms)
    city, hub = shown.members
    assert ("310000", None, None, 0) == (city.member, city.held, city.acknowledged, city.late_ms)
    assert hub.held is not None
    assert hub.acknowledged is not None
    assert (begun - 1000, begun) == (hub.held.time_ms, hub.held.heard_ms)
    assert (begun + 59_000, begun + 60_000) == (hub.acknowledged.time_ms, hub.acknowledged.heard_ms)


def test_the_first_acknowledgement_counts_not_the_newest(hangzhou: Node, samples: Samples, lists: str) -> None:
    """What comes later does not make an earlier act look late."""
    says(hangzhou, lists, "yrd", IN_EFFECT, 3)
    first = hangzhou.clock()
    hangzhou.clock.forward(days=9)
    hangzhou.publish("lists", samples.ending(number=2), ref=1)
    says(hangzhou, lists, "yrd", IN_EFFECT, 4)

    (at,) = spread(hangzhou, lists, 2).members

    assert at.acknowledged is not None
    assert (first, 0, False) == (at.acknowledged.heard_ms, at.late_ms, at.is_overdue)


def test_a_store_that_was_put_back_takes_its_acknowledgement_back(hangzhou: Node, lists: str) -> None:
    """A member that now states less counts as one that has not reached the act."""
    says(hangzhou, lists, "yrd", IN_EFFECT, 3)
    hangzhou.clock.forward(minutes=1)
    says(hangzhou, lists, "yrd", IN_EFFECT, 2)

    (at,) = spread(hangzhou, lists, 2).members

    assert at.acknowledged is None


@pytest.mark.parametrize(("kind", "counts"), [(LeafKind.ERASE, True), (LeafKind.END, False)])
def test_an_erasure_is_acknowledged_by_whoever_holds_it(
    hangzhou: Node, lists: str, kind: LeafKind, *, counts: bool
) -> None:
    """Also by a node of an older version: what is ordered is destroyed where it is stored; an ending needs more."""
    if kind is LeafKind.ERASE:
        hangzhou.stages.eraser.order(lists, [1], "ground")
        hangzhou.stages.sequencer(lists).sequence()
    says(hangzhou, lists, "yrd", HELD, 4)

    (at,) = spread(hangzhou, lists, 3 if kind is LeafKind.ERASE else 2).members

    assert counts == (at.acknowledged is not None)


def test_a_member_is_late_after_the_target_and_overdue_after_the_maximum(hangzhou: Node, lists: str) -> None:
    """Published on a Monday: in time until midnight in Beijing after Tuesday, allowed until that after Thursday."""
    says(hangzhou, lists, "yrd", HELD, 3)
    midnight = datetime(2026, 11, 3, 16, 0, tzinfo=UTC)

    at(hangzhou, midnight)
    in_time = late(hangzhou, lists)
    at(hangzhou, midnight + timedelta(milliseconds=1))
    (first,) = late(hangzhou, lists)
    at(hangzhou, midnight + timedelta(days=2))
    (allowed,) = late(hangzhou, lists)
    at(hangzhou, midnight + timedelta(days=2, milliseconds=1))
    (beyond,) = late(hangzhou, lists)

    assert () == tuple(in_time)
    assert ("yrd", 2, 1, 1, False) == (first.member, first.first, first.count, first.late_ms, first.is_overdue)
    assert (48 * HOUR_MS, False) == (allowed.late_ms, allowed.is_overdue)
    assert (48 * HOUR_MS + 1, True) == (beyond.late_ms, beyond.is_overdue)
    (city,) = spread(hangzhou, lists, 2).members
    assert (48 * HOUR_MS + 1, True) == (city.late_ms, city.is_overdue)


def test_only_acts_whose_time_is_over_are_counted(hangzhou: Node, samples: Samples, lists: str) -> None:
    """From the first that is not acknowledged; entries on which nothing acts make nobody late."""
    hangzhou.publish("lists", samples.ending(number=2), ref=1)
    says(hangzhou, lists, "yrd", IN_EFFECT, 3)
    says(hangzhou, lists, "310000", HELD, 4)
    hangzhou.clock.forward(days=7)
    hangzhou.publish("lists", samples.mark(AnnotationKind.OBJECTION), ref=0)
    hangzhou.publish("lists", samples.black(3))

    found = {each.member: (each.first, each.count, each.said) for each in late(hangzhou, lists)}

    assert {"yrd": (3, 1, 3), "310000": (2, 2, 0)} == found


def test_whoever_has_not_acknowledged_for_a_while_is_waited_for(hangzhou: Node, samples: Samples, lists: str) -> None:
    """Long before it is late, so that it can be asked; not for what has only just been published."""
    says(hangzhou, lists, "yrd", IN_EFFECT, 3)
    says(hangzhou, lists, "310000", HELD, 3)
    published = hangzhou.clock()
    hangzhou.clock.forward(minutes=1)
    hangzhou.publish("lists", samples.ending(number=2), ref=1)

    assert [] == waiting_for(hangzhou.reader, lists, 4, published)
    assert ["310000"] == waiting_for(hangzhou.reader, lists, 4, published + 1)
    assert ["310000", "yrd"] == waiting_for(hangzhou.reader, lists, 4, hangzhou.clock() + 1)


def test_an_entry_that_is_not_held_has_come_nowhere(hangzhou: Node, lists: str) -> None:
    """There is nothing to tell."""
    assert spread_of(hangzhou.reader, (lists, 3), due_by(hangzhou.stages.foundation, lists), 0) is None
