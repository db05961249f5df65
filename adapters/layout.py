# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Which table a header belongs to, and which column stands where. Layouts are data, `layouts/<id>@<version>.toml`.

A header cell names a column by field code, Chinese name or alias, in any order, letter case and width, with or without
spaces, brackets of either width, the column number before it (`1.行政相对人名称`) or after it, and marks such as 必填.
What stands in brackets otherwise counts: 罚款金额(元) is not 罚款金额(万元).
"""

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from adapters.row import TableKind
from federation.errors import ConfigFault, Misuse
from federation.standards.masking import Masking
from federation.standards.reading import HEADER_KEYS, Header, Section, decode, parse_header, parse_toml

_SHIPPED: Mapping[TableKind, str] = {
    TableKind.LICENCES: "sgs-2018-licences@1.toml",
    TableKind.PENALTIES: "sgs-2018-penalties@1.toml",
    TableKind.LISTS: "xinqiao-lists@1.toml",
    TableKind.FILINGS: "xinqiao-filings@1.toml",
    TableKind.SUBJECTS: "province-codes@1.toml",
}
_NOISE = re.compile(r"\((?:必填|选填|必填项|选填项|必录|YYYY/MM/DD)\)|[*\"'`]")
_NUMBER_BEFORE = re.compile(r"^(?:\(\d{1,2}\)|\d{1,2}[.、:_)-]?)")
_NUMBER_AFTER = re.compile(r"(?:[_-]\d{1,2}|\(\d{1,2}\))$")
MAX_CELL_CHARACTERS = 20000


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layout.

    Attributes:
        code: field code.
        zh: Chinese name.
        aliases: other headers that mean this column.
        limit: most characters a cell may have.
        required: whether a row that leaves it blank is refused.
        record: dotted name of the record field it becomes; empty when it becomes none.
        personal: "number", "name" or empty: how a cell is shown to people.
    """

    code: str
    zh: str
    aliases: tuple[str, ...]
    limit: int
    required: bool
    record: str
    personal: str


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """One kind of table; immutable, may be shared between threads.

    Attributes:
        header: id, version and source of the layout.
        kind: kind of table.
        columns: columns by field code, in transmission order.
    """

    header: Header
    kind: TableKind
    columns: Mapping[str, Column]
    _names: Mapping[str, str]

    def find(self, cell: str) -> str | None:
        """Returns the field code that a header cell means; None when it means none."""
        return next((self._names[form] for form in _forms(cell) if form in self._names), None)

    def missing(self, places: Mapping[str, int]) -> tuple[str, ...]:
        """Returns the names of required columns that have no place."""
        return tuple(column.zh for column in self.columns.values() if column.required and column.code not in places)


@dataclass(frozen=True, slots=True, eq=False)
class Heading:
    """A layout matched to the header of one file.

    Attributes:
        layout: the layout.
        header: the header cells as the file writes them.
        places: position of each column that is there, by field code.
        ignored: header cells that mean no column; not blank ones.
        masking: how cells that are personal are shown.
        warnings: COLUMN_IGNORED when there are any, once for the file; else nothing.
    """

    layout: Layout
    header: tuple[str, ...]
    places: Mapping[str, int]
    ignored: tuple[str, ...]
    masking: Masking

    @property
    def warnings(self) -> tuple[str, ...]:
        """Reason codes of what is doubtful about the file as a whole."""
        return ("COLUMN_IGNORED",) if self.ignored else ()

    def name(self, code: str) -> str:
        """Returns the header cell of a column, or its Chinese name when the file lacks it."""
        place = self.places.get(code)
        return self.layout.columns[code].zh if place is None else self.header[place]


def recognise_table(header: Sequence[str]) -> TableKind:
    """Returns the kind of table that a header belongs to: most columns match, and all required ones are there.

    The nearest kind decides alone: a list that lacks a column must not pass for a smaller table that it also fits.

    Raises:
        Misuse: HEADER_UNKNOWN, when no column is known, or the nearest kind lacks required ones; the detail names them.
    """
    matches = {kind: shipped_layout(kind) for kind in TableKind}
    places = {kind: _places(layout, header) for kind, layout in matches.items()}
    missing = {kind: matches[kind].missing(places[kind]) for kind in TableKind}
    nearest = max(TableKind, key=lambda kind: (len(places[kind]), not missing[kind]))
    if not places[nearest]:
        raise Misuse("HEADER_UNKNOWN", f"no column of the header is one of the tables {', '.join(TableKind)}")
    if missing[nearest]:
        lacks = "、".join(missing[nearest])
        raise Misuse("HEADER_UNKNOWN", f"the header is nearest to the table {nearest}, but lacks: {lacks}")
    return nearest


def match_header(header: Sequence[str], kind: TableKind, masking: Masking) -> Heading:
    """Returns where each column of a kind of table stands in a file, and how its cells may be shown.

    Raises:
        Misuse: HEADER_UNKNOWN, when a required column is missing; HEADER_DUPLICATE, when two cells mean one column.
    """
    layout = shipped_layout(kind)
    found = [layout.find(cell) for cell in header]
    twice = next((code for code in found if code is not None and found.count(code) > 1), None)
    if twice is not None:
        raise Misuse("HEADER_DUPLICATE", f"two columns of the header mean {layout.columns[twice].zh} ({twice})")
    places = _places(layout, header)
    missing = layout.missing(places)
    if missing:
        raise Misuse("HEADER_UNKNOWN", f"tried as {kind}; missing columns are {'、'.join(missing)}")
    ignored = tuple(cell for cell, code in zip(header, found, strict=True) if code is None and cell.strip())
    return Heading(layout, tuple(header), places, ignored, masking)


@functools.cache
def shipped_layout(kind: TableKind) -> Layout:
    """Returns the layout that ships for a kind of table, read once."""
    name = _SHIPPED[kind]
    return parse_layout(resources.files("adapters").joinpath("layouts", name).read_bytes(), name)


def parse_layout(raw: bytes, place: str) -> Layout:
    """Reads a layout.

    Args:
        raw: the file, TOML in UTF-8.
        place: name of the file, for messages.

    Raises:
        ConfigFault: DATA_MALFORMED or DATA_FIELD; DATA_DUPLICATE, when one header would mean two columns.
    """
    root = parse_toml(decode(raw, place), place)
    root.only(*HEADER_KEYS, "kind", "columns")
    columns = {code: _column(code, section) for code, section in root.sections("columns").items()}
    names: dict[str, str] = {}
    for column in columns.values():
        for name in (column.code, column.zh, *column.aliases):
            if names.setdefault(_fold(name), column.code) != column.code:
                raise ConfigFault("DATA_DUPLICATE", f"{place}: {name} means two columns")
    return Layout(parse_header(root, None), _kind(root), columns, names)


def _kind(root: Section) -> TableKind:
    kind = root.text("kind")
    if kind not in list(TableKind):
        raise ConfigFault("DATA_FIELD", f"{root.place}: kind {kind!r} is unknown")
    return TableKind(kind)


def _column(code: str, section: Section) -> Column:
    section.only("zh", "aliases", "max", "required", "record", "personal")
    limit = section.values.get("max")
    if type(limit) is not int or not 0 < limit <= MAX_CELL_CHARACTERS:
        raise ConfigFault("DATA_FIELD", f"{section.place}: max must be a number from 1 to {MAX_CELL_CHARACTERS}")
    record = section.text("record") if "record" in section.values else ""
    personal = section.text("personal") if "personal" in section.values else ""
    return Column(code, section.text("zh"), section.texts("aliases"), limit, section.flag("required"), record, personal)


def _places(layout: Layout, header: Sequence[str]) -> dict[str, int]:
    """The first place of each column; columns in the header that mean nothing are left out."""
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        code = layout.find(cell)
        if code is not None:
            places.setdefault(code, place)
    return places


def _fold(text: str) -> str:
    return _NOISE.sub("", "".join(unicodedata.normalize("NFKC", text).split()).upper())


def _forms(cell: str) -> Iterator[str]:
    """What a header cell may mean, the literal reading first: 行政相对人代码_1 ends in a number of its own."""
    whole = _fold(cell)
    after = _NUMBER_BEFORE.sub("", whole)
    yield from (whole, after, _NUMBER_AFTER.sub("", whole), _NUMBER_AFTER.sub("", after))
