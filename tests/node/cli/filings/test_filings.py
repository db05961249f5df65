# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The register of agencies, what they owe, and their reports, at the command line of a real node."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from node.cli.main import run

AGENCY = "91330100MA2PDY0152"
HEADER = (
    "备案编号,机构名称,统一社会信用代码,法定代表人,业务类别,备案日期,有效期至,备案机关,备案机关统一社会信用代码,备案状态,"
    "最近年检年度,年检结果,数据来源单位,数据来源单位统一社会信用代码,业务区域,重大事项"
)
ROW = (
    "{number},{name},{code},钱望桥,{categories},2020/05/01,2099/12/31,杭州市公共信用管理办公室,11330100PDY001047C,{standing},"
    "2026,合格,杭州市公共信用管理办公室,11330100PDY001047C,{regions},{events}"
)
SOUND = {
    "number": "杭信备2020-1",
    "name": "杭州青桥信用评估有限公司",
    "code": AGENCY,
    "categories": "资信评级;保理",
    "standing": "已备案",
    "regions": "",
    "events": "",
}
OTHER = {
    "number": "杭信备2020-2",
    "name": "=杭州青岚信用管理有限公司",
    "code": "91330100716105852F",
    "regions": "330106",
    "events": "变更股东|2026-01-05",
}
GONE = {"number": "杭信备2020-3", "code": "91330106PDY209008Q", "standing": "注销"}
Xinqiao = Callable[..., Any]


def imported(node: Path, *rows: dict[str, str], amend: bool = False) -> None:
    """Imports filings."""
    table = node.parent / "filings.csv"
    table.write_text("\n".join([HEADER, *(ROW.format(**{**SOUND, **row}) for row in rows), ""]), encoding="utf-8")
    assert 0 == run(["import", str(table), "--node", str(node), "--json", *(["--amend"] if amend else [])])


@pytest.fixture
def office(empty_node: Path) -> Path:
    """Hangzhou, where three agencies have filed; one filing is over."""
    imported(empty_node, {}, OTHER, GONE)
    return empty_node


def test_the_register_says_who_may_work_here(xinqiao: Xinqiao, office: Path) -> None:
    """By filing, categories, regions and term; what is over only when asked for; no natural person."""
    said = xinqiao("filings", "register", "--node", office, "--json")
    first, second = said.documents
    everything = xinqiao("filings", "register", "--all", "--node", office, "--json").documents

    assert (AGENCY, "杭信备2020-1", True, ["credit-rating", "factoring"], [], "OWN") == tuple(
        first[name] for name in ("code", "filing_number", "own", "categories", "regions", "standing")
    )
    assert ["330106"] == second["regions"]
    assert ["OWN", "OWN", "ENDED"] == [each["standing"] for each in everything]
    assert "钱望桥" not in said.out


def test_the_register_of_a_region(xinqiao: Xinqiao, office: Path) -> None:
    """Lists those that may work there; a region that no table knows is told."""
    there, elsewhere = (
        [
            each["code"]
            for each in xinqiao("filings", "register", "--region", code, "--node", office, "--json").documents
        ]
        for code in ("330106", "330200")
    )
    unknown = xinqiao("filings", "register", "--region", "999999", "--node", office)

    assert ([AGENCY, OTHER["code"]], [AGENCY]) == (there, elsewhere)
    assert 2 == unknown.code
    assert "REGION_UNKNOWN" in unknown.err


def test_the_register_as_a_table_for_spreadsheets(xinqiao: Xinqiao, office: Path, tmp_path: Path) -> None:
    """In both languages, and no cell is a formula."""
    file = tmp_path / "register.csv"
    told = xinqiao("filings", "register", "--csv", file, "--node", office, "--json").document
    with file.open(encoding="utf-8-sig", newline="") as opened:
        header, *rows = csv.reader(opened)

    assert {"file": str(file), "filings": 2} == told
    assert "机构 / Agency" == header[0]
    assert ["杭州青桥信用评估有限公司", "'=杭州青岚信用管理有限公司"] == [row[0] for row in rows]
    assert 2 == xinqiao("filings", "register", "--csv", tmp_path / "none" / "x.csv", "--node", office).code


def test_what_is_overdue_is_told(xinqiao: Xinqiao, office: Path) -> None:
    """An event that nobody reported within thirty days, by agency and filing; the exit code is for a watch."""
    said = xinqiao("filings", "due", "--within", "0", "--node", office, "--json")
    shown = xinqiao("filings", "due", "--within", "0", "--node", office)
    late = [each for each in said.document["due"] if each["reason"] == "EVENT_UNREPORTED"]

    assert (3, 3) == (said.code, shown.code)
    assert [("shareholders-changed", "2026-02-04", True, "杭信备2020-2")] == [
        (each["what"], each["due_on"], each["overdue"], each["filing_number"]) for each in late
    ]
    assert "EVENT_UNREPORTED" in shown.out


def verified(xinqiao: Xinqiao, node: Path, *arguments: object) -> Any:  # noqa: ANN401 - as `Xinqiao` says it
    """What `verify-report` says."""
    return xinqiao("filings", "verify-report", *arguments, "--node", node, "--json")


def told(category: str, issued_at: str) -> tuple[str, ...]:
    """A report, told by hand."""
    return ("--agency", AGENCY, "--category", category, "--issued-at", issued_at)


def test_a_report_is_verified_with_its_statement(xinqiao: Xinqiao, office: Path, tmp_path: Path) -> None:
    """The statement names the report by its digest; the proof of the filing comes with the answer."""
    report, statement, proof = (tmp_path / name for name in ("report.pdf", "statement.json", "filing.proof"))
    report.write_bytes(b"%PDF-1.7 invented")
    stated = ("--category", "credit-rating", "--issued-at", datetime.now(UTC).isoformat())
    written = xinqiao("filings", "state-report", report, "filings", "0", *stated, "--node", office)
    statement.write_text(written.out, encoding="utf-8")
    whole = verified(xinqiao, office, statement, "--report", report, "--proof", proof)
    report.write_bytes(b"%PDF-1.7 another")
    other = verified(xinqiao, office, statement, "--report", report)

    assert AGENCY == json.loads(written.out)["agency"]
    assert (0, True, "杭信备2020-1") == (whole.code, whole.document["valid"], whole.document["filing_number"])
    assert proof.read_bytes()
    assert 4 == other.code
    assert "REPORT_DIFFERS" in other.err


def test_a_report_from_before_the_log_is_not_proven(xinqiao: Xinqiao, office: Path) -> None:
    """The filing is of 2020 by its own word, and in the log since today; before 2020 there was none."""
    between = verified(xinqiao, office, *told("credit-rating", "2022-03-01T09:00:00+08:00"))
    before = verified(xinqiao, office, *told("credit-rating", "2019-03-01T09:00:00+08:00"))

    assert (4, "unproven", "not-filed") == (between.code, between.document["outcome"], before.document["outcome"])
    assert ["BACKDATED"] == [each["code"] for each in between.document["reasons"]]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "USAGE_WRONG"),
        (("--agency", AGENCY), "USAGE_WRONG"),
        (told("credit-rating", "2026-03-01"), "DATE_MALFORMED"),
        (("/nowhere/statement.json",), "FILE_NOT_FOUND"),
    ],
)
def test_what_cannot_be_asked_is_told(
    xinqiao: Xinqiao, empty_node: Path, arguments: tuple[str, ...], reason: str
) -> None:
    """Before any node is looked at."""
    said = verified(xinqiao, empty_node, *arguments)

    assert 2 == said.code
    assert reason in said.err
