# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Admission of feedback on a measure: both bodies, its days, and the age of a person on the day of receipt."""

from datetime import date
from typing import Any

import pytest

from federation.records.loop.feedback import Feedback, FeedbackDirection, FeedbackResponse
from federation.records.subject import Identity
from federation.rules.admission import Admitted, NotAdmitted
from federation.standards.numbers.citizen_number import citizen_check
from tests.federation.rules.conftest import (
    COMPANY_BODY,
    ECOLOGY,
    LEGACY_BODY,
    OTHER_BODY,
    TODAY,
    TOMORROW,
    WRONG_BODY,
    Ask,
    Changes,
    Outcome,
    renamed,
)


def feedback(identity: Identity, **changes: object) -> Feedback:
    """A sound statement about somebody, but for what is changed."""
    sound: dict[str, Any] = {
        "case_id": "杭联惩〔2026〕1号",
        "direction": FeedbackDirection.PENALTY,
        "identity": identity,
        "entry_origin": "delta.example/310000/lists/1",
        "entry_index": 7,
        "measure": "closer-inspection",
        "legal_basis": "浙江省公共信用信息管理条例",
        "initiator": ECOLOGY,
        "implementer": OTHER_BODY,
        "region": "330100",
        "received_on": date(2026, 3, 2),
        "responded_on": date(2026, 3, 5),
        "response": FeedbackResponse.ACCEPTED,
        "reported_period": "202603",
    }
    return Feedback(**{**sound, **changes})


FEEDBACKS: list[tuple[Changes, Outcome]] = [
    ({}, Admitted()),
    ({"initiator": WRONG_BODY}, NotAdmitted("initiator.code", "CODE_CHECK")),
    ({"implementer": WRONG_BODY}, NotAdmitted("implementer.code", "CODE_CHECK")),
    ({"initiator": LEGACY_BODY}, Admitted(("EMBEDDED_ORG_CHECK",))),
    ({"implementer": COMPANY_BODY}, Admitted(("AUTHORITY_NOT_PUBLIC",))),
    ({"responded_on": TOMORROW}, NotAdmitted("responded_on", "DATE_IN_FUTURE")),
    ({"implemented_on": TOMORROW}, NotAdmitted("implemented_on", "DATE_IN_FUTURE")),
    ({"lifted_on": TOMORROW, "lifted_for": "ENDED_REMOVED"}, NotAdmitted("lifted_on", "DATE_IN_FUTURE")),
    (
        {"responded_on": TODAY, "implemented_on": TODAY, "lifted_on": TODAY, "lifted_for": "ENDED_REMOVED"},
        Admitted(),
    ),
]


@pytest.mark.parametrize(("changes", "expected"), FEEDBACKS)
def test_feedback(ask: Ask, company: Identity, changes: Changes, expected: Outcome) -> None:
    """Both bodies of a statement on a measure are sound, and none of its days is still to come."""
    assert expected == ask(feedback(company, **changes))


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("20080302", Admitted()),
        ("20080303", Admitted(("SUBJECT_AGE_DOUBTFUL",))),
        ("20100302", Admitted(("SUBJECT_AGE_DOUBTFUL",))),
        ("20100303", NotAdmitted("identity.code", "SUBJECT_TOO_YOUNG")),
    ],
)
def test_feedback_asks_for_the_age_on_the_day_of_receipt(
    ask: Ask, person: Identity, born: str, expected: Outcome
) -> None:
    """Who had a birthday between receipt and answer was a year younger when the measure was due."""
    body = f"330102{born}991"
    assert expected == ask(feedback(renamed(person, code=body + citizen_check(body))))
