# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`store move`: the node's store goes to another file or database, and nothing of it changes on the way."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from node.assemble.stages import place_of
from node.assemble.upkeep.moving import Told, move_node, section_for
from node.cli.opening import CURRENT, AsJson, NodeFolder
from node.cli.printing import print_facts, print_json, print_table
from node.config import load_config

ToOption = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="URL|FILE",
        help="目标：postgresql://… 或 SQLite 文件 / Where to: postgresql://… or a SQLite file",
    ),
]
SchemaOption = Annotated[
    str | None,
    typer.Option("--schema", help="PostgreSQL 模式名，缺省 xinqiao / Schema in that database; xinqiao unless given"),
]
_STEPS = {"replay": "重放条目 / replaying", "copy": "复制 / copying", "compare": "比对 / comparing"}


def move(to: ToOption, schema: SchemaOption = None, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """迁移存储：逐条重放、全部比对后切换；中断后重跑同一命令即可续行 / Move the store; run again to go on."""
    config = load_config(node)
    section = section_for(config, to, schema)
    with _bar() as told:
        moved = move_node(config, section, told)
    place = str(place_of(load_config(node)))
    if as_json:
        feeds = [{"origin": feed.origin, "size": feed.size, "root": feed.root.hex()} for feed in moved.feeds]
        print_json({"store": place, "resumed": moved.resumed, "feeds": feeds, "rows": dict(moved.rows)})
        return
    rows = [(feed.origin, str(feed.size), feed.root.hex()) for feed in moved.feeds]
    print_table(
        "重新计算的根与原存储一致 / Roots, equal in both stores", ("源 / Origin", "条目 / Entries", "根 / Root"), rows
    )
    facts = [("存储 / store", place), ("已比对的行 / rows compared", str(sum(moved.rows.values())))]
    print_facts("✓ 已迁移 / Moved; the old store stays, and is never written again", facts)


@contextmanager
def _bar() -> Iterator[Told]:
    """A bar for each step on standard error while it is a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks = {step: bar.add_task(text, total=None) for step, text in _STEPS.items()}
        yield lambda at: bar.update(tasks[at.step], completed=at.done, total=at.total)
