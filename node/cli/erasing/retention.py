# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`retention` counts own records that are past their term, and on request orders them erased."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import typer

from federation.errors import Misuse
from node.assemble.desk import Desk
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at, today
from node.cli.printing import print_json, print_table, print_text, sign_of_life
from node.erase.order import Ordered
from node.erase.retention import Due, Terms, due_in

DryRun = Annotated[bool, typer.Option("--dry-run", help="只统计（缺省）/ Only count: the default")]
Run = Annotated[bool, typer.Option("--run", help="下令删除，不可恢复 / Order them erased; cannot be undone")]


def retention(dry_run: DryRun = False, run: Run = False, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """统计或删除超过保存期限的本节点记录 / Count own records past their term, or erase them."""
    if dry_run and run:
        raise Misuse("USAGE_WRONG", "--dry-run goes without --run")
    past: Counter[tuple[str, str]] = Counter()
    erased: Counter[tuple[str, str]] = Counter()
    with desk_at(node) as desk, sign_of_life("核对期限 / looking at terms"):
        for due in _due(desk):
            place = due.term.name, due.term.dataset.value
            past[place] += len(due.indexes)
            if run:
                outcomes = desk.erase(due.origin, due.indexes, due.ground, with_acts=True)
                erased[place] += sum(isinstance(outcome, Ordered) for outcome in outcomes)
        if run:
            desk.publish_pending()
    if as_json:
        counts = [
            {"term": name, "dataset": dataset, "past": count, "ordered": erased[name, dataset]}
            for (name, dataset), count in sorted(past.items())
        ]
        print_json({"terms": counts, "past": past.total(), "ordered": erased.total(), "run": run})
    elif not past:
        print_text("没有超过保存期限的记录 / No record is past its term")
    else:
        columns = ("期限 / Term", "类别 / Dataset", "超期 / Past", "已下令 / Ordered")
        rows = [(*place, str(count), str(erased[place])) for place, count in sorted(past.items())]
        print_table(f"超过保存期限 / Past their term: {past.total()}", columns, rows)


def _due(desk: Desk) -> Iterator[Due]:
    terms = Terms(desk.book.retention, desk.config.node.id, today())
    for section in desk.config.feed:
        for batch in due_in(desk.reader, desk.origin(section.name), terms):
            yield from batch
