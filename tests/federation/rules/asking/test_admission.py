# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Which questions may be answered, and what the others are refused with."""

from dataclasses import replace
from datetime import timedelta

import pytest

from federation.records.exchange import AuthorisationKind
from federation.rules.asking.admission import (
    Admitted,
    AskedBy,
    AskingTerms,
    Barring,
    Refused,
    admit_own_question,
    admit_question,
)
from federation.standards.identity import CodeKind
from tests.federation.rules.asking.conftest import NOW_MS, PERSON, TODAY, Ask

SKEW_MS = 300_000
DAY = timedelta(days=1)


def test_a_granted_question_is_admitted(ask: Ask, ask_about_person: Ask, asked_by: AskedBy, terms: AskingTerms) -> None:
    """About a company without an authorisation, about a person with one that holds today; sent, too."""
    for question in (ask(), ask_about_person()):
        assert Admitted() == admit_question(question, asked_by, terms, NOW_MS)
        assert Admitted() == admit_own_question(question, asked_by.barring, terms, NOW_MS)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"officer": ""}, "officer"),
        ({"office": ""}, "office"),
        ({"legal_basis": "　 "}, "legal_basis"),
        ({"case_number": " "}, "case_number"),
        ({"reply_key": bytes(31)}, "reply_key"),
        ({"deadline_ms": NOW_MS - 1}, "deadline_ms"),
        ({"code": "91330100MA2PDY0153"}, "code"),
        ({"code": "9133010*"}, "code"),
        ({"code_kind": CodeKind.CITIZEN, "code": "钱望桥"}, "code"),
        ({"code_kind": CodeKind.OTHER, "code": "钱望桥"}, "code"),
        ({"code_kind": CodeKind.OTHER, "code": "QIAN WANGQIAO"}, "code"),
        ({"code_kind": CodeKind.OTHER, "code": "E1234%"}, "code"),
    ],
)
def test_a_question_out_of_form_names_its_field(
    ask: Ask, asked_by: AskedBy, terms: AskingTerms, changes: dict[str, object], field: str
) -> None:
    """Nobody asks namelessly, by a wrong number, by a pattern, or about a person by name."""
    question = ask(**changes)

    assert Refused("QUESTION_INVALID", field) == admit_question(question, asked_by, terms, NOW_MS)
    assert Refused("QUESTION_INVALID", field) == admit_own_question(question, asked_by.barring, terms, NOW_MS)


@pytest.mark.parametrize(
    ("away_ms", "admitted"), [(-SKEW_MS - 1, False), (-SKEW_MS, True), (SKEW_MS, True), (SKEW_MS + 1, False)]
)
def test_a_question_from_another_time_is_refused(
    ask: Ask, asked_by: AskedBy, terms: AskingTerms, away_ms: int, admitted: bool
) -> None:
    """From the past it may be a replay, from the future a clock is wrong; up to the bound both are taken."""
    expected = Admitted() if admitted else Refused("QUESTION_CLOCK_SKEW")

    assert expected == admit_question(ask(asked_at_ms=NOW_MS + away_ms), asked_by, terms, NOW_MS)


def test_a_question_whose_deadline_is_over_is_refused(ask: Ask, asked_by: AskedBy, terms: AskingTerms) -> None:
    """Nobody waits for its answer any more; at the deadline itself somebody does."""
    question = ask(asked_at_ms=NOW_MS - 2000, deadline_ms=NOW_MS - 1)

    assert Refused("QUESTION_EXPIRED") == admit_question(question, asked_by, terms, NOW_MS)
    assert Admitted() == admit_question(question, asked_by, terms, NOW_MS - 1)


@pytest.mark.parametrize("changes", [{"purpose": "procurement"}, {"purpose": "unheard-of"}, {"requester": "320000"}])
def test_a_right_that_was_not_granted_is_refused(
    ask: Ask, asked_by: AskedBy, terms: AskingTerms, changes: dict[str, object]
) -> None:
    """For a purpose, for one that nobody knows, or to a member that has no grant; one reason for all."""
    assert Refused("PURPOSE_NOT_GRANTED") == admit_question(ask(**changes), asked_by, terms, NOW_MS)


def test_a_batch_takes_a_right_of_its_own(ask: Ask, asked_by: AskedBy, terms: AskingTerms) -> None:
    """That a purpose is granted for single questions does not grant it for many."""
    refused = admit_question(ask(batch="b-1"), asked_by, terms, NOW_MS)

    assert Refused("BATCH_NOT_GRANTED") == refused
    assert Admitted() == admit_question(ask(batch="b-1", purpose="joint-punishment"), asked_by, terms, NOW_MS)


def test_a_person_is_not_asked_about_without_an_authority(ask: Ask, asked_by: AskedBy, terms: AskingTerms) -> None:
    """Whatever the number is of: a citizen's, or a passport's."""
    for kind, code in ((CodeKind.CITIZEN, PERSON), (CodeKind.OTHER, "E12345678")):
        question = ask(code_kind=kind, code=code)
        assert Refused("AUTHORISATION_MISSING") == admit_question(question, asked_by, terms, NOW_MS)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"valid_until": TODAY - DAY, "valid_from": TODAY - DAY}, "AUTHORISATION_EXPIRED"),
        ({"valid_from": TODAY + DAY, "valid_until": TODAY + DAY}, "AUTHORISATION_NOT_YET_VALID"),
        ({"valid_until": TODAY + timedelta(days=366)}, "AUTHORISATION_TOO_LONG"),
        ({"valid_until": TODAY + timedelta(days=365)}, ""),
        ({"valid_until": TODAY + timedelta(days=366), "kind": AuthorisationKind.STATUTORY_DUTY}, ""),
    ],
)
def test_an_authority_holds_from_its_first_day_to_its_last(
    ask_about_person: Ask, asked_by: AskedBy, terms: AskingTerms, changes: dict[str, object], reason: str
) -> None:
    """Its days are China's, both ends count, and a term beyond the longest is none."""
    expected = Refused(reason) if reason else Admitted()

    assert expected == admit_question(ask_about_person(**changes), asked_by, terms, NOW_MS)
    assert expected == admit_own_question(ask_about_person(**changes), asked_by.barring, terms, NOW_MS)


def test_an_authority_lasts_to_midnight_in_china(
    ask: Ask, ask_about_person: Ask, asked_by: AskedBy, terms: AskingTerms
) -> None:
    """At 24:00 of the last day it is over, though it is afternoon in Greenwich."""
    late = NOW_MS + 14 * 3_600_000
    authority = ask_about_person().authorisation
    person = {"code_kind": CodeKind.CITIZEN, "code": PERSON, "authorisation": authority}

    assert Admitted() == admit_question(ask(asked_at_ms=late - 1, **person), asked_by, terms, late - 1)
    refused = admit_question(ask(asked_at_ms=late, **person), asked_by, terms, late)
    assert Refused("AUTHORISATION_EXPIRED") == refused


def test_a_consent_does_not_serve_every_purpose(
    ask: Ask, ask_about_person: Ask, asked_by: AskedBy, terms: AskingTerms
) -> None:
    """Nobody consents to being punished; and a purpose without rules takes nothing."""
    question = ask_about_person().model_copy(update={"purpose": "joint-punishment"})
    assert Refused("AUTHORISATION_UNSUITED") == admit_question(question, asked_by, terms, NOW_MS)

    ruleless = replace(terms, rules=replace(terms.rules, purposes={}))
    assert Refused("AUTHORISATION_UNSUITED") == admit_question(ask_about_person(), asked_by, ruleless, NOW_MS)


def test_what_was_withdrawn_or_barred_is_refused(
    ask: Ask, ask_about_person: Ask, asked_by: AskedBy, terms: AskingTerms
) -> None:
    """The document wherever it is used, the officer of this member alone; own questions are not sent either."""
    withdrawn, barred = Barring(frozenset({bytes(32)})), Barring(barred=frozenset({("310000", "017")}))
    other = Barring(frozenset({bytes([1]) * 32}), frozenset({("320000", "017"), ("310000", "018")}))
    for barring, question, expected in (
        (withdrawn, ask_about_person(), Refused("AUTHORISATION_WITHDRAWN")),
        (barred, ask(), Refused("OFFICER_BARRED")),
        (other, ask_about_person(), Admitted()),
    ):
        assert expected == admit_question(question, replace(asked_by, barring=barring), terms, NOW_MS)
        assert expected == admit_own_question(question, barring, terms, NOW_MS)


def test_the_first_thing_wrong_is_the_reason(ask: Ask, asked_by: AskedBy, terms: AskingTerms) -> None:
    """Form, clock, purpose, batch, authority, bar: a refusal tells nothing that a later check would look at."""
    barred = replace(asked_by, barring=Barring(barred=frozenset({("310000", "017")})))
    wrong: dict[str, object] = {
        "code_kind": CodeKind.CITIZEN,
        "code": PERSON,
        "officer": "",
        "asked_at_ms": 0,
        "purpose": "procurement",
        "batch": "b-1",
    }
    mended: list[tuple[dict[str, object], str]] = [
        ({"officer": "017"}, "QUESTION_INVALID"),
        ({"asked_at_ms": NOW_MS}, "QUESTION_CLOCK_SKEW"),
        ({"purpose": "administrative-licensing"}, "PURPOSE_NOT_GRANTED"),
        ({"batch": ""}, "BATCH_NOT_GRANTED"),
        ({"code_kind": CodeKind.USCC, "code": "91330100MA2PDY0152"}, "AUTHORISATION_MISSING"),
        ({}, "OFFICER_BARRED"),
    ]
    for change, reason in mended:
        refused = admit_question(ask(**wrong), barred, terms, NOW_MS)
        assert isinstance(refused, Refused)
        assert reason == refused.reason
        wrong |= change
