# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Delimited text, comma or tab, in UTF-8 (with or without mark) or GB18030, read as a stream.

The encoding is decided over the whole file before the first row is given: valid UTF-8 is UTF-8; else the encoding that
reads more of the lines holding Chinese. One broken byte then spoils one row, not the file. It goes on as a lone
surrogate, which no valid text holds, so that `translate` can name the column.

A quote that is never closed would swallow the rows after it. When a record cannot be cut, only its first line is
refused and the others are read again.
"""

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from adapters.row import SourceRow
from federation.errors import Misuse

UTF_8_MARK = codecs.BOM_UTF8
MAX_ROW_BYTES = 1 << 20
_FOREIGN_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BLOCK_BYTES = 1 << 16
_SAMPLE_LINES = 20000
# A cell holds at most some line breaks; without this, a file full of unclosed quotes would be read many times over.
_MAX_LINES_IN_RECORD = 500
_TOO_LONG = "the row is longer than 1 MiB"
_MALFORMED = "a quotation mark is not closed or text follows it, or a cell is longer than 131072 characters"


def detect_encoding(file: BinaryIO) -> str:
    """Returns `utf-8-sig`, `utf-8` or `gb18030` for a file, reading all of it once; its position is moved.

    Raises:
        Misuse: FILE_FORMAT_UNKNOWN for UTF-16, which spreadsheet programs call Unicode text.
    """
    file.seek(0)
    start = file.read(len(UTF_8_MARK))
    if start.startswith(_FOREIGN_MARKS):
        raise Misuse("FILE_FORMAT_UNKNOWN", "the file is UTF-16 text; save it as CSV in UTF-8 or GB18030, or as XLSX")
    if start == UTF_8_MARK:
        return "utf-8-sig"
    return "utf-8" if _all_utf8(file) or _mostly_utf8(file) else "gb18030"


def _all_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_BLOCK_BYTES):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(file: BinaryIO) -> bool:
    """Whether UTF-8 reads at least as many of the first lines that are not plain ASCII as GB18030 does."""
    file.seek(0)
    read = {"utf-8": 0, "gb18030": 0}
    seen = 0
    while seen < _SAMPLE_LINES and (line := file.readline(MAX_ROW_BYTES)):
        if not line.isascii():
            seen += 1
            for encoding in read:
                read[encoding] += _decodes(line, encoding)
    return read["utf-8"] >= read["gb18030"]


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


class DelimitedRows:
    """Rows of one delimited file, in order; iterate once, from one thread.

    Attributes:
        encoding: `utf-8-sig`, `utf-8` or `gb18030`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.encoding = detect_encoding(file)
        file.seek(len(UTF_8_MARK) if self.encoding == "utf-8-sig" else 0)
        self._lines = _Lines(file, self.encoding.removesuffix("-sig"))

    def __iter__(self) -> Iterator[SourceRow]:
        """Gives each record of the file, blank ones included; the first is the header."""
        delimiter = self._delimiter()
        reader = csv.reader(self._lines, delimiter=delimiter, strict=True)
        number = 0
        while True:
            number += 1
            self._lines.forget()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _RecordTooLongError) as wrong:
                yield self._refused(number, delimiter, wrong)
            else:
                yield SourceRow(number, tuple(cells))

    def _refused(self, number: int, delimiter: str, wrong: Exception) -> SourceRow:
        first = self._lines.keep_first()
        if isinstance(wrong, _RecordTooLongError) and wrong.line:
            return SourceRow(number, (first[:1000],), "ROW_TOO_LARGE", _TOO_LONG)
        cells = tuple(first.rstrip("\r\n").split(delimiter))
        return SourceRow(number, cells, "ROW_MALFORMED", _MALFORMED)

    def _delimiter(self) -> str:
        line = self._lines.peek()
        return "\t" if "\t" in line and line.count("\t") >= line.count(",") else ","


class _RecordTooLongError(Exception):
    """A record does not end within the limits; `line` tells that its very first line does not."""

    def __init__(self, line: bool) -> None:
        super().__init__(_TOO_LONG)
        self.line = line


class _Lines:
    """Decoded lines for the csv reader; those of the record under way can be given back."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._encoding = encoding
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._characters = 0
        self._too_long: str | None = None

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self._record) >= _MAX_LINES_IN_RECORD or self._characters > MAX_ROW_BYTES:
            raise _RecordTooLongError(line=False)
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self._record.append(line)
        self._characters += len(line)
        return line

    def forget(self) -> None:
        """Begins a new record."""
        self._record.clear()
        self._characters = 0

    def keep_first(self) -> str:
        """Ends the record after its first line, gives the others back, and returns the first."""
        first, rest = self._record[0], self._record[1:]
        self._again.extendleft(reversed(rest))
        return first

    def peek(self) -> str:
        """Returns the next line without taking it.

        Raises:
            Misuse: FILE_FORMAT_UNKNOWN, when it does not end within 1 MiB.
        """
        try:
            line = self._read()
        except _RecordTooLongError:
            raise Misuse("FILE_FORMAT_UNKNOWN", "the first line is longer than 1 MiB; this is no table") from None
        if line:
            self._again.append(line)
        return line

    def _read(self) -> str:
        """The next line of the file; one that is too long is skipped and refused as the first of its own record."""
        if self._too_long is None:
            raw = self._file.readline(MAX_ROW_BYTES + 1)
            if len(raw) <= MAX_ROW_BYTES:
                return raw.decode(self._encoding, "surrogateescape")
            self._too_long = raw[:4000].decode(self._encoding, "replace")
            self._skip_line(raw)
        if self._record:
            raise _RecordTooLongError(line=False)
        self._record.append(self._too_long)
        self._too_long = None
        raise _RecordTooLongError(line=True)

    def _skip_line(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self._file.readline(_BLOCK_BYTES)
