# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a filed agency owes, and by when: events to report, the year's review, what to mend, data to hand over.

Pure: a filing, the region's duties and a day give the same answer everywhere. What is done is not listed, nor is
anything of a filing that is over but the hand-over of its data.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from federation.records.agency_filing import CLOSED, AgencyFiling, FilingStanding
from federation.rules.catalogue.filing_duties import FilingDuties


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that is to be done.

    Attributes:
        reason: EVENT_UNREPORTED, ANNUAL_REVIEW_DUE, MENDING_DUE, HANDOVER_DUE, QUALIFICATION_ENDS or FILING_TERM_ENDS.
        what: kind of event, year of review or name of qualification; empty where the reason says it all.
        due_on: last day for it.
    """

    reason: str
    what: str
    due_on: date

    def overdue(self, day: date) -> bool:
        """Whether its last day is over."""
        return self.due_on < day


def owed(filing: AgencyFiling, duties: FilingDuties, as_of: date) -> tuple[Owed, ...]:
    """What the agency owes, the earliest last day first.

    Args:
        filing: the newest version of an own filing.
        duties: those of the region.
        as_of: the day, in China Standard Time; of what only comes in a later year nothing is said.
    """
    found = _handover(filing, duties) if filing.standing in CLOSED else _living(filing, duties, as_of)
    return tuple(sorted(found, key=lambda each: (each.due_on, each.reason, each.what)))


def _living(filing: AgencyFiling, duties: FilingDuties, as_of: date) -> Iterator[Owed]:
    for event in filing.events:
        if event.reported_on is None:
            days = 0 if event.kind in duties.at_once else duties.change_days
            yield Owed("EVENT_UNREPORTED", event.kind.value, _later(event.occurred_on, days))
    if filing.standing is not FilingStanding.PENDING:
        yield from _review(filing, duties, as_of)
    if filing.mend_by is not None:
        yield Owed("MENDING_DUE", "", filing.mend_by)
    for group in filing.staff:
        if group.valid_until is not None:
            yield Owed("QUALIFICATION_ENDS", group.qualification, group.valid_until)
    if filing.valid_until is not None:
        yield Owed("FILING_TERM_ENDS", "", filing.valid_until)


def _review(filing: AgencyFiling, duties: FilingDuties, as_of: date) -> Iterator[Owed]:
    """The first year without a review after that of the filing, or of the newest review; at most this one."""
    year = max(filing.filed_on.year, filing.reviewed_year or 0) + 1
    if year <= min(as_of.year, MAXYEAR):
        last = calendar.monthrange(year, duties.review_month)[1]
        yield Owed("ANNUAL_REVIEW_DUE", str(year), date(year, duties.review_month, last))


def _handover(filing: AgencyFiling, duties: FilingDuties) -> Iterator[Owed]:
    left = filing.exit
    if left is not None and left.handed_over_on is None:
        yield Owed("HANDOVER_DUE", "", _later(left.exited_on, duties.handover_days))


def _later(day: date, days: int) -> date:
    """So many days later, at most the last day of the calendar."""
    return day + timedelta(min(days, (date.max - day).days))
