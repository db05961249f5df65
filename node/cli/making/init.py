# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`init` makes a node. What makes a store takes long to load, and a node that is served does without."""

from typing import Annotated

import typer

from node.assemble.desk import open_desk
from node.assemble.making.card import node_card
from node.assemble.making.founding import NewNode, create_node
from node.cli.opening import CURRENT, AsJson, NodeFolder
from node.cli.printing import print_facts, print_json, print_text

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
PostgresOption = Annotated[
    str | None,
    typer.Option("--postgres", metavar="URL", help="存储用 PostgreSQL / Keep the store in this PostgreSQL database"),
]
SchemaOption = Annotated[str, typer.Option("--postgres-schema", help="数据库中的模式 / Schema in that database")]


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
