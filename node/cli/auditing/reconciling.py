# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`audit reconcile` compares the audit files of two or more nodes, exchange by exchange."""

import csv
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import Misuse
from federation.rules.audit.pairing import SOUND, Pair, PairClass, Terms
from federation.rules.audit.proof import Verdict
from node.audit.reconciling import FileSide, Reconciliation, reconcile
from node.audit.trust import read_trust
from node.cli.auditing.files import checked_document
from node.cli.auditing.options import TrustOption
from node.cli.opening import AsJson
from node.cli.printing import Document, ExitCode, print_json, print_table, sign_of_life

MOST_SHOWN = 50
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("class", "exchange_id", "requester", "responder", "fields", "reason", "entries", "apart_ms")
CLASSES = {
    PairClass.MATCHED: "一致 / both say the same",
    PairClass.MATCHED_TOLERANCE: "一致，时间有差 / the same, times differ within tolerance",
    PairClass.NOT_DELIVERED: "未送达 / no answer came, as the requester says",
    PairClass.MISSING_AT_RESPONDER: "被查询方缺失 / missing at the responder",
    PairClass.MISSING_AT_REQUESTER: "查询方缺失 / missing at the requester",
    PairClass.FIELD_MISMATCH: "字段不符 / fields differ",
    PairClass.DIGEST_MISMATCH: "内容摘要不符 / content differs",
    PairClass.DUPLICATE: "重复 / logged more than once",
    PairClass.AMBIGUOUS: "不一致的多条 / several entries that differ",
    PairClass.LATE_LOGGED: "迟记 / logged late",
    PairClass.UNAUDITABLE: "无法核对 / could not be checked",
}
"""What each class says to people."""
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE FILE...", help="两个以上节点的审计文件 / Audit files of two or more nodes")
]
CsvOption = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="将全部非一致的行写入此文件 / Write every row that is not MATCHED here"),
]
Seconds = Annotated[
    int,
    typer.Option("--skew", min=0, max=3600, metavar="SECONDS", help="容许的时钟偏差 / How far clocks may stand apart"),
]


def reconcile_files(
    files: Files, trust: TrustOption, csv_file: CsvOption = None, skew_s: Seconds = 300, as_json: AsJson = False
) -> None:
    """逐笔比对双方审计文件 / Compare both sides' audit files, exchange by exchange."""
    shown: list[Pair] = []
    with _rows(csv_file) as write, sign_of_life("比对 / comparing"):

        def told(pair: Pair) -> None:
            write(pair)
            if len(shown) < MOST_SHOWN and pair.found not in SOUND:
                shown.append(pair)

        came = reconcile(files, read_trust(trust), Terms(skew_ms=skew_s * 1000), told)
    if as_json:
        print_json(_document(came, shown, csv_file))
    else:
        _show(came, shown)
    raise typer.Exit(_exit_of(came))


def _exit_of(came: Reconciliation) -> ExitCode:
    """Unverified when anything is wrong; unavailable when all that is missing is what could not be checked."""
    found = {each for _, _, each in came.tally.classes} - SOUND
    altered = any(side.checked.verdict is Verdict.ALTERED for side in came.sides)
    if altered or found - {PairClass.UNAUDITABLE}:
        return ExitCode.UNVERIFIED
    unchecked = any(not side.audited.proven for side in came.sides)
    return ExitCode.UNAVAILABLE if found or unchecked else ExitCode.DONE


@contextmanager
def _rows(file: Path | None) -> Iterator[Callable[[Pair], None]]:
    """What writes each row to a CSV file, for its owner alone; nothing without a file.

    Raises:
        Misuse: FILE_UNWRITABLE.
    """
    if file is None:
        yield lambda _: None
        return
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8-sig") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            yield lambda pair: writer.writerow([_plain(cell) for cell in _cells(pair)])
    except OSError as wrong:
        raise Misuse("FILE_UNWRITABLE", f"{file}: {wrong.strerror}") from None


def _plain(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula; a number stays one."""
    is_number = cell.removeprefix("-").isdigit()
    return f"'{cell}" if cell.startswith(_FORMULA) and not is_number else cell


def _cells(pair: Pair) -> tuple[str, ...]:
    places = " ".join(f"{log}:{index}" for log, index in pair.places)
    parties = pair.exchange_id, pair.requester, pair.responder
    apart = "" if pair.apart_ms is None else str(pair.apart_ms)
    return pair.found.value, *parties, " ".join(pair.fields), pair.why, places, apart


def _side_document(number: int, side: FileSide) -> Document:
    """One file as JSON, with how much of it was compared."""
    said: Document = {"number": number, "file": str(side.path), "owner": side.owner, "proven": side.audited.proven}
    counts = {"exchanges": side.exchanges, "other_entries": side.others, "unreadable": len(side.unreadable_ms)}
    return {**said, **counts, "checked": checked_document(side.checked)}


def _document(came: Reconciliation, shown: list[Pair], csv_file: Path | None) -> Document:
    pairs = sorted({(asked, told) for asked, told, _ in came.tally.classes})
    return {
        "sound": came.is_sound,
        "coverage": {
            "logs": [_side_document(number, side) for number, side in enumerate(came.sides)],
            "logs_proven": sum(side.audited.proven for side in came.sides),
            "logs_given": len(came.sides),
        },
        "exchanges": came.tally.exchanges,
        "classes": {found.value: came.tally.total(found) for found in PairClass},
        "pairs": [
            {
                "requester": asked,
                "responder": told,
                "classes": {
                    found.value: count
                    for (one, other, found), count in sorted(came.tally.classes.items())
                    if (one, other) == (asked, told)
                },
            }
            for asked, told in pairs
        ],
        "apart_ms": {"median": came.tally.apart_ms(0.5), "p99": came.tally.apart_ms(0.99)},
        "rows": [dict(zip(COLUMNS, _cells(pair), strict=True)) for pair in shown],
        "csv": str(csv_file) if csv_file else None,
    }


def _show(came: Reconciliation, shown: list[Pair]) -> None:
    logs = [
        (
            str(number),
            side.owner or str(side.path),
            "✓" if side.audited.proven else side.checked.verdict.value,
            f"{side.checked.entries}",
            f"{side.exchanges}",
            f"{len(side.unreadable_ms)}",
        )
        for number, side in enumerate(came.sides)
    ]
    columns = ("", "日志 / Log", "已证明 / Proven", "条目 / Entries", "交换 / Exchanges", "不可读 / Unreadable")
    proven = sum(side.audited.proven for side in came.sides)
    print_table(f"覆盖 / Coverage: {proven} / {len(came.sides)} 已证明 / proven", columns, logs)
    counts = [(found.value, CLASSES[found], str(came.tally.total(found))) for found in PairClass]
    print_table(f"交换 / Exchanges: {came.tally.exchanges}", ("类别 / Class", "", "数量 / Count"), counts)
    if shown:
        rows = [_cells(pair) for pair in shown]
        print_table(f"不符 / Not in order (at most {MOST_SHOWN} shown; --csv: all)", COLUMNS, rows)
