# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`import`: files that departments produce into the node's feeds, with counts that add up."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from federation.errors import Misuse
from federation.standards.catalogue import ReasonTexts
from node.assemble.bulk.importer import TableKind
from node.cli.importing import Choice, Counts, Imported, import_file
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at
from node.cli.printing import Document, ExitCode, print_facts, print_json, print_table, problem_line, sign_of_life

SHOWN_ON_TERMINAL = 20
_GO_ON = "已接收的行已保存，再次导入此文件即可继续 / the rows taken so far are kept; import the file again to go on"

FilesArgument = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="CSV（UTF-8 或 GB18030）或 XLSX 文件 / Files: CSV (UTF-8, GB18030) or XLSX"),
]
FeedOption = Annotated[
    str | None,
    typer.Option("--feed", metavar="NAME", help="写入该数据流；默认按表类选择 / Own feed; by kind of table if absent"),
]
KindOption = Annotated[
    TableKind | None,
    typer.Option("--kind", help="表的种类；默认按表头识别 / Kind of table; told by its header if absent"),
]
AmendOption = Annotated[
    bool,
    typer.Option(
        "--amend", help="同一文号内容不同时作为更正发布 / Publish changed rows as amendments of the earlier ones"
    ),
]
RefusedOption = Annotated[
    Path | None,
    typer.Option(
        "--refused", metavar="FILE", help="被拒绝的行写入此文件 / Refused rows go here, not to FILE.refused.csv"
    ),
]


def import_files(  # noqa: PLR0913 - a command's arguments are its options
    files: FilesArgument,
    *,
    feed: FeedOption = None,
    kind: KindOption = None,
    amend: AmendOption = False,
    refused: RefusedOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """导入数据文件；重复导入不会改变任何内容 / Import files; importing one twice changes nothing."""
    if refused is not None and len(files) > 1:
        raise Misuse("USAGE_WRONG", "--refused goes with one file")
    choice = Choice(kind, feed, amend, refused)
    total = Counts()
    done: list[Imported] = []
    with desk_at(node) as desk:
        reasons = desk.standards.reasons
        for path in files:
            with _about(path), _counter(path) as seen:
                done.append(import_file(path, choice, desk.config.feed, desk.importer(), seen))
            with _about(path), sign_of_life("发布 / publishing"):
                desk.publish_pending()
            total.add(done[-1].counts)
            if not as_json:  # at once: what became of this file is known even if the next one fails
                _show(done[-1], reasons)
    total.check()
    if as_json:
        print_json({"files": [_document(one) for one in done], "total": _counts_document(total)})
    if total.refused:
        raise typer.Exit(ExitCode.REFUSED)


@contextmanager
def _about(path: Path) -> Iterator[None]:
    """Names the file in what goes wrong with it; an interrupted operator learns how to go on."""
    try:
        yield
    except Misuse as wrong:
        if path.name in wrong.detail:
            raise
        raise Misuse(wrong.reason, f"{path}: {wrong.detail}") from None
    except KeyboardInterrupt:
        sys.stderr.write(f"{path.name}: {_GO_ON}\n")
        raise


@contextmanager
def _counter(path: Path) -> Iterator[Callable[[int], None]]:
    """Counts rows on standard error while it is a terminal; says nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed} 行 / rows"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(path.name, total=None)
        yield lambda rows: progress.advance(task, rows)


def _counts_document(counts: Counts) -> Document:
    return {
        "read": counts.read,
        "accepted": counts.accepted,
        "duplicates": counts.duplicates,
        "refused": dict(sorted(counts.refused.items())),
        "refused_total": counts.refused.total(),
        "warnings": dict(sorted(counts.warnings.items())),
    }


def _document(one: Imported) -> Document:
    shown = [
        {"row": row.number, "field": row.field, "value": row.value, "reason": row.reason, "detail": row.detail}
        for row in one.shown
    ]
    return {
        "file": str(one.file),
        "kind": one.kind.value,
        "feed": one.feed,
        "form": one.form,
        **_counts_document(one.counts),
        "refused_file": str(one.refused_file) if one.refused_file else None,
        "refused_rows": shown,
    }


def _show(one: Imported, reasons: ReasonTexts) -> None:
    counts = one.counts
    facts = [
        ("数据流 / feed", f"{one.feed} ({one.kind.value}, {one.form})"),
        ("读取 / read", str(counts.read)),
        ("接收 / accepted", str(counts.accepted)),
        ("重复 / duplicates", str(counts.duplicates)),
        ("拒绝 / refused", str(counts.refused.total())),
        *_reason_facts("拒绝 / refused", counts.refused, reasons),
        *_reason_facts("提示 / warning", counts.warnings, reasons),
    ]
    if one.refused_file:
        facts.append(("改正后可再导入 / mend and import", str(one.refused_file)))
    print_facts(one.file.name, facts)
    if one.shown:
        rows = [
            (str(row.number), row.field, row.value, problem_line(row.reason, row.detail, reasons))
            for row in one.shown[:SHOWN_ON_TERMINAL]
        ]
        title = f"被拒绝的行（前 {len(rows)} 行）/ Refused rows, the first {len(rows)}"
        print_table(title, ("行 / Row", "字段 / Field", "值 / Value", "原因 / Reason"), rows)


def _reason_facts(name: str, counted: Counter[str], reasons: ReasonTexts) -> list[tuple[str, str]]:
    return [(f"  {name} ×{count}", problem_line(code, "", reasons)) for code, count in counted.most_common()]
