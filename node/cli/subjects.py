# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of one subject: `query` here or at a named member, and `check-code` without any node."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from federation.errors import CallerFault, FieldFault, LimitFault, Misuse
from federation.records.exchange import Answer
from federation.rules.conflict.table import Relation
from federation.rules.routing.outcome import Completeness
from federation.standards.bundle import Standards, shipped_standards
from federation.standards.catalogue import ReasonTexts
from federation.standards.identify import identify
from federation.standards.identity import CodeAccepted, CodeKind, CodeRefused, normalise
from federation.standards.masking import Masking
from node.assemble.desk import Desk
from node.audit.bundle import AnswerBundle
from node.cli.asking.options import (
    Batch,
    Consent,
    ConsentNumber,
    Datasets,
    Duty,
    DutyDocument,
    MaxAge,
    SaidAuthority,
    SaidWishes,
    Timeout,
    ValidFrom,
    ValidUntil,
    matter_said,
)
from node.cli.asking.widely import Everywhere, kept, show_widely, whole_of, wide_document
from node.cli.auditing.answers import finding_document, finding_row, gap_document, show_gaps
from node.cli.auditing.files import write_alone
from node.cli.opening import CURRENT, AsJson, CodeArgument, NodeFolder, day_of, desk_at, subject_of, today
from node.cli.printing import (
    Document,
    ExitCode,
    print_facts,
    print_json,
    print_problem,
    print_table,
    problem_line,
    reason_documents,
    reason_lines,
    record_document,
    record_line,
)
from node.exchange.inquire import Matter
from node.query.seen import Beside, Checked, Holding

Result = TypeVar("Result")
MAX_SHOWN = 200
"""Holdings of one subject that `query` shows; it says so when there are more."""
_CENTURIES = ("18", "19", "20")
_RELATIONS = {Relation.BRANCH: "分支机构 / branch", Relation.HEAD: "总机构 / head office"}

Codes = Annotated[
    list[str], typer.Argument(metavar="CODE...", help="要检查的一个或多个代码 / One or more codes to check")
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="NODE", help="向该成员节点查询，而非本地 / Ask this member instead of the own store"),
]
Purpose = Annotated[
    str | None, typer.Option("--purpose", help="查询目的代码，例如 procurement / Code of the purpose, e.g. procurement")
]
LegalBasis = Annotated[
    str | None, typer.Option("--legal-basis", help="法律依据或授权文号 / Legal basis, or reference of the consent")
]
Case = Annotated[str | None, typer.Option("--case", metavar="NUMBER", help="本方案件编号 / Number of the own case")]
Officer = Annotated[
    str | None,
    typer.Option("--officer", metavar="ID", help="查询人员在本单位的编号，不用姓名 / Id of the officer, not a name"),
]
Office = Annotated[
    str | None, typer.Option("--office", metavar="ID", help="查询科室或部门的编号 / Id of the officer's office")
]
Save = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="FILE",
        help="把签名的问答存为文件，供 verify-answer 核验 / Keep what was signed, for verify-answer",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="按该日期判断（YYYY-MM-DD）/ Judge as of this day (YYYY-MM-DD)"),
]
Legacy = Annotated[
    bool,
    typer.Option("--legacy", help="容许内嵌组织机构代码校验不通过的历史数据 / Take old data whose embedded code fails"),
]


def query(  # noqa: PLR0913 - a command's arguments are its options
    code: CodeArgument,
    *,
    at: At = None,
    purpose: Purpose = None,
    legal_basis: LegalBasis = None,
    case: Case = None,
    officer: Officer = None,
    office: Office = None,
    consent: Consent = None,
    consent_number: ConsentNumber = None,
    duty: Duty = None,
    duty_document: DutyDocument = None,
    valid_from: ValidFrom = None,
    valid_until: ValidUntil = None,
    batch: Batch = None,
    dataset: Datasets = None,
    max_age: MaxAge = 0,
    timeout: Timeout = 0,
    everywhere: Everywhere = False,
    save: Save = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """查询一个主体：本地、按计划向各成员（给出目的）或向一个成员 / Ask about a subject: here, members, or one."""
    with desk_at(node) as desk:
        subject = subject_of(code, desk.standards)
        if at is None and purpose is None:
            if save is not None:
                raise Misuse("USAGE_WRONG", "--save goes with --at or --purpose: only members' answers are signed")
            _show_holdings(subject, desk.query.check(subject.value, MAX_SHOWN), desk, as_json=as_json)
            return
        authority = SaidAuthority(consent, consent_number, duty, duty_document, valid_from, valid_until)
        why, wishes = (purpose, legal_basis, case, officer, office), SaidWishes(batch, dataset, max_age, timeout)
        matter = matter_said(subject, why, authority, wishes)
        if at is None:
            _ask_widely(desk, subject, matter, everywhere=everywhere, save=save, as_json=as_json)
        else:
            _ask_one(desk, at, matter, save, as_json=as_json)


def _ask_one(desk: Desk, member: str, matter: Matter, save: Path | None, *, as_json: bool) -> None:
    """What one member says."""
    answered = _unless_refused(lambda: desk.inquire_signed(member, matter))
    if save is not None:
        write_alone(save, (AnswerBundle(answered.question, answered.signed).encode(),))
    _show_answer(answered.answer, desk.standards, as_json=as_json)


def _ask_widely(
    desk: Desk, subject: CodeAccepted, matter: Matter, *, everywhere: bool, save: Path | None, as_json: bool
) -> None:
    """Local holdings first, then what members say by the plan; ends with 6 when that is partial."""
    checked = desk.query.check(subject.value, MAX_SHOWN)
    if not as_json:
        _show_holdings(subject, checked, desk, as_json=False)
    replies = _unless_refused(lambda: desk.inquire_widely(matter, everywhere=everywhere))
    if save is not None:
        kept(desk, save, replies)
    if as_json:
        local = [holding_document(holding, desk.standards.reasons) for holding in checked.holdings]
        print_json({"subject": subject.value, "local": local, **wide_document(replies, desk.standards.reasons)})
    else:
        show_widely(replies, desk.standards)
    if whole_of(replies) is Completeness.PARTIAL:
        raise typer.Exit(ExitCode.PARTIAL)


def _unless_refused(ask: Callable[[], Result]) -> Result:
    """What is answered; ends the command when the question is refused, here or by the member."""
    try:
        return ask()
    except CallerFault as fault:
        if isinstance(fault, FieldFault) or fault.reason == "MEMBER_UNKNOWN":
            raise
        pause = f"再问须等 / ask again in {fault.retry_after_s:.0f} s" if isinstance(fault, LimitFault) else ""
        print_problem(fault.reason, pause or fault.detail)
        raise typer.Exit(ExitCode.REFUSED) from None


def _show_holdings(subject: CodeAccepted, checked: Checked, desk: Desk, *, as_json: bool) -> None:
    held, reasons = checked.holdings, desk.standards.reasons
    if as_json:
        print_json(
            {
                "subject": subject.value,
                "holdings": [holding_document(holding, reasons) for holding in held],
                "measures": list(checked.measures),
                "truncated": checked.truncated,
                "beside": [_beside_document(each, reasons) for each in checked.beside],
            }
        )
        return
    rows = [
        (
            f"{holding.entry.origin} {holding.entry.index}",
            holding.standing.value,
            record_line(holding.entry.record(), desk.standards.masking),
            reason_lines(holding.reasons, reasons),
            " ".join(holding.measures),
            holding.freshness.value,
        )
        for holding in held
    ]
    shown = subject.value if subject.kind is CodeKind.USCC else desk.standards.masking.number.of(subject.value)
    columns = (
        "条目 / Entry",
        "状态 / Standing",
        "内容 / Record",
        "原因 / Reasons",
        "措施 / Measures",
        "新鲜度 / Freshness",
    )
    more = "，还有更多，以上为部分 / and more, this is a part" if checked.truncated else ""
    print_table(f"主体 / Subject {shown}: {len(rows)}{more}", columns, rows)
    _show_beside(checked, desk.standards)
    if checked.truncated:
        print_facts("措施（基于全部条目）/ Measures, of everything held", [("", " ".join(checked.measures) or "—")])


def _beside_document(beside: Beside, reasons: ReasonTexts) -> Document:
    """What is held about a branch or the head office as JSON."""
    return {"relation": beside.relation.value, "code": beside.code, **holding_document(beside.holding, reasons)}


def _show_beside(checked: Checked, standards: Standards) -> None:
    """List entries on branches and the head office, when there are any."""
    rows = [
        (
            _RELATIONS[each.relation],
            f"{each.holding.entry.origin} {each.holding.entry.index}",
            each.holding.standing.value,
            record_line(each.holding.entry.record(), standards.masking),
            reason_lines(each.holding.reasons, standards.reasons),
        )
        for each in checked.beside
    ]
    if rows:
        columns = ("关系 / Relation", "条目 / Entry", "状态 / Standing", "内容 / Record", "原因 / Reasons")
        print_table(f"关联主体（仅供展示）/ Beside it, for display only: {len(rows)}", columns, rows)


def holding_document(holding: Holding, reasons: ReasonTexts) -> Document:
    """One holding as JSON."""
    entry = holding.entry
    return {
        "origin": entry.origin,
        "index": entry.index,
        "dataset": holding.dataset.value if holding.dataset else None,
        "standing": holding.standing.value,
        "reasons": reason_documents(holding.reasons, reasons),
        "measures": list(holding.measures),
        "versions": list(holding.versions),
        "freshness": holding.freshness.value,
        "record": record_document(entry.record()),
        "acts": [
            {"index": act.index, "record": record_document(act.record()), "no_effect": effect or None}
            for act, effect in zip(holding.acts.entries, holding.acts.effects, strict=True)
        ],
    }


def _show_answer(answer: Answer, standards: Standards, *, as_json: bool) -> None:
    findings = [finding_document(finding, standards.reasons) for finding in answer.findings]
    if as_json:
        print_json(
            {
                "responder": answer.responder,
                "exchange_id": answer.exchange_id,
                "answered_at_ms": answer.answered_at_ms,
                "findings": findings,
                "heads": len(answer.heads),
                "gaps": [gap_document(each, standards.reasons) for each in answer.gaps],
                "truncated": answer.truncated,
                "disclosure": answer.disclosure,
                "verified": True,
            }
        )
        return
    rows = [finding_row(finding, standards) for finding in answer.findings]
    more = "，还有更多，以上为部分 / and more, this is a part" if answer.truncated else ""
    title = f"成员答复（证据已核验）/ Answer of {answer.responder}, evidence verified: {len(rows)}{more}"
    print_table(title, ("条目 / Entry", "状态 / Standing", "内容 / Record", "原因 / Reasons"), rows)
    show_gaps(answer.gaps, standards.reasons)


def check_codes(codes: Codes, as_of: AsOf = None, legacy: Legacy = False, as_json: AsJson = False) -> None:
    """检查主体代码是否合法，无需节点 / Check identity codes; needs no node."""
    standards = shipped_standards()
    day = day_of(as_of, "--as-of") if as_of else today()
    judged = [(code, identify(normalise(code), standards, day, legacy)) for code in codes]
    documents = [_code_document(code, result, standards, day) for code, result in judged]
    if as_json:
        print_json({"as_of": day.isoformat(), "codes": documents})
    else:
        columns = ("", "代码 / Code", "种类 / Kind", "类别 / Class", "区划 / Region", "原因或提示 / Reason or warning")
        rows = [_code_row(code, result, standards, day) for code, result in judged]
        print_table("代码检查 / Codes", columns, rows)
    if any(isinstance(result, CodeRefused) for _, result in judged):
        raise typer.Exit(ExitCode.REFUSED)


def _code_document(code: str, result: CodeAccepted | CodeRefused, standards: Standards, day: date) -> Document:
    match result:
        case CodeRefused(reason=reason, detail=detail):
            text = standards.reasons.of(reason)
            said: Document = {"reason": reason, "zh": text.zh, "en": text.en, "detail": detail}
            return {"code": code, "accepted": False, **said}
        case CodeAccepted():
            region = standards.regions.lookup(result.region, day) if result.region else None
            return {
                "code": code,
                "accepted": True,
                "kind": result.kind.value,
                "value": result.value,
                "subject_class": result.subject_class.value if result.subject_class else None,
                "region": result.region,
                "region_name": region.name if region else None,
                "warnings": reason_documents(result.warnings, standards.reasons),
            }


def _code_row(code: str, result: CodeAccepted | CodeRefused, standards: Standards, day: date) -> tuple[str, ...]:
    match result:
        case CodeRefused(reason=reason, detail=detail):
            return "✗", _shown(code, standards.masking), "—", "—", "—", problem_line(reason, detail, standards.reasons)
        case CodeAccepted(kind=kind, subject_class=subject_class):
            region = standards.regions.lookup(result.region, day) if result.region else None
            place = f"{result.region} {region.name if region else ''}" if result.region else "—"
            shown = result.value if kind is CodeKind.USCC else standards.masking.number.of(result.value)
            warnings = reason_lines(result.warnings, standards.reasons)
            return "✓", shown, kind.value, subject_class.value if subject_class else "—", place, warnings


def _shown(code: str, masking: Masking) -> str:
    """A refused code as people may see it: masked where it may be a citizen number with a slip."""
    return masking.number.of(code) if len(code) == 15 or code[6:8] in _CENTURIES else code
