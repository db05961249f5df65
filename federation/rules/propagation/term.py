# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Until when an act at its origin has to be in effect at every member; pure.

Counted in working days after the day of publication, in China Standard Time, to 24:00 of the last one: a target that
the program works to, beyond which the coordinator is told, and the longest that the provisions allow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from federation.records.value import Contradiction, Text512
from federation.rules.agreement import Provision, nearest_of
from federation.standards.calendar import WorkingDays, day_after, midnight_ms

DayCount = Annotated[int, Field(ge=0, le=60)]


@dataclass(frozen=True, slots=True)
class Due:
    """Until when, milliseconds since the epoch: the target, and the longest that is allowed; never the other way."""

    target_ms: int
    maximum_ms: int


class PropagationTerm(Provision):
    """How soon acts of one region's origins have to be in effect everywhere.

    Attributes:
        region: node id of the origin, or a GB/T 2260 code that it lies within; `*` for every region.
        target_working_days: beyond it the member is late, and the coordinator is told.
        maximum_working_days: beyond it the provision is broken.
        basis: the provision.
    """

    target_working_days: DayCount
    maximum_working_days: DayCount
    basis: Text512

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.target_working_days > self.maximum_working_days:
            raise Contradiction("maximum_working_days", "FIELD_MALFORMED")
        return self


def due_after(term: PropagationTerm | None, day: date, calendar: WorkingDays) -> Due:
    """Until when what was published on a day has to have come; without a term at once."""
    counts = (0, 0) if term is None else (term.target_working_days, term.maximum_working_days)
    target, maximum = (day_after(calendar.nth(day, count).day) or date.max for count in counts)
    return Due(midnight_ms(target), midnight_ms(maximum))


def term_of(terms: Sequence[PropagationTerm], home: str, day: date) -> PropagationTerm | None:
    """The term for what an origin publishes on a day: the nearest, and of two equally near the newest.

    Args:
        terms: all terms that are known.
        home: node id of the origin.
        day: the day, in China Standard Time.

    Returns:
        None when none applies.
    """
    return nearest_of(terms, lambda term: term, home, day)
