# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`objection file` and `repair apply`: a case is filed at this node, whichever node decides it."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from federation.errors import FieldFault, Misuse
from federation.records.case import CaseDocument, CaseKind
from node.assemble.desk import Desk
from node.cases.window import Application, NotFiled
from node.cli.cases.handling import show_cases
from node.cli.opening import (
    CURRENT,
    AsJson,
    IndexArgument,
    NodeFolder,
    OriginArgument,
    desk_at,
    document_sha256,
    origin_of,
)
from node.cli.printing import ExitCode, print_facts, print_json, print_problem

ApplicantOption = Annotated[
    str, typer.Option("--applicant", metavar="NAME", help="申请人名称或姓名 / The applicant's name")
]
CodeOption = Annotated[
    str,
    typer.Option(
        "--code", metavar="NUMBER", help="申请人代码或证件号码，只留加盐摘要 / Its number; only a salted hash is kept"
    ),
]
GroundsOption = Annotated[
    str, typer.Option("--grounds", metavar="TEXT", help="理由，至多 2000 字 / What is claimed, and why")
]
DocumentOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--document",
        metavar="FILE",
        help="证明材料，可重复；只送文件名和摘要 / A document, repeatable; only its name and hash travel",
    ),
]

objection = typer.Typer(help="异议：提出、列出 / Objections: file, list", invoke_without_command=True)
repair = typer.Typer(help="信用修复：申请、列出 / Repair: apply, list", invoke_without_command=True)


@objection.callback()
def objections(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """列出在本节点提出或由本节点处理的异议 / List the objections filed here or decided here."""
    if ctx.invoked_subcommand is None:
        show_cases(node, CaseKind.OBJECTION, as_json=as_json)


@repair.callback()
def repairs(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """列出在本节点申请或由本节点处理的修复 / List the applications for repair filed here or decided here."""
    if ctx.invoked_subcommand is None:
        show_cases(node, CaseKind.REPAIR, as_json=as_json)


@objection.command("file")
def file_objection(  # noqa: PLR0913 - a command's arguments are its options
    origin: OriginArgument,
    index: IndexArgument,
    *,
    applicant: ApplicantOption,
    code: CodeOption,
    grounds: GroundsOption,
    document: DocumentOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """对一个条目提出异议 / File an objection to an entry."""
    said = (applicant, code, grounds)
    _file(node, CaseKind.OBJECTION, (origin, index), said, document or [], as_json=as_json)


@repair.command("apply")
def apply_for_repair(  # noqa: PLR0913 - a command's arguments are its options
    origin: OriginArgument,
    index: IndexArgument,
    *,
    applicant: ApplicantOption,
    code: CodeOption,
    grounds: GroundsOption,
    document: DocumentOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """申请修复一个条目 / Apply for the repair of an entry."""
    said = (applicant, code, grounds)
    _file(node, CaseKind.REPAIR, (origin, index), said, document or [], as_json=as_json)


def _file(
    node: Path, kind: CaseKind, entry: tuple[str, int], said: tuple[str, str, str], files: list[Path], *, as_json: bool
) -> None:
    documents = tuple(map(_document, files))
    with desk_at(node) as desk:
        origin = origin_of(desk, entry[0])
        filed = desk.file_case(Application(kind, origin, entry[1], *said, documents))
        if isinstance(filed, NotFiled):
            _refuse(filed, desk)
        desk.publish_pending()
    if as_json:
        print_json({"case_id": filed.case_id, "filed_at": desk.config.node.id, "kind": kind.value})
    else:
        facts = [("案件 / case", filed.case_id), ("条目 / entry", f"{origin} {entry[1]}")]
        print_facts("已受理登记，送往来源节点 / Filed, on its way to the origin", facts)


def _refuse(not_filed: NotFiled, desk: Desk) -> NoReturn:
    """Says why nothing was filed, and exits."""
    for number, reason in enumerate(not_filed.reasons):
        day = f"≥ {not_filed.not_before}" if not_filed.not_before is not None and not number else ""
        print_problem(reason, not_filed.field or day, desk.standards.reasons)
    raise typer.Exit(ExitCode.REFUSED)


def _document(path: Path) -> CaseDocument:
    """Name and hash of a file.

    Raises:
        Misuse: FILE_UNREADABLE, FILE_TOO_LARGE, or why its name cannot be kept.
    """
    try:
        return CaseDocument(name=path.name, sha256=document_sha256(path))
    except FieldFault as fault:
        raise Misuse(fault.reason, str(path)) from None
