# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A file as a table: its header, and its rows as text, whatever the file's form.

The form is told by the first bytes, never by the name. Every row that is given either has as many cells as the header
or carries the reason why not. A file of refused rows (`refused.py`) reads as the table it came from: its four added
columns fall away, and the guard before a cell that looks like a formula is taken off.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from adapters.layout import MAX_CELL_CHARACTERS
from adapters.reading.delimited import DelimitedRows
from adapters.reading.refusal_columns import REFUSAL_COLUMNS, unguard
from adapters.row import SourceRow
from federation.errors import Misuse

MAX_COLUMNS = 200
_ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_LEGACY = "the file is a workbook of the old form (.xls) or locked with a password; save it as .xlsx or CSV"


class _Rows(Protocol):
    """Rows of a file in order, header first, blank rows included; may raise Misuse while it runs."""

    def __iter__(self) -> Iterator[SourceRow]: ...


class _Book(_Rows, Protocol):
    """Rows that have to be closed."""

    def close(self) -> None: ...


class Table:
    """An open file; a context manager, for one thread, whose rows can be read once.

    Attributes:
        header: the header cells as the file writes them, without the columns that a refused file adds.
        form: `xlsx`, or `csv` with the encoding after a slash.
        mended: whether the file is one of refused rows that came back.
    """

    def __init__(self, path: Path) -> None:
        with ExitStack() as opened:
            file = opened.enter_context(_open(path))
            source, self.form = _rows(file, path.stat().st_size, opened)
            self._rows = iter(source)
            first = next((row for row in self._rows if any(map(str.strip, row.cells))), None)
            if first is None or first.fault is not None:
                raise Misuse("FILE_EMPTY" if first is None else "FILE_FORMAT_UNKNOWN", "the file has no header row")
            header = _without_trailing_blanks(first.cells)
            if len(header) > MAX_COLUMNS:
                raise Misuse("FILE_TOO_LARGE", f"the header has {len(header)} columns; the limit is {MAX_COLUMNS}")
            self.mended = header[-len(REFUSAL_COLUMNS) :] == REFUSAL_COLUMNS
            self._file_width = len(header)
            self.header = tuple(map(unguard, header[: -len(REFUSAL_COLUMNS)])) if self.mended else header
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        """Returns itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Closes the file."""
        self._opened.close()

    def rows(self) -> Iterator[SourceRow]:
        """Gives the rows below the header that are not blank; each is read when it is asked for.

        Raises:
            Misuse: FILE_MALFORMED, when a workbook turns out to be damaged; FILE_UNREADABLE, when the disk fails.
        """
        try:
            for row in self._rows:
                if row.fault is not None:
                    yield row
                elif any(row.cells):
                    yield self._fitted(row)
        except OSError as wrong:
            raise Misuse("FILE_UNREADABLE", f"reading stopped: {wrong.strerror}") from None

    def _fitted(self, row: SourceRow) -> SourceRow:
        """The row with as many cells as the header; only trailing blank cells may come or go."""
        cells, width = row.cells, self._file_width
        if len(cells) == width and not self.mended and max(map(len, cells)) <= MAX_CELL_CHARACTERS:
            return row
        if len(cells) != width:
            if len(cells) > width and not any(cells[width:]):
                cells = cells[:width]
            elif self.form == "xlsx" and len(cells) < width:
                cells += ("",) * (width - len(cells))
            else:
                detail = f"{len(cells)} cells under a header of {width}"
                return SourceRow(row.number, cells[:MAX_COLUMNS], "ROW_CELL_COUNT", detail)
        if self.mended:
            cells = tuple(map(unguard, cells[: len(self.header)]))
        if max(map(len, cells)) > MAX_CELL_CHARACTERS:
            return SourceRow(row.number, cells, "ROW_TOO_LARGE", f"a cell has over {MAX_CELL_CHARACTERS} characters")
        return SourceRow(row.number, cells)


def open_source(path: Path) -> Table:
    """Opens a file as a table.

    Args:
        path: CSV with commas or tabs in UTF-8 or GB18030, or XLSX to 512 MiB.

    Raises:
        Misuse: FILE_NOT_FOUND, FILE_UNREADABLE, FILE_EMPTY, FILE_FORMAT_UNKNOWN, FILE_MALFORMED or FILE_TOO_LARGE.
    """
    try:
        return Table(path)
    except FileNotFoundError:
        raise Misuse("FILE_NOT_FOUND", f"there is no file {path}") from None
    except OSError as wrong:
        raise Misuse("FILE_UNREADABLE", f"{path} cannot be read: {wrong.strerror}") from None


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _rows(file: BinaryIO, size: int, opened: ExitStack) -> tuple[_Rows, str]:
    start = file.read(4)
    if start == _OLD_WORKBOOK:
        raise Misuse("FILE_FORMAT_UNKNOWN", _LEGACY)
    if start == _ZIP:
        workbook = import_module("adapters.reading.workbook")  # loading it takes longer than reading a small CSV
        book: _Book = workbook.WorkbookRows(file, size)
        opened.callback(book.close)
        return book, "xlsx"
    text = DelimitedRows(file)
    return text, f"csv/{text.encoding}"


def _without_trailing_blanks(cells: tuple[str, ...]) -> tuple[str, ...]:
    width = max(place for place, cell in enumerate(cells, 1) if cell.strip())
    return cells[:width]
