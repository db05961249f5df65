# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`replay`: makes past decisions again, from stored inputs and kept rules, and tells every one that does not agree."""

from collections.abc import Iterator
from typing import Annotated

import typer

from federation.errors import Misuse
from federation.standards.catalogue import ReasonTexts
from node.assemble.interpreter import settle_interpreter
from node.cli.deciding.bar import decisions_bar
from node.cli.opening import CURRENT, AsJson, NodeFolder, day_of, desk_at, origin_of
from node.cli.printing import Document, ExitCode, print_json, print_text, problem_line
from node.ledger.replay import MAX_FINDINGS_LISTED, Finding, Replay, Replayed

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="只重算该日终了时有效的决定（YYYY-MM-DD）/ Only decisions in force at the end of this day",
    ),
]
OfOrigin = Annotated[
    str | None, typer.Option("--origin", metavar="ORIGIN", help="只重算该数据流的决定 / Only decisions on this feed")
]
Limit = Annotated[
    int,
    typer.Option(
        "--limit", min=0, max=MAX_FINDINGS_LISTED, help="列出几处不一致；计数不受限 / Findings listed; all are counted"
    ),
]


def replay(
    as_of: AsOf = None,
    origin: OfOrigin = None,
    limit: Limit = 50,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """用当时的输入和规则重算过去的决定，须逐字节相同 / Make past decisions again; each must agree byte for byte."""
    day = day_of(as_of, "--as-of") if as_of else None
    settle_interpreter()
    with desk_at(node) as desk:
        whole = origin_of(desk, origin) if origin else None
        if whole is not None and whole not in {feed.origin for feed in desk.reader.decided_feeds()}:
            raise Misuse("FEED_UNKNOWN", f"no decisions are made on {whole} here")
        reasons = desk.standards.reasons
        with decisions_bar("重算 / replaying") as told:
            result = Replay(desk.reader, day, told).run(None if whole is None else [whole])
    if as_json:
        print_json({"as_of": as_of, "origin": whole, **_document(result, limit)})
    else:
        for line in _lines(result, limit, reasons):
            print_text(line)
    if not result.ok:
        raise typer.Exit(ExitCode.UNVERIFIED)


def _document(result: Replayed, limit: int) -> Document:
    return {
        "decisions": result.decisions,
        "agreed": result.agreed,
        "apart": dict(sorted(result.apart.items())),
        "found": dict(sorted(result.found.items())),
        "findings": [_finding_document(finding) for finding in result.findings[:limit]],
        "ok": result.ok,
    }


def _finding_document(finding: Finding) -> Document:
    place: Document = {"origin": finding.origin, "index": finding.index, "turn": finding.turn}
    came = {"fields": list(finding.fields), "stored": finding.stored or None, "again": finding.again or None}
    return {**place, "reason": finding.reason, **came}


def _lines(result: Replayed, limit: int, reasons: ReasonTexts) -> Iterator[str]:
    for finding in result.findings[:limit]:
        came = f" · {finding.stored} → {finding.again} ({' '.join(finding.fields)})" if finding.fields else ""
        place = f"{finding.origin} {finding.index} #{finding.turn}"
        yield f"✗ {place}: {problem_line(finding.reason, '', reasons)}{came}"
    for reason, count in sorted(result.found.items()):
        yield f"✗ {count}: {problem_line(reason, '', reasons)}"
    for reason, count in sorted(result.apart.items()):
        yield f"— {count}: {problem_line(reason, '', reasons)}"
    sign, word = ("✓", "一致 / agreed") if result.ok else ("✗", "不全一致 / not all agreed")
    yield f"{sign} {word}：{result.agreed} / {result.decisions} 项决定 / decisions"
