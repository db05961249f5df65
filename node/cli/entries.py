# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One entry: why it is what it is (`explain`), ending it (`end`), and marking it (`mark`)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, assert_never

import typer

from federation.errors import AccessFault, FieldFault, Misuse
from federation.log.checkpoint import Origin
from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.codec import encode, schema_of
from federation.records.subject import Authority
from federation.standards.catalogue import ReasonTexts
from node.assemble.desk import Desk
from node.cli.conflicts.notices import opposing, opposing_lines
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
from node.cli.printing import (
    Document,
    ExitCode,
    print_facts,
    print_json,
    print_problem,
    print_text,
    problem_line,
    reason_documents,
    reason_lines,
    record_line,
)
from node.cli.subjects import holding_document
from node.entry.holding import Decision
from node.intake import Accepted, Duplicate, Outcome, Refused, Submission
from node.ledger import DECIDED
from node.query.seen import Holding

WATCH_EVERY_S = 0.02

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="重放该日期的判断（YYYY-MM-DD）/ Replay the decision for this day"),
]
Watch = Annotated[
    bool, typer.Option("--watch", help="持续显示每次变化，直到中断 / Go on showing every change until interrupted")
]
KindOption = Annotated[
    EndingKind,
    typer.Option(
        "--kind", help="终止方式：移出、撤销、修复、更正 / How it ends: removed, revoked, repaired, corrected"
    ),
]
MarkOption = Annotated[
    AnnotationKind,
    typer.Option(
        "--kind",
        help="异议、暂停、恢复、受理修复、不予修复、异议办结、撤销修复 / What is said: an objection, a suspension, …",
    ),
]
AuthorityOption = Annotated[str, typer.Option("--authority", help="决定机关名称 / Name of the deciding authority")]
AuthorityCodeOption = Annotated[
    str,
    typer.Option("--authority-code", metavar="USCC", help="决定机关统一社会信用代码 / Unified code of the authority"),
]
DocumentOption = Annotated[str, typer.Option("--document", metavar="NUMBER", help="决定文号 / Number of the decision")]
DateOption = Annotated[str, typer.Option("--date", metavar="DATE", help="决定日期（YYYY-MM-DD）/ Day of the decision")]


def explain(
    origin: OriginArgument,
    index: IndexArgument,
    *,
    as_of: AsOf = None,
    watch: Watch = False,
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
        if as_json:
            facing = opposing(desk, holding.entry, holding.reasons)
            against = [{"origin": each.entry.origin, "index": each.entry.index} for each in facing]
            document = {**holding_document(holding, desk.standards.reasons), "against": against}
            print_json({**document, "replayed": _replay_document(replayed, day, desk.standards.reasons)})
        else:
            _show(holding, replayed, day, desk)


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


def _show(holding: Holding, replayed: Decision | None, day: date, desk: Desk) -> None:
    entry, reasons = holding.entry, desk.standards.reasons
    against = opposing_lines(desk, holding)
    facts = [
        ("内容 / record", record_line(entry.record())),
        ("状态 / standing", holding.standing.value),
        ("原因 / reasons", reason_lines(holding.reasons, reasons) or "—"),
        *([("相对条目 / against", against)] if against else []),
        ("措施 / measures", " ".join(holding.measures) or "—"),
        (
            "后续行为 / acts",
            "\n".join(_act_lines(holding, reasons)) or "—",
        ),
        ("新鲜度 / freshness", holding.freshness.value),
        ("依据版本 / versions", "\n".join(holding.versions) or "—"),
    ]
    if replayed is not None:
        facts += [
            (f"重放 / replayed for {day}", replayed.standing.value),
            ("  原因 / reasons", reason_lines(replayed.reasons, reasons) or "—"),
            ("  复核日 / review on", replayed.review_on.isoformat() if replayed.review_on else "—"),
        ]
    print_facts(f"{entry.origin} {entry.index}", facts)


def _act_lines(holding: Holding, reasons: ReasonTexts) -> Iterator[str]:
    """A line for each act; below one that had no effect, why."""
    for act, effect in zip(holding.acts.entries, holding.acts.effects, strict=True):
        yield f"{act.index} {record_line(act.record())}"
        if effect:
            yield f"  无效力 / no effect: {reason_lines((effect,), reasons)}"


def _watch(desk: Desk, origin: str, index: int, *, as_json: bool) -> None:
    """Shows the standing of an entry now and at each change; ends only when interrupted."""
    before: str | None = None
    while True:
        standing, reasons = _standing(desk, origin, index)
        if standing != before:
            seen_at_ms = now_ms()
            if as_json:
                shown: Document = {"standing": standing, "reasons": list(reasons), "seen_at_ms": seen_at_ms}
                print_json({"origin": origin, "index": index, **shown})
            else:
                print_text(f"{seen_at_ms} {standing} {' '.join(reasons)}")
            before = standing
        time.sleep(WATCH_EVERY_S)


def _standing(desk: Desk, origin: str, index: int) -> tuple[str, tuple[str, ...]]:
    """Standing and reasons of an entry; ABSENT while it has not come."""
    try:
        holding = desk.query.holding(origin, index)
    except AccessFault as fault:
        return "ABSENT", (fault.reason,)
    return holding.standing.value, holding.reasons


def end(  # noqa: PLR0913 - a command's arguments are its options
    origin: OriginArgument,
    index: IndexArgument,
    *,
    kind: KindOption,
    authority: AuthorityOption,
    authority_code: AuthorityCodeOption,
    document: DocumentOption,
    day: DateOption,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """终止本节点的一个条目；各地副本随之失效 / End an own entry; copies elsewhere cease to count."""
    decided_on = day_of(day, "--date")
    with _stated():
        body = Authority(name=authority, code=authority_code)
        ending = Ending(kind=kind, authority=body, document_number=document, decided_on=decided_on)
    key = f"end/{index}/{authority_code}/{document}"
    _act(node, origin, index, (key, ending), ("终止", as_json))


def mark(  # noqa: PLR0913 - a command's arguments are its options
    origin: OriginArgument,
    index: IndexArgument,
    *,
    kind: MarkOption,
    authority: AuthorityOption,
    authority_code: AuthorityCodeOption,
    document: DocumentOption,
    day: DateOption,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """标注本节点的一个条目，或者撤销标注、撤销错误的修复 / Mark an own entry, lift a mark, or restore it."""
    dated_on = day_of(day, "--date")
    with _stated():
        body = Authority(name=authority, code=authority_code)
        annotation = Annotation(kind=kind, authority=body, document_number=document, dated_on=dated_on)
    key = f"mark/{kind.value}/{index}/{authority_code}/{document}"
    _act(node, origin, index, (key, annotation), ("标注", as_json))


@contextmanager
def _stated() -> Iterator[None]:
    """Makes an act of what the options state; Misuse with the reason that a field is refused with."""
    try:
        yield
    except FieldFault as fault:
        raise Misuse(fault.reason, fault.detail) from None


def _act(node: Path, origin: str, index: int, keyed: tuple[str, Ending | Annotation], said: tuple[str, bool]) -> None:
    """Acts on an own entry and tells what came of it.

    Args:
        node: folder of the node.
        origin: feed, as the user names it.
        index: the entry.
        keyed: idempotency key and act.
        said: what was done, in Chinese; and whether to tell it as JSON.
    """
    key, act = keyed
    with desk_at(node) as desk:
        whole = origin_of(desk, origin)
        parsed = Origin.parse(whole)
        if parsed.node_id != desk.config.node.id:
            raise Misuse("FEED_NOT_OWN", f"{whole} is of another node; only its origin can act on an entry")
        (outcome,) = desk.submit(parsed.feed, [Submission(key, schema_of(act), encode(act), index)])
        taken_at_ms = now_ms()
        desk.publish_pending()
    _tell(outcome, (whole, index), taken_at_ms, said)


def _tell(outcome: Outcome, place: tuple[str, int], taken_at_ms: int, said: tuple[str, bool]) -> None:
    (origin, index), (done, as_json) = place, said
    warnings: tuple[str, ...] = ()
    match outcome:
        case Refused(field=field, reason=reason):
            print_problem(reason, field)
            raise typer.Exit(ExitCode.REFUSED)
        case Duplicate():
            word, zh = "duplicate", f"此前已{done}"
        case Accepted(warnings=warnings):
            word, zh = "accepted", f"已{done}"
        case _:
            assert_never(outcome)
    if as_json:
        told: Document = {"outcome": word, "warnings": list(warnings), "taken_at_ms": taken_at_ms}
        print_json({"origin": origin, "index": index, **told})
    else:
        facts = [("条目 / entry", f"{origin} {index}")]
        facts += [("提示 / warning", problem_line(code, "")) for code in warnings]
        print_facts(f"{zh} / {word}", facts)
