# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`verify-answer`: says offline, in words, what a kept answer proves. Needs the file and a trust folder, no node."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from federation.records.exchange import Answer, DisclosedField, Finding, Gap
from federation.rules.audit.proof import Finding as Problem
from federation.rules.audit.proof import Verdict
from federation.standards.bundle import Standards, shipped_standards
from federation.standards.calendar import china_time
from federation.standards.catalogue import ReasonTexts
from federation.standards.identity import CodeKind
from federation.standards.masking import Masking
from node.audit.answers import JudgedAnswer, answered_at_ms, judge_answer, record_of
from node.audit.excerpts import excerpt_items, title_of
from node.audit.trust import read_trust
from node.cli.auditing.files import problem_document
from node.cli.printing import (
    Document,
    print_facts,
    print_json,
    print_table,
    problem_line,
    reason_documents,
    reason_lines,
    record_document,
    record_line,
)

VERDICTS = {
    Verdict.PROVEN: "✓ 已证明：双方已签名，每条记录均在来源数据流中 / Proven: signed by both, each record in its feed",
    Verdict.ALTERED: "✗ 已证明被改动 / Proven altered",
    Verdict.UNCHECKED: "? 无法核验 / Could not be checked",
}
"""What each verdict says to people."""
NOT_PROVEN = (
    "事实本身是否属实、答复方是否告知了其持有的全部信息 / "
    "Whether the fact itself is right, or the responder told all that it held"
)


def verify_one(raw: bytes, trust: Path, *, as_json: bool) -> Verdict:
    """Judges a kept answer, and shows what was found."""
    judged = judge_answer(raw, read_trust(trust, answered_at_ms(raw)))
    if as_json:
        print_json(answer_document(judged, shipped_standards().reasons))
    else:
        show_answer(judged, shipped_standards())
    return judged.verdict


def answer_document(judged: JudgedAnswer, reasons: ReasonTexts) -> Document:
    """What was found of a kept answer as JSON."""
    question, answer, found = judged.question, judged.answer, judged.findings
    return {
        "verdict": judged.verdict.value,
        "exchange_id": question.exchange_id if question else None,
        "requester": question.requester if question else None,
        "responder": answer.responder if answer else None,
        "purpose": question.purpose if question else None,
        "legal_basis": question.legal_basis if question else None,
        "case_number": question.case_number if question else None,
        "subject": question.code if question else None,
        "asked_at_ms": question.asked_at_ms if question else None,
        "answered_at_ms": answer.answered_at_ms if answer else None,
        "truncated": answer.truncated if answer else None,
        "records": [finding_document(each, reasons) for each in answer.findings] if answer else [],
        "heads": [{"origin": head.origin, "size": head.size} for head in judged.heads],
        "gaps": [gap_document(each, reasons) for each in answer.gaps] if answer else [],
        "disclosure": answer.disclosure if answer else None,
        "heads_claimed": len(answer.heads) if answer else 0,
        "checkpoints_compared": judged.compared,
        "findings": [problem_document(each, reasons) for each in (*found.whole, *found.told)],
    }


def finding_document(finding: Finding, reasons: ReasonTexts) -> Document:
    """One record of an answer as JSON."""
    return {
        "origin": finding.evidence.origin,
        "index": finding.evidence.index,
        "standing": finding.standing.value,
        "reasons": reason_documents(finding.reasons, reasons),
        "record": record_document(record_of(finding.evidence)) if finding.excerpt is None else None,
        "excerpt": None if finding.excerpt is None else [excerpt_document(each) for each in finding.excerpt.fields],
        "acts": len(finding.acts),
    }


def excerpt_document(field: DisclosedField) -> Document:
    """One field of a record that is shown in part as JSON."""
    zh, en = title_of(field.name)
    return {"field": field.name, "zh": zh, "en": en, "value": field.value, "masked": field.masked}


def told_line(finding: Finding, standards: Standards) -> str:
    """A record of an answer for people; one that is shown in part field by field, one a line."""
    if finding.excerpt is None:
        return record_line(record_of(finding.evidence), standards.masking)
    shown = (f"{title}: {value}" for title, value in excerpt_items(finding.excerpt, standards.masking))
    return "\n".join((problem_line("RECORD_IN_PART", "", standards.reasons), *shown))


def gap_document(gap: Gap, reasons: ReasonTexts) -> Document:
    """A feed that nothing is said from as JSON."""
    return {"origin": gap.origin, "reasons": reason_documents((gap.reason,), reasons)}


def show_gaps(gaps: Sequence[Gap], reasons: ReasonTexts) -> None:
    """The feeds that nothing is said from, when there are any."""
    if gaps:
        rows = [(gap.origin, problem_line(gap.reason, "", reasons)) for gap in gaps]
        print_table(f"未据以作答的数据流 / Nothing is said from: {len(rows)}", ("数据流 / Feed", "原因 / Reason"), rows)


def finding_row(finding: Finding, standards: Standards) -> tuple[str, ...]:
    """One record of an answer for people."""
    return (
        f"{finding.evidence.origin} {finding.evidence.index}",
        finding.standing.value,
        told_line(finding, standards),
        reason_lines(finding.reasons, standards.reasons),
    )


def show_answer(judged: JudgedAnswer, standards: Standards) -> None:
    """One kept answer, for people."""
    print_facts(
        VERDICTS[judged.verdict], [*_facts(judged, standards.masking), ("不能证明 / not proven by this", NOT_PROVEN)]
    )
    answer, problems = judged.answer, [*judged.findings.whole, *judged.findings.told]
    if answer is not None and answer.findings:
        columns = ("条目 / Entry", "答复方的判断 / Standing there", "内容 / Record", "原因 / Reasons")
        records = [finding_row(each, standards) for each in answer.findings]
        print_table(f"记录 / Records: {len(records)}", columns, records)
    if answer is not None:
        show_gaps(answer.gaps, standards.reasons)
    if judged.heads:
        heads = [(head.origin, str(head.size)) for head in judged.heads]
        print_table("答复所依据的检查点 / Checkpoints it rests on", ("数据流 / Feed", "条数 / Size"), heads)
    if problems:
        told = ("结论 / Verdict", "记录 / Record", "原因 / Reason")
        print_table(f"问题 / Findings: {len(problems)}", told, map(_problem_row, problems))


def _problem_row(found: Problem) -> tuple[str, str, str]:
    record = "—" if found.index is None else str(found.index)
    return found.verdict.value, record, problem_line(found.reason, found.detail)


def _facts(judged: JudgedAnswer, masking: Masking) -> Iterator[tuple[str, str]]:
    if (question := judged.question) is not None:
        subject = question.code if question.code_kind is CodeKind.USCC else masking.number.of(question.code)
        yield "查询编号 / exchange", question.exchange_id
        yield "主体 / subject", subject
        yield "查询方 / asked by", f"{question.requester} {china_time(question.asked_at_ms)}"
        yield "目的与依据 / purpose, basis", f"{question.purpose}；{question.legal_basis}；{question.case_number}"
    if (answer := judged.answer) is not None:
        yield "答复方 / answered by", f"{answer.responder} {china_time(answer.answered_at_ms)}"
        yield "记录 / records", _told(answer)
        if answer.disclosure:
            yield "披露规则 / rules of disclosure", answer.disclosure


def _told(answer: Answer) -> str:
    if not answer.findings:
        return "0：答复方称未持有可向查询方披露的有效记录 / the responder says it held nothing in force for this caller"
    parts = sum(finding.excerpt is not None for finding in answer.findings)
    some = f"，其中 {parts} 条仅提供部分 / {parts} of them in part" if parts else ""
    return f"{len(answer.findings)}{some}{'，还有更多 / and more' if answer.truncated else ''}"
