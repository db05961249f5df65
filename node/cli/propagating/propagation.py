# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`propagation`: how far what happened to an entry has come at each member; without an entry, who is late with what."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from federation.errors import AccessFault, Misuse
from federation.log.checkpoint import Origin
from federation.records.exchange import LateAcknowledgement
from node.acknowledge.propagation import AtMember, Late, Reached, Spread
from node.assemble.desk import Desk
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at, origin_of
from node.cli.printing import Document, ExitCode, print_json, print_table, print_text, problem_line

OriginOption = Annotated[
    str | None,
    typer.Argument(
        metavar="[ORIGIN",
        help="数据流，同 explain；缺省则列出逾期成员 / Feed, as for explain; without it: who is late",
        show_default=False,
    ),
]
IndexOption = Annotated[
    int | None,
    typer.Argument(metavar="INDEX]", min=0, help="条目序号 / Index of the entry", show_default=False),
]


ToldOption = Annotated[
    bool,
    typer.Option(
        "--told", help="各节点在交换日志中报告的逾期 / What nodes have told of late members, for coordinators"
    ),
]


def propagation(
    origin: OriginOption = None,
    index: IndexOption = None,
    *,
    told: ToldOption = False,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """修复、异议、移出、删除在各节点的生效与确认 / Where endings and marks are in effect, and who is late."""
    if (origin is None) != (index is None):
        raise Misuse("USAGE_WRONG", "ORIGIN and INDEX go together")
    with desk_at(node) as desk:
        if told:
            _show_told(desk.told_late(), as_json=as_json)
            return
        if origin is None or index is None:
            done = _show_late(desk.late(), as_json=as_json)
        else:
            done = _show_entry(desk, origin_of(desk, origin), index, as_json=as_json)
    if not done:
        raise typer.Exit(ExitCode.UNAVAILABLE)


def _show_entry(desk: Desk, origin: str, index: int, *, as_json: bool) -> bool:
    """Shows the acts on an entry, or the entry itself where nothing acts on it; whether all have acknowledged.

    Raises:
        AccessFault: ENTRY_NOT_FOUND.
    """
    spreads = desk.propagation(origin, index)
    if not spreads:
        raise AccessFault("ENTRY_NOT_FOUND", f"{origin} has no entry {index} here")
    done = all(at.acknowledged is not None for spread in spreads for at in spread.members)
    if as_json:
        acts = [_spread_document(spread) for spread in spreads]
        print_json({"origin": origin, "index": index, "acts": acts, "acknowledged": done})
        return done
    for spread in spreads:
        kind = "—" if spread.kind is None else spread.kind.name
        title = f"{origin} {index} ← {spread.index} {kind} {_time(spread.published_ms)}"
        until = f"期限 / due {_time(spread.due.target_ms)}，最迟 / at the latest {_time(spread.due.maximum_ms)}"
        columns = (
            "节点 / Node",
            "收到并核验 / Received, verified",
            "生效 / In effect",
            "确认 / Acknowledged",
            "逾期 / Late by",
        )
        print_table(f"{title}；{until}", columns, [_member_row(at) for at in spread.members])
    return done


def _member_row(at: AtMember) -> tuple[str, ...]:
    acknowledged = "— 未确认" if at.acknowledged is None else f"✓ {_time(at.acknowledged.heard_ms)}"
    return at.member, _stated(at.held), _stated(at.in_effect), acknowledged, _late_text(at.late_ms, at.is_overdue)


def _stated(reached: Reached | None) -> str:
    return "—" if reached is None else _time(reached.time_ms)


def _late_text(late_ms: int, is_overdue: bool) -> str:
    if not late_ms:
        return "—"
    hours, minutes = divmod(late_ms // 60_000, 60)
    beyond = " 超过法定上限 / beyond the maximum" if is_overdue else ""
    return f"{hours} h {minutes} min{beyond}"


def _spread_document(spread: Spread) -> Document:
    return {
        "index": spread.index,
        "kind": None if spread.kind is None else spread.kind.name,
        "published": _time(spread.published_ms),
        "due": _time(spread.due.target_ms),
        "due_at_the_latest": _time(spread.due.maximum_ms),
        "members": [_member_document(at) for at in spread.members],
    }


def _member_document(at: AtMember) -> Document:
    """Received and verified are one: what does not verify is not kept."""
    held = None if at.held is None else _time(at.held.time_ms)
    return {
        "member": at.member,
        "received": held,
        "verified": held,
        "in_effect": None if at.in_effect is None else _time(at.in_effect.time_ms),
        "acknowledged": None if at.acknowledged is None else _time(at.acknowledged.heard_ms),
        "late_ms": at.late_ms,
        "overdue": at.is_overdue,
    }


def _show_late(late: Sequence[Late], *, as_json: bool) -> bool:
    """Shows who is late with acts of own feeds; whether nobody is."""
    if as_json:
        print_json({"late": [_late_document(each) for each in late], "acknowledged": not late})
    elif not late:
        print_text("没有逾期未确认的成员 / Nobody is late")
    else:
        columns = ("节点 / Node", "数据流 / Feed", "首个 / First", "数量 / Count", "发布 / Published", "逾期 / Late by")
        print_table(f"逾期 / Late: {len(late)}", columns, [_late_row(each) for each in late])
    return not late


def _late_row(late: Late) -> tuple[str, ...]:
    feed = Origin.parse(late.origin)
    return (
        late.member,
        f"{feed.node_id}/{feed.feed}/{feed.epoch}",
        str(late.first),
        str(late.count),
        _time(late.published_ms),
        _late_text(late.late_ms, late.is_overdue),
    )


def _late_document(late: Late) -> Document:
    return {
        "member": late.member,
        "origin": late.origin,
        "first": late.first,
        "count": late.count,
        "published": _time(late.published_ms),
        "late_ms": late.late_ms,
        "overdue": late.is_overdue,
        "in_effect": late.said,
    }


def _show_told(told: Iterable[tuple[str, LateAcknowledgement]], *, as_json: bool) -> None:
    """Shows what is told in the exchange logs held here, own and mirrored."""
    if as_json:
        for teller, late in told:
            print_json({"told_by": teller, **late.model_dump(mode="json")})
        return
    columns = (
        "报告 / Told by",
        "节点 / Node",
        "数据流 / Feed",
        "首个 / First",
        "发布 / Published",
        "期限 / Due",
        "原因 / Reason",
    )
    rows = [
        (
            teller,
            late.member,
            late.origin,
            str(late.first_index),
            _time(late.published_ms),
            _time(late.due_ms),
            problem_line(late.reason, ""),
        )
        for teller, late in told
    ]
    print_table(f"已报告的逾期 / Late members told of: {len(rows)}", columns, rows)


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds")
