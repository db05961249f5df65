# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The registration number of GS15-2006, and its 13-digit forerunner."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.standards.bundle import shipped_standards
from federation.standards.identity import CodeAccepted, CodeRefused, LegacyCodeKind, SubjectClass
from federation.standards.numbers.registration_number import check_registration_number, registration_check

AS_OF = date(2026, 6, 30)


def check(number: str) -> CodeAccepted | CodeRefused:
    """Checks with the shipped regions."""
    return check_registration_number(number, shipped_standards().regions, AS_OF)


@pytest.mark.parametrize(
    "number", ["330203000030639", "440301103448669", "440301103097413", "330200400070010", "110108012660422"]
)
def test_real_numbers_are_accepted(number: str) -> None:
    """A published number passes, and is an enterprise's."""
    expected = CodeAccepted(LegacyCodeKind.REGISTRATION_NUMBER, number, SubjectClass.ENTERPRISE, number[:6])
    assert expected == check(number)


def test_a_sequence_from_six_on_is_a_sole_trader() -> None:
    """The first digit of the sequence tells the class."""
    body = "33010060000001"
    outcome = check(body + registration_check(body))
    assert isinstance(outcome, CodeAccepted)
    assert outcome.subject_class == SubjectClass.SOLE_TRADER


def test_thirteen_digits_are_accepted_unchecked() -> None:
    """Numbers from before 2007 have no check, which a warning says."""
    expected = CodeAccepted(LegacyCodeKind.REGISTRATION_NUMBER, "3301002000123", warnings=("CODE_UNCHECKED",))
    assert expected == check("3301002000123")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", "CODE_EMPTY"),
        ("33020300003063", "CODE_LENGTH"),
        ("33020300003063X", "CODE_ALPHABET"),
        ("33010020001２3", "CODE_ALPHABET"),
        ("330203000030638", "CODE_CHECK"),
    ],
)
def test_wrong_numbers_are_refused_with_their_reason(number: str, reason: str) -> None:
    """Each wrong number gets the reason of the first check that fails."""
    outcome = check(number)
    assert isinstance(outcome, CodeRefused)
    assert reason == outcome.reason


@given(st.text(alphabet="0123456789", min_size=14, max_size=14))
def test_every_body_has_exactly_one_check_digit(body: str) -> None:
    """Of the ten digits one alone is accepted."""
    accepted = [digit for digit in "0123456789" if isinstance(check(body + digit), CodeAccepted)]
    assert [registration_check(body)] == accepted
