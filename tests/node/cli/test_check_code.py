# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`check-code` accepts and refuses as the standards say, with the reason, and without a node."""

from collections.abc import Callable
from typing import Any

import pytest

Xinqiao = Callable[..., Any]


@pytest.mark.parametrize(
    ("code", "subject_class", "region"),
    [
        ("91330100716105852F", "enterprise", "330100"),
        ("9144030071526726XG", "enterprise", "440300"),
        ("N2330109MF12345670", "other-organisation", "330109"),
        ("A1100000MX0000019G", "public-institution", "100000"),
    ],
)
def test_valid_codes_are_accepted(xinqiao: Xinqiao, code: str, subject_class: str, region: str) -> None:
    """A valid unified code is accepted with its class and region, and the command ends with 0."""
    said = xinqiao("check-code", code, "--json")

    (judged,) = said.document["codes"]
    assert (0, True, "uscc") == (said.code, judged["accepted"], judged["kind"])
    assert (subject_class, region) == (judged["subject_class"], judged["region"])


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("91110000600037341N", "CODE_CHECK"),
        ("943301007161058526", "CODE_CATEGORY"),
        ("9133010071610585IF", "CODE_ALPHABET"),
    ],
)
def test_wrong_codes_are_refused_with_their_reason(xinqiao: Xinqiao, code: str, reason: str) -> None:
    """A wrong code is refused for the right reason, in both languages, and the command ends with 4."""
    said = xinqiao("check-code", code, "--json")

    (judged,) = said.document["codes"]
    assert (4, False, reason) == (said.code, judged["accepted"], judged["reason"])
    assert judged["zh"] != judged["en"]


def test_one_refused_code_decides_the_exit_code(xinqiao: Xinqiao) -> None:
    """All codes are judged in order, and one refused among them ends the command with 4."""
    said = xinqiao("check-code", "91330100716105852F", "91110000600037341N", "--json")

    assert [True, False] == [one["accepted"] for one in said.document["codes"]]
    assert 4 == said.code


def test_a_citizen_number_is_never_shown_whole(xinqiao: Xinqiao) -> None:
    """What people see of a citizen number, valid or with a slip, is its first six digits."""
    said = xinqiao("check-code", "330106191003079994", "330106191003079991")

    assert "330106191003079" not in said.out
    assert 2 == said.out.count("330106************")


def test_codes_are_judged_as_of_a_day(xinqiao: Xinqiao) -> None:
    """The day of the check can be chosen, and is told."""
    said = xinqiao("check-code", "91330100716105852F", "--as-of", "2020-01-31", "--json")

    assert "2020-01-31" == said.document["as_of"]


def test_a_malformed_day_is_a_usage_error(xinqiao: Xinqiao) -> None:
    """A day in another form is refused in one line with 2."""
    said = xinqiao("check-code", "91330100716105852F", "--as-of", "20200131")

    assert (2, "", 1) == (said.code, said.out, len(said.err.splitlines()))
    assert said.err.startswith("DATE_MALFORMED")
