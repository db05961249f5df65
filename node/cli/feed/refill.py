# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`feed refill`: after an old copy of the store was restored, brings back from a mirror what is missing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from node.assemble.upkeep.refilling import Told, refill_node
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at
from node.cli.printing import Document, print_json, print_table, print_text
from node.config import load_config
from node.refill.store import Refilled

FromOption = Annotated[
    str, typer.Option("--from", metavar="PEER", help="持有镜像的成员节点 / Member that mirrors this node's feeds")
]
FeedOption = Annotated[
    str | None, typer.Option("--feed", metavar="NAME", help="只取回此数据流 / Only this feed, by its short name")
]

feed = typer.Typer(
    help="本节点的数据流：查看、从镜像取回 / Own feeds: look, bring back from a mirror", invoke_without_command=True
)


@feed.callback()
def own_feeds(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """列出本节点的数据流：已签名与已存条目 / List the own feeds: entries signed, and entries held."""
    if ctx.invoked_subcommand is not None:
        return
    with desk_at(node) as desk:
        views = [view for view in desk.reader.feeds() if view.owner == desk.config.node.id]
        held = [(view.origin, view.size, desk.reader.follow_range(view.origin).size) for view in views]
    if as_json:
        print_json({"feeds": [{"origin": origin, "size": size, "held": count} for origin, size, count in held]})
        return
    rows = [(origin, str(size), str(count)) for origin, size, count in held]
    print_table("本节点的数据流 / Own feeds", ("源 / Origin", "已签名 / Signed", "已存 / Held"), rows)


@feed.command("refill")
def refill(peer: FromOption, name: FeedOption = None, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """从镜像取回存储中缺失的已签名条目，逐条核验；先停止 serve / Bring back signed entries; stop serve first."""
    config = load_config(node)
    with _counter() as told:
        found = refill_node(config, peer, name, told)
    lost = sum(one.lost for one in found)
    if as_json:
        print_json({"from": peer, "feeds": [_document(one) for one in found], "lost": lost})
        return
    columns = (
        "源 / Origin",
        "原有 / Before",
        "现有 / Now",
        "补回载荷 / Payloads",
        "缺失载荷 / Lost",
        "去重 / Unqueued",
    )
    print_table(f"从 {peer} 取回 / Brought back from {peer}", columns, [_row(one) for one in found])
    if lost:
        print_text(f"缺失载荷 {lost}，可从其他镜像补回 / {lost} payloads lost; mend: xinqiao feed refill --from OTHER")


def _document(one: Refilled) -> Document:
    if not one.mirrored:
        return {"origin": one.origin, "mirrored": False}
    return {
        "origin": one.origin,
        "mirrored": True,
        "before": one.before,
        "after": one.after,
        "payloads": one.payloads,
        "lost": one.lost,
        "unqueued": one.unqueued,
    }


def _row(one: Refilled) -> tuple[str, ...]:
    if not one.mirrored:
        return one.origin, "—", "无镜像 / not mirrored", "", "", ""
    return one.origin, *(str(count) for count in (one.before, one.after, one.payloads, one.lost, one.unqueued))


@contextmanager
def _counter() -> Iterator[Told]:
    """Counts entries on standard error while it is a terminal; says nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.completed} 条目 / entries"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda entries: progress.advance(task, entries)
