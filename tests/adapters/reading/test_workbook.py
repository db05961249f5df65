# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Workbooks: cells of every type, and hostile archives."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from adapters.reading.table import open_source
from adapters.reading.workbook import WorkbookRows, weigh
from adapters.row import Outcome, SourceRow, TableKind, Translated
from federation.errors import Misuse
from federation.records.penalty import Penalty


def _book(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def _cells(path: Path) -> list[tuple[str, ...]]:
    with open_source(path) as table:
        return [row.cells for row in table.rows()]


def _repacked(path: Path, changes: Mapping[str, bytes]) -> Path:
    """The workbook with parts replaced or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | dict(changes)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in parts.items():
            archive.writestr(name, raw)
    return path


def test_cells_of_every_type_become_the_text_one_would_type(tmp_path: Path) -> None:
    """Dates in ISO form, whole numbers without a point, fractions without exponents."""
    row = [datetime(2026, 3, 2), date(2026, 3, 2), datetime(2026, 3, 2, 8, 30), 15, 1.0, 0.1, 1e-06, True, None, "文"]

    assert (_cells(_book(tmp_path / "t.xlsx", [[f"c{n}" for n in range(10)], row]))) == [
        ("2026-03-02", "2026-03-02", "2026-03-02T08:30:00", "15", "1", "0.1", "0.000001", "True", "", "文")
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [(0.1 + 0.2, "0.3"), (123456789012345.0, "123456789012345"), (911100001000044477.0, "9.11100001000044e+17")],
)
def test_numbers_have_the_digits_that_spreadsheets_keep(tmp_path: Path, cell: float, text: str) -> None:
    """What lies past them was never typed; a code that lost its last digits is not made up again."""
    assert [(text,)] == _cells(_book(tmp_path / "t.xlsx", [["a"], [cell]]))


def test_a_penalty_with_real_dates_and_numbers_is_translated(
    tmp_path: Path, sound_rows: Mapping[TableKind, Mapping[str, str]], read: Callable[..., list[Outcome]]
) -> None:
    """The fine is exact though the workbook holds binary fractions."""
    row: dict[str, object] = dict(sound_rows[TableKind.PENALTIES])
    row |= {"CF_JDRQ": datetime(2026, 3, 2), "CF_NR_FK": 0.29, "CF_XDR_GSZC": 330203000030639}

    [outcome] = read(_book(tmp_path / "t.xlsx", [list(row), list(row.values())]))

    assert isinstance(outcome, Translated)
    assert isinstance(outcome.record, Penalty)
    assert (290_000, date(2026, 3, 2), "330203000030639") == (
        outcome.record.fine_fen,
        outcome.record.decided_on,
        outcome.record.identity.legacy_codes[0].code,
    )


def test_rows_end_where_their_cells_end(tmp_path: Path) -> None:
    """Blank cells at the end are filled in, surplus ones with content are refused, numbers count blank rows."""
    path = _book(tmp_path / "t.xlsx", [["a", "b"], ["1"], [], ["1", "2", "3"]])

    with open_source(path) as table:
        assert [(row.number, row.cells, row.fault) for row in table.rows()] == [
            (2, ("1", ""), None),
            (4, ("1", "2", "3"), "ROW_CELL_COUNT"),
        ]


def test_a_sheet_that_lies_about_its_size_is_read_whole(tmp_path: Path) -> None:
    """Some programs write a dimension of one cell."""
    path = _book(tmp_path / "t.xlsx", [["a", "b"], ["1", "2"]])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")

    assert _cells(_repacked(path, {"xl/worksheets/sheet1.xml": sheet.replace(b"A1:B2", b"A1")})) == [("1", "2")]


def test_hidden_sheets_are_passed_over(tmp_path: Path) -> None:
    """The first sheet that people see is the table."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["code list"])
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet("table").append(["a"])
    book.save(tmp_path / "t.xlsx")

    with open_source(tmp_path / "t.xlsx") as table:
        assert (table.form, table.header) == ("xlsx", ("a",))


def test_formulas_and_macros_are_not_run(tmp_path: Path) -> None:
    """A formula without stored result is blank; a macro part and names that call it are only bytes."""
    path = _book(tmp_path / "t.xlsx", [["a", "b"], ["=1+1", "x"]])
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml")
    named = book.replace(b"<definedNames/>", b"").replace(
        b"</sheets>",
        b'</sheets><definedNames><definedName name="Auto_Open">cmd|calc!A1</definedName></definedNames>',
    )

    assert _cells(_repacked(path, {"xl/workbook.xml": named, "xl/vbaProject.bin": b"\x00" * 64})) == [("", "x")]


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    """At any length, with the one reason, and without a foreign error."""
    whole = _book(tmp_path / "t.xlsx", [["a", "b"], ["1", "2"]]).read_bytes()
    path = tmp_path / "cut.xlsx"
    reasons = set()
    for size in range(100, len(whole), 397):
        path.write_bytes(whole[:size])
        with pytest.raises(Misuse) as caught:
            open_source(path)
        reasons.add(caught.value.reason)

    assert {"FILE_MALFORMED"} == reasons


def test_damage_in_the_middle_stops_the_reading_with_its_row(tmp_path: Path) -> None:
    """Rows before the damage are given; then the fault names the row."""
    path = _book(tmp_path / "t.xlsx", [["a", "b"], *[[f"x{n}", "y"] for n in range(3000)]])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    _repacked(path, {"xl/worksheets/sheet1.xml": sheet[: len(sheet) // 2]})
    seen: list[SourceRow] = []

    with open_source(path) as table, pytest.raises(Misuse) as caught:
        seen.extend(table.rows())

    assert (caught.value.reason, len(seen) > 100) == ("FILE_MALFORMED", True)
    assert "at row 1" in caught.value.detail


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    """The parser takes no document type declarations with entities."""
    path = _book(tmp_path / "t.xlsx", [["a"], ["1"]])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + sheet

    with pytest.raises(Misuse) as caught:
        open_source(_repacked(path, {"xl/worksheets/sheet1.xml": bomb}))

    assert caught.value.reason == "FILE_MALFORMED"


def _archive(parts: Mapping[str, bytes]) -> io.BytesIO:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return raw


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/worksheets/sheet1.xml": bytes(5 << 20)},
        {f"part{n}": b"" for n in range(2001)},
    ],
)
def test_a_zip_bomb_is_weighed_before_it_is_unpacked(parts: Mapping[str, bytes]) -> None:
    """Packed beyond what a table can be, or in too many parts."""
    with pytest.raises(Misuse) as caught:
        weigh(_archive(parts))

    assert caught.value.reason == "FILE_TOO_LARGE"


def test_a_workbook_over_the_limit_is_not_opened() -> None:
    """512 MiB is the most."""
    with pytest.raises(Misuse) as caught:
        WorkbookRows(io.BytesIO(), (512 << 20) + 1)

    assert caught.value.reason == "FILE_TOO_LARGE"
