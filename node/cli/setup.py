# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`serve` runs a node, `renew` its certificate; `demo` shows five of them."""

from pathlib import Path
from typing import Annotated

import typer

from node.assemble.making.card import renew_certificate
from node.assemble.serving.service import Worker, serve_node
from node.assemble.serving.workers import serve_workers
from node.cli.opening import CURRENT, AsJson, NodeFolder
from node.cli.printing import print_facts, print_json, print_table, print_text
from node.config import load_config
from node.demo.story import run_demo

WorkersOption = Annotated[
    int,
    typer.Option(
        "--workers", min=1, max=64, help="进程数，大于 1 须用 PostgreSQL / Processes; more than one need PostgreSQL"
    ),
]
WorkerOption = Annotated[int | None, typer.Option("--worker", hidden=True, help="第几个进程 / Which of them this is")]
OnPostgresOption = Annotated[
    bool, typer.Option("--postgres", help="其中两个节点用 PostgreSQL / Two of the nodes on PostgreSQL")
]
KeepOption = Annotated[
    Path | None, typer.Option("--keep", metavar="DIR", help="保留各节点文件夹于此 / Keep the nodes' folders here")
]


def serve(
    node: NodeFolder = CURRENT,
    workers: WorkersOption = 1,
    worker: WorkerOption = None,
    as_json: AsJson = False,
) -> None:
    """运行节点，直到收到 SIGTERM 或 Ctrl-C / Run the node until SIGTERM or Ctrl-C."""
    config = load_config(node)

    def ready(addresses: dict[str, str]) -> None:
        if as_json:
            print_json({"serving": config.node.id, **addresses})
        else:
            facts = [("节点 / node", config.node.id), *addresses.items()]
            print_facts("节点已就绪，Ctrl-C 停止 / The node is ready; Ctrl-C stops it", facts)

    if workers > 1:
        serve_workers(config, workers, ready)
    else:
        serve_node(config, ready, worker=None if worker is None else Worker(worker))


def renew(node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """续签本节点的 TLS 证书一年；无需重启 / Renew the node's TLS certificate for a year; no restart needed."""
    config = load_config(node)
    until = renew_certificate(config).isoformat()
    if as_json:
        print_json({"id": config.node.id, "valid_until": until})
    else:
        facts = [("节点 / node", config.node.id), ("有效期至 / valid until", until)]
        print_facts("证书已续签 / The certificate is renewed", facts)


def demo(keep: KeepOption = None, postgres: OnPostgresOption = False, as_json: AsJson = False) -> None:
    """在本机演示五个节点的互认全过程 / Show a federation of five nodes on this machine."""
    shown = run_demo(keep, _nothing if as_json else print_text, postgres=postgres)
    if as_json:
        print_json(shown.document())
        return
    for table in shown.tables():
        print_table(table.title, table.columns, table.rows)


def _nothing(text: str) -> None:
    """Says nothing: with --json there is one object, at the end."""
