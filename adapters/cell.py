# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
r"""Cells into values: what a row of text says, cell by cell, and the cleaning that comes before.

Cleaning makes of every cell: NFC, full-width digits and letters half-width (with a warning), line breaks `\n`, tabs a
space, no white space or invisible marks at either end. The functions on single texts are pure and cached where files
repeat themselves; all raise FieldFault with an empty field, and `Cells` names the column.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from federation.errors import FieldFault
from federation.standards.catalogue import CodeSet

Made = TypeVar("Made")

BLANKS = frozenset({"", "NULL", "null", "无", "-", "--", "—", "/", "\\N"})
"""What departments write into an optional cell that they leave blank."""
_NULLS = frozenset({"", "NULL", "null", "\\N"})

_FULL_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_TO_HALF = {
    code: code - 0xFEE0
    for first, last in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for code in range(first, last + 1)
}
_BROKEN = re.compile("[\udc80-\udcff]")
_EDGES = " \t\r\n\v\f\u00a0\u3000\u200b\u200e\u200f\u2060\ufeff"
_BREAKS = re.compile(r"\r\n?")

_DATE = re.compile(
    r"(?P<y>\d{4})(?:(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})|年(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日"
    r"|(?P<m3>\d{2})(?P<d3>\d{2}))(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?",
    re.ASCII,
)
_OPEN_ENDED = frozenset({date(2099, 12, 31), date(9999, 12, 31), date(9999, 9, 9)})
_OPEN_WORDS = frozenset({"长期", "长期有效", "永久", "永久有效"})

_AMOUNT = re.compile(r"(\d+)(?:\.(\d*))?|\.(\d+)", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:[,，]\d{3})+(?:\.\d*)?", re.ASCII)
_SEPARATORS = str.maketrans("", "", ",，")
_FEN_DIGITS = 6
_WHOLE_DIGITS = 12


def clean(cells: Sequence[str]) -> tuple[list[str], list[str]]:
    """Returns the cleaned cells of one row and the reason codes of warnings; see the module for what is cleaned.

    Raises:
        FieldFault: BAD_ENCODING, when a cell holds bytes that the file's encoding does not know; the field is the
            position of the cell, in decimal.
    """
    row = "".join(cells)
    if row.isprintable() and not _FULL_WIDTH.search(row) and unicodedata.is_normalized("NFC", row):
        return list(map(str.strip, cells)), []
    if _BROKEN.search(row):
        place = next(place for place, cell in enumerate(cells) if _BROKEN.search(cell))
        raise FieldFault(str(place), "BAD_ENCODING", "holds bytes that the file's encoding does not know")
    warnings = ["FULL_WIDTH_NORMALISED"] if _FULL_WIDTH.search(row) else []
    return [_clean_cell(cell) for cell in cells], warnings


def _clean_cell(cell: str) -> str:
    half = unicodedata.normalize("NFC", cell).translate(_TO_HALF)
    return _BREAKS.sub("\n", half).replace("\t", " ").strip(_EDGES)


@functools.lru_cache(maxsize=8192)
def day(text: str) -> date:
    """Returns the day that a text means: 2026/1/31, 2026-01-31, 20260131, 2026年1月31日; a time of day is dropped.

    Raises:
        FieldFault: DATE_MALFORMED.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        raise FieldFault("", "DATE_MALFORMED", "not a date such as 2026/01/31")
    year, month, of_month = (int(part) for part in found.group("y", *_date_groups(found)))
    try:
        return date(year, month, of_month)
    except ValueError:
        raise FieldFault("", "DATE_MALFORMED", "no day of the calendar") from None


def _date_groups(found: re.Match[str]) -> tuple[str, str]:
    if found["m"]:
        return "m", "d"
    return ("m2", "d2") if found["m2"] else ("m3", "d3")


@functools.lru_cache(maxsize=8192)
def open_day(text: str) -> date | None:
    """Returns the last day of a term; None for an open end: 2099/12/31, 9999-12-31, 9999-9-9 or 长期.

    Raises:
        FieldFault: DATE_MALFORMED.
    """
    if text in _OPEN_WORDS:
        return None
    last = day(text)
    return None if last in _OPEN_ENDED else last


@functools.lru_cache(maxsize=8192)
def amount(text: str) -> tuple[int, bool]:
    """Returns an amount in 万元 as whole fen (1 万元 is 1,000,000 fen), exactly, and whether separators were dropped.

    The form is N(18,6) of the 2018 layout: to 12 digits before the point and 6 after it.

    Raises:
        FieldFault: AMOUNT_NEGATIVE; AMOUNT_PRECISION for more than 6 decimals; AMOUNT_RANGE for more than 12 digits
            before the point; AMOUNT_MALFORMED for all else.
    """
    if text.startswith(("-", "−", "－")):
        raise FieldFault("", "AMOUNT_NEGATIVE", "an amount is not negative")
    grouped = _GROUPED.fullmatch(text) is not None
    found = _AMOUNT.fullmatch(text.translate(_SEPARATORS) if grouped else text)
    if found is None:
        raise FieldFault("", "AMOUNT_MALFORMED", "not an amount such as 1.500000, in units of 10,000 yuan")
    whole, fraction = found[1] or "0", found[2] or found[3] or ""
    if len(fraction) > _FEN_DIGITS:
        raise FieldFault("", "AMOUNT_PRECISION", "finer than one fen")
    if len(whole.lstrip("0")) > _WHOLE_DIGITS:
        raise FieldFault("", "AMOUNT_RANGE", "more than 12 digits before the point")
    return int(whole + fraction.ljust(_FEN_DIGITS, "0")), grouped


class Cells:
    """One cleaned row, asked by field code. Not shared between threads.

    `places` knows every column of the layout; one that the file lacks has the place of a blank cell.

    Attributes:
        warnings: reason codes of what was changed or is doubtful; whoever reads a cell may add to them.
    """

    __slots__ = ("_cells", "_places", "warnings")

    def __init__(self, cells: Sequence[str], places: Mapping[str, int], warnings: list[str]) -> None:
        self._cells = cells
        self._places = places
        self.warnings = warnings

    def optional(self, code: str) -> str | None:
        """Returns the text of a column; None when it is blank or the file lacks the column."""
        cell = self._cells[self._places[code]]
        return None if cell in BLANKS else cell

    def required(self, code: str) -> str:
        """Returns the text of a column.

        Raises:
            FieldFault: FIELD_MISSING, when it is blank.
        """
        cell = self._cells[self._places[code]]
        if cell in _NULLS:
            raise FieldFault(code, "FIELD_MISSING", "must not be blank")
        return cell

    def day(self, code: str) -> date:
        """Returns the day in a required column; raises FieldFault FIELD_MISSING or DATE_MALFORMED."""
        text = self.required(code)
        try:
            return day(text)
        except FieldFault as fault:
            raise _named(code, fault) from None

    def optional_day(self, code: str) -> date | None:
        """Returns the day in an optional column; None for a blank."""
        text = self.optional(code)
        return None if text is None else self.read(code, day, text)

    def open_day(self, code: str) -> date | None:
        """Returns the last day of a term in a required column; None for an open end."""
        text = self.required(code)
        try:
            return open_day(text)
        except FieldFault as fault:
            raise _named(code, fault) from None

    def optional_open_day(self, code: str) -> date | None:
        """Returns the last day of a term in an optional column; None for a blank or an open end."""
        text = self.optional(code)
        return None if text is None else self.read(code, open_day, text)

    def amount(self, code: str) -> int | None:
        """Returns whole fen for 万元 in an optional column; AMOUNT_SEPARATORS warns of dropped separators."""
        text = self.optional(code)
        if text is None:
            return None
        fen, grouped = self.read(code, amount, text)
        if grouped:
            self.warnings.append("AMOUNT_SEPARATORS")
        return fen

    def choice(self, code: str, choices: Mapping[str, Made]) -> Made:
        """Returns what a required cell stands for in a closed list.

        Raises:
            FieldFault: FIELD_MISSING, or VALUE_UNKNOWN when the list lacks it.
        """
        text = self.required(code)
        found = choices.get(text)
        if found is None:
            raise FieldFault(code, "VALUE_UNKNOWN", f"not one of {'、'.join(choices)}")
        return found

    def code(self, code: str, codes: CodeSet) -> str:
        """Returns the code of a set that a required cell names, by Chinese name, alias or the code itself.

        Raises:
            FieldFault: FIELD_MISSING, or VALUE_UNKNOWN when the set lacks it.
        """
        return self.read(code, functools.partial(_code, codes), self.required(code))

    def codes(self, code: str, codes: CodeSet, marks: str) -> tuple[str, ...]:
        """Returns the codes that a required cell names between any of the marks, each once."""
        named = parts(self.required(code), marks)
        return tuple(dict.fromkeys(self.read(code, functools.partial(_code, codes), name) for name in named))

    @staticmethod
    def read(code: str, reader: Callable[[str], Made], text: str) -> Made:
        """Returns what `reader` makes of a text; a FieldFault it raises is given the column's name."""
        try:
            return reader(text)
        except FieldFault as fault:
            raise _named(code, fault) from None


def _named(code: str, fault: FieldFault) -> FieldFault:
    """The fault of a text as the fault of a column."""
    return FieldFault(code, fault.reason, fault.detail.partition(": ")[2])


def _code(codes: CodeSet, text: str) -> str:
    if codes.knows(text):
        return text
    found = codes.by_text(text)
    if found is None:
        raise FieldFault("", "VALUE_UNKNOWN", f"not in {codes.header.name}")
    return found.code


def parts(text: str, marks: str) -> tuple[str, ...]:
    """Returns the parts of a text between any of the marks, trimmed, without blank ones and repetitions."""
    for mark in marks[1:]:
        text = text.replace(mark, marks[0])
    return tuple(dict.fromkeys(part for raw in text.split(marks[0]) if (part := raw.strip())))
