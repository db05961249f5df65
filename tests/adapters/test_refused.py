# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Files of refused rows: out, mended, and in again."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.layout import match_header
from adapters.reading.refusal_columns import REFUSAL_COLUMNS, guard, unguard
from adapters.reading.table import open_source
from adapters.refused import RefusedRows
from adapters.row import Outcome, TableKind, Translated, Untranslated
from federation.errors import Misuse
from federation.standards.bundle import shipped_standards

KIND = TableKind.LISTS
REASONS = shipped_standards().reasons


def _write(target: Path, header: list[str], refusals: list[Outcome]) -> Path:
    with RefusedRows(target, header, REASONS) as refused:
        for refusal in refusals:
            assert isinstance(refusal, Untranslated)
            refused.add(refusal)
    return target


def _refusal(*cells: str) -> Untranslated:
    return Untranslated(2, "", "", "ROW_CELL_COUNT", "", cells)


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_mended_file_imports_and_an_unmended_one_refuses_the_same(
    write_csv: Callable[..., Path],
    read: Callable[..., list[Outcome]],
    sound_rows: Mapping[TableKind, Mapping[str, str]],
    tmp_path: Path,
) -> None:
    """The original columns come first and in order; the added ones fall away without a warning."""
    header, row = list(sound_rows[KIND]), list(sound_rows[KIND].values())
    wrong = ["灰名单" if name == "MD_LB" else cell for name, cell in zip(header, row, strict=True)]
    refused = _write(tmp_path / "refused.csv", header, read(write_csv(header, [wrong])))

    again = read(refused)
    refused.write_text(refused.read_text("utf-8-sig").replace("灰名单", "黑名单"), "utf-8-sig")
    mended = read(refused)

    assert [("MD_LB", "VALUE_UNKNOWN", tuple(wrong))] == [
        (row.field, row.reason, row.cells) for row in again if isinstance(row, Untranslated)
    ]
    assert [Translated] == [type(row) for row in mended]
    with open_source(refused) as table:
        assert (tuple(header), (), True) == (
            table.header,
            match_header(table.header, KIND, shipped_standards().masking).ignored,
            table.mended,
        )


def test_the_file_tells_reason_and_column_in_both_languages(tmp_path: Path) -> None:
    """Four columns are added: code, column, Chinese, English."""
    refusal = Untranslated(2, "代码", "", "CODE_CHECK", "", ("1",))

    rows = _rows(_write(tmp_path / "refused.csv", ["代码"], [refusal]))

    text = REASONS.of("CODE_CHECK")
    assert [["代码", *REFUSAL_COLUMNS], ["1", "CODE_CHECK", "代码", text.zh, text.en]] == rows


@given(st.text(alphabet="'=+-@\t\rab1", max_size=8))
def test_a_guarded_cell_is_no_formula_and_comes_back(cell: str) -> None:
    """The guard is undone exactly, also for cells that began with apostrophes."""
    guarded = guard(cell)

    assert cell == unguard(guarded)
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_formulas_are_harmless_in_the_file_and_whole_after_it(tmp_path: Path) -> None:
    """A cell that a spreadsheet program would run is written as text."""
    cells = ("=HYPERLINK(1)", "+86", "-5", "@x", "'=1")
    path = _write(tmp_path / "refused.csv", ["a", "b", "c", "d", "=e"], [_refusal(*cells)])

    assert _rows(path)[1][:5] == ["'=HYPERLINK(1)", "'+86", "'-5", "'@x", "''=1"]
    with open_source(path) as table:
        assert (("a", "b", "c", "d", "=e"), [cells]) == (table.header, [row.cells for row in table.rows()])


def test_an_ordinary_files_apostrophes_stay(write_csv: Callable[..., Path]) -> None:
    """Only a file of refused rows is unguarded."""
    with open_source(write_csv(["a", "b"], [["'=1", "x"]])) as table:
        assert [row.cells for row in table.rows()] == [("'=1", "x")]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """It holds personal data in full."""
    path = _write(tmp_path / "refused.csv", ["a"], [_refusal("1")])

    assert path.stat().st_mode & 0o777 == 0o600


def test_without_refusals_there_is_no_file(tmp_path: Path) -> None:
    """Nothing refused, nothing written, nothing left over."""
    _write(tmp_path / "refused.csv", ["a"], [])

    assert list(tmp_path.iterdir()) == []


def test_a_failed_run_leaves_the_older_file_alone(tmp_path: Path) -> None:
    """The file appears whole or not at all."""
    target = tmp_path / "refused.csv"
    target.write_text("older")

    with pytest.raises(KeyError), RefusedRows(target, ["a"], REASONS) as refused:
        refused.add(_refusal("1"))
        raise KeyError

    assert [target] == list(tmp_path.iterdir())
    assert target.read_text() == "older"


def test_a_missing_folder_is_the_operators_to_mend(tmp_path: Path) -> None:
    """It is said by name, with no stack of foreign errors."""
    with pytest.raises(Misuse) as caught:
        _write(tmp_path / "none" / "refused.csv", ["a"], [_refusal("1")])

    assert caught.value.reason == "FILE_UNWRITABLE"


def test_rows_of_any_width_fit_the_columns(tmp_path: Path) -> None:
    """Short rows are filled, the surplus of long ones stays in the last column, so that no reason shifts."""
    path = _write(tmp_path / "refused.csv", ["a", "b"], [_refusal("1"), _refusal("1", "2", "3", "4")])

    assert [row[:2] for row in _rows(path)[1:]] == [["1", ""], ["1", "2,3,4"]]
    assert {6} == {len(row) for row in _rows(path)}


def test_undecodable_bytes_do_not_stop_the_file(tmp_path: Path) -> None:
    """They stand as the replacement character, beside the reason."""
    path = _write(tmp_path / "refused.csv", ["a"], [_refusal("x\udcff甲\n乙")])

    assert _rows(path)[1][0] == "x\ufffd甲\n乙"
