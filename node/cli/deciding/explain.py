# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`explain`: why an entry is what it is here, what that was decided from, and how it came to be so."""

import time
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated

import typer

from federation.errors import AccessFault
from federation.standards.bundle import Standards
from federation.standards.catalogue import ReasonTexts
from node.assemble.desk import Desk
from node.cli.conflicts.notices import opposing, opposing_lines
from node.cli.deciding.account import Language, account_document, account_lines, decided_lines, said, sentence
from node.cli.opening import (
    CURRENT,
    AsJson,
    IndexArgument,
    NodeFolder,
    OriginArgument,
    day_of,
    desk_at,
    now_ms,
    origin_of,
    today,
)
from node.cli.printing import Document, print_facts, print_json, print_text, reason_documents, record_line
from node.cli.subjects import holding_document
from node.entry.holding import Decision
from node.ledger.account import Told, account_of
from node.ledger.ledger import DECIDED
from node.query.seen import Holding

WATCH_EVERY_S = 0.02

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="重放该日期的判断（YYYY-MM-DD）/ Replay the decision for this day"),
]
Watch = Annotated[
    bool, typer.Option("--watch", help="持续显示每次变化，直到中断 / Go on showing every change until interrupted")
]
Lang = Annotated[
    Language | None,
    typer.Option("--lang", help="只用中文或只用英文；默认两种都用 / In one language; both by default"),
]


def explain(  # noqa: PLR0913 - a command's arguments are its options
    origin: OriginArgument,
    index: IndexArgument,
    *,
    as_of: AsOf = None,
    watch: Watch = False,
    lang: Lang = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """说明一个条目为何被认可、保留或拒绝 / Say why an entry is recognised, held or refused."""
    with desk_at(node) as desk:
        whole = origin_of(desk, origin)
        if watch:
            _watch(desk, whole, index, as_json=as_json)
        day = day_of(as_of, "--as-of") if as_of else today()
        holding = desk.query.holding(whole, index)
        replayed = desk.judge(whole, index, day) if holding.dataset in DECIDED else None
        with desk.reader.deciding() as seen:
            account = account_of(seen, whole, index)
        if as_json:
            facing = opposing(desk, holding.entry, holding.reasons)
            against = [{"origin": each.entry.origin, "index": each.entry.index} for each in facing]
            document = {**holding_document(holding, desk.standards.reasons), "against": against}
            again = _replay_document(replayed, day, desk.standards.reasons)
            print_json({**document, "replayed": again, "account": account_document(holding.entry, account)})
        else:
            title = f"{holding.entry.origin} {holding.entry.index}"
            print_facts(title, list(_facts(holding, desk, account, (replayed, day), lang)))


def _replay_document(decision: Decision | None, day: date, reasons: ReasonTexts) -> Document | None:
    """The replayed decision as JSON; None for what no rule decides on."""
    if decision is None:
        return None
    return {
        "as_of": day.isoformat(),
        "standing": decision.standing.value,
        "reasons": reason_documents(decision.reasons, reasons),
        "measures": list(decision.measures),
        "versions": list(decision.versions),
        "review_on": decision.review_on.isoformat() if decision.review_on else None,
    }


def _facts(
    holding: Holding, desk: Desk, account: Sequence[Told], again: tuple[Decision | None, date], lang: Language | None
) -> Iterator[tuple[str, str]]:
    reasons, (replayed, day) = desk.standards.reasons, again
    yield said(lang, "内容", "record"), record_line(holding.entry.record(), desk.standards.masking)
    yield said(lang, "状态", "standing"), sentence(holding.standing, lang)
    yield said(lang, "原因", "reasons"), _reasons(holding.reasons, reasons, lang)
    against = opposing_lines(desk, holding)
    if against:
        yield said(lang, "相对条目", "against"), against
    yield said(lang, "措施", "measures"), _measures(desk, holding.measures, lang)
    yield said(lang, "后续行为", "acts"), "\n".join(_act_lines(holding, desk.standards, lang)) or "—"
    yield said(lang, "新鲜度", "freshness"), holding.freshness.value
    yield said(lang, "依据版本", "versions"), "\n".join(holding.versions) or "—"
    if account:
        yield said(lang, "决定依据", "decided from"), "\n".join(decided_lines(holding.entry, account[-1], lang))
        yield said(lang, "经过", "how it came"), "\n".join(account_lines(account, reasons, lang))
    if replayed is not None:
        yield said(lang, f"重放 {day}", f"replayed for {day}"), sentence(replayed.standing, lang)
        yield said(lang, "  原因", "  reasons"), _reasons(replayed.reasons, reasons, lang)
        review = replayed.review_on.isoformat() if replayed.review_on else "—"
        yield said(lang, "  复核日", "  review on"), review


def _reasons(codes: Sequence[str], reasons: ReasonTexts, lang: Language | None) -> str:
    """The sentences of reasons, one a line, each after its code."""
    texts = [(code, reasons.of(code)) for code in codes]
    return "\n".join(f"{code} {said(lang, text.zh, text.en)}" for code, text in texts) or "—"


def _measures(desk: Desk, codes: Sequence[str], lang: Language | None) -> str:
    """Measures with their titles, one a line."""
    titles = {measure.code: said(lang, measure.title_zh, measure.title_en) for measure in desk.book.measures}
    return "\n".join(f"{code} {titles.get(code, '')}".rstrip() for code in codes) or "—"


def _act_lines(holding: Holding, standards: Standards, lang: Language | None) -> Iterator[str]:
    """A line for each act; below one that had no effect, why."""
    for act, effect in zip(holding.acts.entries, holding.acts.effects, strict=True):
        yield f"{act.index} {record_line(act.record(), standards.masking)}"
        if effect:
            yield f"  {said(lang, '无效力', 'no effect')}: {_reasons((effect,), standards.reasons, lang)}"


def _watch(desk: Desk, origin: str, index: int, *, as_json: bool) -> None:
    """Shows standing and reasons of an entry now and at each change, marks among them; ends only when interrupted."""
    before: tuple[str, tuple[str, ...]] | None = None
    while True:
        standing, reasons = _standing(desk, origin, index)
        if (standing, reasons) != before:
            seen_at_ms = now_ms()
            if as_json:
                shown: Document = {"standing": standing, "reasons": list(reasons), "seen_at_ms": seen_at_ms}
                print_json({"origin": origin, "index": index, **shown})
            else:
                print_text(f"{seen_at_ms} {standing} {' '.join(reasons)}")
            before = standing, reasons
        time.sleep(WATCH_EVERY_S)


def _standing(desk: Desk, origin: str, index: int) -> tuple[str, tuple[str, ...]]:
    """Standing and reasons of an entry; ABSENT while it has not come."""
    try:
        holding = desk.query.holding(origin, index)
    except AccessFault as fault:
        return "ABSENT", (fault.reason,)
    return holding.standing.value, holding.reasons
