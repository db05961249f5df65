# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`catalogue preview`: what rule files or tables would change, before they are put in force. Nothing is changed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from federation.rules.rule_book import shipped_law
from federation.standards.catalogue import ReasonTexts
from node.assemble.interpreter import settle_interpreter
from node.assemble.stages import Foundation, rule_files, standard_files
from node.cli.catalogue.files import TABLES, read_files
from node.cli.deciding.bar import decisions_bar
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at, today
from node.cli.printing import Document, print_json, print_table, print_text, reason_lines
from node.config import load_config
from node.ledger.preview import MAX_CHANGES_LISTED, Change, Preview, Previewed
from node.ledger.rules import rules_of

RulePaths = Annotated[
    list[Path],
    typer.Option(
        "--rules",
        metavar="DIR|FILE",
        help="代替 rules/ 的文件夹，或者要增加、替换的文件；可重复 / "
        "A folder in the place of rules/, or a file to add or replace; may be repeated",
    ),
]
Limit = Annotated[
    int,
    typer.Option(
        "--limit", min=0, max=MAX_CHANGES_LISTED, help="列出几个条目，计数不受限 / Entries listed; all are counted"
    ),
]


def preview_rules(rules: RulePaths, limit: Limit = 50, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """规则生效前先看会改变什么，不作任何改动 / Show what rules would change, before they are put in force."""
    config = load_config(node)
    own, tables = dict(rule_files(config)), dict(standard_files(config))
    if any(path.is_dir() for path in rules):
        own = dict(shipped_law())  # a folder takes the place of the node's own
    for path, raw in read_files(rules).items():
        folder, _, name = path.partition("/")
        if folder == TABLES:
            tables[name.partition("@")[0]] = raw
        else:
            own[path] = raw
    before, after = Foundation(config).ledger_rules, rules_of(config.node.id, own, tables)
    settle_interpreter()
    with desk_at(node) as desk:
        reasons = desk.standards.reasons
        with decisions_bar("预览 / looking ahead") as told:
            found = Preview(desk.reader, (before, after), today(), told).run()
    if as_json:
        print_json({"rules": {"before": before.digest, "after": after.digest}, **_document(found, limit)})
    else:
        _show(found, limit, reasons)


def _document(found: Previewed, limit: int) -> Document:
    steps = [{"from": old or None, "to": new, "count": count} for (old, new), count in sorted(found.steps.items())]
    return {
        "touched": found.looked_at,
        "changed": found.steps.total(),
        "steps": steps,
        "changes": [_change_document(change) for change in found.changes[:limit]],
    }


def _change_document(change: Change) -> Document:
    before, after = change.before, change.after
    return {
        "origin": change.origin,
        "index": change.index,
        "from": before.standing.value if before is not None else None,
        "to": after.standing.value,
        "reasons": {"before": list(before.reasons) if before is not None else [], "after": list(after.reasons)},
        "measures": {"before": list(before.measures) if before is not None else [], "after": list(after.measures)},
    }


def _show(found: Previewed, limit: int, reasons: ReasonTexts) -> None:
    count = f"涉及 / touched: {found.looked_at}；会改变 / would change: {found.steps.total()}"
    print_text(f"{count}（未作任何改动 / nothing was changed）")
    if not found.steps:
        return
    steps = [(old or "—", new, str(count)) for (old, new), count in sorted(found.steps.items())]
    print_table("状态变化 / Changes of standing", ("现为 / From", "改为 / To", "数量 / Count"), steps)
    columns = ("条目 / Entry", "现为 / From", "改为 / To", "原因 / Reasons", "措施 / Measures")
    rows = list(_rows(found.changes[:limit], reasons))
    if rows:
        print_table(f"条目（前 {len(rows)} 条）/ Entries, the first {len(rows)}", columns, rows)


def _rows(changes: Sequence[Change], reasons: ReasonTexts) -> Iterator[Sequence[str]]:
    for change in changes:
        old, new = change.step
        why = reason_lines(change.after.reasons, reasons)
        yield f"{change.origin} {change.index}", old or "—", new, why, _measures(change)


def _measures(change: Change) -> str:
    """Measures that would come (+) and go (-)."""
    before = set(change.before.measures) if change.before is not None else set()
    after = set(change.after.measures)
    return " ".join(
        [*(f"+{code}" for code in sorted(after - before)), *(f"-{code}" for code in sorted(before - after))]
    )
