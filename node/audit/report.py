# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A credit report for people, made of one proven answer, or of many: a page of HTML that needs nothing beside it.

It shows what the answer holds and nothing else, in the sections of the public credit information report, with the code
by which its reader finds out whether it was made of this very file: the SHA-256 of the file. Only a proven answer is
shown; the page itself proves nothing, and says so. Whatever a record holds is text here: nothing of it is run.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from federation.errors import Misuse
from federation.log.leaf import Leaf
from federation.records.agency_filing import AgencyFiling
from federation.records.codec import Record, kind_of
from federation.records.exchange import Answer, Excerpt, Finding, Question
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry, ListKind
from federation.records.penalty import Penalty
from federation.records.subject import Authority, Identity
from federation.rules.audit.proof import Verdict
from federation.rules.routing.outcome import Became, Completeness, MemberOutcome
from federation.standards.bundle import Standards
from federation.standards.calendar import china_time
from federation.standards.catalogue import CodeSet, ReasonTexts, parse_code_set
from federation.standards.identity import CodeKind
from federation.standards.masking import Masking
from federation.standards.reading import shipped
from node.audit.answers import JudgedAnswer, record_of
from node.audit.excerpts import excerpt_items
from node.audit.wide.answers import JudgedWide

_STYLE = (
    "body{font:14px/1.5 'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;max-width:52em;margin:2em auto;"
    "padding:0 1em;color:#111}h1{font-size:1.6em}h2{font-size:1.15em;border-bottom:1px solid #888;margin-top:1.6em}"
    "table{border-collapse:collapse;width:100%;margin:.6em 0;page-break-inside:avoid}"
    "th,td{border:1px solid #bbb;padding:.25em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{width:32%;font-weight:normal;background:#f3f3f3}.none{color:#555}.code{font-family:monospace;font-size:1.1em}"
    ".box{border:2px solid #111;padding:.5em 1em}@page{size:A4;margin:18mm}"
)
_LIST_SECTIONS = {ListKind.RED: "good-faith", ListKind.BLACK: "serious-dishonesty", ListKind.WATCH: "abnormal"}
_BECAME = {
    Became.ANSWERED: "已答复 / answered",
    Became.REFUSED: "拒绝 / refused",
    Became.UNREACHABLE: "无法连接 / unreachable",
    Became.TOO_SLOW: "超时 / too slow",
    Became.INVALID: "答复无效 / invalid answer",
    Became.NOT_ASKED: "未询问 / not asked",
}
_WHOLE = {
    Completeness.COMPLETE: "完整：应询问的成员均已答复。/ Complete: whoever was to be asked has answered.",
    Completeness.NARROWED: "按最小必要未询问全部成员。/ Narrowed on purpose: not everybody was asked.",
    Completeness.PARTIAL: "不完整：有成员未答复或未答全。/ Partial: somebody has not answered, or not with all.",
}
_GROUP = 4
_FEN = 100


def verification_code(raw: bytes) -> str:
    """The code of a kept answer: its SHA-256 in hex, in groups of four."""
    digest = hashlib.sha256(raw).hexdigest()
    return " ".join(digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP))


def render_report(raw: bytes, judged: JudgedAnswer, standards: Standards) -> bytes:
    """Renders a proven answer.

    Args:
        raw: the file that was judged.
        judged: what was found of it.
        standards: the sentences of reason codes, and how what is personal is shown.

    Returns:
        HTML in UTF-8, in Chinese and English.

    Raises:
        Misuse: ANSWER_NOT_PROVEN, nobody is to print what is not proven.
    """
    question, answer = judged.question, judged.answer
    if judged.verdict is not Verdict.PROVEN or question is None or answer is None:
        raise Misuse("ANSWER_NOT_PROVEN", "verify-answer says why")
    page, body = _page()
    _table(body, _about(question, answer, standards.masking))
    _box(body, verification_code(raw))
    _answer(body, answer, judged, standards)
    return _printed(page)


def render_wide_report(raw: bytes, judged: JudgedWide, standards: Standards) -> bytes:
    """Renders many proven answers, each apart, after a table of what became of every member.

    Args:
        raw: the file that was judged.
        judged: what was found of it.
        standards: as for one answer.

    Returns:
        As for one answer.

    Raises:
        Misuse: ANSWER_NOT_PROVEN.
    """
    if judged.verdict is not Verdict.PROVEN:
        raise Misuse("ANSWER_NOT_PROVEN", "verify-answer says why")
    page, body = _page()
    SubElement(body, "p").text = _WHOLE[judged.completeness]
    _table(body, (_member(each.outcome, standards.reasons) for each in judged.members))
    _box(body, verification_code(raw))
    for member in judged.members:
        if (found := member.judged) is not None and found.question is not None and found.answer is not None:
            SubElement(body, "h1").text = f"{member.outcome.member} 的答复 / Answer of {member.outcome.member}"
            _table(body, _about(found.question, found.answer, standards.masking))
            _answer(body, found.answer, found, standards)
    return _printed(page)


def _page() -> tuple[Element, Element]:
    page = Element("html", lang="zh-CN")
    head, body = SubElement(page, "head"), SubElement(page, "body")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "title").text = "公共信用信息报告"
    SubElement(head, "style").text = _STYLE
    SubElement(body, "h1").text = "公共信用信息报告 / Public credit information report"
    return page, body


def _printed(page: Element) -> bytes:
    html: bytes = tostring(page, encoding="utf-8", method="html")
    return b"<!DOCTYPE html>\n" + html


def _answer(body: Element, answer: Answer, judged: JudgedAnswer, standards: Standards) -> None:
    """One answer, section by section, and what it rests on."""
    for section, records in _sections(answer.findings):
        _section(body, section, records, standards)
    _heads(body, judged)
    _gaps(body, answer, standards.reasons)


def _member(outcome: MemberOutcome, reasons: ReasonTexts) -> tuple[str, str]:
    """What became of one member."""
    text = _BECAME[outcome.became]
    if outcome.reason:
        told = reasons.of(outcome.reason)
        text = f"{text}：{told.zh} / {told.en}"
    if outcome.stands_for:
        text = f"{text}；代替 / in place of {outcome.stands_for}，{china_time(outcome.as_of_ms)}"
    return outcome.member, text


def _about(question: Question, answer: Answer, masking: Masking) -> Iterator[tuple[str, str]]:
    known = {
        identity.name
        for identity in map(_identity, (record_of(each.evidence) for each in answer.findings))
        if identity is not None
    }
    person = question.code_kind is not CodeKind.USCC
    names = "、".join(sorted(masking.name.of(name) if person else name for name in known))
    yield "主体 / Subject", f"{names} {masking.number.of(question.code) if person else question.code}".strip()
    yield "查询方 / Asked by", f"{question.requester}，{china_time(question.asked_at_ms)}"
    yield "答复方 / Answered by", f"{answer.responder}，{china_time(answer.answered_at_ms)}"
    yield "目的与依据 / Purpose, legal basis", f"{question.purpose}；{question.legal_basis}；{question.case_number}"
    yield "查询编号 / Exchange", question.exchange_id
    if answer.disclosure:
        yield "披露规则 / Rules of disclosure", answer.disclosure
    more = "；还有更多，以上为部分 / and more: this is a part" if answer.truncated else ""
    yield "记录 / Records", f"{len(answer.findings)}{more}"


def _box(body: Element, code: str) -> None:
    box = SubElement(body, "div", {"class": "box"})
    SubElement(box, "p").text = (
        "已核验：问答双方签名有效，每条记录均在来源数据流中。本页本身不是证据；证据是答复文件，"
        "用 xinqiao verify-answer 离线核验。不能证明事实本身是否属实，或答复方是否告知了其持有的全部信息。"
    )
    SubElement(box, "p").text = (
        "Checked: both signatures hold, each record is in its origin's feed. This page proves nothing by itself; "
        "the answer file does, by xinqiao verify-answer, offline. What is not proven: that the facts are right, or "
        "that the responder told all that it held."
    )
    SubElement(box, "p").text = "验证码（答复文件的 SHA-256）/ Verification code, SHA-256 of the answer file:"
    SubElement(box, "p", {"class": "code"}).text = code


def _sections(findings: Sequence[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """Every section in its order, with its records."""
    placed: dict[str, list[Finding]] = {code: [] for code in _codes("report-sections").codes}
    for finding in findings:
        excerpt = finding.excerpt
        section = _section_of(record_of(finding.evidence)) if excerpt is None else _section_of_part(finding, excerpt)
        placed[section].append(finding)
    yield from placed.items()


def _section_of(record: Record | str) -> str:
    match record:
        case Licence() | Penalty():
            return "administration"
        case ListEntry(kind=kind):
            return _LIST_SECTIONS[kind]
        case _:
            return "other"


def _section_of_part(finding: Finding, excerpt: Excerpt) -> str:
    """The section of a record that is shown in part: its leaf says what kind of record it is."""
    match kind_of(Leaf.decode(finding.evidence.leaf).schema):
        case kind if kind in (Licence, Penalty):
            return "administration"
        case kind if kind is ListEntry and excerpt.plain("kind") in ListKind.__members__:
            return _LIST_SECTIONS[ListKind[str(excerpt.plain("kind"))]]
        case _:
            return "other"


def _section(body: Element, section: str, findings: Sequence[Finding], standards: Standards) -> None:
    code = _codes("report-sections").codes[section]
    SubElement(body, "h2").text = f"{code.zh} / {code.en}（{len(findings)}）"
    if not findings:
        SubElement(body, "p", {"class": "none"}).text = "答复中没有 / None in this answer"
    for finding in findings:
        _table(body, _told(finding, standards))


def _told(finding: Finding, standards: Standards) -> Iterator[tuple[str, str]]:
    """One record, the acts on it, and where it stands."""
    reasons = standards.reasons
    if finding.excerpt is None:
        yield from _items(record_of(finding.evidence))
    else:
        yield "仅提供部分 / In part", _sentence("RECORD_IN_PART", reasons)
        yield from excerpt_items(finding.excerpt, standards.masking)
    for act in finding.acts:
        for name, value in _items(record_of(act)) if not act.bare else ():
            yield f"后续处理 / Act: {name}", value
    texts = [_sentence(code, reasons) for code in finding.reasons]
    yield "答复方的判断 / Standing at the responder", "；".join((finding.standing.value, *texts))
    yield "来源 / Origin", f"{finding.evidence.origin}，第 {finding.evidence.index} 条 / entry {finding.evidence.index}"


def _sentence(code: str, reasons: ReasonTexts) -> str:
    return f"{reasons.of(code).zh} / {reasons.of(code).en}"


def _items(record: Record | str) -> Iterator[tuple[str, str]]:
    """What is shown of a record, in the order of the items."""
    if isinstance(record, str):
        yield "无法读取 / Cannot be read", record
        return
    values: Mapping[str, Any] = dict(record)
    for code in _codes("report-items").codes.values():
        value = values.get(code.code.replace("-", "_"))
        if value not in (None, "", ()):
            yield f"{code.zh} / {code.en}", _text(code.code, value)


def _text(item: str, value: object) -> str:
    match value:
        case Authority(name=name, code=code):
            return f"{name}（{code}）"
        case Enum():
            return str(value.value)
        case tuple():
            return "；".join(_text(item, each) for each in value)
        case int() if item.endswith("-fen"):
            return f"{value // _FEN}.{value % _FEN:02d}"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _heads(body: Element, judged: JudgedAnswer) -> None:
    SubElement(body, "h2").text = "答复所依据的检查点 / Checkpoints it rests on"
    _table(body, ((head.origin, f"{head.size} 条 / entries，{head.root.hex()}") for head in judged.heads))


def _gaps(body: Element, answer: Answer, reasons: ReasonTexts) -> None:
    """The feeds that nothing is said from, when there are any."""
    if answer.gaps:
        SubElement(body, "h2").text = "未据以作答的数据流 / Nothing is said from"
        _table(body, ((gap.origin, _sentence(gap.reason, reasons)) for gap in answer.gaps))


def _table(body: Element, rows: Iterator[tuple[str, str]]) -> None:
    table = SubElement(body, "table")
    for name, value in rows:
        row = SubElement(table, "tr")
        SubElement(row, "th").text = name
        SubElement(row, "td").text = value


def _identity(record: Record | str) -> Identity | None:
    return record.identity if isinstance(record, Licence | Penalty | ListEntry | AgencyFiling) else None


@cache
def _codes(name: str) -> CodeSet:
    """A code set that ships with the program."""
    place = f"{name}@1.toml"
    return parse_code_set(shipped(place), name, place)
