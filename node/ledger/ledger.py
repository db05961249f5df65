# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Applies the rules to verified entries, own and foreign, and keeps each decision with its reasons.

A consumer of the store with a cursor of its own for each feed: entries are read in their order, and decisions and
cursor are written in one transaction, so that a crash repeats work and never loses or doubles any. What can change a
decision later is watched too: an act on the entry, a black entry on the same subject, a day that comes (`review_on`),
other rules; and an erasure, which makes what it touches due on the first day of the calendar.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Protocol

from federation.log.checkpoint import Origin
from federation.log.leaf import LeafKind
from federation.records.agency_filing import AgencyFiling
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.list_entry import ListEntry, ListKind
from federation.rules.conflict.tie import ties_of
from federation.rules.touch import Touch
from federation.standards.calendar import china_date
from node.entry.holding import Acts, Decision, HeldEntry, acts_of
from node.entry.lineage import void_places
from node.entry.telling import told_ties
from node.ledger.grounds import Against, grounds_of, may_be_suspended
from node.ledger.judging import judge, list_kind
from node.ledger.ports import LedgerStore, LedgerUnit, Redeciding
from node.ledger.rules import Rules, read_rules, touched_by
from node.loop.taking import take

BATCH_ENTRIES = 500
DECIDED = frozenset({Dataset.LISTS, Dataset.FILINGS})
_APPLIED = DECIDED | {Dataset.CATALOGUE, Dataset.SUBJECTS, Dataset.FEEDBACK}


class Ledger:
    """Decides. Call from the writer thread only."""

    def __init__(self, store: LedgerStore, rules: Rules, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._rules = rules
        self._now_ms = now_ms
        self._touch: tuple[str, Touch] | None = None

    def start(self) -> None:
        """Sees whether the rules are those that the decisions rest on; if not, `reevaluate` has something to do."""
        with self._store.write() as unit:
            self._in_force(unit)

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

    def reevaluate(self) -> int:
        """Decides anew, one batch at a time, what a change of rules touches; new entries need not wait for it.

        Returns:
            How many entries were looked at; 0 when every decision rests on rules that say the same as those in force.
        """
        with self._store.write() as unit:
            self._in_force(unit)
            at = unit.redeciding()
            if at is None:
                return 0
            touch = self._touched_since(unit, at.before)
            for origin in unit.decided_feeds():
                start, stop = at.index if origin == at.origin else 0, unit.cursor(origin)
                if origin < at.origin or start >= stop or not touch.reaches(Origin.parse(origin).node_id):
                    continue
                entries = [entry for entry in unit.held(origin, start, BATCH_ENTRIES) if entry.index < stop]
                touched = {entry.index for entry in entries if touched_entry(touch, entry)}
                if touch.everything:  # acts that something else acts on, too
                    touched |= unit.decided(origin, [entry.index for entry in entries]).keys()
                self._redecide(unit, origin, unit.dataset(origin) or Dataset.LISTS, touched)
                unit.keep_redeciding(Redeciding(at.before, origin, entries[-1].index + 1))
                return len(entries)
            unit.keep_redeciding(None)
        return 0

    def _in_force(self, unit: LedgerUnit) -> int:
        """Has the store keep the rules; when they are other ones than before, decisions that they touch are due.

        Returns:
            By what number the store calls them.
        """
        digest = self._rules.digest
        number = unit.rules_number(digest) or unit.keep_rules(self._rules.source, self._now_ms())
        before = unit.rules_digest()
        if before != digest:
            unit.set_rules_digest(digest)
            if unit.has_decisions():
                unit.keep_redeciding(Redeciding(before if unit.redeciding() is None else ""))
        return number

    def _touched_since(self, unit: LedgerUnit, before: str) -> Touch:
        """What the rules touch that came after some others; remembered, since every batch asks for it."""
        if self._touch is None or self._touch[0] != before:
            self._touch = before, touched_by(read_rules(before, unit.rule_bytes), self._rules)
        return self._touch[1]

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
        before = unit.decided(origin, sorted(indexes))
        decisions = self._decide(unit, dataset, origin, indexes, before)
        turned = {
            decision.subject
            for decision in decisions
            if decision.subject and _counts_black(decision) != _counts_black(before.get(decision.index))
        }
        self._redecide_reds(unit, turned)

    def _redecide_reds(self, unit: LedgerUnit, subjects: AbstractSet[str]) -> None:
        """Decides anew on the red entries on some subjects, under whatever code."""
        if not subjects:
            return
        codes = frozenset[str]().union(*unit.one_subject(subjects).values())
        reds = unit.red_decisions(codes)
        for place in sorted({place for place, _ in reds}):
            indexes = {index for at, index in reds if at == place}
            self._decide(unit, Dataset.LISTS, place, indexes, unit.decided(place, sorted(indexes)))

    def _keep_ties(self, unit: LedgerUnit, origin: str, entries: Sequence[HeldEntry]) -> None:
        """Takes in what records of subjects say of codes, as long as nothing has ended or replaced them."""
        own = Origin.parse(origin).node_id == self._rules.home
        believing = partial(ties_of, standards=self._rules.standards, day=china_date(self._now_ms()), own=own)
        told = told_ties(unit, origin, entries, believing)
        if told:
            self._redecide_reds(unit, unit.replace_ties(origin, told))

    def _decide(
        self, unit: LedgerUnit, dataset: Dataset, origin: str, indexes: set[int], before: Mapping[int, Decision]
    ) -> Sequence[Decision]:
        """Decides on some entries of one feed and keeps it; red entries last, since they depend on black ones."""
        ordered = sorted(indexes)
        acts = unit.acts(origin, ordered)
        reds: list[tuple[HeldEntry, Acts]] = []
        others: list[tuple[HeldEntry, Acts]] = []
        entries = unit.held_at(origin, ordered)
        void = void_places(unit, entries)
        for entry in entries:
            pair = entry, acts_of(entry, acts.get(entry.index, ()), void.get((origin, entry.index), ""))
            (reds if list_kind(entry.record()) == ListKind.RED else others).append(pair)
        now_ms = self._now_ms()
        moment = _Moment(self._rules, self._in_force(unit), dataset, now_ms, china_date(now_ms))
        made = [moment.decision(entry, act, None) for entry, act in others]
        unit.keep_decisions(_changed(before, made))
        against = against_each(unit, {entry.subject for entry, _ in reds if entry.subject}) if reds else {}
        last = [moment.decision(entry, act, against.get(entry.subject)) for entry, act in reds]
        unit.keep_decisions(_changed(before, last))
        return [*made, *last]


@dataclass(frozen=True, slots=True)
class _Moment:
    """What all decisions of one batch share: rules and their number, kind of record, time and day."""

    rules: Rules
    number: int
    dataset: Dataset
    now_ms: int
    today: date

    def decision(self, entry: HeldEntry, acts: Acts, black: Against | None) -> Decision:
        """The decision on one entry at this moment."""
        black = black if may_be_suspended(acts) else None
        judged = judge(self.rules, entry, acts, black_elsewhere=black is not None, as_of=self.today)
        grounds = grounds_of(entry, acts, black)
        return replace(
            judged,
            dataset=self.dataset,
            decided_at_ms=self.now_ms,
            rules=self.number,
            inputs=grounds.digest,
            grounds=grounds.lines,
        )


class AgainstReader(Protocol):
    """Where black decisions are found, and what ties codes."""

    def one_subject(self, codes: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """All codes of the subject that each of some codes stands for, that one among them."""
        ...

    def black_places(self, subjects: Sequence[str]) -> Mapping[str, Against]:
        """The first black decision that counts here on each of the subjects; those with none are absent."""
        ...

    def tie_places(self, codes: Sequence[str]) -> Sequence[tuple[str, int]]:
        """Origin and index of every record that says of two of some codes that one replaced the other, in order."""
        ...


def against_each(reader: AgainstReader, subjects: AbstractSet[str]) -> Mapping[str, Against]:
    """The black decision that counts against red entries on some subjects, under any code that is theirs.

    Returns:
        By subject; those whom none counts against are absent.
    """
    kin = reader.one_subject(sorted(subjects))
    black = reader.black_places(sorted(frozenset[str]().union(*kin.values())))
    found: dict[str, Against] = {}
    for subject, codes in kin.items():
        if subject in black:
            found[subject] = black[subject]
        elif others := sorted(codes & black.keys()):
            found[subject] = replace(black[others[0]], ties=tuple(reader.tie_places(sorted(codes))))
    return found


def touched_entry(touch: Touch, entry: HeldEntry) -> bool:
    """Whether changed rules can change the decision on an entry; on acts, and on what cannot be read, none is made."""
    if touch.everything:
        return entry.leaf is None or entry.leaf.kind in {LeafKind.ADD, LeafKind.AMEND}
    record = entry.record()
    owner = Origin.parse(entry.origin).node_id
    return isinstance(record, ListEntry | AgencyFiling) and touch.touches(owner, record)


def _changed(before: Mapping[int, Decision], made: Sequence[Decision]) -> Sequence[Decision]:
    """The decisions that say something else than those before them, each with its turn.

    One that was made before inputs were kept gives its place up: nobody could make it again.
    """
    changed = []
    for decision in made:
        known = before.get(decision.index)
        if known is None or not known.rules:
            changed.append(decision)
        elif not known.says_as(decision):
            changed.append(replace(decision, turn=known.turn + 1))
    return changed


def _counts_black(decision: Decision | None) -> bool:
    return decision is not None and decision.is_black and decision.counts


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
