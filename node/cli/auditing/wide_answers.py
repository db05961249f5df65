# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A file of many answers, judged and shown: each pair by itself, and what is missing by its name."""

from pathlib import Path

from federation.rules.audit.proof import Verdict
from federation.standards.bundle import shipped_standards
from federation.standards.catalogue import ReasonTexts
from node.audit.trust import read_trust
from node.audit.wide.answers import JudgedMember, JudgedWide, judge_wide, kept_at_ms
from node.cli.auditing.answers import answer_document, show_answer
from node.cli.auditing.files import problem_document
from node.cli.auditing.outcomes import outcome_document, show_outcomes
from node.cli.printing import Document, print_facts, print_json, print_table, problem_line


def verify_widely(raw: bytes, trust: Path, *, as_json: bool) -> Verdict:
    """Judges a file of many answers, and shows what was found."""
    judged, standards = judge_wide(raw, read_trust(trust, kept_at_ms(raw))), shipped_standards()
    if as_json:
        print_json(_document(judged, standards.reasons))
        return judged.verdict
    for member in judged.members:
        if member.judged is not None:
            show_answer(member.judged, standards)
    show_outcomes([member.outcome for member in judged.members])
    problems = [(found.verdict.value, problem_line(found.reason, found.detail)) for found in judged.findings.whole]
    if problems:
        print_table(f"整体问题 / Findings of the whole: {len(problems)}", ("结论 / Verdict", "原因 / Reason"), problems)
    print_facts(_WORDS[judged.verdict], [("保存方 / kept by", judged.requester)])
    return judged.verdict


_WORDS = {
    Verdict.PROVEN: "✓ 整个文件已证明，缺少者已列明 / The whole file is proven; who is missing is named",
    Verdict.ALTERED: "✗ 已证明被改动 / Proven altered",
    Verdict.UNCHECKED: "? 无法核验 / Could not be checked",
}


def _document(judged: JudgedWide, reasons: ReasonTexts) -> Document:
    return {
        "verdict": judged.verdict.value,
        "completeness": judged.completeness.value,
        "requester": judged.requester or None,
        "made_at_ms": judged.made_at_ms or None,
        "members": [_member(each, reasons) for each in judged.members],
        "findings": [problem_document(each, reasons) for each in judged.findings.whole],
    }


def _member(member: JudgedMember, reasons: ReasonTexts) -> Document:
    answer = None if member.judged is None else answer_document(member.judged, reasons)
    return outcome_document(member.outcome, reasons) | {"answer": answer}
