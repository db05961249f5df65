# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How long a record is in effect, and what acts have made of it: one function for own and foreign records.

A published act takes effect when it is published, whatever day its document bears (`transition` says which effect);
terms are counted in whole days, first and last day included.
"""

from dataclasses import dataclass
from datetime import date

from federation.rules.transition.course import Course
from federation.standards.calendar import day_after


@dataclass(frozen=True, slots=True)
class Term:
    """Days of effect.

    Attributes:
        first: first day; None where the record has none.
        last: last day; None means open-ended.
    """

    first: date | None
    last: date | None

    def turns(self) -> tuple[date | None, ...]:
        """The days on which something changes: the first one, and the one after the last."""
        return self.first, day_after(self.last)


@dataclass(frozen=True, slots=True)
class Life:
    """What stands against a record counting now.

    Attributes:
        holds: reasons why it does not count, in this order: why it has ended (ENDED_REMOVED, ENDED_REVOKED,
            ENDED_REPAIRED, ENDED_CORRECTED, ENDED_UNSTATED, AMENDED, ERASED); SUSPENDED; NOT_YET_VALID; PERIOD_LAPSED.
            Empty when it counts.
        remarks: what to know although it counts: OBJECTION_UNDER_WAY, REPAIR_UNDER_WAY.
    """

    holds: tuple[str, ...]
    remarks: tuple[str, ...]


def life_of(term: Term, course: Course, as_of: date) -> Life:
    """Tells whether a record counts on a day.

    Args:
        term: its days of effect.
        course: where acts have brought it.
        as_of: the day, in China Standard Time.
    """
    holds = [*((course.ended,) if course.ended else ()), *course.holds]
    if term.first is not None and as_of < term.first:
        holds.append("NOT_YET_VALID")
    if term.last is not None and as_of > term.last:
        holds.append("PERIOD_LAPSED")
    return Life(tuple(holds), course.remarks)


def next_turn(as_of: date, *turns: date | None) -> date | None:
    """The earliest of some days that lies after `as_of`; None when none does."""
    return min((turn for turn in turns if turn is not None and turn > as_of), default=None)
