# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a question says beside its subject arrives as it was signed, and nothing else can be said in its place."""

from datetime import date
from typing import Any

import pytest
from creditexchange.v1 import question_pb2

from federation.errors import FieldFault
from federation.records.codec import decode_as, encode
from federation.records.exchange import Authorisation, AuthorisationKind, DisclosedField, Question
from federation.records.feed_policy import Dataset
from federation.standards.identity import CodeKind

CONSENT: dict[str, Any] = {
    "kind": AuthorisationKind.CONSENT,
    "reference": "授权书〔2026〕7号",
    "sha256": bytes(range(32)),
    "valid_from": date(2026, 1, 1),
    "valid_until": date(2026, 6, 30),
}
ASKED: dict[str, Any] = {
    "exchange_id": "01890000-0000-7000-8000-000000000001",
    "requester": "310000",
    "responder": "330100",
    "purpose": "procurement",
    "legal_basis": "《政府采购法》第二十二条",
    "case_number": "采2026-7",
    "code_kind": CodeKind.CITIZEN,
    "code": "11010519491231002X",
    "asked_at_ms": 1,
    "salt": bytes(32),
}


def test_everything_that_is_said_arrives() -> None:
    """Officer, office, authorisation, batch, datasets, age, deadline and reply key come out as they went in."""
    question = Question(
        **ASKED,
        officer="sh-017",
        office="sh/credit",
        authorisation=Authorisation(**CONSENT),
        batch="2026-11",
        datasets=(Dataset.LISTS, Dataset.PENALTIES),
        max_age_s=300,
        deadline_ms=2,
        reply_key=bytes(32),
    )

    assert question == decode_as(Question, encode(question))


def test_a_question_of_an_earlier_revision_is_read() -> None:
    """A question that says nothing of these has none of them: whoever answers decides whether that will do."""
    question = decode_as(Question, encode(Question(**ASKED)))

    assert ("", "", None, (), 0) == (
        question.officer,
        question.office,
        question.authorisation,
        question.datasets,
        question.max_age_s,
    )


def test_an_authorisation_that_ends_before_it_begins_is_none() -> None:
    """The last day is not before the first."""
    with pytest.raises(FieldFault) as raised:
        Authorisation(**{**CONSENT, "valid_until": date(2025, 12, 31)})

    assert ("valid_until", "DATES_OUT_OF_ORDER") == (raised.value.field, raised.value.reason)


@pytest.mark.parametrize("officer", ["Wang Qiao", "王桥", "a" * 65, "-", "a\n"])
def test_an_officer_is_an_id(officer: str) -> None:
    """A name, a control character or more than 64 characters is no id."""
    with pytest.raises(FieldFault) as raised:
        Question(**ASKED, officer=officer)

    assert "officer" == raised.value.field


def test_an_unknown_kind_of_authorisation_is_refused() -> None:
    """An enumeration number that nobody here knows is never taken for one that is known."""
    message = question_pb2.Question.FromString(encode(Question(**ASKED, authorisation=Authorisation(**CONSENT))))
    message.authorisation.kind = 9  # type: ignore[assignment]

    with pytest.raises(FieldFault) as raised:
        decode_as(Question, message.SerializeToString())

    assert ("authorisation.kind", "VALUE_UNKNOWN") == (raised.value.field, raised.value.reason)


def test_a_disclosed_field_is_inert() -> None:
    """A value with control characters is none that is shown to people."""
    with pytest.raises(FieldFault) as raised:
        DisclosedField(name="identity.name", value="a\u202eb")

    assert "FIELD_CONTROL_CHARACTER" == raised.value.reason
