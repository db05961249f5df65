# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`authorisations` and `officers`: what is withdrawn, who is barred; in force from the next question."""

import getpass
import re
from pathlib import Path
from typing import Annotated

import typer

from federation.standards.calendar import china_time
from node.assemble.auditing.barring import carry_out
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at, document_sha256
from node.cli.printing import Document, print_facts, print_json, print_table
from node.exchange.bars import Bar, BarKind, BarOrder

_DIGEST = re.compile(r"[0-9a-f]{64}")

AuthorisationArgument = Annotated[
    str,
    typer.Argument(
        metavar="FILE|SHA256", help="授权书文件，或其 SHA-256 摘要 / The document, or its SHA-256 in hex digits"
    ),
]
OfficerArgument = Annotated[
    str, typer.Argument(metavar="MEMBER/OFFICER", help="成员与人员编号，例如 330100/017 / Member and id of the officer")
]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="理由，只留在本节点，至多 200 字 / Why; it stays with this node")
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="ID", help="经办人编号，默认为系统用户名 / Who says so; else the login name"),
]

authorisations = typer.Typer(
    help="授权：撤回、列出 / Authorisations of questions: withdraw, list", invoke_without_command=True
)
officers = typer.Typer(
    help="查询人员：停用、恢复、列出 / Officers who ask: bar, lift, list", invoke_without_command=True
)


@authorisations.callback()
def show_authorisations(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """列出已撤回的授权 / List the authorisations that were withdrawn."""
    if ctx.invoked_subcommand is None:
        _show(node, BarKind.AUTHORISATION, as_json=as_json)


@authorisations.command("list")
def list_authorisations(node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """列出已撤回的授权 / List the authorisations that were withdrawn."""
    _show(node, BarKind.AUTHORISATION, as_json=as_json)


@authorisations.command("withdraw")
def withdraw(
    document: AuthorisationArgument,
    *,
    reason: Reason,
    by: By = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """撤回一份授权，立即生效且不可恢复 / Withdraw an authorisation, at once and for ever."""
    name = document if _DIGEST.fullmatch(document) else document_sha256(Path(document)).hex()
    _set(node, BarOrder(BarKind.AUTHORISATION, name, by or getpass.getuser(), reason), as_json=as_json)


@officers.callback()
def show_officers(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """列出停用过的查询人员 / List the officers that are barred, and were."""
    if ctx.invoked_subcommand is None:
        _show(node, BarKind.OFFICER, as_json=as_json)


@officers.command("list")
def list_officers(node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """列出停用过的查询人员 / List the officers that are barred, and were."""
    _show(node, BarKind.OFFICER, as_json=as_json)


@officers.command("bar")
def bar(
    officer: OfficerArgument, *, reason: Reason, by: By = None, node: NodeFolder = CURRENT, as_json: AsJson = False
) -> None:
    """停用一名查询人员，立即生效 / Bar an officer, at once."""
    _set(node, BarOrder(BarKind.OFFICER, officer, by or getpass.getuser(), reason), as_json=as_json)


@officers.command("lift")
def lift(officer: OfficerArgument, *, by: By = None, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """恢复一名查询人员，立即生效 / Admit a barred officer again, at once."""
    _set(node, BarOrder(BarKind.OFFICER, officer, by or getpass.getuser(), ""), as_json=as_json)


def _set(node: Path, order: BarOrder, *, as_json: bool) -> None:
    with desk_at(node) as desk:
        changed = carry_out(desk, order)
        desk.publish_pending()
    if as_json:
        print_json({"kind": order.kind.value, "name": order.name, "barred": bool(order.reason), "changed": changed})
        return
    state = "已停用 / barred" if order.reason else "已恢复 / admitted"
    told = state if changed else f"{state}（此前已如此 / before, too）"
    print_facts("立即生效 / In force", [(order.kind.value, order.name), ("状态 / state", told)])


def _show(node: Path, kind: BarKind, *, as_json: bool) -> None:
    with desk_at(node) as desk:
        found = [each for each in desk.reader.bars() if each.kind is kind]
    if as_json:
        print_json({"bars": [_document(each) for each in found]})
        return
    columns = ("名称 / Name", "起 / Since", "经办 / By", "理由 / Reason", "止 / Until")
    rows = [(each.name, china_time(each.since_ms), each.by, each.reason, _until(each)) for each in found]
    print_table("撤回与停用 / Withdrawn and barred", columns, rows)


def _until(each: Bar) -> str:
    return "生效中 / in force" if each.until_ms is None else f"{china_time(each.until_ms)} {each.lifted_by}"


def _document(each: Bar) -> Document:
    return {
        "kind": each.kind.value,
        "name": each.name,
        "since": china_time(each.since_ms),
        "by": each.by,
        "reason": each.reason,
        "until": None if each.until_ms is None else china_time(each.until_ms),
        "lifted_by": each.lifted_by or None,
    }
