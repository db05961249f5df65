# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Delimited text: encodings, broken rows, hostile files."""

import io
from pathlib import Path

import pytest

from adapters.reading.delimited import DelimitedRows, detect_encoding
from adapters.reading.table import open_source
from adapters.row import SourceRow
from federation.errors import Misuse

LINE = "杭州青岚化工有限公司,未经许可排放废水\r\n"


def _rows(raw: bytes) -> list[SourceRow]:
    return list(DelimitedRows(io.BytesIO(raw)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_encoding_is_told_and_read(encoding: str) -> None:
    """Rare characters of four bytes are read too."""
    rows = DelimitedRows(io.BytesIO(("甲,\U00020bb7\r\n" + LINE).encode(encoding)))

    assert (encoding, ("甲", "\U00020bb7")) == (rows.encoding, next(iter(rows)).cells)


def test_the_whole_file_decides() -> None:
    """A file that begins with a megabyte of plain ASCII is still GB18030 if its end is."""
    raw = b"a,b\r\n" * 300_000 + LINE.encode("gb18030")

    assert detect_encoding(io.BytesIO(raw)) == "gb18030"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_broken_byte_spoils_one_row(encoding: str) -> None:
    """The file keeps its encoding, and the other rows are sound."""
    good = LINE.encode(encoding)
    raw = good * 20 + b"x\xff,y\r\n" + good * 20

    rows = _rows(raw)

    assert [row.cells for row in rows if row.cells != rows[0].cells] == [("x\udcff", "y")]


def test_a_truncated_last_character_is_no_crash() -> None:
    """A file cut in the middle of a character ends in a broken row."""
    rows = _rows((LINE * 3).encode() + "甲,乙".encode()[:-1])

    assert rows[-1].cells[1].startswith("\udce4")


def test_utf_16_is_refused_with_advice() -> None:
    """What spreadsheet programs call Unicode text has to be saved in another form."""
    with pytest.raises(Misuse) as caught:
        _rows(LINE.encode("utf-16"))

    assert caught.value.reason == "FILE_FORMAT_UNKNOWN"


def test_tabs_are_told_from_commas() -> None:
    """The header decides."""
    assert [row.cells for row in _rows(b"a\tb,c\r\n1\t2,3\r\n")] == [("a", "b,c"), ("1", "2,3")]


def test_quoted_breaks_and_marks_belong_to_the_cell() -> None:
    """Row numbers count records, as a spreadsheet does, not lines."""
    assert [SourceRow(1, ("a", "b")), SourceRow(2, ('x\n"y"', "1,2")), SourceRow(3, ("z", ""))] == _rows(
        b'a,b\n"x\n""y""","1,2"\nz,\n'
    )


def test_an_unclosed_quote_costs_one_row() -> None:
    """The rows that it would swallow are read."""
    rows = _rows(b'a,b\n1,2\n"3,4\n5,6\n7,8\n')

    assert [(row.fault, row.cells) for row in rows[:4]] == [
        (None, ("a", "b")),
        (None, ("1", "2")),
        ("ROW_MALFORMED", ('"3', "4")),
        (None, ("5", "6")),
    ]
    assert (rows[4].number, rows[4].cells) == (5, ("7", "8"))


def test_many_unclosed_quotes_cost_as_many_rows() -> None:
    """Each is refused alone; none hides a sound row, and the work stays bounded."""
    rows = _rows(b"a,b\n" + b'"x,y\n1,2\n' * 3001)

    faults = [row.fault for row in rows]
    assert (faults.count("ROW_MALFORMED"), faults.count(None), len(faults)) == (3001, 3002, 6003)


def test_a_line_of_ten_megabytes_is_refused_without_being_held() -> None:
    """The next row is read as if nothing had been."""
    rows = _rows(b"a,b\n" + b"x" * 10_000_000 + b"\n1,2\n")

    assert [row.fault for row in rows] == [None, "ROW_TOO_LARGE", None]
    assert (rows[2].cells, len(rows[1].cells[0]) <= 1000) == (("1", "2"), True)


def test_an_endless_line_after_an_open_quote_spoils_only_both() -> None:
    """The line that is too long is refused on its own number, after the one with the open quote."""
    rows = _rows(b'a,b\n"1,2\n3,4\n' + b"x" * 2_000_000 + b"\n5,6\n")

    assert [row.fault for row in rows] == [None, "ROW_MALFORMED", None, "ROW_TOO_LARGE", None]
    assert rows[4].cells == ("5", "6")


def test_an_endless_first_line_is_no_table() -> None:
    """A header of ten megabytes is refused before anything is understood."""
    with pytest.raises(Misuse) as caught:
        _rows(b"x" * 10_000_000)

    assert caught.value.reason == "FILE_FORMAT_UNKNOWN"


def test_nul_bytes_are_only_characters(tmp_path: Path) -> None:
    """They reach the cell, where the record refuses them; nothing crashes."""
    path = tmp_path / "nul.csv"
    path.write_bytes(b"a,b\n1\x00,2\n")

    with open_source(path) as table:
        assert [row.cells for row in table.rows()] == [("1\x00", "2")]
