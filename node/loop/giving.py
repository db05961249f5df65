# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Gives feedback on measures, and closes it when a measure no longer holds. Call from the writer thread only.

A statement becomes a record of what this node holds about its entry, goes through the intake like any other, and is
published in that own feed of feedback which the entry's origin may read, and no other city: the newest statement on a
case, measure and body replaces the one before. Idempotent as the intake is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.log.checkpoint import Origin
from federation.records.codec import encode, schema_of
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.list_entry import ListEntry
from federation.records.loop.feedback import Feedback
from federation.rules.disclosure import payload_visible
from federation.rules.loop.feedback import NotTaken, Received, Region, Statement, compose, lifted, region_of, why_lifted
from federation.rules.rule_book import RuleBook
from federation.standards.calendar import china_date
from federation.standards.identity import SubjectClass
from node.entry.holding import Decision, HeldEntry
from node.intake import Accepted, Outcome, Refused, Submission
from node.loop.ports import LoopReader, Place

LIFT_BATCH = 500


class RecordIntake(Protocol):
    """Takes records in."""

    def submit(self, origin: str, submissions: Sequence[Submission], *, amend: bool = False) -> list[Outcome]:
        """One outcome for each, durable."""
        ...


class EntryReader(LoopReader, Protocol):
    """Reads entries beside what the loop needs."""

    def held_at(self, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
        """The entries at some indexes, in order of index; missing ones are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Implementing:
    """Where, and by which rules, this node implements.

    Attributes:
        home: its node id.
        book: its rules.
        policies: of its own feeds.
    """

    home: str
    book: RuleBook
    policies: Sequence[FeedPolicy]

    def feed_for(self, owner: str, *, personal: bool) -> str | None:
        """The own feed of feedback that the owner of an entry may read; None when there is none.

        What is said about own entries goes into the one that nobody else reads.
        """
        for policy in self.policies:
            if policy.dataset is not Dataset.FEEDBACK:
                continue
            shown = not policy.readers if owner == self.home else payload_visible(policy, owner, personal)
            if shown:
                return policy.origin
        return None


class Feedbacks:
    """Gives and lifts.

    Args:
        reader: what is held.
        intake: takes the records in.
        implementing: where, and by which rules.
        now_ms: the clock.
    """

    def __init__(
        self, reader: EntryReader, intake: RecordIntake, implementing: Implementing, now_ms: Callable[[], int]
    ) -> None:
        self._reader = reader
        self._intake = intake
        self._implementing = implementing
        self._now_ms = now_ms

    def give(self, statements: Sequence[Statement | NotTaken]) -> list[Outcome]:
        """One outcome for each statement, in order; accepted ones are durable, and bad ones never stop good ones.

        Args:
            statements: any number; those that could not even be read are refused as they say.

        Raises:
            StoreFault: of one feed nothing was kept; repeating the call changes nothing that was.
        """
        region = self._region()
        places = [(said.entry_origin, said.entry_index) for said in statements if isinstance(said, Statement)]
        held = self._reader.received(places)
        known = {place: received for place, pair in held.items() if (received := _received(*pair)) is not None}
        made = [
            compose(said, known.get((said.entry_origin, said.entry_index)), region)
            if isinstance(said, Statement)
            else said
            for said in statements
        ]
        return self._submitted(made)

    def lift(self) -> Sequence[str]:
        """Closes what no longer holds, now.

        Returns:
            The feeds in which something waits to be published; empty when there was nothing to close.
        """
        touched: set[str] = set()
        after: Place | None = None
        day = china_date(self._now_ms())
        while page := self._reader.lapsed(after, LIFT_BATCH):
            why = {(row.origin, row.index): _why(row.decision, row.measure) for row in page}
            closed = [
                (origin, lifted(record, day, reason))
                for origin, indexes in _by_origin(why)
                for entry in self._reader.held_at(origin, indexes)
                if isinstance(record := entry.record(), Feedback) and (reason := why[origin, entry.index]) is not None
            ]
            touched |= self._amended(closed)
            after = page[-1].origin, page[-1].index
        return sorted(touched)

    def _region(self) -> Region:
        book = self._implementing.book
        names = {code: bodies[-1].name for code, bodies in book.authorities.items()}
        return region_of(self._implementing.home, book.measures, names, china_date(self._now_ms()))

    def _submitted(self, made: Sequence[Feedback | NotTaken]) -> list[Outcome]:
        """Submits the records feed by feed; the outcomes in the order of what was made."""
        outcomes: list[Outcome] = []
        waiting: defaultdict[str, list[tuple[int, Feedback]]] = defaultdict(list)
        for place, record in enumerate(made):
            if isinstance(record, NotTaken):
                outcomes.append(Refused(record.field, record.reason))
                continue
            feed = self._feed_of(record)
            outcomes.append(Refused("origin", "FEEDBACK_NO_FEED"))
            if feed is not None:
                waiting[feed].append((place, record))
        for feed, records in waiting.items():
            told = self._intake.submit(feed, [_submission(record) for _, record in records], amend=True)
            for (place, _), outcome in zip(records, told, strict=True):
                outcomes[place] = outcome
        return outcomes

    def _amended(self, closed: Iterable[tuple[str, Feedback]]) -> set[str]:
        """The feeds in which something was accepted."""
        by_feed: defaultdict[str, list[Submission]] = defaultdict(list)
        for origin, record in closed:
            by_feed[origin].append(_submission(record))
        return {
            origin
            for origin, submissions in by_feed.items()
            if any(isinstance(told, Accepted) for told in self._intake.submit(origin, submissions, amend=True))
        }

    def _feed_of(self, record: Feedback) -> str | None:
        personal = record.identity.subject_class is SubjectClass.NATURAL_PERSON
        return self._implementing.feed_for(Origin.parse(record.entry_origin).node_id, personal=personal)


def _received(entry: HeldEntry, decision: Decision) -> Received | None:
    """The entry as statements are judged by it; None for one that holds no list entry to answer."""
    record, leaf = entry.record(), entry.leaf
    if not isinstance(record, ListEntry) or leaf is None:
        return None
    return Received(record, china_date(leaf.time_ms), decision.counts, decision.measures)


def _why(decision: Decision | None, measure: str) -> str | None:
    if decision is None:
        return "MEASURE_WITHDRAWN"
    return why_lifted(decision.standing, decision.reasons, decision.measures, measure)


def _submission(record: Feedback) -> Submission:
    return Submission(record.key, schema_of(record), encode(record))


def _by_origin(places: Mapping[Place, object]) -> Sequence[tuple[str, list[int]]]:
    by_origin: defaultdict[str, list[int]] = defaultdict(list)
    for origin, index in places:
        by_origin[origin].append(index)
    return sorted(by_origin.items())
