# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether own licences and penalties are published in time (双公示): what is late, and the rate of each authority.

A decision is published on the day its first entry was signed; what waits in the queue is not published yet. Corrections
of a published decision are not counted again, and what was erased can no longer be looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from federation.errors import FieldFault
from federation.records.codec import decode
from federation.records.licence import Licence
from federation.records.penalty import Penalty
from federation.rules.loop.duty import Duty, DutyKind, duty_of
from federation.rules.loop.timeliness import Publication, Timeliness
from federation.rules.rule_book import RuleBook
from federation.standards.calendar import WorkingDays, china_date
from node.loop.ports import DecisionRow, LoopReader


@dataclass(frozen=True, slots=True)
class Publishing:
    """What the duty to publish rests on, on a day.

    Attributes:
        home: this node's id.
        book: its rules.
        working_days: which days are worked.
        as_of: the day, in China Standard Time.
        since: only what was published on this day or later, or waits; None for all.
    """

    home: str
    book: RuleBook
    working_days: WorkingDays
    as_of: date
    since: date | None = None


@dataclass(frozen=True, slots=True)
class LateDecision:
    """One decision past its term; it names no subject.

    Attributes:
        published_on: None for one that is not published yet.
        provisional: whether the last day was counted through days not decreed yet.
    """

    kind: str
    authority: str
    authority_name: str
    document_number: str
    decided_on: date
    last_day: date
    published_on: date | None
    provisional: bool


class PublicationDuty:
    """Looks through own decisions once; the counts are whole when all late ones were taken.

    Attributes:
        counts: by authority.
        names: of the authorities, by unified code.
    """

    def __init__(self, reader: LoopReader, around: Publishing) -> None:
        self._reader = reader
        self._around = around
        self.counts = Timeliness(around.as_of)
        self.names: dict[str, str] = {}

    def late(self) -> Iterator[LateDecision]:
        """The decisions past their term, feed by feed in the order of publication; flat memory."""
        for row in self._reader.made(self._around.since):
            made = _decision(row)
            if made is None:
                continue
            duty = duty_of(self._around.book.duties, DutyKind.PUBLICATION, self._around.home, made.decided_on)
            if duty is not None:
                found = self._judged(made, duty, row)
                if found is not None:
                    yield found

    def _judged(self, made: Licence | Penalty, duty: Duty, row: DecisionRow) -> LateDecision | None:
        last = self._around.working_days.nth(made.decided_on, duty.working_days)
        published_on = None if row.published_ms is None else china_date(row.published_ms)
        authority = made.authority
        self.names.setdefault(authority.code, authority.name)
        if not self.counts.add(Publication(authority.code, made.decided_on, last.day, published_on)):
            return None
        shown = published_on if published_on is not None and published_on <= self._around.as_of else None
        kind = "licences" if isinstance(made, Licence) else "penalties"
        what = (kind, authority.code, authority.name, made.document_number)
        return LateDecision(*what, made.decided_on, last.day, shown, last.provisional)


def _decision(row: DecisionRow) -> Licence | Penalty | None:
    try:
        record = decode(row.schema, row.payload)
    except FieldFault:
        return None
    return record if isinstance(record, Licence | Penalty) else None
