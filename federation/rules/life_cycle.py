# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How long a record is in effect, and what has happened to it since: one function for own and foreign records.

A published ending or annotation takes effect when it is published, whatever day its document bears; terms are counted
in whole days, first and last day included.
"""

from dataclasses import dataclass
from datetime import date

from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.standards.calendar import day_after

_ENDED = {
    EndingKind.REMOVED: "ENDED_REMOVED",
    EndingKind.REVOKED: "ENDED_REVOKED",
    EndingKind.REPAIRED: "ENDED_REPAIRED",
    EndingKind.CORRECTED: "ENDED_CORRECTED",
}


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
        holds: reasons why it does not count, in this order: ENDED_REMOVED, ENDED_REVOKED, ENDED_REPAIRED or
            ENDED_CORRECTED; SUSPENDED; NOT_YET_VALID; PERIOD_LAPSED. Empty when it counts.
        remarks: what to know although it counts: OBJECTION_UNDER_WAY.
    """

    holds: tuple[str, ...]
    remarks: tuple[str, ...]


def life_of(term: Term, ended: Ending | None, annotation: Annotation | None, as_of: date) -> Life:
    """Tells whether a record counts on a day.

    Args:
        term: its days of effect.
        ended: the ending that acts on it, if any.
        annotation: the newest annotation on it, if any; one that resumes lifts earlier ones.
        as_of: the day, in China Standard Time.
    """
    holds = [_ENDED[ended.kind]] if ended is not None else []
    mark = annotation.kind if annotation is not None else None
    if mark is AnnotationKind.SUSPENDED:
        holds.append("SUSPENDED")
    if term.first is not None and as_of < term.first:
        holds.append("NOT_YET_VALID")
    if term.last is not None and as_of > term.last:
        holds.append("PERIOD_LAPSED")
    return Life(tuple(holds), ("OBJECTION_UNDER_WAY",) if mark is AnnotationKind.OBJECTION else ())


def next_turn(as_of: date, *turns: date | None) -> date | None:
    """The earliest of some days that lies after `as_of`; None when none does."""
    return min((turn for turn in turns if turn is not None and turn > as_of), default=None)
