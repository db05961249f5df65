# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is told at the own ports without an exchange between members: logged first, or not told."""

from collections.abc import Callable, Iterator, Sequence

from federation.records.exchange import AccessKind
from federation.rules.exchange import Accessed
from federation.rules.filing.report import IssuedReport
from federation.standards.identity import CodeKind
from node.assemble.members import EXCHANGE, Members
from node.assemble.serving.doors import ReadFeeds
from node.assemble.serving.logs import AccessLog
from node.publish import Chunk, FeedReader
from node.query.business import BatchChecked, Business, SubjectChecked, Wanted
from node.query.reports import ReportAnswer, Reports
from node.query.seen import Place


class LoggedChecks:
    """What counts for subjects, and what reports rest on, told to business systems. For the reader threads."""

    def __init__(self, business: Business, reports: Reports, log: AccessLog) -> None:
        self._business = business
        self._reports = reports
        self._log = log

    def check(self, kind: CodeKind, code: str, wanted: Wanted, caller: str) -> SubjectChecked:
        """As `Business.check`; StoreFault EXCHANGE_LOG_UNAVAILABLE when it cannot be logged."""
        checked = self._business.check(kind, code, wanted)
        self._log.log_from_thread(Accessed(AccessKind.CHECK, caller, _filter(wanted), (code,)))
        return checked

    def batch(self, codes: Sequence[str], wanted: Wanted, caller: str) -> BatchChecked:
        """As `Business.batch`; one entry for all of them."""
        checked = self._business.batch(codes, wanted)
        self._log.log_from_thread(Accessed(AccessKind.BATCH_CHECK, caller, _filter(wanted), tuple(codes)))
        return checked

    def report(self, report: IssuedReport, named: Place | None, caller: str) -> ReportAnswer:
        """As `Reports.check`; logged as a check of the agency, in its category."""
        answer = self._reports.check(report, named)
        self._log.log_from_thread(Accessed(AccessKind.CHECK, caller, report.category, (report.agency,)))
        return answer


def _filter(wanted: Wanted) -> str:
    """What a check was confined to."""
    return " ".join(part for part in (wanted.department, wanted.measure) if part)


class AuditedFeeds(ReadFeeds):
    """Feeds for members; whoever reads an exchange log that is not its own is logged before it gets any of it."""

    def __init__(
        self,
        reader: FeedReader,
        members: Members,
        node_id: str,
        told: Callable[[str, str], None],
        read: Callable[[str, str], None],
    ) -> None:
        super().__init__(reader, members, node_id, told)
        self._read = read

    def entries(self, caller: str, origin: str, size: int, start: int, limit: int) -> Iterator[Chunk]:
        """As `Publisher.entries`."""
        chunks = super().entries(caller, origin, size, start, limit)
        _, owner, feed, _ = origin.split("/")
        if feed == EXCHANGE and caller != owner:
            self._read(caller, origin)
        return chunks
