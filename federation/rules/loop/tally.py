# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What was issued, answered and overdue, per department and region, as of a day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from federation.records.loop.feedback import FeedbackResponse


class Side(StrEnum):
    """Whose answer is counted: that of other regions about own entries, or that of own bodies about all entries."""

    INITIATED = "initiated"
    IMPLEMENTED = "implemented"


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """What is counted together.

    Attributes:
        department: unified code of the own body: the one that initiated, or that implements; empty when unknown.
        region: node id of the other side: the region that implements, or that initiated.
    """

    side: Side
    department: str
    region: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to something issued; the first one given counts for time, the newest for what it says."""

    responded_on: date
    response: FeedbackResponse
    lifted_on: date | None


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that wants an answer.

    Attributes:
        issued_on: day on which the entry was published.
        due_on: last day for an answer; None where there is no term.
        live: whether it still stands; what ended unanswered is no longer owed.
    """

    line: Line
    issued_on: date
    due_on: date | None
    live: bool
    reply: Reply | None


@dataclass
class Counts:
    """What came of what was issued."""

    issued: int = 0
    answered: int = 0
    overdue: int = 0
    accepted: int = 0
    not_applicable: int = 0
    refused: int = 0
    lifted: int = 0


class Tally:
    """Counts as of a day; one pass, no more memory than there are lines."""

    def __init__(self, as_of: date) -> None:
        self._as_of = as_of
        self._lines: defaultdict[Line, Counts] = defaultdict(Counts)

    def add(self, issue: Issue) -> None:
        """Counts one thing; what was issued later, or ended without an answer, is not counted."""
        reply = issue.reply if issue.reply is not None and issue.reply.responded_on <= self._as_of else None
        if issue.issued_on > self._as_of or (reply is None and not issue.live):
            return
        counts = self._lines[issue.line]
        counts.issued += 1
        if reply is None:
            counts.overdue += issue.due_on is not None and issue.due_on < self._as_of
            return
        counts.answered += 1
        counts.accepted += reply.response is FeedbackResponse.ACCEPTED
        counts.not_applicable += reply.response is FeedbackResponse.NOT_APPLICABLE
        counts.refused += reply.response is FeedbackResponse.REFUSED
        counts.lifted += reply.lifted_on is not None and reply.lifted_on <= self._as_of

    def lines(self) -> Sequence[tuple[Line, Counts]]:
        """What was counted, ordered by side, department and region."""
        return sorted(self._lines.items())
