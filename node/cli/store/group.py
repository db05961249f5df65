# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`store`: where the node keeps what it holds; its commands are registered at the end of this file."""

import typer

from node.assemble.stages import place_of
from node.cli.opening import CURRENT, AsJson, NodeFolder
from node.cli.printing import print_facts, print_json
from node.cli.store.moving import move
from node.config import load_config

store = typer.Typer(
    help="存储：查看、备份、恢复、升级 / The store: look, back up, restore, upgrade",
    invoke_without_command=True,
)


@store.callback()
def show_store(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """显示存储所在位置 / Show where the store is."""
    if ctx.invoked_subcommand is not None:
        return
    place = str(place_of(load_config(node)))
    if as_json:
        print_json({"store": place})
    else:
        print_facts("存储 / Store", [("位置 / place", place)])


store.command("move")(move)
