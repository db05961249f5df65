# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`audit export` writes a period of an exchange log with its proof; `audit verify` says offline what a file proves."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import Misuse
from federation.rules.audit.proof import Finding, Verdict
from federation.standards.bundle import shipped_standards
from federation.standards.calendar import china_time
from federation.standards.catalogue import ReasonTexts
from node.assemble.auditing.logbook import Logbook
from node.audit.checking import Checked, all_findings, check_file
from node.audit.trust import read_trust
from node.cli.auditing.options import FromDay, LogOption, ToDay, TrustOption, log_of, period_of
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at
from node.cli.printing import Document, ExitCode, print_facts, print_json, print_table, problem_line, sign_of_life

TargetFile = Annotated[Path, typer.Argument(metavar="FILE", help="要写出的审计文件 / Audit file to write")]
AuditFile = Annotated[Path, typer.Argument(metavar="FILE", help="审计文件 / Audit file, as `audit export` wrote it")]
MOST_SHOWN = 50
VERDICTS = {
    Verdict.PROVEN: "✓ 已证明：日志完整、未被改动 / Proven: complete, and unchanged since it was signed",
    Verdict.ALTERED: "✗ 已证明被改动 / Proven altered",
    Verdict.UNCHECKED: "? 无法核验 / Could not be checked",
}
"""What each verdict says to people."""
EXITS = {
    Verdict.PROVEN: ExitCode.DONE,
    Verdict.ALTERED: ExitCode.UNVERIFIED,
    Verdict.UNCHECKED: ExitCode.UNAVAILABLE,
}
NOT_PROVEN = "日志所载是否属实、应记而未记的事项，须与对方日志比对 / Whether what was logged is true, or all was logged"


def export(
    file: TargetFile,
    *,
    start: FromDay,
    end: ToDay,
    log: LogOption = "_exchange",
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """导出一段时期的交换日志及完整性证明 / Write a period of the exchange log, with the proof that it is complete."""
    period = period_of(start, end)
    with desk_at(node) as desk, sign_of_life("导出 / exporting"):
        origin = log_of(desk, log)
        size = write_alone(file, Logbook(desk).export(origin, period))
    if as_json:
        said: Document = {"file": str(file), "log": origin, "from_ms": period.from_ms, "until_ms": period.until_ms}
        print_json({**said, "bytes": size})
    else:
        facts = [("日志 / log", origin), ("文件 / file", str(file)), ("字节 / bytes", str(size))]
        print_facts("审计文件已写出 / The audit file is written", facts)


def write_alone(file: Path, parts: Iterable[bytes]) -> int:
    """Writes a file for its owner alone, in one step: nothing stands under its name before it is whole.

    Raises:
        Misuse: FILE_UNWRITABLE.
    """
    if file.is_symlink() or (file.exists() and not file.is_file()):  # a device, too, would be replaced
        raise Misuse("FILE_UNWRITABLE", f"{file} is there, and is no plain file")
    fresh, size = file.with_name(f"{file.name}.part"), 0
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            for one in parts:
                size += out.write(one)
        fresh.replace(file)
    except OSError as wrong:
        fresh.unlink(missing_ok=True)
        raise Misuse("FILE_UNWRITABLE", f"{file}: {wrong.strerror}") from None
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return size


def verify(file: AuditFile, trust: TrustOption, as_json: AsJson = False) -> None:
    """离线核验审计文件：已证明、被改动或无法核验 / Check an audit file: proven, altered, could not be checked."""
    with sign_of_life("核验 / checking"):
        checked = check_file(file, read_trust(trust))
    if as_json:
        print_json(checked_document(checked))
    else:
        _show(checked)
    raise typer.Exit(EXITS[checked.verdict])


def checked_document(checked: Checked) -> Document:
    """What was found of one file as JSON."""
    head, found = checked.head, checked.findings
    reasons = shipped_standards().reasons
    return {
        "verdict": checked.verdict.value,
        "log": head.origin if head else None,
        "exporter": head.exporter if head else None,
        "made_at_ms": head.made_at_ms if head else None,
        "from_ms": head.from_ms if head else None,
        "until_ms": head.until_ms if head else None,
        "covered_until_ms": checked.covered_until_ms if head else None,
        "range": [head.first, head.stop] if head else None,
        "checkpoint_size": head.size if head else None,
        "entries": {
            "claimed": head.stop - head.first if head else 0,
            "read": checked.entries,
            "altered": found.altered_entries,
            "unchecked": found.unchecked_entries,
        },
        "checkpoints_compared": checked.compared,
        "findings": [problem_document(each, reasons) for each in all_findings(checked)],
    }


def problem_document(found: Finding, reasons: ReasonTexts) -> Document:
    """One thing that is not proven as JSON; `index` is the entry, or the record of an answer."""
    text = reasons.of(found.reason)
    said: Document = {"verdict": found.verdict.value, "reason": found.reason, "zh": text.zh, "en": text.en}
    return {**said, "index": found.index, "detail": found.detail}


def _show(checked: Checked) -> None:
    head, found = checked.head, checked.findings
    facts = []
    if head is not None:
        read = f"{checked.entries} / {head.stop - head.first}"
        facts = [
            ("日志 / log", head.origin),
            ("导出者 / exporter", f"{head.exporter} {china_time(head.made_at_ms)}"),
            ("期间 / period", f"{china_time(head.from_ms)} – {china_time(head.until_ms)}"),
            ("条目 / entries read", f"{read}（{head.first} – {head.stop}）"),
            ("有改动 / altered entries", str(found.altered_entries)),
            ("无法核验 / unchecked entries", str(found.unchecked_entries)),
            ("已比对检查点 / checkpoints compared", str(checked.compared)),
        ]
    print_facts(VERDICTS[checked.verdict], [*facts, ("不能证明 / not proven by this", NOT_PROVEN)])
    told = list(all_findings(checked))
    if told:
        columns = ("结论 / Verdict", "条目 / Entry", "原因 / Reason")
        print_table(f"问题 / Findings: {len(told)}", columns, map(_row, told[:MOST_SHOWN]))


def _row(found: Finding) -> tuple[str, str, str]:
    return (
        found.verdict.value,
        "—" if found.index is None else str(found.index),
        problem_line(found.reason, found.detail),
    )
