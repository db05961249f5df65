# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands behind checks and feedback: remembers what it was asked, answers or raises what it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from federation.rules.agreement import Measure
from federation.rules.exchange import Accessed
from federation.rules.filing.report import IssuedReport, ReportOutcome, ReportVerdict
from federation.rules.loop.feedback import NotTaken, Statement
from federation.standards.identity import CodeKind
from node.intake import Accepted, Outcome, Refused
from node.query.business import BatchChecked, SubjectChecked, SubjectState, Wanted
from node.query.reports import ReportAnswer
from node.query.seen import Checked, Place


@dataclass
class Looping:
    """Finds what it was told; takes every statement that could be read."""

    fault: Exception | None = None
    checked: Checked = field(default_factory=lambda: Checked((), (), truncated=False))
    catalogued: Sequence[Measure] = ()
    batched: BatchChecked = field(default_factory=lambda: BatchChecked((), (), {}))
    wanted: list[tuple[tuple[str, ...], Wanted]] = field(default_factory=list)
    given: list[Statement | NotTaken] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)
    reported: list[tuple[IssuedReport, Place | None]] = field(default_factory=list)
    accessed: list[Accessed] = field(default_factory=list)

    def check(self, kind: CodeKind, code: str, wanted: Wanted, caller: str) -> SubjectChecked:
        """What it was told."""
        if self.fault is not None:
            raise self.fault
        self.wanted.append(((code,), wanted))
        self.callers.append(caller)
        return SubjectChecked(self.checked, SubjectState.KNOWN, self.catalogued)

    def batch(self, codes: Sequence[str], wanted: Wanted, caller: str) -> BatchChecked:
        """What it was told."""
        if self.fault is not None:
            raise self.fault
        self.wanted.append((tuple(codes), wanted))
        self.callers.append(caller)
        return self.batched

    def report(self, report: IssuedReport, named: Place | None, caller: str) -> ReportAnswer:
        """Valid, on the filing that it names, and marked."""
        self.reported.append((report, named))
        self.callers.append(caller)
        origin, index = named or ("", None)
        return ReportAnswer(ReportVerdict(ReportOutcome.VALID, (), ("FILING_CANCELLED",), index), origin)

    async def log(self, accessed: Accessed) -> None:
        """Notes what was accessed."""
        if self.fault is not None:
            raise self.fault
        self.accessed.append(accessed)

    def give(self, statements: Sequence[Statement | NotTaken]) -> Sequence[Outcome]:
        """One outcome for each."""
        self.given += statements
        return [Refused(said.field, said.reason) if isinstance(said, NotTaken) else Accepted() for said in statements]
