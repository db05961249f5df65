# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Region codes of GB/T 2260: six digits for province, prefecture and county, each with its time of validity.

Codes are revoked by mergers and sometimes given to another place, while the numbers that contain them live on. So a
region is always looked up on a day, and a code that is merely historical or unknown is a warning, never a refusal:
market regulators also use codes of development zones that the standard does not list.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from federation.errors import ConfigFault
from federation.standards.identity import DIGITS
from federation.standards.reading import HEADER_KEYS, Header, decode, parse_header, parse_toml

_COLUMNS = ["code", "name", "valid_from", "valid_until"]
_HEADER_MARK = "#:"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Region:
    """One meaning of a region code.

    Attributes:
        code: six digits; 100000 is the whole country.
        name: Chinese name of the place itself, without the places above it.
        valid_from: first day of validity; None for as long as there have been codes.
        valid_until: last day of validity; None while it is in force.
    """

    code: str
    name: str
    valid_from: date | None
    valid_until: date | None

    def in_force(self, on: date) -> bool:
        """Tells whether the code had this meaning on a day; first and last day count."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True, slots=True, eq=False)
class RegionTable:
    """The regions of one version; immutable, may be shared between threads.

    Attributes:
        header: id, version, source and first day.
        regions: the meanings of each code, oldest first.
    """

    header: Header
    regions: Mapping[str, tuple[Region, ...]]

    def knows(self, code: str) -> bool:
        """Tells whether the code was ever in force."""
        return code in self.regions

    def lookup(self, code: str, on: date) -> Region | None:
        """Returns what the code meant on a day; failing that its newest meaning; None when it never had one.

        The caller tells the first two cases apart with `Region.in_force`.
        """
        meanings = self.regions.get(code, ())
        candidates = [region for region in meanings if region.in_force(on)] or meanings
        return candidates[-1] if candidates else None

    def warnings(self, code: str, on: date) -> tuple[str, ...]:
        """Returns what is doubtful about a code on a day: nothing, REGION_HISTORICAL or REGION_UNKNOWN."""
        return _warnings(self, code, on)


@lru_cache(maxsize=8192)
def _warnings(table: RegionTable, code: str, on: date) -> tuple[str, ...]:
    """As `RegionTable.warnings`; remembered, since records name few regions."""
    region = table.lookup(code, on)
    if region is None:
        return ("REGION_UNKNOWN",)
    return () if region.in_force(on) else ("REGION_HISTORICAL",)


def parse_regions(raw: bytes, place: str) -> RegionTable:
    """Reads a region table.

    Args:
        raw: the file, UTF-8, columns parted by commas, no quotes: lines `#: key = value` with the head in TOML, other
            lines that begin with `#` as comments, the line of column names, and one line for each meaning of a code,
            oldest first.
        place: name of the file, for messages.

    Raises:
        ConfigFault: DATA_MALFORMED, DATA_FIELD or DATA_OTHER; the detail gives the line.
    """
    lines = decode(raw, place).splitlines()
    head = [line.removeprefix(_HEADER_MARK).strip() if line.startswith(_HEADER_MARK) else "" for line in lines]
    root = parse_toml("\n".join(head), place)
    root.only(*HEADER_KEYS)
    header = parse_header(root, "regions")
    meanings: dict[str, tuple[Region, ...]] = {}
    for region in _parse_rows(lines, place):
        meanings[region.code] = (*meanings.get(region.code, ()), region)
    return RegionTable(header, MappingProxyType(meanings))


def _parse_rows(lines: list[str], place: str) -> list[Region]:
    numbered = [(number, line) for number, line in enumerate(lines, 1) if not line.startswith("#")]
    if not numbered or numbered[0][1].split(",") != _COLUMNS:
        raise ConfigFault("DATA_FIELD", f"{place}: the first line of the table must be {','.join(_COLUMNS)}")
    return [_parse_row(line.split(","), f"{place}:{number}") for number, line in numbered[1:]]


def _parse_row(row: list[str], place: str) -> Region:
    if len(row) != len(_COLUMNS):
        raise ConfigFault("DATA_FIELD", f"{place}: {len(row)} columns; wanted {len(_COLUMNS)}")
    code, name, valid_from, valid_until = row
    if len(code) != 6 or not DIGITS.issuperset(code):
        raise ConfigFault("DATA_FIELD", f"{place}: code is wrong; wanted six digits")
    if not name.strip():
        raise ConfigFault("DATA_FIELD", f"{place}: name is blank")
    region = Region(code, name, _parse_day(valid_from, place), _parse_day(valid_until, place))
    if region.valid_from and region.valid_until and region.valid_from > region.valid_until:
        raise ConfigFault("DATA_FIELD", f"{place}: valid_until is before valid_from")
    return region


def _parse_day(text: str, place: str) -> date | None:
    # Python also reads 20161231 and week dates; one spelling is enough for a file that people compare.
    if not text:
        return None
    if not _DAY.fullmatch(text):
        raise ConfigFault("DATA_FIELD", f"{place}: {text!r} is not a date such as 2016-12-31")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigFault("DATA_FIELD", f"{place}: {text!r} is not a day of the calendar") from None
