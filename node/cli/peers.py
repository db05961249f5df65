# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`peers`: the pinned members and how following them goes; `peers card` and `peers add` pin each other."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import Misuse
from node.assemble.desk import Desk
from node.assemble.making.card import Pinning, add_peer, node_card
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at
from node.cli.printing import Document, print_facts, print_json, print_table, print_text, problem_line
from node.config import PeerSection, load_config

MAX_CARD_BYTES = 256 * 1024

CardArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="CARD...", help="对方的名片文件，- 为标准输入 / Card files of the members; - is standard input"
    ),
]
AddressOption = Annotated[
    str | None,
    typer.Option("--address", help="改用此地址；空值表示只经枢纽可达 / Reach it here; empty: only known through a hub"),
]
FollowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--follow", help="从该成员跟随的数据流，可重复，例如 330100/lists/1 / Feed to follow from it, repeatable"
    ),
]
MayAskOption = Annotated[
    list[str] | None,
    typer.Option("--may-ask", help="允许其查询的目的，可重复 / Purpose it may ask questions for, repeatable"),
]
MayAskPersonsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--may-ask-about-persons", help="允许其查询自然人的目的，可重复 / Purpose it may ask about natural persons for"
    ),
]
MayAskInBatchesOption = Annotated[
    list[str] | None,
    typer.Option("--may-ask-in-batches", help="其中允许批量查询的目的，可重复 / Of these, in batches too, repeatable"),
]

peers = typer.Typer(
    help="成员节点：列出、添加、名片 / Members: list, add, own card",
    invoke_without_command=True,
)


@peers.callback()
def list_peers(ctx: typer.Context, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """列出成员节点及跟随状况 / List the pinned members and how following them goes."""
    if ctx.invoked_subcommand is not None:
        return
    with desk_at(node) as desk:
        if as_json:
            print_json({"peers": [_peer_document(section, desk) for section in desk.config.peer]})
            return
        rows = [_peer_row(section, desk) for section in desk.config.peer]
    columns = ("成员 / Member", "地址 / Address", "角色 / Roles", "跟随 / Follows", "可查询 / May ask", "状况 / Health")
    print_table(f"成员节点 / Members: {len(rows)}", columns, rows)


def _peer_document(section: PeerSection, desk: Desk) -> Document:
    """One member as JSON, with how each feed from it goes."""
    prefix = f"{desk.config.node.federation}/"
    health = [
        {
            "origin": origin.removeprefix(prefix),
            "heard_ms": health.heard_ms,
            "failures": health.failures,
            "reason": health.reason,
        }
        for (origin, peer), health in desk.reader.health().items()
        if peer == section.id
    ]
    return {
        "id": section.id,
        "address": section.address,
        "roles": list(section.roles),
        "follow": list(section.follow),
        "may_ask": list(section.may_ask),
        "health": health,
    }


def _peer_row(section: PeerSection, desk: Desk) -> tuple[str, ...]:
    """One member for people: of its health only what is wrong."""
    wrong = [
        f"{origin}: {problem_line(health.reason, '', desk.standards.reasons)} ×{health.failures}"
        for (origin, peer), health in desk.reader.health().items()
        if peer == section.id and health.reason
    ]
    asked = " ".join(section.may_ask)
    state = "\n".join(wrong) or ("✓" if section.follow else "—")
    return section.id, section.address or "—", " ".join(section.roles), "\n".join(section.follow), asked, state


@peers.command("card")
def card(node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """打印本节点名片，供其他成员添加；不含机密 / Print the own card for other members; it holds no secret."""
    text = node_card(load_config(node))
    if as_json:
        print_json({"card": text})
    else:
        print_text(text.rstrip())


@peers.command("add")
def add(  # noqa: PLR0913 - a command's arguments are its options
    cards: CardArgument,
    *,
    address: AddressOption = None,
    follow: FollowOption = None,
    may_ask: MayAskOption = None,
    may_ask_about_persons: MayAskPersonsOption = None,
    may_ask_in_batches: MayAskInBatchesOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """添加成员节点；重启 serve 后生效 / Pin members; takes effect when serve starts anew."""
    if len(cards) > 1 and (follow or address):
        raise Misuse("USAGE_WRONG", "--follow and an address go with one card")
    pinning = Pinning(
        address=address,
        follow=tuple(follow or ()),
        may_ask=tuple(may_ask or ()),
        may_ask_about_persons=tuple(may_ask_about_persons or ()),
        may_ask_in_batches=tuple(may_ask_in_batches or ()),
    )
    texts = [_card_text(place) for place in cards]
    for text in texts:
        add_peer(node, text, pinning)
    added = [section.id for section in load_config(node).peer[-len(texts) :]]
    if as_json:
        print_json({"added": added})
    else:
        print_facts("已添加成员 / Members pinned", [("成员 / member", name) for name in added])


def _card_text(place: str) -> str:
    """The text of a card.

    Raises:
        Misuse: FILE_NOT_FOUND, FILE_UNREADABLE, FILE_TOO_LARGE or CARD_MALFORMED.
    """
    try:
        if place == "-":
            raw = sys.stdin.buffer.read(MAX_CARD_BYTES + 1)
        else:
            with Path(place).open("rb") as file:
                raw = file.read(MAX_CARD_BYTES + 1)
        text = raw.decode("utf-8")
    except FileNotFoundError:
        raise Misuse("FILE_NOT_FOUND", f"there is no file {place}") from None
    except OSError as wrong:
        raise Misuse("FILE_UNREADABLE", f"{place}: {wrong.strerror}") from None
    except UnicodeDecodeError:
        raise Misuse("CARD_MALFORMED", f"{place} is not UTF-8; `xinqiao peers card` prints a card") from None
    if len(raw) > MAX_CARD_BYTES:
        raise Misuse("FILE_TOO_LARGE", f"{place} is larger than {MAX_CARD_BYTES} bytes")
    return text
