# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The sample files: which rows, in which form; and their bytes, the same on every run and machine."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import openpyxl

from adapters.layout import shipped_layout
from adapters.row import TableKind
from tests.samples import decisions, listings
from tests.samples.rows import Cell, Sample

_CODES = "field codes"
_NAMES = "Chinese names"
_NUMBERED = "Chinese names with column numbers"
_EPOCH = (2026, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One file of the samples.

    Attributes:
        node: node id that imports it.
        name: file name; its ending tells the form.
        kind: kind of table.
        samples: makes its rows.
        encoding: of a CSV file.
        header: how the header is written.
        reverse: whether the columns stand in reverse order.
    """

    node: str
    name: str
    kind: TableKind
    samples: Callable[[], list[Sample]]
    encoding: str = "utf-8"
    header: str = _NAMES
    reverse: bool = False


FILES: Sequence[SampleFile] = (
    SampleFile("310000", "filings.csv", TableKind.FILINGS, decisions.shanghai_filings),
    SampleFile("310000", "lists.csv", TableKind.LISTS, listings.shanghai_lists, "gb18030"),
    SampleFile("330000", "licences.csv", TableKind.LICENCES, decisions.zhejiang_licences, header=_CODES, reverse=True),
    SampleFile("330000", "lists.csv", TableKind.LISTS, listings.zhejiang_lists, header=_NUMBERED),
    SampleFile("330100", "codes.csv", TableKind.SUBJECTS, decisions.hangzhou_codes, header=_CODES),
    SampleFile("330100", "filings.csv", TableKind.FILINGS, decisions.hangzhou_filings),
    SampleFile("330100", "licences.csv", TableKind.LICENCES, decisions.hangzhou_licences, "gb18030", _NUMBERED),
    SampleFile("330100", "lists.csv", TableKind.LISTS, listings.hangzhou_lists, "utf-8-sig"),
    SampleFile("330100", "penalties.xlsx", TableKind.PENALTIES, decisions.hangzhou_penalties),
)


def content(file: SampleFile) -> bytes:
    """Returns the bytes of a sample file."""
    codes = list(shipped_layout(file.kind).columns)
    if file.reverse:
        codes.reverse()
    header = [_header(file, place, code) for place, code in enumerate(codes, 1)]
    rows = [[sample.cells.get(code, "") for code in codes][: len(codes) - sample.short] for sample in file.samples()]
    return _workbook(header, rows) if file.name.endswith(".xlsx") else _text(header, rows, file.encoding)


def _header(file: SampleFile, place: int, code: str) -> str:
    name = shipped_layout(file.kind).columns[code].zh
    return {_CODES: code, _NAMES: name, _NUMBERED: f"{place}.{name}"}[file.header]


def _text(header: Sequence[str], rows: Sequence[Sequence[Cell]], encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *[[_written(cell) for cell in row] for row in rows]])
    sound = out.getvalue().split(decisions.BROKEN)
    return b"\xff".join(part.encode(encoding) for part in sound)


def _written(cell: Cell) -> str:
    return cell.strftime("%Y/%m/%d") if isinstance(cell, date) else str(cell)


def _workbook(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook with real dates and numbers, repacked without the time of writing, uncompressed."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "行政处罚"
    for row in [header, *rows]:
        sheet.append([None if cell == "" else cell for cell in row])
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as fixed:
        for part in made.infolist():
            body = made.read(part)
            if part.filename == "docProps/core.xml":
                body = _STAMP.sub(b"2026-01-01T00:00:00Z", body)
            fixed.writestr(zipfile.ZipInfo(part.filename, _EPOCH), body)
    return out.getvalue()
