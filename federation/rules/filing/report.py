# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether an agency might issue a report when it says it did: asked of all versions of its filing, as of that moment.

The version that counts is the newest one in the log at that moment, under the acts in the log by then. What was
published later has no say, with two exceptions that go against the agency: a standing that is stated to have been in
force before the report, and, as a mark, whatever has ended the filing since. A moment that a report states proves
nothing by itself; that it lies before the filing was in its log is always told.

    VALID       the filing counted here then, in this category
    NOT_FILED   there was none then, or it was over, or it had not begun
    OUTSIDE     it did not reach so far: category, region, agreement
    LAPSED      its term, or its review, had run out
    SUSPENDED   it was suspended, conditional or pending, or its authority's act was
    UNPROVEN    the filing came into the log after that moment, or the moment has not come: BACKDATED, REPORT_IN_FUTURE
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from federation.records.agency_filing import AgencyFiling, FilingStanding
from federation.rules.filing.recognition import STANDING_HOLDS
from federation.standards.calendar import china_date


class ReportOutcome(StrEnum):
    """What is to be said of a report."""

    VALID = "valid"
    NOT_FILED = "not-filed"
    OUTSIDE = "outside"
    LAPSED = "lapsed"
    SUSPENDED = "suspended"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """What a report says of itself: who issued it, in what category, when (milliseconds since the epoch)."""

    agency: str
    category: str
    issued_ms: int


@dataclass(frozen=True, slots=True)
class FilingVersion:
    """One version of a filing.

    Attributes:
        index: its place in the feed.
        logged_ms: time of its leaf.
        filing: the record; None where it cannot be read.
    """

    index: int
    logged_ms: int
    filing: AgencyFiling | None


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a version counted, on a day, under the acts of a time; as the node's own rules say.

    Attributes:
        reasons: why it did not, remarks after them; empty where it did.
        categories: in which it did.
    """

    reasons: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportVerdict:
    """The answer.

    Attributes:
        outcome: what is to be said of the report.
        reasons: stable codes of why it is not valid; empty where it is.
        marks: why the filing counts no more today, though it may have counted then.
        version: place of the version that the answer rests on; None where there is none.
    """

    outcome: ReportOutcome
    reasons: tuple[str, ...]
    marks: tuple[str, ...]
    version: int | None


Judge = Callable[[FilingVersion, int], Judged]
"""Judges a version as of a moment, in milliseconds: on its day, under the acts in the log by then."""

_OUTCOMES = (
    (
        ReportOutcome.NOT_FILED,
        frozenset(
            {
                "FILING_WITHDRAWN",
                "FILING_EXITED",
                "FILING_CANCELLED",
                "FILING_NOT_FOUND",
                "NOT_YET_VALID",
                "AMENDED",
                "ERASED",
            }
        ),
    ),
    (ReportOutcome.SUSPENDED, frozenset({"FILING_SUSPENDED", "FILING_CONDITIONAL", "FILING_PENDING", "SUSPENDED"})),
    (
        ReportOutcome.LAPSED,
        frozenset(
            {
                "PERIOD_LAPSED",
                "FILING_REVIEW_OVERDUE",
                "REVIEW_MISSING",
                "REVIEW_OVERDUE",
                "REVIEW_CONDITIONAL",
                "REVIEW_FAILED",
            }
        ),
    ),
)


def verify_report(report: IssuedReport, versions: Sequence[FilingVersion], judge: Judge, now_ms: int) -> ReportVerdict:
    """Tells whether a report rests on a filing.

    Args:
        report: what it says of itself.
        versions: all versions of one filing, in the order of the feed; of another agency they are none.
        judge: as `Judge`.
        now_ms: the moment of asking.
    """
    mine = [each for each in versions if each.filing is not None and each.filing.identity.code == report.agency]
    if not mine:
        return ReportVerdict(ReportOutcome.NOT_FILED, ("FILING_NOT_FOUND",), (), None)
    marks = judge(mine[-1], now_ms).reasons
    if report.issued_ms > now_ms:
        return ReportVerdict(ReportOutcome.UNPROVEN, ("REPORT_IN_FUTURE",), marks, mine[-1].index)
    day = china_date(report.issued_ms)
    logged = [each for each in mine if each.logged_ms <= report.issued_ms]
    if not logged:
        return _before_the_log(mine[0], day, marks)
    version = logged[-1]
    judged = judge(version, report.issued_ms)
    reasons = (*judged.reasons, *_stated_later(mine, version, day))
    if not reasons and report.category not in judged.categories:
        reasons = ("CATEGORY_NOT_COVERED",)
    reasons = tuple(dict.fromkeys(reasons))
    return ReportVerdict(_outcome(reasons), reasons, marks, version.index)


def _before_the_log(first: FilingVersion, day: date, marks: tuple[str, ...]) -> ReportVerdict:
    """A report from before the filing was published: not filed then by its own word, or nobody can know."""
    if first.filing is not None and day < first.filing.filed_on:
        return ReportVerdict(ReportOutcome.NOT_FILED, ("NOT_YET_VALID", "BACKDATED"), marks, first.index)
    return ReportVerdict(ReportOutcome.UNPROVEN, ("BACKDATED",), marks, first.index)


def _stated_later(versions: Sequence[FilingVersion], counted: FilingVersion, day: date) -> tuple[str, ...]:
    """Standings of later versions that are stated to have been in force by a day, and hold the filing back."""
    found = []
    for each in versions:
        filing = each.filing
        if each.index <= counted.index or filing is None or filing.standing is FilingStanding.FILED:
            continue
        if filing.standing_since is not None and filing.standing_since <= day:
            found.append(STANDING_HOLDS[filing.standing])
    return tuple(found)


def _outcome(reasons: tuple[str, ...]) -> ReportOutcome:
    """The gravest that the reasons stand for; what is none of the listed kinds did not reach so far."""
    if not reasons:
        return ReportOutcome.VALID
    if any(reason.startswith("ENDED_") for reason in reasons):
        return ReportOutcome.NOT_FILED
    return next((outcome for outcome, known in _OUTCOMES if not known.isdisjoint(reasons)), ReportOutcome.OUTSIDE)
