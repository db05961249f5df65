# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A table into a file that spreadsheet programs open: CSV in UTF-8 with mark, or XLSX. Every cell is text.

A cell that begins with `=`, `+`, `-` or `@` would be run as a formula: in CSV it is guarded by an apostrophe, in XLSX
it is a text cell marked as quoted. The file may hold personal data, so only its owner may read it. It appears whole:

    a new file beside the target (mode 0600) -> rows -> flush to disk -> rename over the target
"""

import csv
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from enum import StrEnum
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from adapters.reading.refusal_columns import guard
from federation.errors import Misuse

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MAX_SHEET_ROWS = 1_048_575
"""Rows of an XLSX sheet under its heading."""
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(r"[=+\-@\t\r]")


class TableFormat(StrEnum):
    """Formats of a written table."""

    CSV = "csv"
    XLSX = "xlsx"


def write_table(target: Path, form: TableFormat, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Writes a table, replacing the target when all is written.

    Returns:
        How many rows it has under its heading.

    Raises:
        Misuse: FILE_UNWRITABLE; FILE_TOO_LARGE, more rows than a sheet has. The target is as it was.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as wrong:
        raise Misuse("FILE_UNWRITABLE", f"{target} cannot be written: {wrong.strerror}") from None
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            count = (_write_xlsx if form is TableFormat.XLSX else _write_csv)(file, header, rows)
            file.flush()
            os.fsync(file.fileno())
        made.replace(target)
    except OSError as wrong:
        raise Misuse("FILE_UNWRITABLE", f"{target} cannot be written: {wrong.strerror}") from None
    finally:
        made.unlink(missing_ok=True)
    return count


def _write_csv(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    text = TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    count = 0
    for row in rows:
        count += 1
        writer.writerow([guard(cell) for cell in row])
    text.detach()  # which flushes it, and leaves the file open
    return count


def _write_xlsx(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("report")
    sheet.append([_cell(sheet, cell) for cell in header])
    count = 0
    try:
        for row in rows:
            count += 1
            if count > MAX_SHEET_ROWS:
                raise Misuse("FILE_TOO_LARGE", f"a sheet has at most {MAX_SHEET_ROWS} rows; use csv")
            sheet.append([_cell(sheet, cell) for cell in row])
    except BaseException:
        book.save(BytesIO())  # the rows so far lie in a file of the library's own, which only saving takes away
        raise
    book.save(file)
    return count


def _cell(sheet: "WriteOnlyWorksheet", text: str) -> "Cell":
    cell = WriteOnlyCell(sheet, value=_UNFIT.sub("\ufffd", text))
    cell.data_type = "s"  # a text that begins with a sign is never a formula
    if _FORMULA.match(text):
        cell.quotePrefix = True
    return cell
