# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`filings`: credit service agencies; its commands are registered here."""

import typer

from node.cli.filings.register import due, register
from node.cli.filings.report import state_report, verify_report
from node.cli.opening import CURRENT, AsJson, NodeFolder

filings = typer.Typer(
    help="信用服务机构备案：名册、到期事项、报告核验 / Agency filings: the register, what is due, reports",
    invoke_without_command=True,
)


@filings.callback()
def show_register(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """显示名册：谁可在此地从业 / Show the register: who may work here."""
    if ctx.invoked_subcommand is None:
        register(node=node, as_json=as_json)


filings.command("register")(register)
filings.command("due")(due)
filings.command("state-report")(state_report)
filings.command("verify-report")(verify_report)
