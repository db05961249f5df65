# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What people and machines are told: a table, plain lines, JSON and JUnit XML.

Whatever came from the node is made inert first: control, bidirectional and other unprintable characters are spelled
out, and long text is cut, so that a hostile node can neither forge a line nor break a viewer.
"""

import json
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from conformance.verdict import Conclusion, Judgement, Result, Status, Text

MAX_TEXT = 500
_COLOURS = {
    Status.PASSED: "green",
    Status.FAILED: "red",
    Status.NOT_TESTABLE: "yellow",
    Status.HARNESS_ERROR: "magenta",
}
_CHINESE = {
    Conclusion.CONFORMANT: "符合",
    Conclusion.NOT_CONFORMANT: "不符合",
    Conclusion.INCONCLUSIVE: "无法判定",
}


def inert(text: str) -> str:
    """Return a text that is safe to show: printable, one line, at most 500 characters."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text[:MAX_TEXT])
    return shown + ("…" if len(text) > MAX_TEXT else "")


def verdict_line(result: Result) -> str:
    """Return the conclusion in both languages with its counts."""
    counts = ", ".join(f"{count} {status}" for status in Status if (count := _count(result, status)))
    partial = "; partial run" if result.partial else ""
    return f"{result.conclusion} {_CHINESE[result.conclusion]}: {counts or 'no case ran'}{partial}"


def _count(result: Result, status: Status) -> int:
    return sum(judgement.status is status for judgement in result.judgements)


def failure_lines(judgement: Judgement) -> list[str]:
    """Return what is to be said of a judgement that is no pass: case, clause, reason, expected, actual, cure."""
    case, mend = judgement.case, judgement.case.mend
    if judgement.status is Status.NOT_TESTABLE:
        mend = Text("supply what is missing, then run again", "补齐所缺的配置或数据后重新运行")
    return [
        f"{judgement.status} {case.id} {' '.join(case.clauses)} {judgement.reason}",
        f"  expected: {inert(judgement.expected)}",
        f"  actual:   {inert(judgement.actual)}",
        f"  mend:     {mend.en}",
        f"  修正:     {mend.zh}",
    ]


def show(result: Result, console: Console) -> None:
    """Print a result: a table on a terminal, one line a case in a pipe; then every failure in full."""
    if console.is_terminal:
        console.print(_table(result))
    else:
        for judgement in result.judgements:
            line = f"{judgement.status:<13} {judgement.case.id:<24} {judgement.case.title.en}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    failed = [judgement for judgement in result.judgements if judgement.status is not Status.PASSED]
    for line in (line for judgement in failed for line in ("", *failure_lines(judgement))):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(f"\n{verdict_line(result)}", markup=False, highlight=False, soft_wrap=True)


def _table(result: Result) -> Table:
    table = Table(title=escape(f"{result.node_id} at {inert(result.target)}"))
    for name in ("case", "clause", "title / 名称", "ms", "status"):
        table.add_column(name, justify="right" if name == "ms" else "left")
    for judgement in result.judgements:
        case, colour = judgement.case, _COLOURS.get(judgement.status, "white")
        title = f"{case.title.en}\n{case.title.zh}"
        status = f"[{colour}]{judgement.status}[/{colour}]"
        table.add_row(case.id, " ".join(case.clauses), title, str(judgement.milliseconds), status)
    return table


def to_json(result: Result) -> str:
    """Return a result as one JSON object, indented, ending in a newline."""
    document = {
        "target": result.target,
        "node_id": result.node_id,
        "started_at": datetime.fromtimestamp(result.started_at_ms / 1000, UTC).isoformat(timespec="milliseconds"),
        "conclusion": result.conclusion,
        "exit_code": result.exit_code,
        "partial": result.partial,
        "planned": list(result.planned),
        "cases": [_as_dict(judgement) for judgement in result.judgements],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _as_dict(judgement: Judgement) -> dict[str, Any]:
    case = judgement.case
    return {
        "id": case.id,
        "clauses": list(case.clauses),
        "title": {"en": case.title.en, "zh": case.title.zh},
        "status": judgement.status,
        "reason": judgement.reason,
        "expected": inert(judgement.expected),
        "actual": inert(judgement.actual),
        "mend": {"en": case.mend.en, "zh": case.mend.zh},
        "milliseconds": judgement.milliseconds,
    }


def to_junit(result: Result) -> str:
    """Return a result as JUnit XML. A case that could not be judged is a failure, one that broke an error."""
    suite = ET.Element(
        "testsuite",
        name=f"creditexchange.v1 {result.node_id}",
        tests=str(len(result.judgements)),
        failures=str(_count(result, Status.FAILED) + _count(result, Status.NOT_TESTABLE)),
        errors=str(_count(result, Status.HARNESS_ERROR) + (1 if result.partial else 0)),
    )
    for judgement in result.judgements:
        _junit_case(suite, judgement)
    if result.partial:
        case = ET.SubElement(suite, "testcase", classname="creditexchange.v1", name="completeness")
        ET.SubElement(case, "error", type="PARTIAL", message="fewer cases ran than are planned")
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _junit_case(suite: ET.Element, judgement: Judgement) -> None:
    seconds = f"{judgement.milliseconds / 1000:.3f}"
    clause = " ".join(judgement.case.clauses)
    case = ET.SubElement(suite, "testcase", classname=clause, name=judgement.case.id, time=seconds)
    if judgement.status is Status.PASSED:
        return
    kind = "error" if judgement.status is Status.HARNESS_ERROR else "failure"
    problem = ET.SubElement(case, kind, type=judgement.reason, message=inert(judgement.actual))
    problem.text = "\n".join(failure_lines(judgement))
