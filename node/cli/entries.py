# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Acts on one own entry: ending it (`end`), and marking it (`mark`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, assert_never

import typer

from federation.errors import FieldFault, Misuse
from federation.log.checkpoint import Origin
from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.codec import encode, schema_of
from federation.records.subject import Authority
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
)
from node.cli.printing import (
    Document,
    ExitCode,
    print_facts,
    print_json,
    print_problem,
    problem_line,
)
from node.intake import Accepted, Duplicate, Outcome, Refused, Submission

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
