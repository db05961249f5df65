# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Written tables: whole or not at all, readable by their owner only, and nothing in them is a formula."""

import csv
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest

from adapters.writing import table
from adapters.writing.table import TableFormat, write_table
from federation.errors import Misuse

HEADER = ("名称 Name", "备注 Remark")
TRAPS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")')


def read(path: Path) -> list[list[str]]:
    """The rows of a written file, as a spreadsheet program would show them."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [list(row) for row in csv.reader(file)]
    return [[str(cell) for cell in row] for row in openpyxl.load_workbook(path)["report"].iter_rows(values_only=True)]


@pytest.mark.parametrize("form", TableFormat)
def test_a_table_is_what_was_given(tmp_path: Path, form: TableFormat) -> None:
    """Heading and rows in order, Chinese and line breaks too; only its owner may read it."""
    path = tmp_path / f"report.{form}"

    assert 2 == write_table(path, form, HEADER, [("某公司", "一\n二"), ("乙", "3")])

    assert [list(HEADER), ["某公司", "一\n二"], ["乙", "3"]] == read(path)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("trap", TRAPS)
def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path, trap: str) -> None:
    """It is a text, and stays one when somebody edits it."""
    path = tmp_path / "report.xlsx"
    write_table(path, TableFormat.XLSX, HEADER, [(trap, "x")])

    cell = openpyxl.load_workbook(path)["report"]["A2"]

    assert ("s", trap, True) == (cell.data_type, cell.value, cell.quotePrefix)


@pytest.mark.parametrize("trap", TRAPS)
def test_no_cell_of_a_csv_begins_a_formula(tmp_path: Path, trap: str) -> None:
    """An apostrophe stands before it."""
    path = tmp_path / "report.csv"
    write_table(path, TableFormat.CSV, HEADER, [(trap, "x")])

    assert [f"'{trap}", "x"] == read(path)[1]


def test_a_character_that_no_workbook_holds_is_replaced(tmp_path: Path) -> None:
    """Control characters would make the file unreadable."""
    path = tmp_path / "report.xlsx"
    write_table(path, TableFormat.XLSX, HEADER, [("a\x01b", "x")])

    assert "a\ufffdb" == read(path)[1][0]


def breaking() -> Iterator[Sequence[str]]:
    """One row, and then a fault."""
    yield ("a", "b")
    raise RuntimeError("the store went away")


@pytest.mark.parametrize("form", TableFormat)
def test_a_table_that_breaks_off_leaves_the_old_file(tmp_path: Path, form: TableFormat) -> None:
    """And nothing beside it."""
    path = tmp_path / "report"
    path.write_text("old")

    with pytest.raises(RuntimeError):
        write_table(path, form, HEADER, breaking())

    assert ("old", [path]) == (path.read_text(), list(tmp_path.iterdir()))


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """FILE_UNWRITABLE."""
    with pytest.raises(Misuse, match="FILE_UNWRITABLE"):
        write_table(tmp_path / "none" / "report.csv", TableFormat.CSV, HEADER, [])


def test_more_rows_than_a_sheet_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FILE_TOO_LARGE, and no file."""
    monkeypatch.setattr(table, "MAX_SHEET_ROWS", 2)

    with pytest.raises(Misuse, match="FILE_TOO_LARGE"):
        write_table(tmp_path / "report.xlsx", TableFormat.XLSX, HEADER, [("a", "b")] * 3)

    assert [] == list(tmp_path.iterdir())
