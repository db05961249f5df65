# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Applies the rules to verified entries, own and foreign, and keeps each decision with its reasons.

A consumer of the store with a cursor of its own for each feed: entries are read in their order, and decisions and
cursor are written in one transaction, so that a crash repeats work and never loses or doubles any. What can change a
decision later is watched too: an act on the entry, a black entry on the same subject, a day that comes (`review_on`),
other rules; and an erasure, which makes what it touches due on the first day of the calendar.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Protocol, assert_never

from federation.log.checkpoint import Origin
from federation.log.entry import PayloadState
from federation.log.leaf import LeafKind
from federation.records.agency_filing import AgencyFiling
from federation.records.codec import Record
from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.list_entry import ListEntry, ListKind
from federation.rules.conflict.table import shipped_conflicts
from federation.rules.conflict.tie import Tie, ties_of
from federation.rules.coverage import versions_used
from federation.rules.filing.recognition import FilingCandidate, recognise_filing
from federation.rules.recognition import Candidate, recognise, unreadable
from federation.rules.rule_book import RuleBook
from federation.rules.standing import OwnEntry, own_standing
from federation.rules.transition.course import TABLES
from federation.rules.verdict import Held, Recognised, Refused, Verdict
from federation.standards.bundle import Standards
from federation.standards.calendar import china_date
from node.entry.holding import Acts, Decision, HeldEntry, acts_of
from node.entry.lineage import void_places
from node.entry.telling import told_ties
from node.loop.taking import FeedbackUnit, take

BATCH_ENTRIES = 500
DECIDED = frozenset({Dataset.LISTS, Dataset.FILINGS})
_APPLIED = DECIDED | {Dataset.CATALOGUE, Dataset.SUBJECTS, Dataset.FEEDBACK}


class LedgerUnit(FeedbackUnit, Protocol):
    """One transaction of the ledger."""

    def cursor(self, origin: str) -> int:
        """Index of the first entry not yet applied."""
        ...

    def set_cursor(self, origin: str, index: int) -> None:
        """Keeps the cursor."""
        ...

    def pass_over(self, origin: str) -> int:
        """Moves the cursor behind all that is held; how many entries it passed."""
        ...

    def held(self, origin: str, start: int, limit: int) -> Sequence[HeldEntry]:
        """Entries from `start`, in order, at most `limit`."""
        ...

    def held_at(self, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
        """The entries at some indexes, in order of index; missing ones are left out."""
        ...

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on, each in the order of the feed."""
        ...

    def dataset(self, origin: str) -> Dataset | None:
        """Kind of record of a feed; None for a mirror whose policy has not come yet."""
        ...

    def keep_policy(self, policy: FeedPolicy) -> None:
        """Replaces the policy of the feed that it speaks of."""
        ...

    def keep_decisions(self, decisions: Sequence[Decision]) -> None:
        """Adds or replaces decisions."""
        ...

    def black_counting(self, origin: str, indexes: Sequence[int]) -> frozenset[int]:
        """Those of some entries of a feed whose decisions are black and count here."""
        ...

    def black_counts(self, subjects: Iterable[str]) -> frozenset[str]:
        """Those of the subjects on whom a black decision counts here."""
        ...

    def one_subject(self, codes: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """All codes of the subject that each of some codes stands for, that one among them."""
        ...

    def replace_ties(self, origin: str, ties: Mapping[int, Sequence[Tie]]) -> frozenset[str]:
        """Replaces what some records of a feed say of codes; the codes of which something else is said now."""
        ...

    def red_decisions(self, subjects: Iterable[str]) -> Sequence[tuple[str, int]]:
        """Origin and index of every red decision on the subjects."""
        ...

    def due(self, day: date, limit: int) -> Sequence[tuple[str, int]]:
        """Origin and index of decisions to be reviewed on or before a day, oldest first."""
        ...

    def rules_digest(self) -> str:
        """Digest of the rules that the decisions were made by; empty before the first."""
        ...

    def set_rules_digest(self, digest: str) -> None:
        """Keeps that digest, and rewinds the cursors of all feeds that decisions are made on."""
        ...


class LedgerStore(Protocol):
    """Where decisions are kept."""

    def write(self) -> AbstractContextManager[LedgerUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What decisions rest on.

    Attributes:
        home: this node's id.
        book: agreements, list standards, authorities, measures.
        standards: identity codes, regions, code sets.
    """

    home: str
    book: RuleBook
    standards: Standards

    @property
    def digest(self) -> str:
        """SHA-256 in hex over the digest of the rule book and the `id@version` of every table."""
        tables = (*self.standards.versions(), *TABLES, shipped_conflicts().header.name)
        return hashlib.sha256("\n".join((self.book.version_digest, *tables)).encode()).hexdigest()


class Ledger:
    """Decides. Call from the writer thread only."""

    def __init__(self, store: LedgerStore, rules: Rules, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._rules = rules
        self._now_ms = now_ms

    def start(self) -> None:
        """Sees whether the rules are those that the decisions rest on; if not, everything is decided anew."""
        with self._store.write() as unit:
            if unit.rules_digest() != self._rules.digest:
                unit.set_rules_digest(self._rules.digest)

    def apply(self, origin: str) -> int:
        """Applies one batch of new entries of a feed; where nothing is decided on, all are passed over at once.

        Returns:
            How many entries were applied; 0 when there is nothing new, or the feed's policy has not come yet.
        """
        with self._store.write() as unit:
            dataset = unit.dataset(origin)
            if dataset is None:
                return 0
            if dataset not in _APPLIED:
                return unit.pass_over(origin)
            entries = unit.held(origin, unit.cursor(origin), BATCH_ENTRIES)
            if not entries:
                return 0
            if dataset is Dataset.CATALOGUE:
                _keep_policies(unit, origin, entries)
            elif dataset is Dataset.FEEDBACK:
                take(unit, self._rules.home, origin, entries)
            elif dataset is Dataset.SUBJECTS:
                self._keep_ties(unit, origin, entries)
            else:
                self._redecide(unit, origin, dataset, _touched(entries))
                if any(entry.leaf is not None and entry.leaf.kind is LeafKind.ERASE for entry in entries):
                    self._review(unit, date.min)  # what rested on something erased
            unit.set_cursor(origin, entries[-1].index + 1)
        return len(entries)

    def review(self) -> int:
        """Decides anew what a day that has come may have changed.

        Returns:
            How many decisions were reviewed; 0 when none is due.
        """
        with self._store.write() as unit:
            return self._review(unit, china_date(self._now_ms()))

    def _review(self, unit: LedgerUnit, day: date) -> int:
        """Decides anew what is due on a day; the first day of the calendar stands for what is due at once."""
        due = unit.due(day, BATCH_ENTRIES)
        for origin in sorted({origin for origin, _ in due}):
            dataset = unit.dataset(origin) or Dataset.LISTS
            self._redecide(unit, origin, dataset, {index for place, index in due if place == origin})
        return len(due)

    def _redecide(self, unit: LedgerUnit, origin: str, dataset: Dataset, indexes: set[int]) -> None:
        """Decides on some entries of a feed, and on the red entries that a black one among them touches."""
        counted = unit.black_counting(origin, sorted(indexes))
        decisions = self._decide(unit, origin, dataset, indexes)
        turned = {
            decision.subject
            for decision in decisions
            if decision.subject and (decision.is_black and decision.counts) != (decision.index in counted)
        }
        self._redecide_reds(unit, turned)

    def _redecide_reds(self, unit: LedgerUnit, subjects: AbstractSet[str]) -> None:
        """Decides anew on the red entries on some subjects, under whatever code."""
        if not subjects:
            return
        codes = frozenset[str]().union(*unit.one_subject(subjects).values())
        reds = unit.red_decisions(codes)
        for place in sorted({place for place, _ in reds}):
            self._decide(unit, place, Dataset.LISTS, {index for at, index in reds if at == place})

    def _keep_ties(self, unit: LedgerUnit, origin: str, entries: Sequence[HeldEntry]) -> None:
        """Takes in what records of subjects say of codes, as long as nothing has ended or replaced them."""
        own = Origin.parse(origin).node_id == self._rules.home
        believing = partial(ties_of, standards=self._rules.standards, day=china_date(self._now_ms()), own=own)
        told = told_ties(unit, origin, entries, believing)
        if told:
            self._redecide_reds(unit, unit.replace_ties(origin, told))

    def _decide(self, unit: LedgerUnit, origin: str, dataset: Dataset, indexes: set[int]) -> Sequence[Decision]:
        """Decides on some entries of one feed and keeps it; red entries last, since they depend on black ones."""
        ordered = sorted(indexes)
        acts = unit.acts(origin, ordered)
        reds: list[tuple[HeldEntry, Acts]] = []
        others: list[tuple[HeldEntry, Acts]] = []
        entries = unit.held_at(origin, ordered)
        void = void_places(unit, entries)
        for entry in entries:
            pair = entry, acts_of(entry, acts.get(entry.index, ()), void.get((origin, entry.index), ""))
            (reds if _kind(entry.record()) == ListKind.RED else others).append(pair)
        now_ms = self._now_ms()
        around = _Moment(self._rules, dataset, now_ms, china_date(now_ms))
        made = [around.decision(entry, act, black=False) for entry, act in others]
        unit.keep_decisions(made)
        kin = unit.one_subject({entry.subject for entry, _ in reds if entry.subject}) if reds else {}
        black = unit.black_counts(frozenset[str]().union(*kin.values())) if kin else frozenset()
        last = [
            around.decision(entry, act, black=not black.isdisjoint(kin.get(entry.subject, ()))) for entry, act in reds
        ]
        unit.keep_decisions(last)
        return [*made, *last]


@dataclass(frozen=True, slots=True)
class _Moment:
    """What all decisions of one batch share: rules, kind of record, time and day."""

    rules: Rules
    dataset: Dataset
    now_ms: int
    today: date

    def decision(self, entry: HeldEntry, acts: Acts, *, black: bool) -> Decision:
        """The decision on one entry at this moment."""
        judged = judge(self.rules, entry, acts, black_elsewhere=black, as_of=self.today)
        return replace(judged, dataset=self.dataset, decided_at_ms=self.now_ms)


def judge(rules: Rules, entry: HeldEntry, acts: Acts, *, black_elsewhere: bool, as_of: date) -> Decision:
    """What an entry is here on a day; pure, and so replayable for any day.

    Args:
        rules: what the decision rests on.
        entry: a list entry or filing.
        acts: what has happened to it since.
        black_elsewhere: a black entry on the same subject counts here.
        as_of: the day, in China Standard Time.
    """
    record = entry.record()
    blank = Decision(
        entry.origin, entry.index, Dataset.LISTS, entry.subject, _kind(record), Standing.ENDED, (), (), (), None, 0
    )
    if acts.course.gone and not acts.void:
        return replace(blank, reasons=(acts.course.ended,))
    owner = Origin.parse(entry.origin).node_id
    if acts.void or not isinstance(record, ListEntry | AgencyFiling):
        fault = acts.void or _fault(entry, record)
        return _with_verdict(blank, unreadable(fault, versions_used(rules.book, rules.standards)))
    if owner != rules.home:
        return _with_verdict(blank, _verdict(rules, owner, record, Circumstances(acts, black_elsewhere, as_of)))
    own = own_standing(OwnEntry(record, acts.course, black_elsewhere), rules.home, rules.book, as_of)
    return replace(
        blank,
        standing=own.standing,
        reasons=own.reasons,
        measures=own.measures,
        versions=(rules.book.name,),
        review_on=own.review_on,
    )


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What beside the record a verdict rests on: acts, a black entry on the same subject, the day."""

    acts: Acts
    black_elsewhere: bool
    as_of: date


def _fault(entry: HeldEntry, record: Record | str) -> str | None:
    """What is wrong with an entry that holds no list entry or filing; None when its payload is merely not here."""
    if entry.fault is None and entry.state is not PayloadState.PRESENT:
        return None
    return record if isinstance(record, str) else "RECORD_UNEXPECTED"


def _verdict(rules: Rules, owner: str, record: ListEntry | AgencyFiling, around: Circumstances) -> Verdict:
    """Recognition's answer about a foreign entry."""
    acts = around.acts
    if isinstance(record, AgencyFiling):
        filing = FilingCandidate(owner, record, acts.course)
        return recognise_filing(filing, rules.home, rules.book, rules.standards, around.as_of)
    candidate = Candidate(owner, record, acts.course, around.black_elsewhere)
    return recognise(candidate, rules.home, rules.book, rules.standards, around.as_of)


def _touched(entries: Sequence[HeldEntry]) -> set[int]:
    """The entries to decide on after some new ones: the new facts, and what the new acts act on."""
    touched = set()
    for entry in entries:
        leaf = entry.leaf
        if leaf is None or leaf.kind in {LeafKind.ADD, LeafKind.AMEND}:
            touched.add(entry.index)
        if leaf is not None and leaf.ref is not None and leaf.ref < entry.index:
            touched.add(leaf.ref)
    return touched


def _with_verdict(blank: Decision, verdict: Verdict) -> Decision:
    """The decision that a verdict amounts to; an ended or lapsed entry is told apart from one merely held."""
    match verdict:
        case Recognised(measures=measures):
            standing = Standing.RECOGNISED
        case Held(reasons=reasons):
            measures = ()
            if any(reason.startswith("ENDED_") for reason in reasons):
                standing = Standing.ENDED
            else:
                standing = Standing.LAPSED if "PERIOD_LAPSED" in reasons else Standing.HELD
        case Refused():
            measures, standing = (), Standing.REFUSED
        case _:
            assert_never(verdict)
    return replace(
        blank,
        standing=standing,
        reasons=verdict.reasons,
        measures=measures,
        versions=verdict.versions,
        review_on=verdict.review_on,
    )


def _kind(record: Record | str) -> str:
    return record.kind if isinstance(record, ListEntry) else ""


def _keep_policies(unit: LedgerUnit, origin: str, entries: Sequence[HeldEntry]) -> None:
    """Takes in policies; a node speaks for its own feeds only."""
    owner = Origin.parse(origin).node_name
    for entry in entries:
        record = entry.record()
        policy = record if isinstance(record, FeedPolicy) else _closed(unit, entry)
        if policy is not None and policy.origin.startswith(f"{owner}/"):
            unit.keep_policy(policy)


def _closed(unit: LedgerUnit, entry: HeldEntry) -> FeedPolicy | None:
    """The policy that an entry ends, or replaces by one that is not shown to us: with no readers from then on.

    An owner that closes a feed to this node withholds the new policy from it; the old one must not stay in force here.
    """
    leaf = entry.leaf
    if leaf is None or leaf.ref is None or leaf.ref >= entry.index or leaf.kind is LeafKind.ANNOTATE:
        return None
    records = [before.record() for before in unit.held_at(entry.origin, [leaf.ref])]
    closed = {"readers": (), "person_payload_readers": ()}
    return next((record.model_copy(update=closed) for record in records if isinstance(record, FeedPolicy)), None)
