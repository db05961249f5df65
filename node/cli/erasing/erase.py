# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`erase` orders own entries erased; `status --erasures` shows which mirrors have acknowledged."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, assert_never

import typer

from federation.log.checkpoint import Origin
from node.acknowledge.propagation import Erasure
from node.acknowledge.statement import Stage, Stated
from node.assemble.desk import Desk
from node.cli.opening import CURRENT, AsJson, NodeFolder, OriginArgument, desk_at, now_ms, origin_of
from node.cli.printing import Document, ExitCode, print_facts, print_json, print_table, print_text, problem_line
from node.erase.order import AlreadyOrdered, NotErasable, Ordered, Outcome

MAX_MEMBERS = 10_000

IndexesArgument = Annotated[
    list[int], typer.Argument(metavar="INDEX...", min=0, help="条目序号，可有多个 / Indexes of the entries")
]
GroundOption = Annotated[
    str, typer.Option("--ground", metavar="TEXT", help="法律依据，仅存于本节点 / Legal ground; kept at this node only")
]
WithActs = Annotated[
    bool,
    typer.Option(
        "--with-acts", help="同时删除针对条目的终止和标注的内容 / Erase what the acts on the entries say, too"
    ),
]


def erase(
    origin: OriginArgument,
    indexes: IndexesArgument,
    *,
    ground: GroundOption,
    with_acts: WithActs = False,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """依法删除本节点的条目；各地副本随之销毁 / Erase own entries by order; every copy is destroyed."""
    with desk_at(node) as desk:
        whole = origin_of(desk, origin)
        outcomes = desk.erase(whole, indexes, ground, with_acts=with_acts)
        taken_at_ms = now_ms()
        desk.publish_pending()
    told = [_told(outcome) for outcome in outcomes]
    if as_json:
        print_json({"origin": whole, "erasures": told, "taken_at_ms": taken_at_ms})
    else:
        print_facts("删除 / Erasure", [(f"{whole} {outcome.index}", _words(outcome)) for outcome in outcomes])
    if any(isinstance(outcome, NotErasable) for outcome in outcomes):
        raise typer.Exit(ExitCode.REFUSED)


def _told(outcome: Outcome) -> Document:
    match outcome:
        case Ordered(index=index, others=others):
            return {"index": index, "outcome": "ordered", "others": list(others)}
        case AlreadyOrdered(index=index):
            return {"index": index, "outcome": "repeated"}
        case NotErasable(index=index, reason=reason):
            return {"index": index, "outcome": "refused", "reason": reason}
        case _:
            assert_never(outcome)


def _words(outcome: Outcome) -> str:
    match outcome:
        case Ordered(others=()):
            return "已下令 / ordered"
        case Ordered(others=others):
            return f"已下令，连同 / ordered, with {' '.join(map(str, others))}"
        case AlreadyOrdered():
            return "此前已下令 / was ordered before"
        case NotErasable(reason=reason):
            return problem_line(reason, "")
        case _:
            assert_never(outcome)


def show_erasures(desk: Desk, *, as_json: bool) -> None:
    """Shows each erasure ordered here, and which mirrors have acknowledged it.

    Exits with 3 while an order waits, or a member that mirrors or reads the feed has not acknowledged it; else 0.
    """
    erasures = desk.reader.erasures()
    origins = sorted({erasure.origin for erasure in erasures})
    mirrors = {origin: _mirrors(desk.reader.stated(origin, 2 * MAX_MEMBERS)) for origin in origins}
    done = all(_is_done(erasure, mirrors[erasure.origin]) for erasure in erasures)
    if as_json:
        listed = [_document(erasure, mirrors[erasure.origin]) for erasure in erasures]
        print_json({"erasures": listed, "acknowledged": done})
    elif not erasures:
        print_text("没有下令删除的条目 / Nothing was ordered erased")
    else:
        columns = ("条目 / Entry", "下令 / Ordered", "删除条目 / ERASE entry", "镜像 / Mirrors")
        print_table(
            f"删除 / Erasures: {len(erasures)}",
            columns,
            [_row(erasure, mirrors[erasure.origin]) for erasure in erasures],
        )
    if not done:
        raise typer.Exit(ExitCode.UNAVAILABLE)


def _mirrors(stated: Sequence[Stated]) -> Sequence[Stated]:
    """What each member states that it holds: what is erased there is destroyed with it, whatever is in effect."""
    return sorted((each for each in stated if each.stage is Stage.HELD), key=lambda mirror: mirror.member)


def _is_done(erasure: Erasure, mirrors: Sequence[Stated]) -> bool:
    return erasure.erased_at is not None and all(map(erasure.acknowledged_by, mirrors))


def _document(erasure: Erasure, mirrors: Sequence[Stated]) -> Document:
    return {
        "origin": erasure.origin,
        "index": erasure.index,
        "ordered": _time(erasure.ordered_ms),
        "erase_index": erasure.erased_at,
        "pending": erasure.erased_at is None,
        "mirrors": [
            {
                "member": mirror.member,
                "acknowledged": erasure.acknowledged_by(mirror),
                "size": mirror.size,
                "stated": _time(mirror.time_ms) if mirror.note else None,
            }
            for mirror in mirrors
        ],
    }


def _row(erasure: Erasure, mirrors: Sequence[Stated]) -> tuple[str, ...]:
    said = [
        f"{mirror.member} ✓ {_time(mirror.time_ms)}" if erasure.acknowledged_by(mirror) else f"{mirror.member} — 未确认"
        for mirror in mirrors
    ]
    at = "待发布 / pending" if erasure.erased_at is None else str(erasure.erased_at)
    short = Origin.parse(erasure.origin)
    entry = f"{short.node_id}/{short.feed}/{short.epoch} {erasure.index}"
    return entry, _time(erasure.ordered_ms), at, "\n".join(said) or "无镜像 / no mirror"


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms // 1000, UTC).isoformat()
