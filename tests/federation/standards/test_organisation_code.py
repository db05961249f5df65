# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The organisation code of GB 11714, with hyphen and without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.standards.identity import CodeAccepted, CodeRefused, LegacyCodeKind
from federation.standards.numbers.organisation_code import check_organisation_code, organisation_check


@pytest.mark.parametrize("printed", ["59467239-9", "71610585-2", "71526726-X", "D2143569-X", "PDY00001-X"])
def test_printed_codes_are_accepted_and_lose_their_hyphen(printed: str) -> None:
    """The printed and the stored form are the same code."""
    stored = printed.replace("-", "")
    expected = CodeAccepted(LegacyCodeKind.ORGANISATION_CODE, stored)
    assert [expected, expected] == [check_organisation_code(printed), check_organisation_code(stored)]


@pytest.mark.parametrize(
    ("body", "check"), [("59467239", "9"), ("71610585", "2"), ("71526726", "X"), ("60003734", "1"), ("13476276", "4")]
)
def test_the_check_character_is_computed_as_the_standard_says(body: str, check: str) -> None:
    """The worked examples compute, remainder 10 as X among them."""
    assert check == organisation_check(body)


def test_a_remainder_of_nothing_is_zero() -> None:
    """The difference 11 is written 0."""
    assert organisation_check("00000000") == "0"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "CODE_EMPTY"),
        ("71610585", "CODE_LENGTH"),
        ("7161058522", "CODE_LENGTH"),
        ("7161-05852", "CODE_LENGTH"),
        ("71610585--", "CODE_ALPHABET"),
        ("7161058a2", "CODE_ALPHABET"),
        ("71610585A", "CODE_ALPHABET"),
        ("716105853", "CODE_ORGANISATION_CHECK"),
        ("71610585-X", "CODE_ORGANISATION_CHECK"),
    ],
)
def test_wrong_codes_are_refused_with_their_reason(code: str, reason: str) -> None:
    """Each wrong code gets the reason of the first check that fails."""
    outcome = check_organisation_code(code)
    assert isinstance(outcome, CodeRefused)
    assert reason == outcome.reason


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8))
def test_every_body_has_exactly_one_check_character(body: str) -> None:
    """Of the eleven check characters one alone is accepted."""
    accepted = [end for end in "0123456789X" if isinstance(check_organisation_code(body + end), CodeAccepted)]
    assert [organisation_check(body)] == accepted
