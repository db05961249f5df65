# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A table into records: one outcome for each row that is not blank, lazily, in the order of the file.

All that depends on the file alone (layout, places of columns, limits) is worked out once; a row costs its own cells.
Memory does not grow with the file.
"""

import operator
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from adapters import filings, licences, lists, penalties, subjects
from adapters.cell import Cells, clean
from adapters.identity import Identities
from adapters.layout import MAX_CELL_CHARACTERS, Heading, match_header
from adapters.reading.table import Table
from adapters.row import Outcome, SourceRow, TableKind, Translated, Untranslated
from federation.errors import FieldFault
from federation.records.codec import Record
from federation.records.subject import Authority
from federation.standards.bundle import Standards

Build = Callable[[Cells], Record]

_SHOWN_CHARACTERS = 60
# A citizen number may stand in any cell by mistake: region, a likely day of birth, the rest.
_CITIZEN_NUMBER = re.compile(
    r"(?<!\d)[1-8]\d{5}(?:(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"|\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![\dXx]))",
    re.ASCII,
)
_BLANK_PLACE = -1
_CLASS_FIELD = "identity.subject_class"
_BREAKS = str.maketrans("\r\n\t", "   ")
_UNFIT = frozenset({"Cf", "Cs", "Co", "Cn", "Cc"})
_ITEM = re.compile(r"\.\d+$")
_PERSONS = frozenset({"自然人", "01"})


def translate(
    table: Table, kind: TableKind, standards: Standards, source: Authority | None = None
) -> Iterator[Outcome]:
    """Translates the rows of a table, each when it is asked for.

    Args:
        table: an open table; its rows are used up.
        kind: kind of table, as `recognise_table` found it or the user named it.
        standards: code sets and tables in use.
        source: the unit that supplied the file, for rows that name none.

    Returns:
        One Translated or Untranslated for each row that is not blank.

    Raises:
        Misuse: at once HEADER_UNKNOWN or HEADER_DUPLICATE; while iterating, what `Table.rows` raises.
    """
    heading = match_header(table.header, kind, standards.masking)
    places = {code: heading.places.get(code, _BLANK_PLACE) for code in heading.layout.columns}
    translator = _Translator(heading, places, _builder(kind, standards, source), _limits(heading))
    return (outcome for row in table.rows() if (outcome := translator.outcome(row)) is not None)


def refusal(heading: Heading, row: SourceRow | Translated, field: str, why: tuple[str, str]) -> Untranslated:
    """Returns a row that was translated as refused later on, for instance at admission.

    Args:
        heading: `match_header` of the table's header and kind.
        row: the row, with its original cells.
        field: dotted name of the record's field at fault, as a FieldFault or NotAdmitted gives it; may be empty.
        why: stable reason code, and one English sentence to it, free of personal data; may be empty.

    Returns:
        The refusal with the column's header as the file writes it, and its cell masked where personal.
    """
    return _refusal(heading, row, field, why)


@dataclass(frozen=True, slots=True)
class _Translator:
    """Translates the rows of one file."""

    heading: Heading
    places: Mapping[str, int]
    build: Build
    limits: tuple[int, ...]

    def outcome(self, row: SourceRow) -> Outcome | None:
        """What becomes of one row; None when only white space stands in it."""
        if row.fault is not None:
            return Untranslated(row.number, "", "", row.fault, row.detail, row.cells)
        try:
            cells, warnings = clean(row.cells)
            if not any(cells):
                return None
            self._check_lengths(cells)
            cells.append("")
            record = self.build(Cells(cells, self.places, warnings))
        except FieldFault as fault:
            return self._refused(row, fault)
        return Translated(row.number, record, row.cells, tuple(dict.fromkeys(warnings)))

    def _check_lengths(self, cells: list[str]) -> None:
        if any(map(operator.gt, map(len, cells), self.limits)):
            place = next(place for place, cell in enumerate(cells) if len(cell) > self.limits[place])
            raise FieldFault(str(place), "FIELD_TOO_LONG", f"over {self.limits[place]} characters")

    def _refused(self, row: SourceRow, fault: FieldFault) -> Untranslated:
        field = fault.field or _unprintable(self.heading, row.cells)
        return _refusal(self.heading, row, field, (fault.reason, fault.detail.partition(": ")[2]))


def _limits(heading: Heading) -> tuple[int, ...]:
    limits = [MAX_CELL_CHARACTERS] * len(heading.header)
    for code, place in heading.places.items():
        limits[place] = heading.layout.columns[code].limit
    return tuple(limits)


def _builder(kind: TableKind, standards: Standards, source: Authority | None) -> Build:
    """The function that makes the record of one row, with all that it needs of the file bound to it."""
    match kind:
        case TableKind.LICENCES:
            of_licence = Identities(licences.COLUMNS, standards, source)
            return lambda cells: licences.licence(cells, of_licence)
        case TableKind.PENALTIES:
            of_penalty = Identities(penalties.COLUMNS, standards, source)
            return lambda cells: penalties.penalty(cells, of_penalty)
        case TableKind.LISTS:
            of_entry = Identities(lists.COLUMNS, standards, source)
            return lambda cells: lists.list_entry(cells, of_entry, standards.fields)
        case TableKind.FILINGS:
            of_filing = Identities(filings.COLUMNS, standards, source)
            return lambda cells: filings.filing(cells, of_filing, standards.agency_categories)
        case TableKind.SUBJECTS:
            of_subject = Identities(subjects.COLUMNS, standards, source)
            return lambda cells: subjects.subject(cells, of_subject)
        case _:
            assert_never(kind)


def _refusal(heading: Heading, row: SourceRow | Translated, field: str, why: tuple[str, str]) -> Untranslated:
    code, place = _locate(heading, field, row.cells)
    name = heading.header[place] if place is not None else (heading.name(code) if code else "")
    value = "" if place is None else _shown(heading, code, row.cells, place)
    return Untranslated(row.number, name, value, *why, row.cells)


def _locate(heading: Heading, field: str, cells: tuple[str, ...]) -> tuple[str | None, int | None]:
    """Column code and place for what a fault names: a place, a column's code, or a field of the record.

    Of several columns that become one field (a unified code or a document number), the one that is filled in.
    """
    places, columns = heading.places, heading.layout.columns
    if field.isdecimal():
        return next((code for code, place in places.items() if place == int(field)), None), int(field)
    if field in columns:
        return field, places.get(field)
    path = _ITEM.sub("", field)
    found = [code for code, column in columns.items() if path and column.record in (path, f"identity.{path}")]
    if not found:
        return None, None
    code = next((code for code in found if code in places and cells[places[code]].strip()), found[0])
    return code, places.get(code)


def _unprintable(heading: Heading, cells: tuple[str, ...]) -> str:
    """The first column with a character that no record may hold, for a fault that names none; else nothing."""
    used = ((code, cells[place].translate(_BREAKS).strip()) for code, place in heading.places.items())
    return next((code for code, cell in used if not _UNFIT.isdisjoint(map(unicodedata.category, cell))), "")


def _shown(heading: Heading, code: str | None, cells: tuple[str, ...], place: int) -> str:
    """A cell as people may see it: masked where personal, shortened, without broken bytes."""
    personal = heading.layout.columns[code].personal if code is not None else ""
    mask = heading.masking.number.of
    cell = cells[place].encode("utf-8", "replace").decode("utf-8").strip()
    if personal == "number" or (personal == "name" and _about_person(heading, cells)):
        return mask(cell[:_SHOWN_CHARACTERS])
    shown = _CITIZEN_NUMBER.sub(lambda found: mask(found[0]), cell)
    return shown if len(shown) <= _SHOWN_CHARACTERS else f"{shown[:_SHOWN_CHARACTERS]}…"


def _about_person(heading: Heading, cells: tuple[str, ...]) -> bool:
    classes = (code for code, column in heading.layout.columns.items() if column.record == _CLASS_FIELD)
    places = [heading.places[code] for code in classes if code in heading.places]
    return any(cells[place].strip() in _PERSONS for place in places)
