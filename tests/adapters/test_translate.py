# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whole tables: every row has its outcome, and memory does not grow."""

import csv
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from adapters.layout import match_header, recognise_table, shipped_layout
from adapters.reading.table import open_source
from adapters.row import Outcome, TableKind, Translated, Untranslated
from adapters.translate import refusal, translate
from federation.errors import Misuse
from federation.standards.bundle import shipped_standards

KIND = TableKind.PENALTIES


def test_every_row_has_one_outcome_with_its_number(outcomes: Callable[..., list[Outcome]]) -> None:
    """Rows are numbered as a spreadsheet shows them: the header is row 1."""
    found = outcomes(KIND, {}, {"CF_JDRQ": "?"}, {})

    assert [(2, Translated), (3, Untranslated), (4, Translated)] == [(row.number, type(row)) for row in found]


def test_blank_rows_count_but_give_nothing(
    write_csv: Callable[..., Path],
    read: Callable[..., list[Outcome]],
    sound_rows: Mapping[TableKind, Mapping[str, str]],
) -> None:
    """Rows of nothing, of separators or of white space are no rows to anybody."""
    row = sound_rows[TableKind.LISTS]
    blank = ["" for _ in row]

    found = read(write_csv(list(row), [blank, list(row.values()), [], ["　", *blank[1:]], list(row.values())]))

    assert [outcome.number for outcome in found] == [3, 6]


def test_original_cells_are_kept(outcomes: Callable[..., list[Outcome]]) -> None:
    """What was written is at hand as it was written, for the file of refused rows."""
    [outcome] = outcomes(KIND, {"CF_WSH": " １２号 "})

    assert " １２号 " in outcome.cells


def test_a_kind_named_by_the_user_must_fit(
    write_csv: Callable[..., Path], sound_rows: Mapping[TableKind, Mapping[str, str]]
) -> None:
    """The refusal comes at once, before any row is read."""
    row = sound_rows[TableKind.LISTS]

    with open_source(write_csv(list(row), [list(row.values())])) as table, pytest.raises(Misuse) as caught:
        translate(table, TableKind.PENALTIES, shipped_standards())

    assert caught.value.reason == "HEADER_UNKNOWN"


def _peak(path: Path) -> tuple[int, int]:
    """Rows translated, and the most memory that it took."""
    tracemalloc.start()
    with open_source(path) as table:
        outcomes = translate(table, recognise_table(table.header), shipped_standards())
        rows = sum(1 for _ in outcomes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return rows, peak


def test_broken_rows_and_bytes_are_refused_with_row_and_column(
    tmp_path: Path, sound_rows: Mapping[TableKind, Mapping[str, str]], read: Callable[..., list[Outcome]]
) -> None:
    """A broken byte names its column, also one that means nothing; a broken row has no column to name."""
    row = sound_rows[TableKind.LISTS]
    line = ",".join(row.values())
    lines = [",".join([*row, "录入人"]), f"{line},甲", f"{line},甲#", f"#{line},甲", line]
    path = tmp_path / "t.csv"
    path.write_bytes("\n".join(lines).encode("gb18030").replace(b"#", b"\xff"))

    found = read(path)

    assert [
        (outcome.number, outcome.field, outcome.reason) for outcome in found if isinstance(outcome, Untranslated)
    ] == [
        (3, "录入人", "BAD_ENCODING"),
        (4, "MD_LB", "BAD_ENCODING"),
        (5, "", "ROW_CELL_COUNT"),
    ]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path, sound_rows: Mapping[TableKind, Mapping[str, str]]) -> None:
    """Twenty times the rows take no more memory, bounded caches apart."""
    row = sound_rows[TableKind.LISTS]
    paths = {count: tmp_path / f"{count}.csv" for count in (2000, 40000)}
    for count, path in paths.items():
        with path.open("w", encoding="gb18030", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(row)
            rows.writerows({**row, "MD_WH": f"杭环信〔2026〕{number}号"}.values() for number in range(count))
    _peak(paths[2000])

    small, large = _peak(paths[2000]), _peak(paths[40000])

    assert (small[0], large[0]) == (2000, 40000)
    assert large[1] < small[1] + 1_000_000


def test_a_layout_limit_is_kept_even_for_columns_that_are_dropped(outcomes: Callable[..., list[Outcome]]) -> None:
    """Too long is too long, also where the record has no such field."""
    [outcome] = outcomes(KIND, {"CF_FR_ZJHM": "1" * 65})

    assert isinstance(outcome, Untranslated)
    assert (outcome.field, outcome.reason, "1" * 8 in outcome.value) == ("CF_FR_ZJHM", "FIELD_TOO_LONG", False)


def test_a_refusal_of_admission_finds_its_column(outcomes: Callable[..., list[Outcome]]) -> None:
    """A record's field becomes the header in the file; a person's number is shown masked, a company's code whole."""
    heading = match_header(list(shipped_layout(KIND).columns), KIND, shipped_standards().masking)
    person = {"CF_XDR_LB": "自然人", "CF_XDR_SHXYM": "", "CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": "110105194912310020"}

    company, someone = outcomes(KIND, {}, person)

    assert isinstance(company, Translated)
    assert isinstance(someone, Translated)
    found = [
        refusal(heading, company, "identity.code", ("CODE_CHECK", "")),
        refusal(heading, someone, "identity.code", ("CODE_CHECK", "")),
        refusal(heading, company, "fine_fen", ("FINE_AMOUNT_MISSING", "")),
        refusal(heading, company, "authority.code", ("CODE_CHECK", "")),
        refusal(heading, company, "", ("RECORD_CONFLICT", "")),
    ]
    assert [(row.number, row.field, row.value) for row in found] == [
        (2, "CF_XDR_SHXYM", "91330100716105852F"),
        (3, "CF_XDR_ZJHM", "110105************"),
        (2, "CF_NR_FK", "1.5"),
        (2, "CF_CFJGDM", "11330100PDY001012R"),
        (2, "", ""),
    ]


def test_every_layout_names_fields_that_its_record_has(outcomes: Callable[..., list[Outcome]]) -> None:
    """A fault in a record's field finds its way back to a column."""
    for kind in TableKind:
        [outcome] = outcomes(kind, {})
        assert isinstance(outcome, Translated)
        known = set(type(outcome.record).model_fields)
        for column in shipped_layout(kind).columns.values():
            assert column.record == "" or column.record.partition(".")[0] in known
