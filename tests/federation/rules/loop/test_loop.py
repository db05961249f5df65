# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The rules of the loop: what lifts a measure, what an origin makes of feedback, what is counted, what is in time."""

from datetime import date
from typing import Any

import pytest

from federation.errors import FieldFault
from federation.records.exchange import Standing
from federation.records.list_entry import ListEntry, ListKind
from federation.records.loop.feedback import Feedback, FeedbackDirection, FeedbackResponse
from federation.records.subject import Authority, Identity
from federation.rules.loop.duty import Duty, DutyKind, duty_of
from federation.rules.loop.feedback import lifted, unfounded, why_lifted
from federation.rules.loop.tally import Counts, Issue, Line, Reply, Side, Tally
from federation.rules.loop.timeliness import Publication, Timeliness
from federation.standards.identity import CodeKind, SubjectClass

DAY = date(2026, 3, 2)
LINE = Line(Side.INITIATED, "11330100PDY001012R", "310000")
ECOLOGY = Authority(name="杭州市生态环境局", code="11330100PDY001012R")


def subject(code: str = "91330100MA2PDY0152") -> Identity:
    """Somebody."""
    return Identity(name="某公司", subject_class=SubjectClass.ENTERPRISE, code_kind=CodeKind.USCC, code=code)


def entry() -> ListEntry:
    """A black entry."""
    return ListEntry(
        identity=subject(),
        kind=ListKind.BLACK,
        list_name="名单",
        field="eco-environment",
        standard="yrd-eco-environment-black@2",
        reason="超标排放",
        basis="环境保护法",
        document_number="1",
        authority=ECOLOGY,
        decided_on=DAY,
        valid_from=DAY,
        source=ECOLOGY,
    )


def said(**changes: object) -> Feedback:
    """A statement of Shanghai about that entry."""
    sound: dict[str, Any] = {
        "case_id": "1",
        "direction": FeedbackDirection.PENALTY,
        "identity": subject(),
        "entry_origin": "delta.example/330100/lists/1",
        "entry_index": 0,
        "measure": "closer-inspection",
        "legal_basis": "条例",
        "initiator": ECOLOGY,
        "implementer": ECOLOGY,
        "region": "310000",
        "received_on": DAY,
        "responded_on": date(2026, 3, 5),
        "response": FeedbackResponse.ACCEPTED,
        "reported_period": "202603",
    }
    return Feedback(**{**sound, **changes})


@pytest.mark.parametrize(
    ("standing", "reasons", "measures", "why"),
    [
        (Standing.RECOGNISED, ("RECOGNISED",), ("m",), None),
        (Standing.OWN, (), ("m",), None),
        (Standing.RECOGNISED, ("RECOGNISED",), ("other",), "MEASURE_WITHDRAWN"),
        (Standing.HELD, ("SUSPENDED",), (), None),
        (Standing.HELD, ("AGREEMENT_NOT_IN_FORCE",), (), "AGREEMENT_NOT_IN_FORCE"),
        (Standing.ENDED, ("ENDED_REPAIRED", "SUSPENDED"), (), "ENDED_REPAIRED"),
        (Standing.LAPSED, ("PERIOD_LAPSED",), (), "PERIOD_LAPSED"),
        (Standing.ENDED, (), (), "MEASURE_WITHDRAWN"),
    ],
)
def test_what_lifts_a_measure(
    standing: Standing, reasons: tuple[str, ...], measures: tuple[str, ...], why: str | None
) -> None:
    """Everything that ends the entry's effect, and a changed catalogue; a suspension does not."""
    assert why == why_lifted(standing, reasons, measures, "m")


def test_a_measure_is_not_lifted_before_it_was_answered() -> None:
    """An answer dated ahead keeps the order of its days."""
    assert date(2026, 3, 5) == lifted(said(), DAY, "ENDED_REMOVED").lifted_on
    closed = lifted(said(), date(2026, 4, 1), "ENDED_REMOVED")
    assert (date(2026, 4, 1), "ENDED_REMOVED") == (closed.lifted_on, closed.lifted_for)


@pytest.mark.parametrize(
    ("feedback", "held", "reason"),
    [
        (said(), entry(), None),
        (said(region="320000"), entry(), "FEEDBACK_REGION_MISMATCH"),
        (said(), None, "FEEDBACK_ENTRY_UNKNOWN"),
        (said(identity=subject("91330100MA2PDY0153")), entry(), "FEEDBACK_SUBJECT_MISMATCH"),
    ],
)
def test_an_origin_believes_only_what_fits_its_own_entry(
    feedback: Feedback, held: ListEntry | None, reason: str | None
) -> None:
    """A region speaks for itself, about an entry that is there, and about its subject."""
    assert reason == unfounded(feedback, "310000", held)


def issue(answered: date | None = None, *, live: bool = True, **reply: Any) -> Issue:  # noqa: ANN401 - of a reply
    """Something issued on the first day and due on the 23rd."""
    given = (
        Reply(answered, reply.get("response", FeedbackResponse.ACCEPTED), reply.get("lifted_on")) if answered else None
    )
    return Issue(LINE, DAY, date(2026, 3, 23), live, given)


@pytest.mark.parametrize(
    ("one", "as_of", "counts"),
    [
        (issue(), date(2026, 3, 1), None),
        (issue(), date(2026, 3, 23), Counts(issued=1)),
        (issue(), date(2026, 3, 24), Counts(issued=1, overdue=1)),
        (issue(live=False), date(2026, 3, 24), None),
        (issue(date(2026, 3, 24)), date(2026, 3, 24), Counts(issued=1, answered=1, accepted=1)),
        (issue(date(2026, 3, 25)), date(2026, 3, 24), Counts(issued=1, overdue=1)),
        (issue(DAY, live=False), DAY, Counts(issued=1, answered=1, accepted=1)),
        (issue(DAY, lifted_on=DAY), DAY, Counts(issued=1, answered=1, accepted=1, lifted=1)),
        (issue(DAY, lifted_on=date(2026, 4, 1)), DAY, Counts(issued=1, answered=1, accepted=1)),
        (issue(DAY, response=FeedbackResponse.REFUSED), DAY, Counts(issued=1, answered=1, refused=1)),
        (issue(DAY, response=FeedbackResponse.NOT_APPLICABLE), DAY, Counts(issued=1, answered=1, not_applicable=1)),
    ],
)
def test_an_answer_is_owed_to_the_last_day_of_its_term(one: Issue, as_of: date, counts: Counts | None) -> None:
    """On the last day it is not overdue, on the next it is; what ended unanswered is owed by nobody."""
    tally = Tally(as_of)
    tally.add(one)

    assert ([] if counts is None else [(LINE, counts)]) == tally.lines()


def test_without_a_term_nothing_is_overdue() -> None:
    """Years later it is still only unanswered."""
    tally = Tally(date(2040, 1, 1))
    tally.add(Issue(LINE, DAY, None, True, None))

    assert [(LINE, Counts(issued=1))] == tally.lines()


@pytest.mark.parametrize(
    ("published_on", "as_of", "past", "counted"),
    [
        (date(2026, 3, 11), date(2026, 12, 31), False, (1, 1, 0, 0, 0)),
        (date(2026, 3, 12), date(2026, 12, 31), True, (1, 0, 1, 0, 0)),
        (None, date(2026, 3, 11), False, (0, 0, 0, 0, 1)),
        (None, date(2026, 3, 12), True, (1, 0, 0, 1, 0)),
        (date(2026, 3, 20), date(2026, 3, 12), True, (1, 0, 0, 1, 0)),
        (date(2026, 3, 3), date(2026, 3, 2), False, (0, 0, 0, 0, 1)),
    ],
)
def test_a_decision_is_in_time_on_its_last_day(
    published_on: date | None, as_of: date, past: bool, counted: tuple[int, ...]
) -> None:
    """Published then it counts for the rate, a day later against it; before that day it is in no rate at all."""
    looked = Timeliness(as_of)

    assert past is looked.add(Publication("b", DAY, date(2026, 3, 11), published_on))
    ((authority, found),) = looked.lines()
    assert ("b", counted) == (
        authority,
        (found.due, found.in_time, found.late, found.unpublished, found.waiting),
    )


def test_what_was_decided_later_is_not_looked_at() -> None:
    """As of a day in the past."""
    looked = Timeliness(date(2026, 3, 1))

    assert not looked.add(Publication("b", DAY, date(2026, 3, 11), None))
    assert [] == looked.lines()


def duty(**changes: object) -> Duty:
    """A duty of every region."""
    sound: dict[str, Any] = {
        "code": "d",
        "title_zh": "甲",
        "title_en": "A",
        "kind": "feedback",
        "region": "*",
        "working_days": 15,
        "basis": "某规定",
        "effective_from": date(2020, 1, 1),
    }
    return Duty(**{**sound, **changes})


def test_a_regions_own_term_goes_before_that_of_all() -> None:
    """And of two the newer one; outside their days there is none, nor for another kind of duty."""
    old, new = duty(), duty(effective_from=date(2026, 1, 1), working_days=10)
    own = duty(region="330100", effective_until=date(2026, 6, 30), working_days=5)
    known = (own, new, old)

    assert own == duty_of(known, DutyKind.FEEDBACK, "330100", DAY)
    assert new == duty_of(known, DutyKind.FEEDBACK, "330100", date(2026, 7, 1))
    assert new == duty_of(known, DutyKind.FEEDBACK, "310000", DAY)
    assert old == duty_of(known, DutyKind.FEEDBACK, "310000", date(2025, 1, 1))
    assert None is duty_of(known, DutyKind.FEEDBACK, "310000", date(2019, 1, 1))
    assert None is duty_of(known, DutyKind.PUBLICATION, "310000", DAY)
    with pytest.raises(FieldFault, match="DATES_OUT_OF_ORDER"):
        duty(effective_until=date(2019, 1, 1))
