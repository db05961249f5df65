# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`init` makes a node, `serve` runs it, `demo` shows five of them."""

from pathlib import Path
from typing import Annotated

import typer

from node.assemble.desk import open_desk
from node.assemble.making.card import node_card, renew_certificate
from node.assemble.making.founding import NewNode, create_node
from node.assemble.serving.service import Worker, serve_node
from node.assemble.serving.workers import serve_workers
from node.cli.opening import CURRENT, AsJson, NodeFolder
from node.cli.printing import print_facts, print_json, print_table, print_text
from node.config import load_config
from node.demo.story import run_demo

NodeIdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="节点编号，永不更改，例如 330100 / Node id, for ever, for instance 330100")
]
FederationOption = Annotated[
    str, typer.Option("--federation", help="联邦名称，永不更改，例如 delta.example / Federation name, for ever")
]
PeersOption = Annotated[str, typer.Option("--peers", help="供成员访问的地址 / Address for members, HOST:PORT")]
LocalOption = Annotated[str, typer.Option("--local", help="供本地业务系统的地址 / Address for own business systems")]
AdminOption = Annotated[str, typer.Option("--admin", help="供运维的地址 / Address for operators")]
RoleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--role", help="节点角色，可重复 / Role of the node, repeatable: source, relay, consumer, coordinator"
    ),
]

WorkersOption = Annotated[
    int,
    typer.Option(
        "--workers", min=1, max=64, help="进程数，大于 1 须用 PostgreSQL / Processes; more than one need PostgreSQL"
    ),
]
WorkerOption = Annotated[int | None, typer.Option("--worker", hidden=True, help="第几个进程 / Which of them this is")]
PostgresOption = Annotated[
    str | None,
    typer.Option("--postgres", metavar="URL", help="存储用 PostgreSQL / Keep the store in this PostgreSQL database"),
]
SchemaOption = Annotated[str, typer.Option("--postgres-schema", help="数据库中的模式 / Schema in that database")]
OnPostgresOption = Annotated[
    bool, typer.Option("--postgres", help="其中两个节点用 PostgreSQL / Two of the nodes on PostgreSQL")
]
KeepOption = Annotated[
    Path | None, typer.Option("--keep", metavar="DIR", help="保留各节点文件夹于此 / Keep the nodes' folders here")
]


def init(  # noqa: PLR0913 - a command's arguments are its options
    node_id: NodeIdArgument,
    *,
    federation: FederationOption,
    peers: PeersOption = "127.0.0.1:7443",
    local: LocalOption = "127.0.0.1:7444",
    admin: AdminOption = "127.0.0.1:7445",
    role: RoleOption = None,
    postgres: PostgresOption = None,
    postgres_schema: SchemaOption = "xinqiao",
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """新建节点：密钥、配置、规则和空存储 / Make a node: keys, configuration, rules, empty store."""
    roles = tuple(role) if role else ("source", "consumer", "responder", "requester")
    new = NewNode(node_id, federation, peers, local, admin, roles, postgres, postgres_schema)
    config = create_node(node, new)
    with open_desk(config) as desk:
        feeds = [desk.origin(feed.name) for feed in config.feed]
        keys = {origin: found.log.text() for origin in feeds if (found := desk.feed_keys(origin))}
    if as_json:
        print_json(
            {
                "id": node_id,
                "federation": federation,
                "folder": str(node),
                "peers": peers,
                "local": local,
                "admin": admin,
                "keys": keys,
                "card": node_card(config),
            }
        )
        return
    facts = [("节点 / node", node_id), ("文件夹 / folder", str(node))]
    facts += [("数据流 / feed", origin) for origin in feeds]
    print_facts("节点已建立 / The node is made", facts)
    print_text("下一步 / Next: xinqiao import FILE · xinqiao peers add CARD · xinqiao serve")


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
