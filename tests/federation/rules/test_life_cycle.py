# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands against a record on a day, and when that can change."""

from collections.abc import Callable, Mapping
from datetime import date

from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.rules.life_cycle import Life, Term, life_of, next_turn
from federation.rules.transition.course import UNTOUCHED, Course


def test_an_open_record_counts() -> None:
    """A record without dates or acts counts."""
    assert Life((), ()) == life_of(Term(None, None), UNTOUCHED, date(2026, 1, 1))


def test_all_that_stands_against_it_is_named(
    after: Callable[..., Course], endings: Mapping[EndingKind, Ending], marks: Mapping[AnnotationKind, Annotation]
) -> None:
    """A suspended and lapsed record is both, an ended and lapsed one too, in this order."""
    term, later = Term(date(2020, 1, 1), date(2021, 1, 1)), date(2022, 1, 1)
    suspended = life_of(term, after(marks[AnnotationKind.SUSPENDED]), later)
    ended = life_of(term, after(marks[AnnotationKind.SUSPENDED], endings[EndingKind.REMOVED]), later)
    assert (Life(("SUSPENDED", "PERIOD_LAPSED"), ()), Life(("ENDED_REMOVED", "PERIOD_LAPSED"), ())) == (
        suspended,
        ended,
    )


def test_next_turn_is_the_earliest_later_day() -> None:
    """Days gone by and today itself are no turns to come."""
    today = date(2026, 5, 1)
    assert date(2026, 6, 1) == next_turn(today, date(2027, 1, 1), None, today, date(2026, 6, 1))
    assert next_turn(today, today, None) is None
