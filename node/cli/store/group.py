# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`store`: where the node keeps what it holds; its commands are registered at the end of this file."""

import typer

from node.assemble.backup.upgrading import store_version
from node.cli.erasing.clean import clean
from node.cli.opening import CURRENT, AsJson, NodeFolder
from node.cli.printing import print_facts, print_json, print_text
from node.cli.store.keeping import backup, migrate, restore
from node.cli.store.moving import move
from node.config import load_config

store = typer.Typer(
    help="存储：查看、备份、恢复、升级、迁移 / The store: look, back up, restore, upgrade, move",
    invoke_without_command=True,
)


@store.callback()
def show_store(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """显示存储的位置和版本 / Show where the store is, and of which version."""
    if ctx.invoked_subcommand is not None:
        return
    found = store_version(load_config(node))
    if as_json:
        print_json({"store": found.place, "revision": found.revision, "newest": found.newest})
        return
    print_facts("存储 / Store", [("位置 / place", found.place), ("版本 / version", found.revision)])
    if found.revision != found.newest:
        print_text("须先升级 / It must be migrated first: xinqiao store migrate")


store.command("backup")(backup)
store.command("restore")(restore)
store.command("migrate")(migrate)
store.command("move")(move)
store.command("clean")(clean)
