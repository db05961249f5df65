# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The demo's sample files are what the script writes, and hold what they promise."""

from collections import Counter
from pathlib import Path

import pytest

from adapters.reading.table import open_source
from adapters.row import Translated
from adapters.translate import translate
from federation.records.subject import Authority
from federation.rules.rule_book import parse_rule_book, shipped_rules
from federation.standards.bundle import shipped_standards
from tests.samples import rows
from tests.samples.files import FILES, SampleFile, content
from tests.samples.rows import ACCEPTED, DUPLICATE, Sample, but
from tests.samples.write_samples import FOLDER, results, write


def _every_row() -> list[Sample]:
    return [sample for file in FILES for sample in file.samples()]


def test_the_shipped_files_are_what_the_script_writes(tmp_path: Path) -> None:
    """Byte for byte, README included; no file is left over in either place."""
    write(tmp_path)

    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    shipped = {path.relative_to(FOLDER): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    assert written == shipped


def test_two_runs_give_the_same_bytes() -> None:
    """Also the workbook, which a library stamps with the time."""
    assert [content(file) for file in FILES] == [content(file) for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.node}/{file.name}")
def test_every_row_becomes_what_its_author_expected(file: SampleFile) -> None:
    """Translated and admitted by the node's own rules, the counts add up to the rows."""
    expected = [sample.expect for sample in file.samples()]

    assert expected == results(FOLDER / file.node / file.name, file)


def test_there_are_enough_rows_and_every_kind_of_dirt() -> None:
    """At least 320 rows; each reason that the sources of this project know of occurs."""
    counts = Counter(sample.expect for sample in _every_row())
    wanted = {
        "CODE_CHECK",
        "CODE_CATEGORY",
        "FIELD_MISSING",
        "KEY_CONFLICT",
        "STANDARD_UNREGISTERED",
        "DATE_IN_FUTURE",
        "FINE_AMOUNT_MISSING",
        "AMOUNT_MALFORMED",
        "BAD_ENCODING",
        "ROW_CELL_COUNT",
        DUPLICATE,
    }

    assert counts.total() >= 320
    assert counts[ACCEPTED] >= 300
    assert set() == wanted - set(counts)


def test_every_body_is_in_the_shipped_registers() -> None:
    """Name and code agree with the competent authorities that the rules name."""
    book = parse_rule_book(shipped_rules("330100"))
    registered = {(body.name, body.code) for bodies in book.authorities.values() for body in bodies}
    used = {value for name, value in vars(rows).items() if name.isupper() and isinstance(value, tuple)}

    assert used
    assert set() == used - registered


def test_warnings_come_from_the_rows_that_are_made_for_them() -> None:
    """Full width, separators and the old citizen number are accepted, each with its warning."""
    found: Counter[str] = Counter()
    for file in FILES:
        with open_source(FOLDER / file.node / file.name) as table:
            for row in translate(table, file.kind, shipped_standards()):
                found.update(row.warnings if isinstance(row, Translated) else ())

    assert found == {"FULL_WIDTH_NORMALISED": 2, "AMOUNT_SEPARATORS": 1, "CITIZEN_NUMBER_LENGTHENED": 1}


def test_names_and_codes_of_subjects_go_together() -> None:
    """No code has two names, except where a row is made to conflict."""
    names: dict[str, set[str]] = {}
    for sample in _every_row():
        if sample.expect == ACCEPTED:
            for prefix in ("CF_XDR_MC CF_XDR_SHXYM", "XK_XDR_MC XK_XDR_SHXYM", "MD_ZTMC MD_SHXYM"):
                name, code = (sample.cells.get(column) for column in prefix.split())
                if code:
                    names.setdefault(str(code), set()).add(str(name))

    assert [both for both in names.values() if len(both) > 1] == []


def test_the_script_stops_at_a_row_that_turns_out_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An expectation that no longer holds is no silent change of the README."""
    wrong = but(FILES[0].samples()[0], "CODE_CHECK", "nothing is wrong with it")
    file = SampleFile("310000", "filings.csv", FILES[0].kind, lambda: [wrong])
    monkeypatch.setattr("tests.samples.write_samples.FILES", (file,))

    with pytest.raises(AssertionError, match=r"310000/filings\.csv"):
        write(tmp_path)


def test_authorities_are_values_of_the_contract() -> None:
    """Every body can stand in a record."""
    assert Authority(name=rows.HANGZHOU_ECOLOGY[0], code=rows.HANGZHOU_ECOLOGY[1]).code == rows.HANGZHOU_ECOLOGY[1]
