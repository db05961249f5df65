# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The citizen number of GB 11643 in both forms; the numbers are the standard's examples or synthetic."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.standards.bundle import Standards, shipped_standards
from federation.standards.identity import CodeAccepted, CodeKind, CodeRefused, SubjectClass
from federation.standards.numbers.citizen_number import birth_date, check_citizen_number, citizen_check, lengthen

AS_OF = date(2026, 6, 30)


def check(number: str, as_of: date = AS_OF) -> CodeAccepted | CodeRefused:
    """Checks with the shipped regions."""
    return check_citizen_number(number, shipped_standards().regions, as_of)


def compose(region: str, born: date, sequence: int) -> str:
    """Builds a number with the right check."""
    body = f"{region}{born:%Y%m%d}{sequence:03}"
    return body + citizen_check(body)


@pytest.mark.parametrize(
    ("number", "warnings"),
    [
        ("11010519491231002X", ()),
        ("440524188001010014", ("REGION_HISTORICAL",)),
        ("360426199101010071", ()),
        ("34052419800101001X", ("REGION_UNKNOWN",)),
    ],
)
def test_right_numbers_are_accepted(number: str, warnings: tuple[str, ...]) -> None:
    """A right number is a natural person's; an old or unknown region is only a warning."""
    expected = CodeAccepted(CodeKind.CITIZEN, number, SubjectClass.NATURAL_PERSON, number[:6], warnings)
    assert expected == check(number)


@pytest.mark.parametrize(
    ("old", "new"), [("110105491231002", "11010519491231002X"), ("340524800101001", "34052419800101001X")]
)
def test_fifteen_digits_become_eighteen(old: str, new: str) -> None:
    """The older form is held in the newer one, and a warning says that it had no check."""
    outcome = check(old)
    assert isinstance(outcome, CodeAccepted)
    assert new == outcome.value == lengthen(old)
    assert outcome.warnings[-1] == "CODE_UNCHECKED"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", "CODE_EMPTY"),
        ("11010519491231002", "CODE_LENGTH"),
        ("11010519491231002XX", "CODE_LENGTH"),
        ("1101051949123100XX", "CODE_ALPHABET"),
        ("11010519491231002A", "CODE_ALPHABET"),
        ("11010519491231002x", "CODE_ALPHABET"),
        ("11010549123100X", "CODE_ALPHABET"),
        ("１10105491231002", "CODE_ALPHABET"),
        ("110105194902300021", "CODE_BIRTH_DATE"),
        ("110105179912310021", "CODE_BIRTH_DATE"),
        ("110105000012310021", "CODE_BIRTH_DATE"),
        ("110105491331002", "CODE_BIRTH_DATE"),
        ("110105194912310021", "CODE_CHECK"),
    ],
)
def test_wrong_numbers_are_refused_for_the_first_check_that_fails(number: str, reason: str) -> None:
    """Each wrong number gets one reason, in the fixed order of the checks."""
    outcome = check(number)
    assert isinstance(outcome, CodeRefused)
    assert reason == outcome.reason


def test_nobody_is_born_tomorrow() -> None:
    """The day of birth may be the day of the check, but not the day after."""
    number = compose("330100", AS_OF, 1)
    assert isinstance(check(number), CodeAccepted)
    refused = check(number, date(2026, 6, 29))
    assert isinstance(refused, CodeRefused)
    assert refused.reason == "CODE_BIRTH_DATE"


def test_a_refusal_repeats_nothing_of_the_number() -> None:
    """The detail goes to logs, so no run of the number's digits is in it."""
    number = "110105194912310021"
    refused = check(number)
    assert isinstance(refused, CodeRefused)
    assert [number[i : i + 4] for i in range(15) if number[i : i + 4] in refused.detail] == []


@given(
    region=st.sampled_from(["110105", "310101", "330204", "341202", "999999"]),
    born=st.dates(date(1800, 1, 1), AS_OF),
    sequence=st.integers(0, 999),
)
def test_every_well_made_number_is_accepted(region: str, born: date, sequence: int) -> None:
    """Whatever the parts, a number with the right check passes and tells the day of birth."""
    number = compose(region, born, sequence)
    outcome = check(number)
    assert isinstance(outcome, CodeAccepted)
    assert (number, born) == (outcome.value, birth_date(outcome.value))


def test_every_change_of_one_character_is_refused() -> None:
    """No single character of a valid number can be replaced by another."""
    number = "11010519491231002X"
    forged = (
        number[:place] + other + number[place + 1 :]
        for place in range(18)
        for other in "0123456789X"
        if other != number[place]
    )
    assert [text for text in forged if isinstance(check(text), CodeAccepted)] == []


def test_a_region_is_judged_on_the_day_of_the_check(standards: Standards) -> None:
    """The region code was in force in 2010, and is historical in 2026."""
    number = compose("330204", date(1990, 1, 1), 1)
    then = check_citizen_number(number, standards.regions, date(2010, 1, 1))
    now = check_citizen_number(number, standards.regions, AS_OF)
    assert isinstance(then, CodeAccepted)
    assert isinstance(now, CodeAccepted)
    assert (then.warnings, now.warnings) == ((), ("REGION_HISTORICAL",))
