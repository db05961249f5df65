# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`exchanges` lists what the exchange log holds, newest first; `exchanges about` tells a subject who asked about it."""

from typing import Annotated

import typer

from federation.errors import AccessFault
from federation.records.feed_policy import Dataset
from federation.standards.calendar import china_time
from node.assemble.auditing.logbook import Logbook
from node.audit.listing import MAX_PAGE_ENTRIES, Found, Page, Wanted
from node.cli.auditing.options import LogOption, log_of, period_of
from node.cli.opening import CURRENT, AsJson, CodeArgument, NodeFolder, desk_at, subject_of
from node.cli.printing import Document, print_json, print_table

Peer = Annotated[str | None, typer.Option("--peer", metavar="NODE", help="只列与该成员的交换 / Only with this member")]
Purpose = Annotated[str | None, typer.Option("--purpose", help="只列该目的代码 / Only of this purpose")]
Outcome = Annotated[
    str | None,
    typer.Option("--outcome", help="只列该结果：ANSWERED 或原因代码 / Only with this outcome: ANSWERED, or a reason"),
]
From = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="起始日，含（YYYY-MM-DD）/ First day (YYYY-MM-DD)")
]
To = Annotated[str | None, typer.Option("--to", metavar="DAY", help="截止日，含（YYYY-MM-DD）/ Last day (YYYY-MM-DD)")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=MAX_PAGE_ENTRIES, help="每页条数 / Entries on a page")]
Before = Annotated[
    int | None,
    typer.Option("--before", metavar="INDEX", min=0, help="下一页：从此序号之前开始 / Next page: before this"),
]


Marked = Annotated[bool, typer.Option("--marked", help="只列有异常标记的交换 / Only what is marked as unusual")]
Mark = Annotated[
    str | None, typer.Option("--mark", metavar="RULE", help="只列带此标记的交换，例如 AN-03 / Only with this mark")
]


Reference = Annotated[
    str,
    typer.Option("--reference", help="主体申请及核准文号，封存入日志 / The authorised request; sealed in the log"),
]
OFFICES = {
    "member": "其他地区节点 / another region's node",
    "own": "本节点向其他地区查询 / this node, asking another region",
    "business": "本地业务系统 / a business system here",
    "operator": "本节点运行人员 / whoever runs this node",
}
"""What each kind of office is called."""
exchanges = typer.Typer(
    help="交换日志：列出、告知主体 / The exchange log: list it, tell a subject who asked", invoke_without_command=True
)


@exchanges.callback()
def list_exchanges(  # noqa: PLR0913 - a command's arguments are its options
    ctx: typer.Context,
    *,
    peer: Peer = None,
    purpose: Purpose = None,
    outcome: Outcome = None,
    start: From = None,
    end: To = None,
    marked: Marked = False,
    mark: Mark = None,
    log: LogOption = "_exchange",
    limit: Limit = 50,
    before: Before = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """列出交换日志：谁为何查询、结果如何 / List the exchange log: who asked whom, what for, and what came of it."""
    if ctx.invoked_subcommand is not None:
        return
    period = period_of(start or "1970-01-01", end or "9000-01-01")
    wanted = Wanted(peer, purpose, outcome, period.from_ms, period.until_ms, mark or ("" if marked else None))
    with desk_at(node) as desk:
        origin = log_of(desk, log)
        view = desk.reader.feed(origin)
        if view is None or view.dataset is not Dataset.EXCHANGE:
            raise AccessFault("FEED_NOT_FOUND", f"{origin} is no exchange log that is held here")
        page = Logbook(desk).exchanges(origin, view.size if before is None else min(before, view.size), wanted, limit)
    if as_json:
        print_json({"log": origin, "exchanges": [_document(one) for one in page.found], "before": page.before})
        return
    _show(origin, page)


def _document(found: Found) -> Document:
    record = found.record
    return {
        "index": found.index,
        "time_ms": found.time_ms,
        "exchange_id": record.exchange_id,
        "side": record.side.value,
        "requester": record.requester,
        "responder": record.responder,
        "purpose": record.purpose,
        "outcome": record.outcome,
        "question_sha256": record.question_sha256.hex(),
        "answer_sha256": record.answer_sha256.hex() or None,
        "commitment": record.commitment.hex(),
        "logged_at_ms": record.logged_at_ms,
        "marks": list(record.marks),
    }


def _show(origin: str, page: Page) -> None:
    rows = [
        (
            str(one.index),
            china_time(one.time_ms),
            f"{one.record.requester} → {one.record.responder}",
            one.record.purpose,
            " ".join((one.record.outcome, *one.record.marks)),
            one.record.exchange_id,
        )
        for one in page.found
    ]
    more = f"，还有：--before {page.before} / more: --before {page.before}" if page.before is not None else ""
    columns = ("序号 / Index", "时间 / Time", "交换 / Exchange", "目的 / Purpose", "结果 / Outcome", "编号 / Id")
    print_table(f"交换日志 / Exchange log {origin}: {len(rows)}{more}", columns, rows)


@exchanges.command("about")
def about(code: CodeArgument, reference: Reference, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """告知主体：谁、何时（精确到小时）、为何目的查询过 / Tell a subject who asked about it, in which hour, what for."""
    with desk_at(node) as desk:
        subject = subject_of(code, desk.standards)
        told = Logbook(desk).about(subject.value, reference)
    if as_json:
        asked: list[Document] = [
            {"hour_ms": each.hour_ms, "office": each.office, "purpose": each.purpose} for each in told
        ]
        print_json({"asked": asked})
        return
    rows = [(china_time(each.hour_ms)[:13], OFFICES[each.office], each.purpose) for each in told]
    columns = ("小时 / Hour", "机关类别 / Kind of office", "目的 / Purpose")
    print_table(f"查询记录 / Asked: {len(rows)}", columns, rows)
