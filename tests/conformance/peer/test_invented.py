# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Invented subjects: the same from the same seed, sound by the rules of two standards, and as the node reads them."""

import pytest

from conformance.peer.invented import Inventor, numbered, organisation_check, unified_check
from federation.standards.bundle import shipped_standards
from federation.standards.identity import CodeAccepted
from federation.standards.numbers.organisation_code import check_organisation_code


def test_the_same_seed_invents_the_same_subjects() -> None:
    """A run can be repeated with its seed, and another seed meets none of its subjects."""
    first, again, other = (Inventor(seed, "310000") for seed in ("a", "a", "b"))
    codes = [first.enterprise().code for _ in range(50)]
    assert codes == [again.enterprise().code for _ in range(50)]
    assert set(codes).isdisjoint(other.enterprise().code for _ in range(50))


def test_the_published_example_of_each_standard_checks() -> None:
    """GB 11714 names D2143569-X as its example; GB 32100 code 91350100M000100Y43 is the example of many guides."""
    assert organisation_check("D2143569") == "X"
    assert unified_check("91350100M000100Y4") == "3"


def test_numbers_in_a_row_are_sound_and_follow_each_other() -> None:
    """Each has its check digits, and the part that is counted goes through the alphabet, and then one place on."""
    codes = [numbered(number) for number in range(40)]
    assert [code[15] for code in codes[:31]] == list("0123456789ABCDEFGHJKLMNPQRTUWXY")
    assert [code[11:16] for code in codes[30:33]] == ["0000Y", "00010", "00011"]
    assert all(organisation_check(code[8:16]) == code[16] and unified_check(code[:17]) == code[17] for code in codes)


@pytest.mark.parametrize("make", ["enterprise", "body"])
def test_another_implementation_takes_the_numbers_for_sound(make: str) -> None:
    """The node's own checks accept what was written here from the standards alone."""
    inventor, standards = Inventor("seed", "310000"), shipped_standards()
    for _ in range(50):
        code = getattr(inventor, make)().code
        assert isinstance(check_organisation_code(code[8:17]), CodeAccepted)
        assert standards.uscc.check_character(code[:17]) == code[17]
