# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`audit`: what an auditor does with exchange logs; alone it shows those held here. Commands are registered here."""

import typer

from federation.log.checkpoint import open_checkpoint
from federation.records.feed_policy import Dataset
from federation.standards.calendar import china_time
from node.assemble.desk import Desk
from node.cli.auditing.files import export, verify
from node.cli.auditing.reconciling import reconcile_files
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at
from node.cli.printing import Document, print_json, print_table
from node.publish import FeedView

audit = typer.Typer(
    help="审计交换日志：导出、核验、比对 / Audit exchange logs: export, verify, reconcile", invoke_without_command=True
)


@audit.callback()
def show_logs(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """显示此处持有的交换日志及其时钟 / Show the exchange logs held here, and how far their clocks have spoken."""
    if ctx.invoked_subcommand is not None:
        return
    with desk_at(node) as desk:
        logs = [_document(desk, view) for view in desk.reader.feeds() if view.dataset is Dataset.EXCHANGE]
    if as_json:
        print_json({"logs": logs})
        return
    rows = [
        (
            str(one["log"]),
            str(one["entries"]),
            "—" if one["spoken_ms"] is None else china_time(int(str(one["spoken_ms"]))),
        )
        for one in logs
    ]
    columns = ("日志 / Log", "条目 / Entries", "时钟至 / Clock has spoken")
    print_table(f"交换日志 / Exchange logs: {len(rows)}", columns, rows)


def _document(desk: Desk, view: FeedView) -> Document:
    """One log as JSON; a period that ends before `spoken_ms` can be proven whole."""
    keys = desk.feed_keys(view.origin)
    said = open_checkpoint(view.note, keys).cosigned_at_s if view.note and keys else None
    return {"log": view.origin, "entries": view.size, "spoken_ms": None if said is None else said * 1000}


audit.command("export")(export)
audit.command("verify")(verify)
audit.command("reconcile")(reconcile_files)
