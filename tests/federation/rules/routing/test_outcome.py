# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the outcomes of members make of the whole."""

import pytest

from federation.rules.routing.outcome import Became, Completeness, MemberOutcome, completeness
from federation.rules.routing.plan import NOTHING_HELD, PERSON_SPARED, Place

ANSWERED = MemberOutcome("330100", Place.HOME, Became.ANSWERED)
MIRROR = MemberOutcome("yrd", Place.MIRROR, Became.ANSWERED, stands_for="310000")


def left_out(reason: str) -> MemberOutcome:
    """One that was not asked."""
    return MemberOutcome("310000", None, Became.NOT_ASKED, reason)


def test_all_answers_are_complete() -> None:
    """Who states that it holds nothing takes nothing from it."""
    assert Completeness.COMPLETE is completeness([ANSWERED, left_out(NOTHING_HELD)])


def test_who_was_spared_makes_it_narrowed() -> None:
    """It is said that not everybody was asked."""
    assert Completeness.NARROWED is completeness([ANSWERED, left_out(PERSON_SPARED)])


@pytest.mark.parametrize("became", [Became.REFUSED, Became.UNREACHABLE, Became.TOO_SLOW, Became.INVALID])
def test_whoever_did_not_answer_makes_it_partial(became: Became) -> None:
    """A mirror in its place does not change that."""
    missing = MemberOutcome("310000", Place.REST, became, "REASON")

    assert Completeness.PARTIAL is completeness([ANSWERED, missing, MIRROR, left_out(PERSON_SPARED)])


def test_an_answer_that_says_there_is_more_is_partial() -> None:
    """Truncated, or silent on some feeds."""
    short = MemberOutcome("310000", Place.REST, Became.ANSWERED, short=True)

    assert Completeness.PARTIAL is completeness([ANSWERED, short])


def test_a_mirror_that_is_silent_is_nobodys_fault() -> None:
    """It was only to stand in."""
    silent = MemberOutcome("yrd", Place.MIRROR, Became.UNREACHABLE, "PEER_UNREACHABLE", stands_for="310000")

    assert Completeness.COMPLETE is completeness([ANSWERED, silent])
