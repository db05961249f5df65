# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`verify-answer` and `report`: what kept answers prove, one or many, and a page of them for people. Need no node."""

from pathlib import Path
from typing import Annotated

import typer

from federation.errors import Misuse
from federation.rules.audit.proof import Finding as Problem
from federation.rules.audit.proof import Verdict
from federation.standards.bundle import Standards, shipped_standards
from node.audit.answers import answered_at_ms, judge_answer
from node.audit.report import render_report, render_wide_report, verification_code
from node.audit.trust import read_trust
from node.audit.wide.answers import judge_wide, kept_at_ms
from node.audit.wide.bundle import MAX_WIDE_BUNDLE_BYTES, is_wide
from node.cli.auditing.answers import verify_one
from node.cli.auditing.files import EXITS, write_alone
from node.cli.auditing.options import TrustOption
from node.cli.auditing.wide_answers import verify_widely
from node.cli.opening import AsJson
from node.cli.printing import print_facts, print_json, print_problem, problem_line

AnswerFile = Annotated[Path, typer.Argument(metavar="FILE", help="答复文件 / Answer file, as `query --save` wrote it")]
ReportFile = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="要写出的 HTML 文件 / HTML file to write")
]


def verify_answer(file: AnswerFile, trust: TrustOption, as_json: AsJson = False) -> None:
    """离线核验保存的答复：已证明、被改动或无法核验 / Check a kept answer: proven, altered, could not be checked."""
    raw = _read(file)
    verify = verify_widely if is_wide(raw) else verify_one
    raise typer.Exit(EXITS[verify(raw, trust, as_json=as_json)])


def report(file: AnswerFile, trust: TrustOption, output: ReportFile, as_json: AsJson = False) -> None:
    """把已获证明的答复做成信用报告（HTML，可打印）/ Make a credit report of proven answers: HTML, to be printed."""
    raw, standards = _read(file), shipped_standards()
    size = write_alone(output, (_page(raw, trust, standards),))
    code = verification_code(raw)
    if as_json:
        print_json({"file": str(output), "bytes": size, "verification_code": code})
    else:
        facts = [("文件 / file", str(output)), ("验证码 / verification code", code)]
        print_facts("信用报告已写出 / The credit report is written", facts)


def _page(raw: bytes, trust: Path, standards: Standards) -> bytes:
    """The page; ends the command where something is not proven."""
    if is_wide(raw):
        wide = judge_wide(raw, read_trust(trust, kept_at_ms(raw)))
        parts = [each.judged.findings for each in wide.members if each.judged is not None]
        problems = [each for found in (wide.findings, *parts) for each in (*found.whole, *found.told)]
        _require_proven(wide.verdict, problems, standards)
        return render_wide_report(raw, wide, standards)
    judged = judge_answer(raw, read_trust(trust, answered_at_ms(raw)))
    _require_proven(judged.verdict, [*judged.findings.whole, *judged.findings.told], standards)
    return render_report(raw, judged, standards)


def _require_proven(verdict: Verdict, problems: list[Problem], standards: Standards) -> None:
    if verdict is not Verdict.PROVEN:
        print_problem("ANSWER_NOT_PROVEN", problem_line(problems[0].reason, "", standards.reasons))
        raise typer.Exit(EXITS[verdict])


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_WIDE_BUNDLE_BYTES + 1)
    except FileNotFoundError:
        raise Misuse("FILE_NOT_FOUND", f"there is no file {file}") from None
    except OSError as wrong:
        raise Misuse("FILE_UNREADABLE", f"{file}: {wrong.strerror}") from None
