# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A code is recognised by its form; where two kinds share one, the careful answer is given."""

from datetime import date
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.standards.bundle import Standards, shipped_standards
from federation.standards.identify import check_code, identify
from federation.standards.identity import CodeAccepted, CodeKind, CodeRefused, LegacyCodeKind

AS_OF = date(2026, 6, 30)


def kind_of(text: str) -> CodeKind | LegacyCodeKind | str:
    """Returns the kind as which a text is accepted, or the reason for which it is refused."""
    outcome = identify(text, shipped_standards(), AS_OF)
    return outcome.kind if isinstance(outcome, CodeAccepted) else outcome.reason


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("91330100716105852F", CodeKind.USCC),
        ("9144030071526726XG", CodeKind.USCC),
        ("N2330109MF12345670", CodeKind.USCC),
        ("A1100000MX0000019G", CodeKind.USCC),
        ("911100001000044477", CodeKind.USCC),
        ("11010519491231002X", CodeKind.CITIZEN),
        ("34052419800101001X", CodeKind.CITIZEN),
        ("440524188001010014", CodeKind.CITIZEN),
        ("340524800101001", CodeKind.CITIZEN),
        ("330203000030639", LegacyCodeKind.REGISTRATION_NUMBER),
        ("440301103448669", LegacyCodeKind.REGISTRATION_NUMBER),
        ("3301002000123", LegacyCodeKind.REGISTRATION_NUMBER),
        ("71526726X", LegacyCodeKind.ORGANISATION_CODE),
        ("71610585-2", LegacyCodeKind.ORGANISATION_CODE),
    ],
)
def test_right_codes_are_recognised(text: str, kind: CodeKind | LegacyCodeKind) -> None:
    """Each right code is accepted as what it is."""
    assert kind == kind_of(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "CODE_EMPTY"),
        ("91330100716105852", "CODE_LENGTH"),
        ("7161058522", "CODE_LENGTH"),
        ("91110000600037341N", "CODE_CHECK"),
        ("943301007161058526", "CODE_CATEGORY"),
        ("9133010071610585IF", "CODE_ALPHABET"),
        ("913100001322041051", "CODE_ORGANISATION_CHECK"),
        ("110105194912310021", "CODE_CHECK"),
        ("110105194913310021", "CODE_BIRTH_DATE"),
        ("990099199001010011", "CODE_CHECK"),
        ("719999199001010011", "CODE_CHECK"),
        ("113201181234567890", "CODE_ORGANISATION_CHECK"),
        ("330203000030638", "CODE_CHECK"),
        ("33020300003063X", "CODE_ALPHABET"),
        ("716105853", "CODE_ORGANISATION_CHECK"),
    ],
)
def test_wrong_codes_get_the_reason_of_the_kind_they_resemble(text: str, reason: str) -> None:
    """A wrong code is refused with the reason of what it was probably meant to be."""
    assert reason == kind_of(text)


def test_legacy_mode_reaches_the_unified_code(standards: Standards) -> None:
    """Old data whose embedded check fails is recognised with a warning."""
    outcome = identify("913100001322041051", standards, AS_OF, legacy=True)
    assert isinstance(outcome, CodeAccepted)
    assert outcome.warnings == ("EMBEDDED_ORG_CHECK",)


def test_fifteen_digits_that_could_be_both_are_taken_for_a_person(standards: Standards) -> None:
    """The example of the standard is a right registration number too; it is not shown openly on that account."""
    outcome = identify("110105491231002", standards, AS_OF)
    assert isinstance(outcome, CodeAccepted)
    assert (outcome.kind, outcome.value) == (CodeKind.CITIZEN, "11010519491231002X")
    assert outcome.warnings == ("CODE_UNCHECKED", "CODE_AMBIGUOUS")


@pytest.mark.parametrize("text", ["120101196001010240", "120101180001010201", "13010218000101338X"])
def test_eighteen_digits_that_could_be_both_are_taken_for_a_person(standards: Standards, text: str) -> None:
    """A number that passes both checks and begins with a region is treated as personal, whoever was born when."""
    outcome = identify(text, standards, AS_OF)
    assert isinstance(outcome, CodeAccepted)
    assert (outcome.kind, outcome.warnings) == (CodeKind.CITIZEN, ("CODE_AMBIGUOUS",))


def test_a_place_that_never_was_makes_no_person(standards: Standards) -> None:
    """A number that passes both checks, but begins with no region and has one as a unified code, is one."""
    outcome = identify("113201180001011518", standards, AS_OF)
    assert isinstance(outcome, CodeAccepted)
    assert outcome.kind == CodeKind.USCC


def test_a_place_unknown_on_both_readings_is_taken_for_a_person(standards: Standards) -> None:
    """Where neither reading has a known region, the careful answer is given as well."""
    outcome = identify("113301196001010592", standards, AS_OF)
    assert isinstance(outcome, CodeAccepted)
    assert (outcome.kind, outcome.warnings) == (CodeKind.CITIZEN, ("REGION_UNKNOWN", "CODE_AMBIGUOUS"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CodeKind.USCC, "91330100716105852F"),
        (CodeKind.CITIZEN, "11010519491231002X"),
        (CodeKind.OTHER, "E12345678"),
        (LegacyCodeKind.REGISTRATION_NUMBER, "330203000030639"),
        (LegacyCodeKind.ORGANISATION_CODE, "716105852"),
        (LegacyCodeKind.TAX_NUMBER, "330100716105852"),
        (LegacyCodeKind.INSTITUTION_CERTIFICATE, "133010000001"),
        (LegacyCodeKind.SOCIAL_ORGANISATION_CERTIFICATE, "浙社证字第0001号"),
    ],
)
def test_a_code_of_a_known_kind_is_checked_as_that_kind(
    standards: Standards, kind: CodeKind | LegacyCodeKind, text: str
) -> None:
    """A column that says what it holds is held to that."""
    outcome = check_code(kind, text, standards, AS_OF)
    assert isinstance(outcome, CodeAccepted)
    assert (kind, text) == (outcome.kind, outcome.value)


def test_a_code_of_another_kind_is_refused(standards: Standards) -> None:
    """A citizen number in the column of unified codes is not taken for what it is, but refused."""
    outcome = check_code(CodeKind.USCC, "11010519491231002X", standards, AS_OF)
    assert isinstance(outcome, CodeRefused)
    assert outcome.reason == "CODE_ORGANISATION_CHECK"


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (CodeKind.OTHER, "", "CODE_EMPTY"),
        (CodeKind.OTHER, "E" * 65, "CODE_LENGTH"),
        (LegacyCodeKind.TAX_NUMBER, "3" * 51, "CODE_LENGTH"),
    ],
)
def test_numbers_without_a_form_have_limits(
    standards: Standards, kind: CodeKind | LegacyCodeKind, text: str, reason: str
) -> None:
    """A number whose form nobody publishes is still neither blank nor endless."""
    outcome = check_code(kind, text, standards, AS_OF)
    assert isinstance(outcome, CodeRefused)
    assert reason == outcome.reason


@given(st.text(max_size=20) | st.text(alphabet="0123456789X-AN", min_size=8, max_size=19))
def test_every_text_gets_an_answer(text: str) -> None:
    """No text makes the recognition fail; a refusal never repeats a run of it."""
    outcome = identify(text, shipped_standards(), AS_OF)
    assert isinstance(outcome, CodeAccepted) or len(text) < 8 or text not in outcome.detail


def test_a_kind_that_does_not_exist_is_our_own_mistake(standards: Standards) -> None:
    """A value that no kind has never passes unchecked."""
    with pytest.raises(AssertionError):
        check_code(cast("CodeKind", "passport"), "E12345678", standards, AS_OF)
