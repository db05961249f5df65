# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`loop`: what was issued, answered and overdue, and the monthly report of cases."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import Misuse
from federation.rules.loop.tally import Counts, Line, Side
from federation.rules.rule_book import RuleBook
from node.assemble.loop import loop_counts, write_report
from node.cli.opening import CURRENT, AsJson, NodeFolder, day_of, desk_at, today
from node.cli.printing import Document, print_json, print_table, print_text, problem_line, sign_of_life
from node.loop.counting import Counted
from node.loop.ports import Wanted

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_SIDES = {Side.INITIATED: "发起 / initiated", Side.IMPLEMENTED: "实施 / implemented"}


class ReportFormat(StrEnum):
    """Formats of the report."""

    CSV = "csv"
    XLSX = "xlsx"


AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="统计截至日期，默认今天 / As of this day; today")
]
Month = Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="报送月份 / Month of the report")]
Format = Annotated[ReportFormat, typer.Option("--format", help="文件格式 / Format of the file")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="写入的文件，默认在当前文件夹 / File to write; here by default"),
]
Received = Annotated[
    bool,
    typer.Option("--received", help="其他地区对本地名单的反馈，而非本地的 / What other regions did about own entries"),
]

loop = typer.Typer(
    help="联合奖惩闭环：统计、月度案例报送 / The loop of joint measures: counts, monthly report",
    invoke_without_command=True,
)


@loop.callback()
def show_loop(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """显示今天的统计 / Show the counts of today."""
    if ctx.invoked_subcommand is None:
        _show(today(), node, as_json=as_json)


@loop.command("stats")
def stats(as_of: AsOf = None, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """按部门和地区统计发起、反馈、逾期 / Issued, answered and overdue, per department and region."""
    _show(day_of(as_of, "--as-of") if as_of else today(), node, as_json=as_json)


def _show(day: date, node: Path, *, as_json: bool) -> None:
    with desk_at(node) as desk, sign_of_life("统计 / counting"):
        counted = loop_counts(desk, day)
        names = _names(desk.book)
    if as_json:
        lines = [_document(line, counts, names) for line, counts in counted.tally.lines()]
        print_json({"as_of": day.isoformat(), "lines": lines, "unfounded": dict(counted.unfounded)})
    else:
        _print(day.isoformat(), counted, names)


def _names(book: RuleBook) -> Mapping[str, str]:
    """Names of public bodies by unified code."""
    named = {body.code: body.name for measure in book.measures for body in measure.implementing_bodies}
    return {**{code: bodies[-1].name for code, bodies in book.authorities.items()}, **named}


def _document(line: Line, counts: Counts, names: Mapping[str, str]) -> Document:
    department = {"department": line.department or None, "name": names.get(line.department)}
    return {"side": line.side.value, **department, "region": line.region, **asdict(counts)}


def _print(day: str, counted: Counted, names: Mapping[str, str]) -> None:
    columns = (
        "环节 / Side",
        "部门 / Department",
        "对方地区 / Region",
        "应反馈 / Issued",
        "已反馈 / Answered",
        "逾期 / Overdue",
        "采取 / Accepted",
        "不适用 / Not applicable",
        "不予采取 / Refused",
        "已解除 / Lifted",
    )
    rows = [
        (
            _SIDES[line.side],
            names.get(line.department, line.department) or "—",
            line.region,
            *map(str, asdict(counts).values()),
        )
        for line, counts in counted.tally.lines()
    ]
    print_table(f"联合奖惩闭环，截至 / Loop of joint measures as of {day}", columns, rows)
    for reason, number in sorted(counted.unfounded.items()):
        print_text(f"无效反馈 / Feedback without effect: {number} × {problem_line(reason, '')}")


@loop.command("report")
def report(
    month: Month,
    *,
    form: Format = ReportFormat.XLSX,
    out: Out = None,
    received: Received = False,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """导出月度案例报表 / Write the monthly report of cases."""
    matched = _MONTH.fullmatch(month)
    if matched is None:
        raise Misuse("DATE_MALFORMED", "--month: write YYYY-MM")
    period = "".join(matched.groups())
    target = out or Path(f"loop-{'received' if received else 'given'}-{month}.{form.value}")
    with desk_at(node) as desk:
        count = write_report(desk, target, form.value, Wanted(not received, period))
    if as_json:
        print_json({"file": str(target), "cases": count, "period": period})
    else:
        print_text(f"{target}: {count} 件 / cases")
