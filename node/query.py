# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers what is held about a subject: for the node's own systems, and for members with evidence. Cannot write.

To a member only feeds it may read are searched, and only payloads it may see are shown; what it may not see is not
counted either, so that an unknown subject and one the caller may not know of get the same answer. Every answer names
the heads it rests on: an answer without findings is a statement of absence that one inclusion proof can later refute.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Protocol

from federation.errors import AccessFault, RangeFault
from federation.log.checkpoint import Origin, freshness
from federation.log.entry import PayloadState
from federation.log.merkle import inclusion_path
from federation.log.note import Note
from federation.log.tile import TileTree
from federation.records.agency_filing import AgencyFiling
from federation.records.exchange import EvidenceParts, Finding, Freshness, Head, Standing
from federation.records.feed_policy import Dataset
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.records.subject import Subject
from federation.rules.disclosure import payload_visible
from federation.rules.rule_book import RuleBook
from federation.rules.standing import OwnEntry, own_standing
from node.entry.holding import Acts, Decision, HeldEntry, acts_of, china_date
from node.publish import FeedView, Publisher

MAX_FINDINGS = 200
MAX_FINDINGS_BYTES = 3 * 1024 * 1024
EVIDENCE_OVERHEAD_BYTES = 84 + 32 + 64 * 34 + 300
MAX_FEEDS = 10_000
TIMED_SIGNATURE = 8 + 64
SEARCHED = (Dataset.SUBJECTS, Dataset.LICENCES, Dataset.PENALTIES, Dataset.LISTS, Dataset.FILINGS)


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing held about a subject.

    Attributes:
        entry: the entry.
        acts: what has happened to it since.
        dataset: kind of record.
        standing: what it is here now.
        reasons: stable reason codes.
        measures: codes of the measures that follow.
        versions: rules used; empty for records that no rule decides on.
        freshness: how fresh the feed is.
    """

    entry: HeldEntry
    acts: Acts
    dataset: Dataset | None
    standing: Standing
    reasons: tuple[str, ...]
    measures: tuple[str, ...]
    versions: tuple[str, ...]
    freshness: Freshness


class HoldingReader(Protocol):
    """Reads holdings. Each call sees one consistent state; safe from any thread."""

    def about(self, subject: str, limit: int) -> Sequence[HeldEntry]:
        """Entries about a subject, ordered by origin and index, at most `limit`."""
        ...

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on, each in the order of the feed."""
        ...

    def entry(self, origin: str, index: int) -> HeldEntry | None:
        """One entry."""
        ...

    def decision(self, origin: str, index: int) -> Decision | None:
        """What was decided about an entry; None where nothing is decided on."""
        ...

    def decisions(self, *, counting: bool) -> Iterator[Decision]:
        """Decisions, ordered by kind, origin and index: all, or those that count here; flat memory."""
        ...

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        ...


class Query:
    """Holdings for whoever may know. Safe from any thread.

    Args:
        reader: where holdings are read.
        publisher: knows feeds, and who may read them.
        book: rules, for own records that no decision is kept of.
        home: this node's id.
        now_ms: the clock.
        max_age_s: agreed age of a fresh feed.
    """

    def __init__(
        self,
        reader: HoldingReader,
        publisher: Publisher,
        book: RuleBook,
        home: str,
        now_ms: Callable[[], int],
        max_age_s: int,
    ) -> None:
        self._reader = reader
        self._publisher = publisher
        self._book = book
        self._home = home
        self._now_ms = now_ms
        self._max_age_s = max_age_s

    def check(self, subject: str) -> Sequence[Holding]:
        """Everything held about a subject, counting or not; own business only."""
        entries = self._about(subject, lambda _: True, None)
        views = {view.origin: view for view in self._publisher.feeds(self._home, "", MAX_FEEDS)}
        return [self._holding(entry, acts, views[entry.origin]) for entry, acts in self._with_acts(entries)]

    def find(self, caller: str, subject: str) -> tuple[Sequence[Finding], Sequence[Head], bool]:
        """What a member may know about a subject.

        Returns:
            Findings with evidence, the heads of every feed searched, and whether there were more than fit.
        """
        views = {
            view.origin: view
            for view in self._publisher.feeds(caller, "", MAX_FEEDS)
            if view.dataset in SEARCHED and view.note is not None
        }
        entries = self._about(
            subject, lambda entry: self._shown(views.get(entry.origin), caller, entry), MAX_FINDINGS + 1
        )
        made = (self._finding(entry, acts, views[entry.origin]) for entry, acts in self._with_acts(entries))
        findings = _fitting(made)
        heads = [
            Head(checkpoint=note, freshness=self._freshness(view)) for view in views.values() if (note := view.note)
        ]
        return findings, heads, len(findings) < len(entries)

    def evidence(self, origin: str, index: int) -> EvidenceParts:
        """The evidence of one entry held, for whoever runs the node.

        Raises:
            AccessFault: FEED_NOT_FOUND, ENTRY_NOT_FOUND or PAYLOAD_NOT_HELD.
        """
        view = self._publisher.view(self._home, origin)
        entry = self._reader.entry(origin, index)
        if entry is None or index >= view.size:
            raise AccessFault("ENTRY_NOT_FOUND")
        return self._evidence(entry, view)

    def holding(self, origin: str, index: int) -> Holding:
        """One entry held, for whoever runs the node.

        Raises:
            AccessFault: FEED_NOT_FOUND or ENTRY_NOT_FOUND.
        """
        view = self._publisher.view(self._home, origin)
        entry = self._reader.entry(origin, index)
        if entry is None:
            raise AccessFault("ENTRY_NOT_FOUND")
        acts = acts_of(self._reader.acts(origin, [index]).get(index, ()))
        return self._holding(entry, acts, view)

    def _about(self, subject: str, wanted: Callable[[HeldEntry], bool], most: int | None) -> Sequence[HeldEntry]:
        """The wanted entries about a subject, at most so many: unwanted ones never take the place of wanted ones."""
        limit = MAX_FINDINGS + 1
        while True:
            entries = self._reader.about(subject, limit)
            kept = [entry for entry in entries if wanted(entry)]
            if len(entries) < limit or (most is not None and len(kept) >= most):
                return kept[:most]
            limit *= 4

    def _shown(self, view: FeedView | None, caller: str, entry: HeldEntry) -> bool:
        """Whether an entry is one of the findings of a caller who may read the feeds it is looked for in."""
        return view is not None and entry.index < view.size and _visible(view, caller, self._home, entry)

    def _with_acts(self, entries: Sequence[HeldEntry]) -> Iterator[tuple[HeldEntry, Acts]]:
        """Entries with the acts on them; the acts are asked for once a feed."""
        for origin in sorted({entry.origin for entry in entries}):
            own = [entry for entry in entries if entry.origin == origin]
            acts = self._reader.acts(origin, [entry.index for entry in own])
            for entry in own:
                yield entry, acts_of(acts.get(entry.index, ()))

    def _holding(self, entry: HeldEntry, acts: Acts, view: FeedView) -> Holding:
        """What an entry is here now: as decided, or by its own life cycle where no rule decides."""
        decision = self._reader.decision(entry.origin, entry.index)
        if decision is not None:
            said = (decision.standing, decision.reasons, decision.measures, decision.versions)
        else:
            said = (*self._undecided(entry, acts, china_date(self._now_ms())), (), ())
        return Holding(entry, acts, view.dataset, *said, self._freshness(view))

    def _undecided(self, entry: HeldEntry, acts: Acts, today: date) -> tuple[Standing, tuple[str, ...]]:
        """The standing of a record that no agreement speaks of: own ones count, foreign ones are information."""
        record = entry.record()
        if acts.erased or acts.amended or (acts.ended and acts.ending is None):
            return Standing.ENDED, ("ERASED" if acts.erased else "AMENDED" if acts.amended else "ENDED_UNSTATED",)
        if not isinstance(record, Subject | Licence | Penalty | ListEntry | AgencyFiling):
            return Standing.REFUSED, (record if isinstance(record, str) else "RECORD_UNEXPECTED",)
        life = own_standing(OwnEntry(record, acts.ending, acts.annotation), self._home, self._book, today)
        if life.standing is Standing.OWN and Origin.parse(entry.origin).node_id != self._home:
            return Standing.HELD, ("INFORMATION_ONLY", *life.reasons)
        return life.standing, life.reasons

    def _finding(self, entry: HeldEntry, acts: Acts, view: FeedView) -> Finding:
        held = self._holding(entry, acts, view)
        shown = [
            self._evidence(act, view)
            for act in acts.entries
            if act.index < view.size and act.state is PayloadState.PRESENT and act.fault is None
        ]
        return Finding(
            evidence=self._evidence(entry, view), standing=held.standing, reasons=held.reasons, acts=tuple(shown)
        )

    def _evidence(self, entry: HeldEntry, view: FeedView) -> EvidenceParts:
        """The evidence of one entry under the newest complete checkpoint.

        Raises:
            AccessFault: PAYLOAD_NOT_HELD, there is no payload here to prove; NO_CHECKPOINT.
        """
        if entry.state is not PayloadState.PRESENT:
            raise AccessFault("PAYLOAD_NOT_HELD", f"the payload is {entry.state}")
        if view.note is None:
            raise AccessFault("NO_CHECKPOINT")
        tree = TileTree(lambda level, index: self._reader.tile(entry.origin, level, index))
        try:
            path = inclusion_path(tree.node, entry.index, view.size)
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
        return Freshness(freshness(cosigned_at(view), self._now_ms(), self._max_age_s).value)


def _visible(view: FeedView, caller: str, home: str, entry: HeldEntry) -> bool:
    """Whether a caller may see a payload; entries without one are not findings."""
    if entry.state is not PayloadState.PRESENT or entry.fault is not None:
        return False
    if not entry.personal or caller in {home, view.owner}:
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


def cosigned_at(view: FeedView) -> int | None:
    """The newest time on a stored note, seconds since the epoch; what is stored was verified when it came."""
    if view.note is None:
        return None
    stated = [line.signature for line in Note.parse(view.note).signatures if len(line.signature) == TIMED_SIGNATURE]
    return max((int.from_bytes(signature[:8], "big") for signature in stated), default=None)
