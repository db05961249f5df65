# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`filings`: credit service agencies; its commands are registered here."""

import typer

from node.cli.filings.register import due, register
from node.cli.filings.report import state_report, verify_report

filings = typer.Typer(
    help="信用服务机构备案：名册、到期事项、报告核验 / Agency filings: the register, what is due, reports",
    no_args_is_help=True,
)
filings.command("register")(register)
filings.command("due")(due)
filings.command("state-report")(state_report)
filings.command("verify-report")(verify_report)
