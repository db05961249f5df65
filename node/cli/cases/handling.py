# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`cases`: what was filed here or is decided here, and the steps of whoever decides or withdraws."""

from pathlib import Path
from typing import Annotated

import typer

from federation.errors import AccessFault, Misuse
from federation.records.case import CaseKind, CaseOutcome, CaseState
from node.assemble.desk import Desk
from node.cases.docket import Step
from node.cases.letter import CaseName
from node.cases.ports import CaseFile
from node.cli.cases.shown import case_document, case_row, show_case, waiting_document
from node.cli.opening import CURRENT, AsJson, NodeFolder, day_of, desk_at
from node.cli.printing import ExitCode, print_json, print_problem, print_table, print_text

MAX_SHOWN = 1000

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="案件编号 / Case id")]
OpenOption = Annotated[bool, typer.Option("--open", help="只列未办结的 / Only those that are not closed")]
WhyOption = Annotated[str | None, typer.Option("--why", metavar="TEXT", help="说明，至多 1000 字 / Explanation")]
OutcomeOption = Annotated[
    CaseOutcome,
    typer.Option(
        "--outcome",
        help="驳回、移出、更正、补充、终止披露、修复 / How: the entry stays, or ends as removed, repaired, …",
    ),
]
DocumentOption = Annotated[
    str | None, typer.Option("--document", metavar="NUMBER", help="决定文号 / Number of the decision")
]
DateOption = Annotated[
    str | None, typer.Option("--date", metavar="DATE", help="决定日期（YYYY-MM-DD）/ Day of the decision")
]

cases = typer.Typer(help="异议和修复案件：列出、查看、办理 / Cases: list, show, handle", invoke_without_command=True)


@cases.callback()
def list_cases(
    ctx: typer.Context, only_open: OpenOption = False, node: NodeFolder = CURRENT, as_json: AsJson = False
) -> None:
    """列出在本节点提出或由本节点处理的案件 / List the cases filed here or decided here."""
    if ctx.invoked_subcommand is not None:
        return
    show_cases(node, None, only_open=only_open, as_json=as_json)


def show_cases(node: Path, kind: CaseKind | None, *, only_open: bool = False, as_json: bool) -> None:
    """Shows the cases of a kind, or all, and what waits to be handed on."""
    with desk_at(node) as desk:
        found = [
            file
            for file in desk.reader.cases(only_open=only_open, limit=MAX_SHOWN)
            if kind is None or file.kind is kind
        ]
        waiting = desk.reader.letters_waiting(MAX_SHOWN)
    if as_json:
        print_json({"cases": list(map(case_document, found)), "waiting": list(map(waiting_document, waiting))})
        return
    where = ("案件 / Case", "类别 / Kind", "条目 / Entry", "提出 / Filed", "处理 / Decides")
    columns = (*where, "状态 / State", "期限 / Due", "注意 / Look")
    print_table(f"案件 / Cases: {len(found)}", columns, map(case_row, found))
    for letter in waiting:
        named = f"{letter.name.case.case_id} {letter.name.part}"
        print_text(f"待送 / waiting: {named} → {letter.destination} {letter.reason}")


@cases.command()
def show(case: CaseArgument, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """查看一个案件及其全部声明 / Show one case, and every statement about it."""
    with desk_at(node) as desk:
        file = _found(desk, case)
        letters = [each for each in desk.reader.case_letters(case) if each.name.case == file.name]
        show_case(file, letters, desk.standards.reasons, as_json=as_json)


@cases.command()
def accept(case: CaseArgument, why: WhyOption = None, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """受理 / Take a case up."""
    _handle(node, case, Step(CaseState.ACCEPTED, explanation=why), as_json=as_json)


@cases.command()
def refuse(
    case: CaseArgument,
    *,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="不予受理的理由 / Why it is not taken up")],
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """不予受理 / Close a case without deciding on its substance."""
    _handle(node, case, Step(CaseState.NOT_ACCEPTED, explanation=why), as_json=as_json)


@cases.command()
def extend(
    case: CaseArgument,
    *,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="延长的理由 / Why the decision is put off")],
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """延长办理期限一次，规则允许的天数 / Put the decision off, once, by as long as the rules allow."""
    _handle(node, case, Step(CaseState.EXTENDED, explanation=why), as_json=as_json)


@cases.command()
def decide(  # noqa: PLR0913 - a command's arguments are its options
    case: CaseArgument,
    *,
    outcome: OutcomeOption,
    document: DocumentOption = None,
    day: DateOption = None,
    why: WhyOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """作出决定；支持的，条目随之终止 / Decide a case; what is granted ends the entry."""
    decided_on = day_of(day, "--date") if day is not None else None
    _handle(node, case, Step(CaseState.DECIDED, outcome, why, document, decided_on), as_json=as_json)


@cases.command()
def withdraw(case: CaseArgument, why: WhyOption = None, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """撤回在本节点提出的案件 / Take back a case that was filed here."""
    _handle(node, case, Step(CaseState.WITHDRAWN, explanation=why), as_json=as_json)


def _handle(node: Path, case: str, step: Step, *, as_json: bool) -> None:
    with desk_at(node) as desk:
        name = _found(desk, case).name
        not_done = desk.handle_case(name, step)
        if not_done is not None:
            print_problem(not_done.reason, not_done.field, desk.standards.reasons)
            raise typer.Exit(ExitCode.REFUSED)
        desk.publish_pending()
        file = _found(desk, case, name)
    if as_json:
        print_json(case_document(file))
    else:
        print_text(f"{file.name.case_id}: {file.state or file.phase}")


def _found(desk: Desk, case_id: str, name: CaseName | None = None) -> CaseFile:
    """The case under an id.

    Raises:
        AccessFault: CASE_UNKNOWN.
        Misuse: CASE_AMBIGUOUS, two nodes chose the same id.
    """
    found = [file for file in desk.reader.case_files(case_id) if name in {None, file.name}]
    if not found:
        raise AccessFault("CASE_UNKNOWN", case_id[:64])
    if len(found) > 1:
        raise Misuse("CASE_AMBIGUOUS", ", ".join(file.name.filed_at for file in found))
    return found[0]
