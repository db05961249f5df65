# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Reports of agencies: `filings state-report` says what a report rests on, `filings verify-report` whether it does."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import AccessFault, FieldFault, Misuse
from federation.records.agency_filing import AgencyFiling
from federation.rules.filing.report import IssuedReport, ReportOutcome
from federation.rules.filing.statement import MAX_STATEMENT_BYTES, ReportStatement, moment_ms, parse_statement
from node.assemble.desk import Desk
from node.cli.opening import (
    CURRENT,
    AsJson,
    IndexArgument,
    NodeFolder,
    OriginArgument,
    desk_at,
    origin_of,
)
from node.cli.printing import (
    ExitCode,
    print_facts,
    print_json,
    print_problem,
    print_text,
    reason_documents,
    reason_lines,
)
from node.exchange.inquire import evidence_of
from node.query.reports import ReportAnswer
from node.query.seen import Place

_CHUNK = 1 << 20
_WORDS = {
    ReportOutcome.VALID: "✓ 出具时备案有效 / The agency was filed for it then",
    ReportOutcome.NOT_FILED: "✗ 出具时没有备案 / The agency was not filed then",
    ReportOutcome.OUTSIDE: "✗ 超出备案范围 / Outside the scope of the filing",
    ReportOutcome.LAPSED: "✗ 出具时备案已失效 / The filing had lapsed then",
    ReportOutcome.SUSPENDED: "✗ 出具时备案处于暂停等状态 / The filing was suspended then",
    ReportOutcome.UNPROVEN: "✗ 无法证明出具时已备案 / Not proven that the agency was filed then",
}
ReportArgument = Annotated[Path, typer.Argument(metavar="REPORT", help="报告文件，任意格式 / The report, any file")]
StatementArgument = Annotated[
    Path | None, typer.Argument(metavar="STATEMENT", help="报告说明，由 state-report 写出 / As `state-report` wrote it")
]
ReportOption = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="核对报告是否为说明所指 / Is it this report?")
]
AgencyOption = Annotated[str | None, typer.Option("--agency", metavar="USCC", help="机构代码 / Code of the agency")]
CategoryOption = Annotated[str | None, typer.Option("--category", help="业务类别代码 / Code of the category")]
IssuedOption = Annotated[
    str | None,
    typer.Option("--issued-at", metavar="TIME", help="出具时间 / Issued, as 2026-03-01T10:00:00+08:00"),
]
StatedCategory = Annotated[str, typer.Option("--category", help="业务类别代码 / Code of the category")]
StatedTime = Annotated[
    str,
    typer.Option("--issued-at", metavar="TIME", help="出具时间 / Issued, as 2026-03-01T10:00:00+08:00"),
]
SubjectOption = Annotated[
    str | None, typer.Option("--subject", metavar="CODE", help="报告主体代码 / Code of whom it is about")
]
ProofOption = Annotated[
    Path | None, typer.Option("--proof", metavar="FILE", help="写出备案的证明 / Write the proof of the filing")
]


def state_report(  # noqa: PLR0913 - a command's arguments are its options
    report: ReportArgument,
    origin: OriginArgument,
    index: IndexArgument,
    *,
    category: StatedCategory,
    issued_at: StatedTime,
    subject: SubjectOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """打印报告说明：机构、备案、类别、时间、报告摘要 / Print what a report rests on, to go with it."""
    with desk_at(node) as desk:
        whole = origin_of(desk, origin)
        filing = desk.query.holding(whole, index).entry.record()
        if not isinstance(filing, AgencyFiling):
            raise Misuse("FILING_NOT_FOUND", f"{whole} {index}")
        try:
            moment_ms(issued_at)
            statement = ReportStatement(
                agency=filing.identity.code,
                category=category,
                filing_number=filing.filing_number,
                origin=whole,
                index=index,
                subject=subject,
                issued_at=issued_at,
                report_sha256=_sha256(report),
            )
        except FieldFault as fault:
            raise Misuse(fault.reason, fault.detail) from None
    if as_json:
        print_json({"statement": statement.text()})
        return
    print_text(statement.text().rstrip("\n"))


def verify_report(  # noqa: PLR0913 - a command's arguments are its options
    statement: StatementArgument = None,
    *,
    report: ReportOption = None,
    agency: AgencyOption = None,
    category: CategoryOption = None,
    issued_at: IssuedOption = None,
    proof: ProofOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """核验机构出具报告时是否已备案 / Check whether the agency was filed for a report when it issued it."""
    by_hand = (agency, category, issued_at)
    if (statement is None) != all(by_hand) or (statement is not None and any(by_hand)):
        raise Misuse("USAGE_WRONG", "give STATEMENT, or --agency, --category and --issued-at")
    try:
        issued, named = _stated(statement, report) if statement else _told(agency, category, issued_at)
    except FieldFault as fault:
        raise Misuse(fault.reason, fault.detail) from None
    with desk_at(node) as desk:
        answer = desk.reports.check(issued, named)
        if proof is not None and answer.verdict.version is not None:
            _write_proof(desk, proof, answer)
        _show(desk, answer, as_json=as_json)
    if answer.verdict.outcome is not ReportOutcome.VALID:
        raise typer.Exit(ExitCode.REFUSED)


def _told(agency: str | None, category: str | None, issued_at: str | None) -> tuple[IssuedReport, None]:
    return IssuedReport(agency or "", category or "", moment_ms(issued_at or "")), None


def _stated(path: Path, report: Path | None) -> tuple[IssuedReport, Place]:
    """What a statement says; ends the command when the report is another one."""
    said = parse_statement(_read(path))
    if report is not None and _sha256(report) != said.report_sha256:
        print_problem("REPORT_DIFFERS", str(report))
        raise typer.Exit(ExitCode.REFUSED)
    return IssuedReport(said.agency, said.category, said.issued_ms), (said.origin, said.index)


def _show(desk: Desk, answer: ReportAnswer, *, as_json: bool) -> None:
    verdict, filing, reasons = answer.verdict, answer.filing, desk.standards.reasons
    freshness = None
    if verdict.version is not None:
        freshness = desk.query.holding(answer.origin, verdict.version).freshness.value
    if as_json:
        print_json(
            {
                "outcome": verdict.outcome.value,
                "valid": verdict.outcome is ReportOutcome.VALID,
                "reasons": reason_documents(verdict.reasons, reasons),
                "marks": reason_documents(verdict.marks, reasons),
                "origin": answer.origin or None,
                "index": verdict.version,
                "filing_number": filing.filing_number if filing else None,
                "agency": filing.identity.name if filing else None,
                "freshness": freshness,
            }
        )
        return
    facts = [
        ("机构 / agency", f"{filing.identity.name} {filing.identity.code}" if filing else "—"),
        ("备案 / filing", f"{filing.filing_number} · {filing.authority.name}" if filing else "—"),
        ("条目 / entry", f"{answer.origin} {verdict.version}" if filing else "—"),
        ("原因 / reasons", reason_lines(verdict.reasons, reasons) or "—"),
        ("此后 / since then", reason_lines(verdict.marks, reasons) or "—"),
        ("新鲜度 / freshness", freshness or "—"),
    ]
    print_facts(_WORDS[verdict.outcome], facts)


def _write_proof(desk: Desk, path: Path, answer: ReportAnswer) -> None:
    """Writes the proof of the version that the answer rests on.

    Raises:
        Misuse: FILE_UNWRITABLE, or why there is no proof.
    """
    try:
        parts = desk.query.evidence(answer.origin, answer.verdict.version or 0)
        path.write_bytes(evidence_of(parts).encode())
    except AccessFault as fault:
        raise Misuse(fault.reason, fault.detail) from None
    except OSError as wrong:
        raise Misuse("FILE_UNWRITABLE", f"{path}: {wrong.strerror}") from None


def _sha256(path: Path) -> str:
    """SHA-256 of a file of any size, in hex.

    Raises:
        Misuse: FILE_NOT_FOUND or FILE_UNREADABLE.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        raise Misuse("FILE_NOT_FOUND", f"there is no file {path}") from None
    except OSError as wrong:
        raise Misuse("FILE_UNREADABLE", f"{path}: {wrong.strerror}") from None
    return digest.hexdigest()


def _read(path: Path) -> bytes:
    """The bytes of a statement, not more than any can have; raises as `_sha256`."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_STATEMENT_BYTES + 1)
    except FileNotFoundError:
        raise Misuse("FILE_NOT_FOUND", f"there is no file {path}") from None
    except OSError as wrong:
        raise Misuse("FILE_UNREADABLE", f"{path}: {wrong.strerror}") from None
