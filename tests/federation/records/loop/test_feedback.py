# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Feedback on a measure: to bytes and back, and what contradicts itself is refused."""

from datetime import date
from typing import Any

import pytest
from creditexchange.v1 import feedback_pb2

from federation.errors import FieldFault
from federation.records.codec import FEEDBACK_SCHEMA, decode, encode, glance, schema_of
from federation.records.loop.feedback import Feedback, FeedbackDirection, FeedbackResponse
from federation.records.subject import Authority, Identity
from federation.standards.identity import CodeKind, SubjectClass

COMPANY = Identity(
    name="杭州青桥环保科技有限公司",
    subject_class=SubjectClass.ENTERPRISE,
    code_kind=CodeKind.USCC,
    code="91330100MA2PDY0152",
)
PERSON = Identity(
    name="钱望桥", subject_class=SubjectClass.NATURAL_PERSON, code_kind=CodeKind.CITIZEN, code="330102194901019917"
)
NO = FeedbackResponse.NOT_APPLICABLE


def feedback(**changes: object) -> Feedback:
    """A sound statement, but for what is changed."""
    sound: dict[str, Any] = {
        "case_id": "沪联惩〔2026〕1号",
        "direction": FeedbackDirection.PENALTY,
        "identity": COMPANY,
        "entry_origin": "delta.example/330100/lists/1",
        "entry_index": 7,
        "measure": "closer-inspection",
        "legal_basis": "上海市社会信用条例",
        "initiator": Authority(name="杭州市生态环境局", code="11330100PDY001012R"),
        "implementer": Authority(name="上海市市场监督管理局", code="11310000PDY0030268"),
        "region": "310000",
        "received_on": date(2026, 3, 2),
        "responded_on": date(2026, 3, 5),
        "response": FeedbackResponse.ACCEPTED,
        "reported_period": "202603",
    }
    return Feedback(**{**sound, **changes})


FULL = {
    "implemented_on": date(2026, 3, 6),
    "result": "已列为重点检查对象",
    "evidence_sha256": bytes(range(32)),
    "lifted_on": date(2026, 4, 1),
    "lifted_for": "ENDED_REPAIRED",
}


@pytest.mark.parametrize(
    "said",
    [
        feedback(),
        feedback(**FULL),
        feedback(response=NO, reason="无此类事项"),
        feedback(response=FeedbackResponse.REFUSED, reason="依据不足", direction=FeedbackDirection.INCENTIVE),
    ],
)
def test_a_statement_survives_its_bytes(said: Feedback) -> None:
    """With everything in it, and with as little as there may be."""
    assert FEEDBACK_SCHEMA == schema_of(said)
    assert said == decode(FEEDBACK_SCHEMA, encode(said))


@pytest.mark.parametrize(("identity", "personal"), [(COMPANY, False), (PERSON, True)])
def test_whom_it_is_about_is_seen_without_building_it(identity: Identity, personal: bool) -> None:
    """So that what is said about a natural person is withheld like every personal payload."""
    seen = glance(FEEDBACK_SCHEMA, encode(feedback(identity=identity)))

    assert (identity.code, personal) == (seen.code, seen.personal)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"responded_on": date(2026, 3, 1)}, "responded_on", "DATES_OUT_OF_ORDER"),
        ({"implemented_on": date(2026, 3, 1)}, "implemented_on", "DATES_OUT_OF_ORDER"),
        ({"lifted_on": date(2026, 3, 4), "lifted_for": "ENDED_REMOVED"}, "lifted_on", "DATES_OUT_OF_ORDER"),
        ({"lifted_on": date(2026, 3, 6)}, "lifted_for", "FIELD_MISSING"),
        ({"lifted_for": "ENDED_REMOVED"}, "lifted_for", "FIELD_MISSING"),
        ({"evidence_sha256": bytes(31)}, "evidence_sha256", "FIELD_MALFORMED"),
        ({"evidence_sha256": bytes(33)}, "evidence_sha256", "FIELD_TOO_LONG"),
        ({"reported_period": "202600"}, "reported_period", "FIELD_MALFORMED"),
        ({"entry_index": -1}, "entry_index", "FIELD_MALFORMED"),
        ({"response": NO}, "reason", "FEEDBACK_REASON_MISSING"),
        ({"response": NO, "reason": "无", "implemented_on": date(2026, 3, 6)}, "implemented_on", "FEEDBACK_NOT_TAKEN"),
        ({"response": NO, "reason": "无", **FULL, "implemented_on": None}, "implemented_on", "FEEDBACK_NOT_TAKEN"),
    ],
)
def test_what_contradicts_itself_is_refused(changes: dict[str, object], field: str, reason: str) -> None:
    """With the field and the reason."""
    with pytest.raises(FieldFault) as caught:
        feedback(**changes)

    assert (field, reason) == (caught.value.field, caught.value.reason)


def test_a_response_that_is_none_is_not_read() -> None:
    """Unspecified is no answer."""
    message = feedback_pb2.Feedback.FromString(encode(feedback()))
    message.response = feedback_pb2.FEEDBACK_RESPONSE_UNSPECIFIED

    with pytest.raises(FieldFault, match="FIELD_MISSING"):
        decode(FEEDBACK_SCHEMA, message.SerializeToString())


def test_one_thing_is_one_key() -> None:
    """Another answer on the same case is the same thing; another case, measure, body or entry is not."""
    other = Authority(name="上海市财政局", code="11310000PDY003114N")
    changed: list[dict[str, object]] = [
        {"case_id": "2"},
        {"measure": "fast-track"},
        {"implementer": other},
        {"entry_index": 8},
    ]

    assert feedback().key == feedback(result="完成").key
    assert len({feedback(**change).key for change in ({}, *changed)}) == len(changed) + 1
