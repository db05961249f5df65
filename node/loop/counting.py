# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Counts what was issued, answered and overdue: over all list entries here and all feedback, once through each.

Own entries are issued to every region that an agreement in force lets recognise them; entries that count here are
issued to the bodies that carry their measures out. The day of issue is that on which the origin published the entry, so
that both sides count from the same day. What has ended unanswered is owed by nobody; an answer counts for ever.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeVar

from federation.errors import FieldFault
from federation.log.checkpoint import Origin
from federation.log.leaf import Leaf
from federation.records.codec import decode
from federation.records.list_entry import ListEntry
from federation.rules.agreement import Agreement, Measure
from federation.rules.loop.duty import DutyKind, duty_of
from federation.rules.loop.tally import Issue, Line, Reply, Side, Tally
from federation.rules.rule_book import RuleBook
from federation.standards.calendar import WorkingDays, china_date
from node.loop.ports import IssuedRow, LoopReader, Place
from node.loop.taking import NOT_OURS

ANY_BODY = ""
"""The implementing body of a measure that the catalogue names none for."""


@dataclass(frozen=True)
class Counting:
    """What counts rest on, on a day.

    Attributes:
        home: this node's id.
        book: its rules.
        working_days: which days are worked.
        as_of: the day, in China Standard Time.
    """

    home: str
    book: RuleBook
    working_days: WorkingDays
    as_of: date
    _due: dict[date, date | None] = field(default_factory=dict)

    @cached_property
    def catalogue(self) -> Mapping[str, Measure]:
        """The measures that are this region's on the day, by code."""
        return {each.code: each for each in self.book.measures if each.applies(self.home, self.as_of)}

    def due_on(self, issued_on: date) -> date | None:
        """The last day for an answer; None where no term is in force on the day of issue."""
        if issued_on not in self._due:
            duty = duty_of(self.book.duties, DutyKind.FEEDBACK, self.home, issued_on)
            last = None if duty is None else self.working_days.nth(issued_on, duty.working_days).day
            self._due[issued_on] = last
        return self._due[issued_on]

    def regions(self, entry: ListEntry) -> frozenset[str]:
        """The other regions that an agreement in force lets recognise an entry of this one."""
        return frozenset(
            party
            for agreement in self._agreements
            if self.home in agreement.parties
            and entry.field in agreement.list_fields
            and entry.kind in agreement.list_kinds
            for party in agreement.parties
            if party != self.home
        )

    @cached_property
    def _agreements(self) -> Sequence[Agreement]:
        return self.book.in_force(self.as_of)


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts, and how much feedback on own entries came in without ground, by reason."""

    tally: Tally
    unfounded: Mapping[str, int]


def count(reader: LoopReader, around: Counting) -> Counted:
    """Counts everything as of a day; memory grows with the feedback there is, not with the entries."""
    tally = Tally(around.as_of)
    given, came, unfounded = _replies(reader, around)
    for row in reader.issued():
        place = (row.origin, row.index)
        try:
            issued_on = china_date(Leaf.decode(row.leaf).time_ms)
        except FieldFault:
            continue
        for line, live, reply in (
            *_implemented(row, around, given.get(place, {})),
            *_initiated(row, around, came.get(place, {})),
        ):
            tally.add(Issue(line, issued_on, around.due_on(issued_on), live, reply))
    return Counted(tally, unfounded)


Asked = tuple[str, str]
"""A measure, and the unified code of the body that carries it out."""
_Told = tuple[Line, bool, Reply | None]
Key = TypeVar("Key")


def _replies(
    reader: LoopReader, around: Counting
) -> tuple[Mapping[Place, Mapping[Asked, Reply]], Mapping[Place, Mapping[str, Reply]], Mapping[str, int]]:
    """What own bodies answered, by entry, measure and body; what other regions did, by entry and region; and faults."""
    given: defaultdict[Place, dict[Asked, Reply]] = defaultdict(dict)
    for row in reader.feedback(own=True):
        measure = around.catalogue.get(row.measure)
        body = row.implementer if measure is None or measure.implementing_bodies else ANY_BODY
        asked, reply = (row.measure, body), Reply(row.responded_on, row.response, row.lifted_on)
        _keep_first(given[row.entry_origin, row.entry_index], asked, reply)
    came: defaultdict[Place, dict[str, Reply]] = defaultdict(dict)
    unfounded: Counter[str] = Counter()
    for row in reader.feedback(own=False):
        if row.fault is not None:
            unfounded[row.fault] += row.fault != NOT_OURS
            continue
        reply = Reply(row.responded_on, row.response, row.lifted_on)
        _keep_first(came[row.entry_origin, row.entry_index], row.region, reply)
    return given, came, +unfounded


def _keep_first(replies: dict[Key, Reply], key: Key, reply: Reply) -> None:
    """Of several cases on the same thing the first answer is what makes it answered."""
    known = replies.get(key)
    if known is None or reply.responded_on < known.responded_on:
        replies[key] = reply


def _implemented(row: IssuedRow, around: Counting, replies: Mapping[Asked, Reply]) -> Iterator[_Told]:
    """What the own bodies owe about an entry, and what they answered although it no longer stands."""
    due: set[Asked] = set()
    for code in row.measures:
        measure = around.catalogue.get(code)
        bodies = measure.implementing_bodies if measure is not None else ()
        due.update((code, body.code) for body in bodies)
        if not bodies:
            due.add((code, ANY_BODY))
    region = Origin.parse(row.origin).node_id
    for asked in sorted(due | replies.keys()):
        yield Line(Side.IMPLEMENTED, asked[1], region), asked in due, replies.get(asked)


def _initiated(row: IssuedRow, around: Counting, replies: Mapping[str, Reply]) -> Iterator[_Told]:
    """What other regions owe about an own entry, and what they answered although it no longer stands."""
    entry = _entry(row) if row.own else None
    if entry is None:
        return
    due = around.regions(entry) if row.counts else frozenset()
    for region in sorted(due | replies.keys()):
        yield Line(Side.INITIATED, entry.authority.code, region), region in due, replies.get(region)


def _entry(row: IssuedRow) -> ListEntry | None:
    try:
        record = decode(Leaf.decode(row.leaf).schema, row.payload)
    except FieldFault:
        return None
    return record if isinstance(record, ListEntry) else None
