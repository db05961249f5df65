# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether decisions were published in time (双公示及时率): per authority, as the evaluation asks for it.

The rate's denominator is every decision that was published, or had to be by the day looked at; its numerator those of
them that were published on the last day of the term at the latest. What is neither published nor due yet is in neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Publication:
    """When one decision was made, had to be published, and was; `published_on` None for not yet."""

    authority: str
    decided_on: date
    last_day: date
    published_on: date | None


@dataclass
class Timely:
    """One authority's count: `in_time` of `due` were published in time; `waiting` are not due yet."""

    due: int = 0
    in_time: int = 0
    late: int = 0
    unpublished: int = 0
    waiting: int = 0


@dataclass
class Timeliness:
    """Counts by authority as of a day; one pass."""

    as_of: date
    authorities: dict[str, Timely] = field(default_factory=dict)

    def add(self, made: Publication) -> bool:
        """Counts one decision; whether it is past its term, published late or not at all."""
        if made.decided_on > self.as_of:
            return False
        published = made.published_on if made.published_on is not None and made.published_on <= self.as_of else None
        count = self.authorities.setdefault(made.authority, Timely())
        if published is None and self.as_of <= made.last_day:
            count.waiting += 1
            return False
        count.due += 1
        if published is None:
            count.unpublished += 1
        elif published <= made.last_day:
            count.in_time += 1
            return False
        else:
            count.late += 1
        return True

    def lines(self) -> Sequence[tuple[str, Timely]]:
        """What was counted, by authority."""
        return sorted(self.authorities.items())
