# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers what is held about a subject: for the node's own systems, and for members with evidence. Cannot write.

To a member only feeds it may read are searched, and only payloads it may see are shown; what it may not see is not
counted either, so that an unknown subject and one the caller may not know of get the same answer. Every answer names
the heads it rests on: an answer without findings is a statement of absence that one inclusion proof can later refute.

Limits: an answer to a member has at most 200 findings in at most 3 MiB, and says so when there are more; the house gets
at most 5000 holdings of a subject, and is told so. Neither memory nor time grows with what else is held of a subject.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from federation.errors import AccessFault, RangeFault
from federation.log.checkpoint import Origin
from federation.log.entry import PayloadState
from federation.log.merkle import inclusion_path
from federation.log.tile import TileMemory
from federation.records.agency_filing import AgencyFiling
from federation.records.exchange import EvidenceParts, Finding, Freshness, Head, Standing
from federation.records.feed_policy import Dataset
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.loop.feedback import Feedback
from federation.records.penalty import Penalty
from federation.records.subject import Subject
from federation.rules.disclosure import payload_visible
from federation.rules.standing import OwnEntry, own_standing
from federation.standards.calendar import china_date
from node.entry.found import Found
from node.entry.holding import Acts, HeldEntry, acts_of
from node.ledger.judging import judge
from node.ledger.rules import Rules
from node.publish import FeedView, Publisher
from node.query.seen import Beside, Checked, Facts, Holding, HoldingReader, Scope, Sight, Snapshot, freshness_of

MAX_FINDINGS = 200
MAX_FINDINGS_BYTES = 3 * 1024 * 1024
MAX_HOLDINGS = 5000
MAX_BESIDE = 200
"""List entries on branches and head offices that are shown beside those of a subject."""
MAX_FEEDS = 10_000
MAX_READ_TOGETHER = 1000
"""Questions whose subjects have more entries than this together are looked up one by one, each within its limits."""
EVIDENCE_OVERHEAD_BYTES = 84 + 32 + 64 * 34 + 300
SEARCHED = (Dataset.SUBJECTS, Dataset.LICENCES, Dataset.PENALTIES, Dataset.LISTS, Dataset.FILINGS)


class Query:
    """Holdings for whoever may know. Safe from any thread.

    Args:
        reader: where holdings are read.
        publisher: knows who may read feeds.
        rules: what decisions rest on, for records that none is kept of, and for those that a new day may have changed.
        now_ms: the clock.
        max_age_s: agreed age of a fresh feed.
    """

    def __init__(
        self,
        reader: HoldingReader,
        publisher: Publisher,
        rules: Rules,
        now_ms: Callable[[], int],
        max_age_s: int,
    ) -> None:
        self._reader = reader
        self._publisher = publisher
        self._rules = rules
        self._home = rules.home
        self._now_ms = now_ms
        self._max_age_s = max_age_s
        self._tiles = TileMemory()

    def check(self, subject: str, most: int = MAX_HOLDINGS) -> Checked:
        """What is held about a subject, counting or not, under any code that it has or had; own business only.

        Args:
            subject: one of its numbers.
            most: most holdings wanted, at most 5000.
        """
        most = min(most, MAX_HOLDINGS)
        with self._reader.snapshot() as seen:
            codes = sorted(seen.one_subject([subject])[subject])
            entries = sorted((each for code in codes for each in seen.about(code, most + 1)), key=_place)
            holdings = self._holdings(seen, entries[:most])
            day = china_date(self._now_ms())
            measures = {code for each in codes for code in seen.measures(each, day)}
            measures.update(code for each in holdings for code in each.measures)
            told = [each if each.entry.subject == subject else _elsewhere(each) for each in holdings]
            return Checked(told, sorted(measures), len(entries) > most, self._beside(seen, codes))

    def _holdings(self, seen: Snapshot, entries: Sequence[HeldEntry]) -> list[Holding]:
        views = {view.origin: view for view in seen.feeds()}
        facts = Facts.about(seen, entries)
        return [self._holding(entry, facts, views[entry.origin]) for entry in entries]

    def _beside(self, seen: Snapshot, codes: Sequence[str]) -> list[Beside]:
        """List entries on branches and head offices: they are shown, and count for nobody else."""
        shown: list[Beside] = []
        for tie in seen.beside(codes):
            entries = seen.about(tie.other, MAX_BESIDE - len(shown))
            listed = [each for each in self._holdings(seen, entries) if each.dataset is Dataset.LISTS]
            shown += [Beside(tie.relation, tie.other, holding) for holding in listed]
        return shown

    def find(self, caller: str, subject: str) -> Found:
        """What a member may know about a subject."""
        (found,) = self.find_all([(caller, subject)])
        return found

    def find_all(self, asked: Sequence[tuple[str, str]]) -> list[Found]:
        """What members may know about subjects, in the order asked; all of one state, read together.

        Args:
            asked: at most 500 questions, each as caller and subject.
        """
        if not asked:
            return []
        with self._reader.snapshot() as seen:
            views = seen.feeds()
            sights = {caller: self._sight(caller, views) for caller in {caller for caller, _ in asked}}
            wanted = [(sights[caller], subject) for caller, subject in asked]
            held = seen.together(sorted({subject for _, subject in asked}), MAX_READ_TOGETHER)
            if held is None:
                return [self._found_alone(seen, sight, subject) for sight, subject in wanted]
            about: defaultdict[str, list[HeldEntry]] = defaultdict(list)
            for entry in sorted(held[0], key=lambda entry: (entry.origin, entry.index)):
                about[entry.subject].append(entry)
            shown = [[entry for entry in about[subject] if sight.shows(entry)] for sight, subject in wanted]
            return [self._found(seen, sight, own, held[1]) for (sight, _), own in zip(wanted, shown, strict=True)]

    def _found_alone(self, seen: Snapshot, sight: Sight, subject: str) -> Found:
        """Many entries: feed by feed, no more than an answer may have, and only what the caller may see."""
        entries: list[HeldEntry] = []
        for scope in sight.scopes.values():
            entries += seen.within(scope, subject, MAX_FINDINGS + 1 - len(entries))
            if len(entries) > MAX_FINDINGS:
                break
        return self._found(seen, sight, entries, Facts.about(seen, entries))

    def _found(self, seen: Snapshot, sight: Sight, entries: Sequence[HeldEntry], facts: Facts) -> Found:
        made = (self._finding(seen, entry, facts, sight.views[entry.origin]) for entry in entries)
        findings = _fitting(made)
        return Found(findings, sight.heads, len(findings) < len(entries), seen.destructions())

    def _sight(self, caller: str, views: Sequence[FeedView]) -> Sight:
        """What a caller may search, and how much of it."""
        readable = [
            (view, view.note)
            for view in self._publisher.readable(views, caller)[:MAX_FEEDS]
            if view.dataset in SEARCHED and view.note is not None
        ]
        return Sight(
            {view.origin: view for view, _ in readable},
            {
                view.origin: Scope(view.origin, view.size, _sees_persons(view, caller, self._home))
                for view, _ in readable
            },
            [Head(checkpoint=note, freshness=self._freshness(view)) for view, note in readable],
        )

    def evidence(self, origin: str, index: int) -> EvidenceParts:
        """The evidence of one entry held, for whoever runs the node.

        Raises:
            AccessFault: FEED_NOT_FOUND, ENTRY_NOT_FOUND or PAYLOAD_NOT_HELD.
        """
        with self._reader.snapshot() as seen:
            view = self._view(seen, origin)
            entry = seen.entry(origin, index)
            if entry is None or index >= view.size:
                raise AccessFault("ENTRY_NOT_FOUND")
            return self._evidence(seen, entry, view)

    def holding(self, origin: str, index: int) -> Holding:
        """One entry held, for whoever runs the node.

        Raises:
            AccessFault: FEED_NOT_FOUND or ENTRY_NOT_FOUND.
        """
        with self._reader.snapshot() as seen:
            view = self._view(seen, origin)
            entry = seen.entry(origin, index)
            if entry is None:
                raise AccessFault("ENTRY_NOT_FOUND")
            return self._holding(entry, Facts.about(seen, [entry]), view)

    def _view(self, seen: Snapshot, origin: str) -> FeedView:
        for view in seen.feeds():
            if view.origin == origin:
                return view
        raise AccessFault("FEED_NOT_FOUND")

    def _holding(self, entry: HeldEntry, facts: Facts, view: FeedView) -> Holding:
        """What an entry is here now: as decided, or by its own life cycle where no rule decides.

        What counts is judged anew where a day has come that may have ended that: it lapses at midnight, not at the
        review that follows, however late that is.
        """
        place = entry.origin, entry.index
        acts = acts_of(entry, facts.acts.get(place, ()), facts.void.get(place, ""))
        decision, today = facts.decisions.get(place), china_date(self._now_ms())
        if decision is not None and decision.overdue(today):
            decision = judge(self._rules, entry, acts, black_elsewhere=False, as_of=today)
        if decision is not None:
            said = (decision.standing, decision.reasons, decision.measures, decision.versions)
        else:
            said = (*self._undecided(entry, acts, today), (), ())
        return Holding(entry, acts, view.dataset, *said, self._freshness(view))

    def _undecided(self, entry: HeldEntry, acts: Acts, today: date) -> tuple[Standing, tuple[str, ...]]:
        """The standing of a record that no agreement speaks of: own ones count, foreign ones are information."""
        record = entry.record()
        if acts.void:
            return Standing.REFUSED, ("RECORD_INVALID", acts.void)
        if acts.course.gone:
            return Standing.ENDED, (acts.course.ended,)
        if isinstance(record, Feedback):
            return self._said(entry, record)
        if not isinstance(record, Subject | Licence | Penalty | ListEntry | AgencyFiling):
            return Standing.REFUSED, (record if isinstance(record, str) else "RECORD_UNEXPECTED",)
        life = own_standing(OwnEntry(record, acts.course), self._home, self._rules.book, today)
        if life.standing is Standing.OWN and Origin.parse(entry.origin).node_id != self._home:
            return Standing.HELD, ("INFORMATION_ONLY", *life.reasons)
        return life.standing, life.reasons

    def _said(self, entry: HeldEntry, feedback: Feedback) -> tuple[Standing, tuple[str, ...]]:
        """What was said about a measure: ended when that was lifted; what others said is information."""
        if feedback.lifted_for is not None:
            return Standing.ENDED, (feedback.lifted_for,)
        own = Origin.parse(entry.origin).node_id == self._home
        return (Standing.OWN, ()) if own else (Standing.HELD, ("INFORMATION_ONLY",))

    def _finding(self, seen: Snapshot, entry: HeldEntry, facts: Facts, view: FeedView) -> Finding:
        held = self._holding(entry, facts, view)
        shown = [
            self._evidence(seen, act, view)
            for act in held.acts.entries
            if act.index < view.size and act.state is PayloadState.PRESENT and act.fault is None
        ]
        evidence = self._evidence(seen, entry, view)
        return Finding(evidence=evidence, standing=held.standing, reasons=held.reasons, acts=tuple(shown))

    def _evidence(self, seen: Snapshot, entry: HeldEntry, view: FeedView) -> EvidenceParts:
        """The evidence of one entry under the newest complete checkpoint.

        Raises:
            AccessFault: PAYLOAD_NOT_HELD, there is no payload here to prove; NO_CHECKPOINT.
        """
        if entry.state is not PayloadState.PRESENT:
            raise AccessFault("PAYLOAD_NOT_HELD", f"the payload is {entry.state}")
        if view.note is None:
            raise AccessFault("NO_CHECKPOINT")
        nodes = self._tiles.reader(entry.origin, lambda level, index: seen.tile(entry.origin, level, index))
        try:
            path = inclusion_path(nodes, entry.index, view.size)
        except RangeFault:
            raise AccessFault("ENTRY_NOT_FOUND") from None
        return EvidenceParts(
            origin=entry.origin,
            index=entry.index,
            leaf=entry.raw_leaf,
            salt=entry.salt,
            payload=entry.payload,
            path=path,
            checkpoint=view.note,
        )

    def _freshness(self, view: FeedView) -> Freshness:
        return freshness_of(view, self._now_ms(), self._max_age_s)


def _place(entry: HeldEntry) -> tuple[str, int]:
    return entry.origin, entry.index


def _elsewhere(holding: Holding) -> Holding:
    """A holding under another code of the subject than was asked for: it says so."""
    return replace(holding, reasons=(*holding.reasons, "UNDER_OTHER_CODE"))


def _sees_persons(view: FeedView, caller: str, home: str) -> bool:
    """Whether a caller may see payloads about natural persons."""
    if caller in {home, view.owner}:
        return True
    return view.policy is not None and payload_visible(view.policy, caller, personal=True)


def _fitting(findings: Iterator[Finding]) -> list[Finding]:
    """As many findings as one answer may hold: at most 200, at most 3 MiB; at least the first."""
    kept: list[Finding] = []
    total = 0
    for finding in islice(findings, MAX_FINDINGS):
        parts = (finding.evidence, *finding.acts)
        total += sum(len(each.payload) + len(each.checkpoint) + EVIDENCE_OVERHEAD_BYTES for each in parts)
        if kept and total > MAX_FINDINGS_BYTES:
            break
        kept.append(finding)
    return kept
