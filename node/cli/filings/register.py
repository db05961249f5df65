# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`filings register` lists who may work here, `filings due` what agencies filed here owe. Persons are not named."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from federation.errors import Misuse
from federation.rules.filing.duties import Owed, owed
from federation.rules.filing.recognition import reaches_parts
from federation.standards.bundle import Standards
from node.assemble.desk import Desk
from node.cli.opening import CURRENT, AsJson, NodeFolder, desk_at, today
from node.cli.printing import (
    Document,
    ExitCode,
    print_json,
    print_table,
    print_text,
    reason_documents,
    reason_lines,
)
from node.query.filings import Registered, registered

RegionOption = Annotated[
    str | None,
    typer.Option("--region", metavar="CODE", help="只列可在该地区从业的 / Only those that may work in this region"),
]
AllOption = Annotated[bool, typer.Option("--all", help="也列出不生效的及原因 / List what does not count too, and why")]
CsvOption = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="写入此 CSV 文件 / Write to this CSV file")
]
WithinOption = Annotated[
    int, typer.Option("--within", min=0, max=3660, metavar="DAYS", help="也列出今后若干天内到期的 / Days to look ahead")
]
COLUMNS = (
    "机构 / Agency",
    "统一社会信用代码 / Code",
    "备案编号 / Filing",
    "备案机关 / Authority",
    "备案条目 / Entry",
    "依据 / By",
    "业务类别 / Categories",
    "业务区域 / Regions",
    "备案日期 / Filed on",
    "有效期至 / Until",
    "备案状态 / Standing",
    "此地 / Here",
    "原因 / Reasons",
)
_STANDINGS = {
    "filed": "已备案 / filed",
    "suspended": "暂停 / suspended",
    "withdrawn": "撤回 / withdrawn",
    "exited": "退出市场 / exited",
    "cancelled": "注销 / cancelled",
    "pending": "待备案 / pending",
    "conditional": "限期整改 / conditional",
    "annual-review-overdue": "逾期未年检 / review overdue",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def register(
    region: RegionOption = None,
    everything: AllOption = False,
    file: CsvOption = None,
    node: NodeFolder = CURRENT,
    as_json: AsJson = False,
) -> None:
    """公示名册：谁可在此地从业，凭哪个备案 / The public register: who may work here, by which filing."""
    with desk_at(node) as desk:
        if region is not None and not desk.standards.regions.knows(region):
            raise Misuse("REGION_UNKNOWN", f"--region {region}")
        wanted = _wanted(desk, region, everything=everything)
        if file is not None:
            count = _write(file, wanted, desk.standards)
            told = f"已写出 / written: {count} → {file}"
            print_json({"file": str(file), "filings": count}) if as_json else print_text(told)
        elif as_json:
            for each in wanted:
                print_json(_document(each, desk.standards))
        else:
            rows = [_row(each, desk.standards) for each in wanted]
            print_table(f"备案名册 / Register: {len(rows)}", COLUMNS, rows)


def _wanted(desk: Desk, region: str | None, *, everything: bool) -> Iterator[Registered]:
    home, day = desk.config.node.id, today()
    for each in registered(desk.reader, home, desk.book, counting=not everything):
        if not everything and each.decision.overdue(day):
            decision = desk.judge(each.decision.origin, each.decision.index, day)
            if not decision.counts:
                continue
        if region is None or reaches_parts(each.filing.regions, region):
            yield each


def _document(each: Registered, standards: Standards) -> Document:
    filing, decision = each.filing, each.decision
    return {
        "agency": filing.identity.name,
        "code": filing.identity.code,
        "filing_number": filing.filing_number,
        "authority": filing.authority.name,
        "authority_code": filing.authority.code,
        "origin": decision.origin,
        "index": decision.index,
        "own": each.own,
        "categories": list(each.categories),
        "regions": list(filing.regions),
        "filed_on": filing.filed_on.isoformat(),
        "valid_until": filing.valid_until.isoformat() if filing.valid_until else None,
        "filing_standing": filing.standing.value,
        "standing": decision.standing.value,
        "counts": decision.counts,
        "reasons": reason_documents(decision.reasons, standards.reasons),
    }


def _row(each: Registered, standards: Standards) -> tuple[str, ...]:
    filing, decision = each.filing, each.decision
    return (
        filing.identity.name,
        filing.identity.code,
        filing.filing_number,
        filing.authority.name,
        f"{decision.origin} {decision.index}",
        "本地备案 / own" if each.own else "互认 / recognised",
        "\n".join(_category(code, standards) for code in each.categories),
        " ".join(filing.regions) or "不限 / all",
        filing.filed_on.isoformat(),
        filing.valid_until.isoformat() if filing.valid_until else "长期 / open",
        _STANDINGS[filing.standing.value],
        decision.standing.value,
        reason_lines(decision.reasons, standards.reasons),
    )


def _category(code: str, standards: Standards) -> str:
    known = standards.agency_categories.codes.get(code)
    return f"{known.zh} / {known.en}" if known else code


def _write(file: Path, wanted: Iterator[Registered], standards: Standards) -> int:
    """Writes the register as CSV in UTF-8 with mark, as spreadsheet programs open it; how many rows.

    Raises:
        Misuse: FILE_UNWRITABLE.
    """
    count = 0
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            for each in wanted:
                writer.writerow([_plain(cell) for cell in _row(each, standards)])
                count += 1
    except OSError as wrong:
        raise Misuse("FILE_UNWRITABLE", f"{file}: {wrong.strerror}") from None
    return count


def _plain(cell: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


@dataclass(frozen=True, slots=True)
class _Due:
    """What one agency owes."""

    registered: Registered
    owed: Owed
    overdue: bool


def due(within: WithinOption = 30, node: NodeFolder = CURRENT, as_json: AsJson = False) -> None:
    """本地备案机构到期和逾期的事项；有逾期时退出码为 3 / What agencies filed here owe; exits with 3 if overdue."""
    with desk_at(node) as desk:
        found = sorted(_due(desk, today(), within), key=lambda each: each.owed.due_on)
        reasons = desk.standards.reasons
    late = sum(each.overdue for each in found)
    if as_json:
        listed = [_due_document(each) for each in found]
        print_json({"due": listed, "overdue": late})
    else:
        columns = ("期限 / Due", "", "事项 / What", "机构 / Agency", "备案编号 / Filing", "条目 / Entry")
        rows = [
            (
                each.owed.due_on.isoformat(),
                "✗ 逾期 / overdue" if each.overdue else "",
                f"{reason_lines((each.owed.reason,), reasons)} {each.owed.what}".rstrip(),
                f"{each.registered.filing.identity.name} {each.registered.filing.identity.code}",
                each.registered.filing.filing_number,
                f"{each.registered.decision.origin} {each.registered.decision.index}",
            )
            for each in found
        ]
        print_table(f"到期事项 / Due: {len(rows)}；逾期 / overdue: {late}", columns, rows)
    if late:
        raise typer.Exit(ExitCode.UNAVAILABLE)


def _due(desk: Desk, day: date, within: int) -> Iterator[_Due]:
    home = desk.config.node.id
    duties = desk.book.filing_duties_on(home, day)
    if duties is None:
        return
    last = day + timedelta(min(within, (date.max - day).days))
    for each in registered(desk.reader, home, desk.book, counting=False):
        ended = any(reason.startswith("ENDED_") for reason in each.decision.reasons)
        if each.own and not ended:
            for one in owed(each.filing, duties, day):
                if one.due_on <= last:
                    yield _Due(each, one, one.overdue(day))


def _due_document(each: _Due) -> Document:
    filing, decision = each.registered.filing, each.registered.decision
    return {
        "reason": each.owed.reason,
        "what": each.owed.what,
        "due_on": each.owed.due_on.isoformat(),
        "overdue": each.overdue,
        "agency": filing.identity.name,
        "code": filing.identity.code,
        "filing_number": filing.filing_number,
        "origin": decision.origin,
        "index": decision.index,
    }
