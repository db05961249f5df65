# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whom a row is about."""

from collections.abc import Callable, Mapping

import pytest

from adapters.row import Outcome, TableKind, Translated, Untranslated
from federation.records.penalty import Penalty
from federation.records.subject import Identity
from federation.standards.identity import CodeKind, SubjectClass

KIND = TableKind.PENALTIES
PERSON = {
    "CF_XDR_MC": "周以宁",
    "CF_XDR_LB": "自然人",
    "CF_XDR_SHXYM": "",
    "CF_FRDB": "",
    "CF_XDR_ZJLX": "身份证",
    "CF_XDR_ZJHM": "11010519491231002X",
}


def _identity(outcome: Outcome) -> Identity:
    assert isinstance(outcome, Translated), outcome
    assert isinstance(outcome.record, Penalty)
    return outcome.record.identity


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("91330100716105852F", SubjectClass.ENTERPRISE),
        ("12100000470095016Q", SubjectClass.PUBLIC_INSTITUTION),
        ("51330000500000015H", SubjectClass.SOCIAL_ORGANISATION),
        ("11230500001755309F", SubjectClass.GOVERNMENT),
        ("N2330109MF12345670", SubjectClass.OTHER_ORGANISATION),
        ("943301007161058526", SubjectClass.OTHER_ORGANISATION),
    ],
)
def test_the_code_tells_the_class_of_an_organisation(
    outcomes: Callable[..., list[Outcome]], code: str, expected: SubjectClass
) -> None:
    """A prefix that is in no table is left for admission to refuse."""
    assert expected == _identity(outcomes(KIND, {"CF_XDR_SHXYM": code})[0]).subject_class


def test_a_sole_traders_code_among_organisations_is_believed_with_a_warning(
    outcomes: Callable[..., list[Outcome]],
) -> None:
    """Departments often write 法人 for a sole trader; the code knows better."""
    [outcome] = outcomes(KIND, {"CF_XDR_SHXYM": "92330102MA2ABCD13C"})

    assert isinstance(outcome, Translated)
    assert (_identity(outcome).subject_class, outcome.warnings) == (SubjectClass.SOLE_TRADER, ("CLASS_FROM_CODE",))


@pytest.mark.parametrize("text", ["个体工商户", "04"])
def test_a_stated_sole_trader_stays_one(outcomes: Callable[..., list[Outcome]], text: str) -> None:
    """Whether the code agrees is asked at admission."""
    assert _identity(outcomes(KIND, {"CF_XDR_LB": text})[0]).subject_class == SubjectClass.SOLE_TRADER


def test_a_person_is_known_by_the_citizen_number(outcomes: Callable[..., list[Outcome]]) -> None:
    """The number is upper case; a person has no representative."""
    found = _identity(outcomes(KIND, {**PERSON, "CF_XDR_ZJHM": "11010519491231002x"})[0])

    assert (
        found.subject_class,
        found.code_kind,
        found.code,
        found.representative,
    ) == (SubjectClass.NATURAL_PERSON, CodeKind.CITIZEN, "11010519491231002X", None)


def test_a_number_of_15_digits_is_lengthened_with_a_warning(outcomes: Callable[..., list[Outcome]]) -> None:
    """Records hold the form of 18 characters only."""
    [outcome] = outcomes(KIND, {**PERSON, "CF_XDR_ZJHM": "110105491231002"})

    assert isinstance(outcome, Translated)
    assert (_identity(outcome).code, outcome.warnings) == ("11010519491231002X", ("CITIZEN_NUMBER_LENGTHENED",))


@pytest.mark.parametrize("text", ["护照号", "其他-海员证"])
def test_other_documents_are_kept_as_they_are(outcomes: Callable[..., list[Outcome]], text: str) -> None:
    """A passport number has no form that could be checked."""
    found = _identity(outcomes(KIND, {**PERSON, "CF_XDR_ZJLX": text, "CF_XDR_ZJHM": "e 1234567"})[0])

    assert (found.code_kind, found.code) == (CodeKind.OTHER, "E1234567")


def test_a_person_with_a_unified_code_is_left_for_admission_to_refuse(outcomes: Callable[..., list[Outcome]]) -> None:
    """The contradiction is carried over, not resolved."""
    found = _identity(outcomes(KIND, {**PERSON, "CF_XDR_SHXYM": "91330100716105852F"})[0])

    assert (found.subject_class, found.code_kind) == (SubjectClass.NATURAL_PERSON, CodeKind.USCC)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"CF_XDR_ZJLX": ""}, "FIELD_MISSING"),
        ({"CF_XDR_ZJLX": "月票"}, "VALUE_UNKNOWN"),
        ({"CF_XDR_ZJHM": ""}, "FIELD_MISSING"),
    ],
)
def test_a_person_without_known_document_is_refused(
    outcomes: Callable[..., list[Outcome]], change: Mapping[str, str], reason: str
) -> None:
    """There would be no number to be known by."""
    [outcome] = outcomes(KIND, {**PERSON, **change})

    assert isinstance(outcome, Untranslated)
    assert (*change, reason) == (outcome.field, outcome.reason)


def test_refusals_show_persons_masked(outcomes: Callable[..., list[Outcome]]) -> None:
    """Name and number of a natural person, and numbers that stray into other cells, are never shown whole."""
    shown = outcomes(
        KIND,
        {**PERSON, "CF_XDR_MC": "周以\u202e宁"},
        {**PERSON, "CF_XDR_ZJHM": "1101051949\u202e1231002X"},
        {"CF_XDR_SHXYM": "11010519491231002X0"},
        {"CF_WSH": "号" * 100 + "11010519491231002X" + "号" * 100},
        {"CF_CFLB": "罚\u202e款，证件11010519491231002X"},
        {"CF_XDR_SHXYM": "", "CF_FRDB": "林远山"},
    )

    values = [outcome.value for outcome in shown if isinstance(outcome, Untranslated)]

    assert values[0] == "周***"
    assert ["1231" in value or "周以" in value for value in values] == [False] * 6
    assert max(map(len, values)) <= 61


def test_a_citizen_number_in_the_column_of_codes_is_masked(outcomes: Callable[..., list[Outcome]]) -> None:
    """The commonest slip of all: a person's number where the unified code belongs."""
    [outcome] = outcomes(KIND, {"CF_XDR_SHXYM": "证号11010519491231002X"})

    assert isinstance(outcome, Untranslated)
    assert (outcome.reason, outcome.value) == ("FIELD_TOO_LONG", "证号110105************")
