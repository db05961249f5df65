# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Files as tables: what opens, and what each row may look like."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.reading.table import open_source
from federation.errors import Misuse


def _refusal(path: Path) -> str:
    with pytest.raises(Misuse) as caught:
        open_source(path)
    return caught.value.reason


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    """Both are the operator's to mend."""
    assert (_refusal(tmp_path / "none.csv"), _refusal(tmp_path)) == ("FILE_NOT_FOUND", "FILE_UNREADABLE")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "FILE_EMPTY"),
        (b"\r\n,,\r\n \r\n", "FILE_EMPTY"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "FILE_FORMAT_UNKNOWN"),
        (b'"a,b\n', "FILE_FORMAT_UNKNOWN"),
        (b"PK\x03\x04 and nothing more", "FILE_MALFORMED"),
        (",".join(f"c{n}" for n in range(201)).encode(), "FILE_TOO_LARGE"),
    ],
)
def test_what_is_no_table_is_refused_for_its_reason(tmp_path: Path, raw: bytes, reason: str) -> None:
    """Empty, old workbook, broken header, broken archive, too many columns."""
    path = tmp_path / "file"
    path.write_bytes(raw)

    assert reason == _refusal(path)


def test_the_name_of_a_file_says_nothing(write_csv: Callable[..., Path]) -> None:
    """A CSV file called .xlsx is read as what it is."""
    path = write_csv(["a", "b"], [["1", "2"]])
    path = path.rename(path.with_suffix(".xlsx"))

    with open_source(path) as table:
        assert (table.form, table.header) == ("csv/utf-8", ("a", "b"))


def test_rows_must_have_the_headers_cells(tmp_path: Path) -> None:
    """Blank cells after the last column may come; all else is refused with its cells."""
    path = tmp_path / "t.csv"
    path.write_text("a,b,,\n1,2\n1,2,,,\n1\n1,2,3\n")

    with open_source(path) as table:
        found = [(row.number, row.fault, row.cells) for row in table.rows()]

    assert found == [
        (2, None, ("1", "2")),
        (3, None, ("1", "2")),
        (4, "ROW_CELL_COUNT", ("1",)),
        (5, "ROW_CELL_COUNT", ("1", "2", "3")),
    ]


def test_a_cell_of_over_20000_characters_is_refused(write_csv: Callable[..., Path]) -> None:
    """Also where the column means nothing."""
    with open_source(write_csv(["a", "b"], [["x" * 20001, "2"], ["x" * 20000, "2"]])) as table:
        assert [row.fault for row in table.rows()] == ["ROW_TOO_LARGE", None]


_DIRT = st.lists(
    st.sampled_from(
        [b"a", b",", b'"', b"\n", b"\r", b"\r\n", b"\t", b"\x00", b"\xff", b"\xb8\xf1", "格".encode(), b"'="]
    ),
    max_size=40,
).map(b"".join)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200)
    | _DIRT.map(lambda raw: b"a,b\n" + raw)
    | st.binary(max_size=100).map(lambda raw: b"PK\x03\x04" + raw)
)
def test_no_bytes_whatever_raise_anything_but_misuse(tmp_path: Path, raw: bytes) -> None:
    """Every row that is given fits the header or carries its fault, and numbers rise."""
    path = tmp_path / "file"
    path.write_bytes(raw)

    try:
        with open_source(path) as table:
            rows = list(table.rows())
    except Misuse:
        return

    numbers = [row.number for row in rows]
    assert sorted(set(numbers)) == numbers
    assert all(row.fault is not None or len(row.cells) == len(table.header) for row in rows)
