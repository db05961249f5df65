# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Workbooks (XLSX): the first visible sheet, row by row, every cell as the text that a person would have typed.

Nothing in a workbook is executed: of a formula the stored result is read, macros are not opened, and the XML parser
refuses entities. A workbook is a ZIP archive, so its directory is weighed before anything is unpacked. Rows stream; the
table of shared strings is held in memory, which is why it has a limit of its own.
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from adapters.row import SourceRow
from federation.errors import ConfigFault, Misuse

MAX_FILE_BYTES = 512 << 20
MAX_UNPACKED_BYTES = 4 << 30
MAX_SHARED_STRINGS_BYTES = 256 << 20
MAX_PARTS = 2000
# Tables of like rows pack well; past a million rows of one and the same cell lies only what was made to harm.
MAX_RATIO = 250
_SMALL_BYTES = 4 << 20
_SHARED_STRINGS = "xl/sharedStrings.xml"
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    InvalidFileException,
    DefusedXmlException,
    ParseError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
)
"""What the ZIP, XML and workbook readers raise on damaged files; all of it means the same to whoever gave the file."""


class WorkbookRows:
    """Rows of the first visible sheet of a workbook, in order; iterate once, from one thread.

    Raises:
        Misuse: FILE_TOO_LARGE, when packed or unpacked it is over a limit; FILE_MALFORMED, when it is damaged, locked
            with a password or no workbook.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        if size > MAX_FILE_BYTES:
            raise Misuse("FILE_TOO_LARGE", f"the workbook has {size} bytes; the limit is {MAX_FILE_BYTES}")
        if not openpyxl.DEFUSEDXML:
            raise ConfigFault("XML_UNGUARDED", "OPENPYXL_DEFUSEDXML is set to False; take it out of the environment")
        weigh(file)
        try:
            self._book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except _BROKEN as wrong:
            raise _malformed(wrong, "when opened") from None

    def __iter__(self) -> Iterator[SourceRow]:
        """Gives each row of the sheet, blank ones included; the first row that is not blank is the header."""
        sheet = next((sheet for sheet in self._book.worksheets if sheet.sheet_state == "visible"), None)
        if sheet is None:
            raise Misuse("FILE_EMPTY", "the workbook has no visible sheet")
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True)
        number = 0
        while True:
            number += 1
            try:
                cells = next(rows, None)
            except _BROKEN as wrong:
                raise _malformed(wrong, f"at row {number}") from None
            if cells is None:
                return
            yield SourceRow(number, tuple(map(_text, cells)))

    def close(self) -> None:
        """Lets go of the archive."""
        self._book.close()


def weigh(file: BinaryIO) -> None:
    """Refuses an archive whose directory promises too much.

    The directory can lie, but the reader stops at the promised size of each part and then misses its checksum.

    Raises:
        Misuse: FILE_MALFORMED or FILE_TOO_LARGE.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except _BROKEN as wrong:
        raise _malformed(wrong, "in its directory") from None
    for part in parts:
        if part.file_size > _SMALL_BYTES and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            raise Misuse("FILE_TOO_LARGE", "a part of the workbook is packed far beyond what a table can be")
        if part.filename == _SHARED_STRINGS and part.file_size > MAX_SHARED_STRINGS_BYTES:
            raise Misuse("FILE_TOO_LARGE", "the workbook's texts are over 256 MiB; save the table as CSV")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise Misuse("FILE_TOO_LARGE", "the workbook is over 4 GiB unpacked, or has more than 2000 parts")


def _malformed(wrong: Exception, where: str) -> Misuse:
    return Misuse("FILE_MALFORMED", f"the workbook cannot be read {where} ({type(wrong).__name__}); is it complete?")


def _text(cell: object) -> str:
    """A cell as text: dates in ISO form, whole numbers without point, fractions without exponent."""
    match cell:
        case None:
            return ""
        case float():
            return _number(cell)
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def _number(cell: float) -> str:
    """A number with the 15 digits that spreadsheet programs keep: 0.1 + 0.2 is 0.3.

    A code stored as a number has lost its last digits. Large numbers stay in the form with exponent, which no code or
    amount has, so that the lost digits are not made up.
    """
    text = format(cell, ".15g")
    return format(Decimal(text), "f") if "e-" in text else text
