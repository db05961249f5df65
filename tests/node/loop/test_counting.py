# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What comes in from other cities is kept for what it is; what was issued, answered and overdue is counted."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from federation.records.licence import Licence, LicenceState
from federation.records.loop.feedback import Feedback, FeedbackDirection, FeedbackResponse
from federation.rules.loop.tally import Counts, Side
from federation.rules.rule_book import parse_rule_book, shipped_rules
from federation.standards.bundle import shipped_standards
from node.loop.counting import Counting, count
from node.loop.ports import Wanted
from node.loop.publication import PublicationDuty, Publishing
from node.loop.report import COLUMNS, report_rows
from tests.node.loop.conftest import FINANCE, MARKET
from tests.node.region.samples import COMPANY, ECOLOGY

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.rules.loop.feedback import Statement
    from node.loop.counting import Counted
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

DAY = date(2026, 3, 2)
MASKING = shipped_standards().masking
BOOK = parse_rule_book(shipped_rules())
WORKING_DAYS = shipped_standards().working_days


def given(node: Node, *statements: Statement) -> None:
    """Gives feedback and publishes it."""
    node.stages.feedbacks.give(statements)
    node.stages.publish_pending()


def counted(node: Node, as_of: date = DAY) -> Counted:
    """What a node counts."""
    return count(node.reader, Counting(node.id, BOOK, WORKING_DAYS, as_of))


def lines(node: Node, side: Side, as_of: date = DAY) -> dict[tuple[str, str], Counts]:
    """One side of what a node counts, by department and region."""
    found = counted(node, as_of).tally.lines()
    return {(line.department, line.region): counts for line, counts in found if line.side is side}


def stranger(samples: Samples, origin: str, **changes: object) -> Feedback:
    """What a node of another make might publish."""
    sound: dict[str, Any] = {
        "case_id": "1",
        "direction": FeedbackDirection.PENALTY,
        "identity": samples.company,
        "entry_origin": origin,
        "entry_index": 0,
        "measure": "closer-inspection",
        "legal_basis": "某条例",
        "initiator": ECOLOGY,
        "implementer": ECOLOGY,
        "region": "310000",
        "received_on": DAY,
        "responded_on": DAY,
        "response": FeedbackResponse.ACCEPTED,
        "reported_period": "202603",
    }
    return Feedback(**{**sound, **changes})


async def test_both_sides_count_what_was_issued_and_answered(
    world: World, hangzhou: Node, answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """The deciding city by region, the answering one by its own bodies."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    await world.mirror(answering, hangzhou, "lists")
    lists = hangzhou.origin("lists")
    refusal = says(lists, 1, response=FeedbackResponse.REFUSED, reason="依据不足", case_id="2")
    given(answering, says(lists, 0), refusal)
    await world.mirror(hangzhou, answering, "feedback-330100")

    ours = lines(hangzhou, Side.INITIATED)
    theirs = lines(answering, Side.IMPLEMENTED)

    assert Counts(issued=2, answered=2, accepted=1, refused=1) == ours[ECOLOGY.code, "310000"]
    assert Counts(issued=2) == ours[ECOLOGY.code, "330000"]
    assert Counts(issued=6, answered=2, accepted=1, refused=1) == theirs[MARKET, "330100"]
    assert Counts(issued=4) == theirs[FINANCE, "330100"]
    assert {} == lines(answering, Side.INITIATED)


async def test_both_sides_call_the_same_day_overdue(
    world: World, hangzhou: Node, answering: Node, samples: Samples
) -> None:
    """Fifteen working days after the origin published, the day itself not counted."""
    hangzhou.publish("lists", samples.black())
    world.clock.forward(days=10)
    await world.mirror(answering, hangzhou, "lists")

    for node, side, line in (
        (hangzhou, Side.INITIATED, (ECOLOGY.code, "310000")),
        (answering, Side.IMPLEMENTED, (FINANCE, "330100")),
    ):
        overdue = [lines(node, side, as_of)[line].overdue for as_of in (date(2026, 3, 23), date(2026, 3, 24))]
        assert 0 == overdue[0]
        assert overdue[1] > 0


async def test_what_ended_unanswered_is_owed_by_nobody(
    world: World, hangzhou: Node, answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """The answer that was given goes on counting, as lifted."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    await world.mirror(answering, hangzhou, "lists")
    given(answering, says(hangzhou.origin("lists"), 0))
    for index in (0, 1):
        hangzhou.publish("lists", samples.ending(number=index), ref=index)
    await world.mirror(answering, hangzhou, "lists")
    answering.stages.publish_pending()
    await world.mirror(hangzhou, answering, "feedback-330100")

    answered = Counts(issued=1, answered=1, accepted=1, lifted=1)
    assert {(ECOLOGY.code, "310000"): answered} == lines(hangzhou, Side.INITIATED)
    assert {(MARKET, "330100"): answered} == lines(answering, Side.IMPLEMENTED)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"entry_index": 9}, "FEEDBACK_ENTRY_UNKNOWN"),
        ({"entry_index": 2**62}, "FEEDBACK_ENTRY_UNKNOWN"),
        ({"region": "320000"}, "FEEDBACK_REGION_MISMATCH"),
        ({"entry_origin": "delta.example/yrd/lists/1"}, "FEEDBACK_NOT_OURS"),
        ({"entry_origin": "no origin at all"}, "FEEDBACK_NOT_OURS"),
        ({"identity": "person"}, "FEEDBACK_SUBJECT_MISMATCH"),
    ],
)
async def test_feedback_that_is_unfounded_counts_for_nothing_and_is_named(
    world: World, hangzhou: Node, answering: Node, samples: Samples, changes: dict[str, object], reason: str
) -> None:
    """About an entry that never was, of another region, of another member, about somebody else: the feed goes on."""
    hangzhou.publish("lists", samples.black())
    if changes.get("identity") == "person":
        changes = {"identity": samples.company.model_copy(update={"code": "91330100MA2PDY0153"})}
    good = stranger(samples, hangzhou.origin("lists"))
    bad = stranger(samples, hangzhou.origin("lists"), **changes, case_id="2")
    answering.publish("feedback-330100", bad, good)

    await world.mirror(hangzhou, answering, "feedback-330100")

    assert [reason] == [row.fault for row in hangzhou.reader.feedback(own=False) if row.fault is not None]
    assert ({} if reason == "FEEDBACK_NOT_OURS" else {reason: 1}) == dict(counted(hangzhou).unfounded)
    assert 1 == lines(hangzhou, Side.INITIATED)[ECOLOGY.code, "310000"].answered


async def test_feedback_that_is_withdrawn_or_erased_is_no_answer(
    world: World, hangzhou: Node, answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """Ended by its own node it is dropped on both sides."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    await world.mirror(answering, hangzhou, "lists")
    given(answering, says(hangzhou.origin("lists"), 0), says(hangzhou.origin("lists"), 1))
    answering.publish("feedback-330100", samples.ending(), ref=0)
    answering.stages.eraser.order(answering.origin("feedback-330100"), [1], "法定事由", with_acts=True)
    answering.stages.publish_pending()

    await world.mirror(hangzhou, answering, "feedback-330100")

    assert [] == [*answering.reader.feedback(own=True), *hangzhou.reader.feedback(own=False)]


async def test_the_report_has_a_row_for_each_case_of_its_month(
    world: World, hangzhou: Node, answering: Node, samples: Samples, says: Callable[..., Statement]
) -> None:
    """In the documented columns; given here, or come in from elsewhere."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    await world.mirror(answering, hangzhou, "lists")
    lists = hangzhou.origin("lists")
    given(answering, says(lists, 0, result="已检查"), says(lists, 1, reported_period="202602"))
    await world.mirror(hangzhou, answering, "feedback-330100")

    (ours,) = report_rows(answering.reader, Wanted(True, "202603"), BOOK.measures, MASKING)
    (theirs,) = report_rows(hangzhou.reader, Wanted(False, "202603"), BOOK.measures, MASKING)

    row = dict(zip(COLUMNS, ours, strict=True))
    assert ours == theirs
    assert ("91330100MA2PDY0152", "列为重点监督检查对象", "已检查", "accepted", "202603") == (
        row["主体代码 Code"],
        row["措施名称 Measure name"],
        row["实施结果 Result"],
        row["响应结果 Response"],
        row["报送月份 Period"],
    )
    assert [] == list(report_rows(answering.reader, Wanted(False, "202603"), BOOK.measures, MASKING))


async def test_the_report_masks_natural_persons(answering: Node, samples: Samples) -> None:
    """Neither name nor number stands in the file."""
    answering.publish("feedback", stranger(samples, answering.origin("lists"), identity=samples.person))

    (row,) = report_rows(answering.reader, Wanted(True, "202603"), BOOK.measures, MASKING)

    assert samples.person.code not in "".join(row)
    assert samples.person.name not in "".join(row)
    assert "330102************" in row


def _licence(number: int, decided_on: date) -> Licence:
    return Licence(
        identity=COMPANY,
        document_name="排污许可决定书",
        document_number=f"杭环许〔2026〕{number}号",
        category="普通",
        content="排污许可",
        decided_on=decided_on,
        valid_from=decided_on,
        authority=ECOLOGY,
        state=LicenceState.VALID,
        source=ECOLOGY,
    )


def test_decisions_not_published_in_seven_working_days_are_listed(hangzhou: Node) -> None:
    """Over the Spring Festival of 2026: of what was published on 2 March, the 13th was in time, the 12th not."""
    hangzhou.publish("licences", _licence(1, date(2026, 2, 12)), _licence(2, date(2026, 2, 13)))
    hangzhou.offer("licences", hangzhou.item(_licence(3, date(2026, 1, 5))), hangzhou.item(_licence(4, DAY)))

    looked = PublicationDuty(hangzhou.reader, Publishing(hangzhou.id, BOOK, WORKING_DAYS, DAY))
    late = list(looked.late())

    assert [("杭环许〔2026〕1号", DAY), ("杭环许〔2026〕3号", None)] == [
        (found.document_number, found.published_on) for found in late
    ]
    ((code, rate),) = looked.counts.lines()
    assert (ECOLOGY.code, 3, 1, 1, 1, 1) == (code, rate.due, rate.in_time, rate.late, rate.unpublished, rate.waiting)


def test_a_correction_is_not_another_decision(hangzhou: Node) -> None:
    """An amended record was published when its first entry was."""
    licence = _licence(1, date(2026, 2, 27))
    hangzhou.publish("licences", licence)
    hangzhou.offer("licences", hangzhou.item(licence.model_copy(update={"content": "更正"})), amend=True)
    hangzhou.stages.publish_pending()

    looked = PublicationDuty(hangzhou.reader, Publishing(hangzhou.id, BOOK, WORKING_DAYS, DAY, since=DAY))

    assert [] == list(looked.late())
    assert [1] == [rate.due for _, rate in looked.counts.lines()]
