# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`check`: which measures follow for one or many subjects, as business systems are told."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import CallerFault, FieldFault, Misuse
from federation.rules.agreement import Measure
from federation.standards.bundle import Standards
from federation.standards.catalogue import ReasonTexts
from federation.standards.identity import normalise
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at
from node.cli.printing import (
    Document,
    ExitCode,
    print_facts,
    print_json,
    print_table,
    print_text,
    reason_documents,
    reason_lines,
)
from node.query.business import MAX_CODES, BatchChecked, SubjectResult, SubjectState, Wanted

MAX_FILE_BYTES = 1024 * 1024
"""Of a file of codes, one a line."""
_USCC_LENGTH = 18
_WORDS = {
    SubjectState.KNOWN: "已知 / known",
    SubjectState.UNKNOWN: "未知 / unknown",
    SubjectState.REFUSED: "代码有误 / refused",
}

CodesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="CODE...", help="统一社会信用代码或公民身份号码 / Codes to check")
]
FileOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="每行一个代码的文件 / A file with one code a line")
]
DepartmentOption = Annotated[
    str | None,
    typer.Option("--department", metavar="CODE", help="只看该实施部门的措施 / Only measures that this body implements"),
]
MeasureOption = Annotated[str | None, typer.Option("--measure", metavar="CODE", help="只看该措施 / Only this measure")]


def check(
    codes: CodesArgument = None,
    *,
    file: FileOption = None,
    department: DepartmentOption = None,
    measure: MeasureOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """批量核查主体：名单、备案及应采取的措施 / Check subjects: lists, filings, and the measures that follow."""
    asked = [normalise(code) for code in (*(codes or ()), *_lines(file))]
    if not 1 <= len(asked) <= MAX_CODES:
        raise Misuse("USAGE_WRONG", f"give 1 to {MAX_CODES} codes, as arguments or by --file")
    with desk_at(node) as desk:
        try:
            found = desk.business.batch(asked, Wanted(department, measure))
        except FieldFault as fault:
            raise Misuse(fault.reason, fault.field) from None
        except CallerFault as fault:
            raise Misuse(fault.reason, fault.detail) from None
        reasons = desk.standards.reasons
    if as_json:
        print_json(_document(found, reasons))
    else:
        _print(found, desk.standards)
    if any(result.state is SubjectState.REFUSED for result in found.results):
        raise typer.Exit(ExitCode.REFUSED)


def _lines(file: Path | None) -> Sequence[str]:
    """The codes of a file; blank lines are left out.

    Raises:
        Misuse: FILE_TOO_LARGE, or FILE_UNREADABLE.
    """
    if file is None:
        return ()
    try:
        with file.open("rb") as opened:
            raw = opened.read(MAX_FILE_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Misuse("FILE_UNREADABLE", str(file)) from None
    if len(raw) > MAX_FILE_BYTES:
        raise Misuse("FILE_TOO_LARGE", f"{file}: over {MAX_FILE_BYTES} bytes")
    return [line.strip() for line in text.split("\n") if line.strip()]


def measure_document(measure: Measure) -> Document:
    """A measure as JSON."""
    return {
        "code": measure.code,
        "title_zh": measure.title_zh,
        "title_en": measure.title_en,
        "basis": measure.basis,
        "implementers": [{"code": body.code, "name": body.name} for body in measure.implementing_bodies],
    }


def _document(found: BatchChecked, reasons: ReasonTexts) -> Document:
    return {
        "results": [_result(result, found, reasons) for result in found.results],
        "measures": [measure_document(measure) for measure in found.catalogued],
        "freshness": {origin: fresh.value for origin, fresh in sorted(found.freshness.items())},
    }


def _result(result: SubjectResult, found: BatchChecked, reasons: ReasonTexts) -> Document:
    holdings = [
        {
            "origin": made.origin,
            "index": made.index,
            "dataset": made.dataset.value,
            "standing": made.standing.value,
            "reasons": reason_documents(made.reasons, reasons),
            "measures": list(made.measures),
            "freshness": found.freshness[made.origin].value,
        }
        for made in result.decisions
    ]
    return {
        "code": result.code,
        "state": result.state.value,
        "reason": reason_documents([result.reason], reasons)[0] if result.reason else None,
        "holdings": holdings,
        "measures": list(result.measures),
        "truncated": result.truncated,
    }


def _print(found: BatchChecked, standards: Standards) -> None:
    columns = ("主体 / Subject", "状态 / State", "条目 / Entries", "原因 / Reasons", "措施 / Measures")
    print_table(f"核查 / Checked: {len(found.results)}", columns, [_row(result, standards) for result in found.results])
    if found.catalogued:
        facts = [(measure.code, _named(measure)) for measure in found.catalogued]
        print_facts("措施 / Measures", facts)
    stale = sorted(origin for origin, fresh in found.freshness.items() if fresh.value != "fresh")
    if stale:
        print_text(f"以下数据流不新鲜，结果可能过时 / Not fresh, may be outdated: {' '.join(stale)}")


def _row(result: SubjectResult, standards: Standards) -> tuple[str, ...]:
    code = result.code
    personal = len(code) == _USCC_LENGTH and code[6:8] in {"18", "19", "20"}
    entries = "\n".join(f"{made.origin} {made.index} {made.standing.value}" for made in result.decisions)
    why = dict.fromkeys(reason for made in result.decisions for reason in made.reasons)
    said = reason_lines([result.reason] if result.reason else list(why), standards.reasons)
    more = "\n…" if result.truncated else ""
    shown = standards.masking.number.of(code) if personal or len(code) != _USCC_LENGTH else code
    return shown, _WORDS[result.state], entries + more, said, " ".join(result.measures)


def _named(measure: Measure) -> str:
    bodies = "、".join(body.name for body in measure.implementing_bodies)
    return f"{measure.title_zh} / {measure.title_en} · {measure.basis}" + (f" · {bodies}" if bodies else "")
