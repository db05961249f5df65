# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Feedback is given about what counts here, reaches the origin alone, and is closed with its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import AccessFault
from federation.records.act import AnnotationKind
from federation.records.feed_policy import Dataset
from federation.records.loop.feedback import Feedback, FeedbackDirection, FeedbackResponse
from node.config import FeedSection
from node.intake import Accepted, Duplicate, Outcome, Refused
from tests.node.loop.conftest import FINANCE, MARKET
from tests.node.region.member import FEEDS
from tests.node.region.talk import sought

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.rules.loop.feedback import Statement
    from node.entry.feedback import FeedbackRow
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


def given(node: Node, *statements: Statement) -> list[Outcome]:
    """Gives feedback and publishes it."""
    outcomes = list(node.stages.feedbacks.give(statements))
    node.stages.publish_pending()
    return outcomes


def kept(node: Node, *, own: bool) -> list[FeedbackRow]:
    """What a node keeps of feedback."""
    return list(node.reader.feedback(own=own))


def newest(node: Node, feed: str) -> Feedback:
    """The newest statement in an own feed."""
    entry = node.reader.held(node.origin(feed), 0, 1000)[-1].record()
    assert isinstance(entry, Feedback)
    return entry


async def test_what_was_done_reaches_the_origin_of_the_entry(
    world: World, hangzhou: Node, answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """With the subject, the deciding body, and the basis in the answering region's own catalogue."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(answering, hangzhou, "lists")

    outcomes = given(answering, says(hangzhou.origin("lists")))
    await world.mirror(hangzhou, answering, "feedback-330100")

    said = newest(answering, "feedback-330100")
    assert [Accepted()] == outcomes
    assert (samples.company, "11330100PDY001012R", MARKET) == (
        said.identity,
        said.initiator.code,
        said.implementer.code,
    )
    assert (FeedbackDirection.PENALTY, "310000", "上海市社会信用条例") == (
        said.direction,
        said.region,
        said.legal_basis,
    )
    (row,) = kept(hangzhou, own=False)
    assert (hangzhou.origin("lists"), 0, None) == (row.entry_origin, row.entry_index, row.fault)


async def test_a_reward_is_answered_too(
    world: World, hangzhou: Node, answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """A red entry's measure is an incentive."""
    hangzhou.publish("lists", samples.red())
    await world.mirror(answering, hangzhou, "lists")

    assert [Accepted()] == given(answering, says(hangzhou.origin("lists"), measure="fast-track"))

    assert FeedbackDirection.INCENTIVE is newest(answering, "feedback-330100").direction


async def test_one_city_cannot_read_what_another_is_told(
    world: World, hangzhou: Node, answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """The feed for Hangzhou is, to everybody else, one that is not there; and nobody's feedback is found by asking."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(answering, hangzhou, "lists")
    given(answering, says(hangzhou.origin("lists")))

    for stranger in ("330000", "yrd"):
        with pytest.raises(AccessFault, match="FEED_NOT_FOUND"):
            answering.publisher.view(stranger, answering.origin("feedback-330100"))
        origins = [
            finding.evidence.origin for finding in answering.query.find(sought(stranger, samples.company.code))[0]
        ]
        assert [hangzhou.origin("lists")] == origins
    assert 1 == answering.publisher.view("330100", answering.origin("feedback-330100")).size


def test_what_own_bodies_did_about_own_entries_is_told_to_nobody_else(
    answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """It goes into the feed without readers, not into the first that there is."""
    answering.publish("lists", samples.black())

    assert [Accepted()] == given(answering, says(answering.origin("lists")))

    assert [answering.origin("feedback")] == [row.origin for row in kept(answering, own=True)]


async def test_about_a_person_only_those_are_told_who_may_know_persons(
    world: World, samples: Samples, says: Callable[..., Statement]
) -> None:
    """Without a grant for personal payloads there is no feed for it: it is refused, not published to be withheld."""
    lists = FeedSection(name="lists", dataset=Dataset.LISTS, person_payload_readers=("310000",))
    hangzhou = world.node("330100", [lists])
    plain = FeedSection(name="feedback-330100", dataset=Dataset.FEEDBACK, readers=("330100",))
    shanghai = world.node("310000", [*FEEDS, plain])
    hangzhou.publish("lists", samples.black(identity=samples.person, responsible_persons=()), samples.black(2))
    await world.mirror(shanghai, hangzhou, "lists")

    outcomes = given(shanghai, says(hangzhou.origin("lists"), 0), says(hangzhou.origin("lists"), 1))

    assert [Refused("origin", "FEEDBACK_NO_FEED"), Accepted()] == outcomes


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"case_id": " "}, "case_id", "FEEDBACK_CASE_MISSING"),
        ({"entry_index": 7}, "index", "FEEDBACK_ENTRY_UNKNOWN"),
        ({"entry_origin": "delta.example/999999/lists/1"}, "index", "FEEDBACK_ENTRY_UNKNOWN"),
        ({"measure": "public-shaming"}, "measure", "FEEDBACK_MEASURE_UNKNOWN"),
        ({"measure": "land-grant-limit"}, "measure", "FEEDBACK_MEASURE_UNKNOWN"),
        ({"measure": "fast-track"}, "measure", "FEEDBACK_MEASURE_NOT_DUE"),
        ({"implementer": FINANCE}, "implementer", "FEEDBACK_BODY_UNKNOWN"),
        ({"response": FeedbackResponse.REFUSED}, "reason", "FEEDBACK_REASON_MISSING"),
        ({"evidence_sha256": b"short"}, "evidence_sha256", "FIELD_MALFORMED"),
        ({"reported_period": "202613"}, "reported_period", "FIELD_MALFORMED"),
    ],
)
async def test_what_cannot_be_so_is_refused(  # noqa: PLR0917 - one line for each attack
    world: World,
    hangzhou: Node,
    answering: Node,
    samples: Samples,
    says: Callable[..., Statement],
    changes: dict[str, object],
    field: str,
    reason: str,
) -> None:
    """Without a case, about an entry never received, a measure of nobody's or another region's catalogue, and so on."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(answering, hangzhou, "lists")

    outcomes = given(answering, says(hangzhou.origin("lists"), **changes), says(hangzhou.origin("lists")))

    assert [Refused(field, reason), Accepted()] == outcomes


async def test_an_entry_that_does_not_count_gives_nothing_to_answer(
    world: World, hangzhou: Node, answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """Ended at its origin: FEEDBACK_ENTRY_NOT_COUNTING."""
    hangzhou.publish("lists", samples.black())
    hangzhou.publish("lists", samples.ending(), ref=0)
    await world.mirror(answering, hangzhou, "lists")

    assert [Refused("index", "FEEDBACK_ENTRY_NOT_COUNTING")] == given(answering, says(hangzhou.origin("lists")))


async def test_the_newest_statement_replaces_the_one_before(
    world: World, hangzhou: Node, answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """Repeated it is a duplicate; with a result it is published anew, and the origin keeps one row."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(answering, hangzhou, "lists")
    lists = hangzhou.origin("lists")

    outcomes = [given(answering, says(lists, **more)) for more in ({}, {}, {"result": "已列为重点检查对象"})]
    await world.mirror(hangzhou, answering, "feedback-330100")

    assert [[Accepted()], [Duplicate()], [Accepted()]] == outcomes
    assert [1] == [row.index for row in kept(hangzhou, own=False)] == [row.index for row in kept(answering, own=True)]


async def test_an_ended_entry_lifts_what_was_done_and_its_origin_sees_it(
    world: World, hangzhou: Node, answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """Release is immediate: with the same step that decides the end, and the feedback says since when and why."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(answering, hangzhou, "lists")
    given(answering, says(hangzhou.origin("lists")))
    hangzhou.publish("lists", samples.ending(), ref=0)
    await world.mirror(answering, hangzhou, "lists")

    answering.stages.publish_pending()
    await world.mirror(hangzhou, answering, "feedback-330100")

    said = newest(answering, "feedback-330100")
    assert ("ENDED_REMOVED", said.responded_on) == (said.lifted_for, said.lifted_on)
    (row,) = kept(hangzhou, own=False)
    assert said.lifted_on == row.lifted_on
    assert [] == list(answering.stages.feedbacks.lift())


async def test_a_suspended_entry_keeps_its_feedback_open(
    world: World, hangzhou: Node, answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """Suspension is not release: the entry may resume."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(answering, hangzhou, "lists")
    given(answering, says(hangzhou.origin("lists")))
    hangzhou.publish("lists", samples.mark(AnnotationKind.SUSPENDED), ref=0)
    await world.mirror(answering, hangzhou, "lists")

    assert [] == list(answering.stages.feedbacks.lift())
