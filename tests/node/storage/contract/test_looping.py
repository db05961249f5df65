# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is kept of feedback, and what is found of it, on every database."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from federation.log.leaf import LeafKind
from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset
from federation.records.loop.feedback import FeedbackResponse
from node.entry.feedback import FeedbackRow
from node.entry.holding import Decision
from node.loop.ports import Wanted

if TYPE_CHECKING:
    from node.storage.store import Store
    from tests.node.storage.conftest import Mirror, OwnFeed

OWN = "delta.example/310000/lists/1"
FOREIGN = "delta.example/330100/lists/1"
SUBJECT = "91330100716105852F"


def row(index: int, **changes: object) -> FeedbackRow:
    """A statement in the own feed about the mirror's entry of the same index."""
    sound = FeedbackRow(
        OWN,
        index,
        FOREIGN,
        index,
        "limit",
        "A" * 18,
        "B" * 18,
        "310000",
        FeedbackResponse.ACCEPTED,
        date(2026, 3, 2),
        None,
        "202603",
        None,
    )
    return replace(sound, **changes)  # type: ignore[arg-type]


def decision(index: int, standing: Standing = Standing.RECOGNISED, *measures: str, reason: str = "R") -> Decision:
    """What is decided on an entry of the mirror."""
    return Decision(FOREIGN, index, Dataset.LISTS, SUBJECT, "black", standing, (reason,), measures, (), None, 0)


def test_the_newest_row_is_what_is_kept(store: "Store", own_feed: "OwnFeed") -> None:
    """Another row at the same place replaces it; dropped ones are gone, and unknown ones do not matter."""
    own_feed.publish(*(own_feed.pending() for _ in range(3)))
    changed = row(1, lifted_on=date(2026, 4, 1), fault="X", response=FeedbackResponse.REFUSED)
    with store.write() as unit:
        unit.keep_feedback([row(0), row(1), row(2)])
    with store.write() as unit:
        unit.keep_feedback([changed])
        unit.drop_feedback(OWN, [0, 9])

    assert [changed, row(2)] == sorted(store.reader.feedback(own=True), key=lambda kept: kept.index)
    assert [] == list(store.reader.feedback(own=False))


@pytest.mark.parametrize(
    ("decided", "lapsed"),
    [
        (decision(0, Standing.RECOGNISED, "limit"), False),
        (decision(0, Standing.OWN, "more", "limit"), False),
        (decision(0, Standing.RECOGNISED, "limit-more", "no-limit"), True),
        (decision(0, Standing.RECOGNISED), True),
        (decision(0, Standing.ENDED, reason="ENDED_REMOVED"), True),
        (decision(0, Standing.HELD, reason="SUSPENDED"), False),
        (decision(0, Standing.HELD, reason="NO_AGREEMENT"), True),
        (decision(0, Standing.LAPSED, reason="SUSPENDED"), True),
        (None, True),
    ],
)
def test_open_feedback_is_found_when_its_measure_no_longer_follows(
    store: "Store", own_feed: "OwnFeed", mirror: "Mirror", decided: Decision | None, lapsed: bool
) -> None:
    """By whole codes; a suspended entry is not released."""
    own_feed.publish(own_feed.pending())
    mirror.fill(1)
    with store.write() as unit:
        unit.keep_feedback([row(0)])
        unit.keep_decisions([] if decided is None else [decided])

    found = store.reader.lapsed(None, 10)

    assert ([(OWN, 0, "limit", decided)] if lapsed else []) == [
        (one.origin, one.index, one.measure, one.decision) for one in found
    ]


def test_only_what_is_open_can_lapse_and_all_of_it_is_found_page_by_page(store: "Store", own_feed: "OwnFeed") -> None:
    """Not what was refused, lifted already, or has no effect."""
    own_feed.publish(*(own_feed.pending() for _ in range(6)))
    closed = [
        row(3, lifted_on=date(2026, 4, 1)),
        row(4, response=FeedbackResponse.NOT_APPLICABLE),
        row(5, fault="FEEDBACK_NOT_OURS"),
    ]
    with store.write() as unit:
        unit.keep_feedback([row(0), row(1), row(2), *closed])

    first = store.reader.lapsed(None, 2)
    rest = store.reader.lapsed((first[-1].origin, first[-1].index), 2)

    assert [0, 1, 2] == [one.index for one in (*first, *rest)]


def test_a_report_finds_its_month_and_side(store: "Store", own_feed: "OwnFeed", mirror: "Mirror") -> None:
    """In order, without what has no effect."""
    own_feed.publish(*(own_feed.pending() for _ in range(3)))
    mirror.fill(2)
    theirs = [replace(row(index), origin=FOREIGN) for index in (0, 1)]
    with store.write() as unit:
        unit.keep_feedback([row(0), row(1, period="202602"), row(2), theirs[0], replace(theirs[1], fault="X")])

    assert [(OWN, 0), (OWN, 2)] == [
        (entry.origin, entry.index) for entry in store.reader.reported(Wanted(True, "202603"))
    ]
    assert [(FOREIGN, 0)] == [(entry.origin, entry.index) for entry in store.reader.reported(Wanted(False, "202603"))]


def test_list_entries_are_found_with_what_is_decided_on_them(store: "Store", mirror: "Mirror") -> None:
    """Not filings, which nobody answers."""
    mirror.fill(3)
    filing = replace(decision(2), list_kind="", dataset=Dataset.FILINGS)
    with store.write() as unit:
        unit.keep_decisions([decision(0, Standing.RECOGNISED, "a", "b"), decision(1, Standing.ENDED), filing])

    found = list(store.reader.issued())

    assert [(0, False, True, ("a", "b")), (1, False, False, ())] == [
        (one.index, one.own, one.counts, one.measures) for one in found
    ]
    assert b"record" == found[0].payload
    assert {(FOREIGN, 1)} == store.reader.received([(FOREIGN, 1), (FOREIGN, 9), ("nowhere", 0)]).keys()


def test_decisions_made_here_are_found_published_or_waiting(store: "Store", own_feed: "OwnFeed") -> None:
    """Licences and penalties as they were first published; not lists, and not their corrections."""
    kind = type(own_feed)
    licences = kind(store, "delta.example/310000/licences/1", Dataset.LICENCES, made=100)
    own_feed.publish(own_feed.pending(b"a list entry"))
    licences.publish(licences.pending(b"published"))
    licences.publish(licences.pending(b"corrected", LeafKind.AMEND, 0))
    licences.pend(licences.pending(b"waiting"), licences.pending(b"correction", LeafKind.AMEND, 1))

    found = list(store.reader.made(None))

    assert [b"published", b"waiting"] == [one.payload for one in found]
    assert [True, False] == [one.published_ms is not None for one in found]
    assert [b"waiting"] == [one.payload for one in store.reader.made(date(2030, 1, 1))]


def test_known_subjects_are_told_from_unknown_ones(store: "Store", mirror: "Mirror") -> None:
    """Whatever is held about them."""
    mirror.take(mirror.row(0, subject=SUBJECT), mirror.row(1, subject=SUBJECT))
    with store.write() as unit:
        unit.keep_decisions([decision(0)])

    with store.reader.snapshot() as seen:
        assert {SUBJECT} == set(seen.known([SUBJECT, "9" * 18]))
        assert [0] == [made.index for made in seen.decided([SUBJECT, "9" * 18], 10)]
