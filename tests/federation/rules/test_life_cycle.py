# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Terms and months: the vectors of the Civil Code's arithmetic, and the ends of the calendar."""

from collections.abc import Mapping
from datetime import date

import pytest

from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.rules.life_cycle import Life, Term, day_after, life_of, months_later, next_turn

MONTHS = [
    (date(2025, 11, 30), 3, date(2026, 2, 28)),
    (date(2026, 5, 31), 6, date(2026, 11, 30)),
    (date(2024, 2, 29), 12, date(2025, 2, 28)),
    (date(2026, 4, 1), 36, date(2029, 4, 1)),
    (date(2026, 12, 1), 1, date(2027, 1, 1)),
    (date(9999, 1, 31), 1, date(9999, 2, 28)),
    (date(9999, 6, 1), 36, date.max),
]


@pytest.mark.parametrize(("day", "months", "expected"), MONTHS)
def test_months_end_on_the_corresponding_day(day: date, months: int, expected: date) -> None:
    """A term of months ends on the corresponding day, or the end of a shorter month (article 202)."""
    assert expected == months_later(day, months)


def test_an_open_record_counts() -> None:
    """A record without dates or acts counts."""
    assert Life((), ()) == life_of(Term(None, None), None, None, date(2026, 1, 1))


def test_all_that_stands_against_it_is_named(
    endings: Mapping[EndingKind, Ending], marks: Mapping[AnnotationKind, Annotation]
) -> None:
    """An ended, suspended and lapsed record is all three, in this order."""
    term = Term(date(2020, 1, 1), date(2021, 1, 1))
    life = life_of(term, endings[EndingKind.REMOVED], marks[AnnotationKind.SUSPENDED], date(2022, 1, 1))
    assert Life(("ENDED_REMOVED", "SUSPENDED", "PERIOD_LAPSED"), ()) == life


def test_day_after_ends() -> None:
    """An open end and the last day of the calendar have no day after."""
    assert (None, None, date(2026, 3, 1)) == (day_after(None), day_after(date.max), day_after(date(2026, 2, 28)))


def test_next_turn_is_the_earliest_later_day() -> None:
    """Days gone by and today itself are no turns to come."""
    today = date(2026, 5, 1)
    assert date(2026, 6, 1) == next_turn(today, date(2027, 1, 1), None, today, date(2026, 6, 1))
    assert next_turn(today, today, None) is None
