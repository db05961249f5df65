# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`duty`: own licences and penalties that were not published in time, and the rate of each authority."""

from dataclasses import asdict
from typing import Annotated

import typer

from federation.rules.loop.timeliness import Timely
from node.assemble.loop import publication_duty
from node.cli.opening import CURRENT, AsJson, NodeFolder, day_of, desk_at, today
from node.cli.printing import Document, print_json, print_table, print_text, sign_of_life
from node.loop.publication import LateDecision, PublicationDuty

MAX_LATE = 1000
"""Late decisions that are listed; all are counted."""

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="截至日期，默认今天 / As of this day; today")]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="只看该日及以后公示的 / Only what was published on this day or later"),
]


def duty(as_of: AsOf = None, since: Since = None, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """双公示：逾期公示的许可和处罚，各部门及时率 / Decisions not published in time, and timeliness rates."""
    day = day_of(as_of, "--as-of") if as_of else today()
    with desk_at(node) as desk, sign_of_life("核对期限 / looking at terms"):
        looked = publication_duty(desk, day, day_of(since, "--since") if since else None)
        listed: list[LateDecision] = []
        late = 0
        for found in looked.late():
            late += 1
            if late <= MAX_LATE:
                listed.append(found)
    if as_json:
        rates = [_rate(looked, code, count) for code, count in looked.counts.lines()]
        shown = [_document(found) for found in listed]
        print_json({"as_of": day.isoformat(), "authorities": rates, "late": shown, "late_in_all": late})
        return
    _print(day.isoformat(), looked, listed, late)


def _rate(looked: PublicationDuty, code: str, count: Timely) -> Document:
    rate = {"rate": round(count.in_time / count.due, 4) if count.due else None}
    return {"authority": code, "name": looked.names.get(code), **asdict(count), **rate}


def _document(found: LateDecision) -> Document:
    return {
        "kind": found.kind,
        "authority": found.authority,
        "name": found.authority_name,
        "document_number": found.document_number,
        "decided_on": found.decided_on.isoformat(),
        "last_day": found.last_day.isoformat(),
        "published_on": found.published_on.isoformat() if found.published_on else None,
        "provisional": found.provisional,
    }


def _print(day: str, looked: PublicationDuty, listed: list[LateDecision], late: int) -> None:
    columns = (
        "部门 / Authority",
        "应公示 / Due",
        "及时 / In time",
        "及时率 / Rate",
        "逾期公示 / Late",
        "逾期未公示 / Unpublished",
        "未到期 / Waiting",
    )
    rows = [
        (
            looked.names.get(code, code),
            str(count.due),
            str(count.in_time),
            f"{100 * count.in_time / count.due:.2f}%" if count.due else "—",
            str(count.late),
            str(count.unpublished),
            str(count.waiting),
        )
        for code, count in looked.counts.lines()
    ]
    print_table(f"双公示及时率，截至 / Timeliness of publication as of {day}", columns, rows)
    if not late:
        print_text("没有逾期的决定 / Nothing is late")
        return
    more = f"，列出前 {MAX_LATE} 件 / the first {MAX_LATE}" if late > MAX_LATE else ""
    heads = ("决定 / Decision", "部门 / Authority", "决定日期 / Decided", "最迟 / Last day", "公示 / Published")
    late_rows = [
        (
            f"{found.kind} {found.document_number}",
            found.authority_name,
            found.decided_on.isoformat(),
            found.last_day.isoformat() + ("（暂定 / provisional）" if found.provisional else ""),
            found.published_on.isoformat() if found.published_on else "未公示 / not yet",
        )
        for found in listed
    ]
    print_table(f"逾期 / Late: {late}{more}", heads, late_rows)
