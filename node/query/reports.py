# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Reports of agencies, asked of the filings held: every version of a filing, and the acts on each as of a moment."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from federation.log.checkpoint import Origin
from federation.log.leaf import LeafKind
from federation.records.agency_filing import AgencyFiling
from federation.rules.filing.again import covered_by
from federation.rules.filing.report import (
    FilingVersion,
    IssuedReport,
    Judged,
    ReportOutcome,
    ReportVerdict,
    verify_report,
)
from federation.standards.calendar import china_date
from node.entry.holding import HeldEntry, acts_of
from node.ledger.judging import judge
from node.ledger.rules import Rules
from node.query.seen import Facts, Place, Snapshot

MAX_VERSIONS = 5000
"""Entries about one agency that are looked at."""
_BEST = (
    ReportOutcome.VALID,
    ReportOutcome.UNPROVEN,
    ReportOutcome.SUSPENDED,
    ReportOutcome.LAPSED,
    ReportOutcome.OUTSIDE,
    ReportOutcome.NOT_FILED,
)


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """What is to be said of a report.

    Attributes:
        origin: feed of the filing that it rests on; empty where there is none.
        filing: the version that the answer rests on.
    """

    verdict: ReportVerdict
    origin: str = ""
    filing: AgencyFiling | None = None


class SnapshotReader(Protocol):
    """Where filings are held."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """One consistent state of what is held, for the block."""
        ...


class Reports:
    """Answers about agencies' reports. Safe from any thread.

    Args:
        reader: where filings are held.
        rules: the node's.
        now_ms: the clock.
    """

    def __init__(self, reader: SnapshotReader, rules: Rules, now_ms: Callable[[], int]) -> None:
        self._reader = reader
        self._rules = rules
        self._now_ms = now_ms

    def check(self, report: IssuedReport, named: Place | None = None) -> ReportAnswer:
        """What is to be said of a report now; as `report_on`."""
        with self._reader.snapshot() as seen:
            return report_on(seen, self._rules, report, self._now_ms(), named)


def report_on(
    seen: Snapshot, rules: Rules, report: IssuedReport, now_ms: int, named: Place | None = None
) -> ReportAnswer:
    """Whether a report rests on a filing that is held here: of several filings, on the one that speaks best for it.

    Args:
        seen: what is held.
        rules: the node's.
        report: what it says of itself.
        now_ms: the moment of asking.
        named: the filing that it names, at any of its versions; None looks at all filings of the agency.
    """
    entries = [each for each in seen.about(report.agency, MAX_VERSIONS) if isinstance(each.record(), AgencyFiling)]
    facts = Facts.about(seen, entries)
    standing = [each for each in entries if (each.origin, each.index) not in facts.void]
    answers = [
        _answer(chain, facts, rules, (report, now_ms))
        for chain in _chains(standing)
        if named is None or named in {(each.origin, each.index) for each in chain}
    ]
    nothing = ReportAnswer(ReportVerdict(ReportOutcome.NOT_FILED, ("FILING_NOT_FOUND",), (), None))
    return min(answers, key=lambda each: _BEST.index(each.verdict.outcome), default=nothing)


def _chains(entries: Sequence[HeldEntry]) -> Sequence[Sequence[HeldEntry]]:
    """The versions of each filing together, in the order of its feed."""
    first: dict[Place, Place] = {}
    chains: defaultdict[Place, list[HeldEntry]] = defaultdict(list)
    for entry in entries:
        place, leaf = (entry.origin, entry.index), entry.leaf
        amends = leaf is not None and leaf.kind is LeafKind.AMEND and leaf.ref is not None
        before = (entry.origin, leaf.ref) if leaf is not None and leaf.ref is not None and amends else place
        first[place] = first.get(before, before)
        chains[first[place]].append(entry)
    return list(chains.values())


def _answer(chain: Sequence[HeldEntry], facts: Facts, rules: Rules, asked: tuple[IssuedReport, int]) -> ReportAnswer:
    report, now_ms = asked
    held = {entry.index: entry for entry in chain}
    versions = [_version(entry) for entry in chain]

    def judged(version: FilingVersion, moment_ms: int) -> Judged:
        return _judged(held[version.index], facts.acts, rules, moment_ms)

    verdict = verify_report(report, versions, judged, now_ms)
    record = held[verdict.version].record() if verdict.version is not None else None
    return ReportAnswer(verdict, chain[0].origin, record if isinstance(record, AgencyFiling) else None)


def _version(entry: HeldEntry) -> FilingVersion:
    record, leaf = entry.record(), entry.leaf
    filing = record if isinstance(record, AgencyFiling) else None
    return FilingVersion(entry.index, leaf.time_ms if leaf is not None else 0, filing)


def _judged(entry: HeldEntry, acts: Mapping[Place, Sequence[HeldEntry]], rules: Rules, moment_ms: int) -> Judged:
    """What a version was at a moment: by the rules of that day, under the acts that were in the log by then."""
    by_then = [
        act
        for act in acts.get((entry.origin, entry.index), ())
        if act.leaf is not None and act.leaf.time_ms <= moment_ms
    ]
    decision = judge(rules, entry, acts_of(entry, by_then), black_elsewhere=False, as_of=china_date(moment_ms))
    record = entry.record()
    if not decision.counts or not isinstance(record, AgencyFiling):
        return Judged(decision.reasons or ("FILING_NOT_FOUND",), ())
    own = Origin.parse(entry.origin).node_id == rules.home
    return Judged((), record.categories if own else covered_by(record, decision.versions, rules.book))
