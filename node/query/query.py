# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers what is held about a subject: for the node's own systems, and for members with evidence. Cannot write.

To a member only feeds are searched that it may read, that hold what its purpose needs, and that are as fresh as it
asks; and only as much of a record is shown as it may see. What has ended, lapsed or is nothing is not told to members:
an answer says what stands. What a caller may not see is neither counted nor read, so that an unknown subject and one
that it may not know of get the same answer in the same time. Every answer names the heads it rests on, and the feeds
that it says nothing from: an answer without findings is a statement of absence that an inclusion proof can refute.

Limits: an answer to a member has at most 200 findings in at most 3 MiB, and says so when there are more; the house gets
at most 5000 holdings of a subject, and is told so. Neither memory nor time grows with what else is held of a subject.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from federation.errors import AccessFault, RangeFault
from federation.log.checkpoint import Origin
from federation.log.entry import PayloadState
from federation.log.merkle import inclusion_path
from federation.log.tile import TileMemory
from federation.records.agency_filing import AgencyFiling
from federation.records.exchange import EvidenceParts, Excerpt, Finding, Freshness, Standing
from federation.records.feed_policy import Dataset
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.loop.feedback import Feedback
from federation.records.penalty import Penalty
from federation.records.subject import Subject
from federation.rules.disclosed.view import Hidden, Part, Whole
from federation.rules.standing import OwnEntry, own_standing
from federation.standards.calendar import china_date
from node.entry.found import Found, Sought
from node.entry.holding import Acts, HeldEntry, acts_of
from node.ledger.judging import judge
from node.ledger.rules import Rules
from node.publish import FeedView
from node.query.seen import Beside, Checked, Facts, Holding, HoldingReader, Snapshot, freshness_of
from node.query.sight import Sight, Sights

MAX_FINDINGS = 200
MAX_FINDINGS_BYTES = 3 * 1024 * 1024
MAX_HOLDINGS = 5000
MAX_BESIDE = 200
"""List entries on branches and head offices that are shown beside those of a subject."""
PAGE = 200
NEVER_TOLD = frozenset({Standing.ENDED, Standing.LAPSED, Standing.REFUSED})
"""Standings that are the own house's business: a member is told what stands."""
MAX_READ_TOGETHER = 1000
"""Questions whose subjects have more entries than this together are looked up one by one, each within its limits."""
EVIDENCE_OVERHEAD_BYTES = 84 + 32 + 64 * 34 + 300


class Query:
    """Holdings for whoever may know. Safe from any thread.

    Args:
        reader: where holdings are read.
        sights: knows who may see what.
        rules: what decisions rest on, for records that none is kept of, and for those that a new day may have changed.
        now_ms: the clock.
        max_age_s: agreed age of a fresh feed.
    """

    def __init__(
        self,
        reader: HoldingReader,
        sights: Sights,
        rules: Rules,
        now_ms: Callable[[], int],
        max_age_s: int,
    ) -> None:
        self._reader = reader
        self._sights = sights
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

    def find(self, sought: Sought) -> Found:
        """What a member may know about a subject."""
        (found,) = self.find_all([sought])
        return found

    def find_all(self, asked: Sequence[Sought]) -> list[Found]:
        """What members may know about subjects, in the order asked; all of one state.

        Args:
            asked: at most 500 questions; those of the same caller, purpose and wants are read together.
        """
        alike: defaultdict[Sought, list[int]] = defaultdict(list)
        for at, sought in enumerate(asked):
            alike[sought.without_subject()].append(at)
        found: dict[int, Found] = {}
        with self._reader.snapshot() as seen:
            views = seen.feeds() if asked else ()
            for places in alike.values():
                sight = self._sights.of(asked[places[0]], views)
                subjects = [sight.looked_up(asked[at]) for at in places]
                found.update(zip(places, self._found_alike(seen, sight, subjects), strict=True))
        return [found[at] for at in range(len(asked))]

    def _found_alike(self, seen: Snapshot, sight: Sight, subjects: Sequence[str]) -> Iterator[Found]:
        held = seen.together(sorted(set(subjects)), list(sight.scopes), MAX_READ_TOGETHER)
        if held is None:
            yield from (self._found(seen, sight, self._alone(seen, sight, subject)) for subject in subjects)
            return
        about: defaultdict[str, list[HeldEntry]] = defaultdict(list)
        for entry in sorted(held[0], key=_place):
            if sight.shows(entry):
                about[entry.subject].append(entry)
        for subject in subjects:
            yield self._found(seen, sight, self._told(about[subject], held[1], sight))

    def _alone(self, seen: Snapshot, sight: Sight, subject: str) -> Iterator[tuple[Holding, Whole | Part]]:
        """Many entries: feed by feed, a page at a time, and only what the caller may see."""
        for scope in sight.scopes.values():
            start: int | None = 0
            while start is not None:
                page = seen.within(replace(scope, start=start), subject, PAGE)
                yield from self._told(page, Facts.about(seen, page), sight)
                start = page[-1].index + 1 if len(page) == PAGE else None

    def _told(self, entries: Iterable[HeldEntry], facts: Facts, sight: Sight) -> Iterator[tuple[Holding, Whole | Part]]:
        """What stands of some entries and is shown, each with how it is."""
        for entry in entries:
            held = self._holding(entry, facts, sight.views[entry.origin])
            view = sight.view_of(entry) if held.standing not in NEVER_TOLD else Hidden()
            if not isinstance(view, Hidden):
                yield held, view

    def _found(self, seen: Snapshot, sight: Sight, told: Iterator[tuple[Holding, Whole | Part]]) -> Found:
        first = list(islice(told, MAX_FINDINGS + 1))
        findings = _fitting(self._finding(seen, held, view, sight.views[held.entry.origin]) for held, view in first)
        truncated = len(findings) < len(first)
        return Found(findings, sight.heads, truncated, seen.destructions(), sight.gaps, sight.eye.terms.name)

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

    def _finding(self, seen: Snapshot, held: Holding, shown: Whole | Part, view: FeedView) -> Finding:
        proofs = [
            self._evidence(seen, act, view)
            for act in held.acts.entries
            if act.index < view.size and act.state is PayloadState.PRESENT and act.fault is None
        ]
        evidence, excerpt = self._evidence(seen, held.entry, view), None
        if isinstance(shown, Part):
            evidence, proofs, excerpt = _bare(evidence), list(map(_bare, proofs)), Excerpt(fields=shown.fields)
        return Finding(
            evidence=evidence, standing=held.standing, reasons=held.reasons, acts=tuple(proofs), excerpt=excerpt
        )

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


def _bare(parts: EvidenceParts) -> EvidenceParts:
    """Evidence of an entry that leaves its record out."""
    return parts.model_copy(update={"salt": b"", "payload": b""})


def _fitting(findings: Iterator[Finding]) -> list[Finding]:
    """As many findings as one answer may hold: at most 200, at most 3 MiB; at least the first."""
    kept: list[Finding] = []
    total = 0
    for finding in islice(findings, MAX_FINDINGS):
        parts = (finding.evidence, *finding.acts)
        total += sum(len(each.payload) + len(each.checkpoint) + EVIDENCE_OVERHEAD_BYTES for each in parts)
        if finding.excerpt is not None:
            total += sum(len(f"{each.name}{each.value}".encode()) + 8 for each in finding.excerpt.fields)
        if kept and total > MAX_FINDINGS_BYTES:
            break
        kept.append(finding)
    return kept
