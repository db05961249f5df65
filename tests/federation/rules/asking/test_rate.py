# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How often may be asked: as arithmetic."""

import pytest

from federation.rules.asking.admission import AskingTerms
from federation.rules.asking.rate import Level, Rate, allowed_for, levels_at, taken, wait_s
from tests.federation.rules.asking.conftest import Ask

RATES = (Rate(2, 60.0), Rate(3, 3600.0))


def test_a_bucket_allows_so_many_at_once_and_then_as_they_come_back() -> None:
    """Two in a minute: the third waits half a minute; the hour's bucket makes the fourth wait longer."""
    levels = taken(taken(levels_at((), RATES, 0.0)))
    assert wait_s(levels, RATES) == pytest.approx(30.0)

    levels = levels_at(levels, RATES, 30.0)
    assert 0 == wait_s(levels, RATES)
    levels = levels_at(taken(levels), RATES, 60.0)
    assert wait_s(levels, RATES) == pytest.approx(1140.0)


def test_a_bucket_never_holds_more_than_it_allows_at_once() -> None:
    """However long nobody asked."""
    assert (Level(2, 1e9), Level(3, 1e9)) == levels_at(levels_at((), RATES, 0.0), RATES, 1e9)


def test_a_question_is_under_the_rates_of_its_member_office_and_officer(ask: Ask, terms: AskingTerms) -> None:
    """Each under its right: what is asked in batches takes nothing of what may be asked singly."""
    single, batch = ([each.who for each in allowed_for(ask(batch=of), terms.rules)] for of in ("", "b-1"))

    own = ("310000", "member"), ("310000", "office", "credit"), ("310000", "officer", "017")
    assert [("single", *who) for who in own] == single
    assert [("batch", *who) for who in own] == batch
    (member, office, officer) = (each.rates[0].times for each in allowed_for(ask(), terms.rules))
    assert member > office > officer
