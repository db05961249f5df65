# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading data files `id@version`: the shipped ones out of the package, and the values inside any of them.

Data that ships with the program is part of it, so this is the single place that opens something. Whoever parses takes
bytes: an operator's replacement file is read by the same code. A file that is wrong in any place is refused whole, with
a ConfigFault that names file and place.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from typing import TypeGuard

from federation.errors import ConfigFault

_SHIPPED_NAME = re.compile(r"[a-z0-9-]+@[0-9]+(\.[0-9]+)*\.(toml|csv)")

HEADER_KEYS = ("id", "version", "source", "effective_from")
"""The keys that every data file has at its root."""


def shipped(name: str) -> bytes:
    """Returns the bytes of a data file that ships with the program.

    Args:
        name: `id@version` and its ending, for instance `fields@1.toml`.

    Raises:
        ConfigFault: DATA_MISSING, when no file of this name ships.
    """
    if not _SHIPPED_NAME.fullmatch(name):
        raise ConfigFault("DATA_MISSING", f"{name!r} is not a name of the form id@version.toml or id@version.csv")
    try:
        return resources.files("federation.standards").joinpath("data", name).read_bytes()
    except FileNotFoundError:
        raise ConfigFault("DATA_MISSING", f"{name} does not ship with this program") from None


def version_of(name: str) -> tuple[int, ...]:
    """The version in a file's name, as numbers to compare: 1.10 comes after 1.9; a part that is none counts as 0."""
    numbers = name.rpartition("@")[2].removesuffix(".toml").removesuffix(".csv").split(".")
    return tuple(int(number) if number.isdecimal() else 0 for number in numbers)


@dataclass(frozen=True, slots=True)
class Header:
    """Head of a data file.

    Attributes:
        id: name of the catalogue, for instance `fields`.
        version: its version; text, since years and dotted numbers both occur.
        source: where it was taken from, with clause, and a mark for how sure that is ([C], [2], [M] or [U]).
        effective_from: first day on which this version applies.
    """

    id: str
    version: str
    source: str
    effective_from: date

    @property
    def name(self) -> str:
        """The pinned form `id@version`, as decisions quote it."""
        return f"{self.id}@{self.version}"


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a TOML file, read key by key; each reader refuses a missing or ill-typed value with DATA_FIELD.

    Attributes:
        place: file and table, for messages to the operator.
        values: what TOML gave.
    """

    place: str
    values: Mapping[str, object]

    def only(self, *keys: str) -> None:
        """Refuses a key that is not one of `keys`, so that a misspelt one is never read as absent."""
        unknown = sorted(set(self.values) - set(keys))
        if unknown:
            raise ConfigFault("DATA_FIELD", f"{self.place}: unknown key {unknown[0]!r}; known are {', '.join(keys)}")

    def text(self, key: str) -> str:
        """Returns a text that is there and not blank."""
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._fault(key, "a text that is not blank")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Returns a list of texts; an absent key is an empty list."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self._fault(key, "a list of texts that are not blank")
        return tuple(value)

    def flag(self, key: str) -> bool:
        """Returns a boolean; an absent key is false."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self._fault(key, "true or false")
        return value

    def day(self, key: str) -> date:
        """Returns a calendar date, written in TOML without quotes."""
        value = self.values.get(key)
        if not _is_day(value):
            raise self._fault(key, "a date such as 2026-01-31, without quotes")
        return value

    def days(self, key: str) -> tuple[date, ...]:
        """Returns a list of calendar dates; an absent key is an empty list."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(_is_day(item) for item in value):
            raise self._fault(key, "a list of dates such as 2026-01-31, without quotes")
        return tuple(value)

    def number(self, key: str) -> int:
        """Returns a whole number, 0 or more."""
        value = self.values.get(key)
        if type(value) is not int or value < 0:
            raise self._fault(key, "a whole number, 0 or more")
        return value

    def numbers(self, key: str) -> tuple[int, ...]:
        """Returns a list of whole numbers; an absent key is an empty list."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(type(item) is int for item in value):
            raise self._fault(key, "a list of whole numbers")
        return tuple(value)

    def sections(self, key: str) -> dict[str, "Section"]:
        """Returns the tables below `key`, by name, in the order of the file; at least one."""
        value = self.values.get(key)
        if not isinstance(value, dict) or not value:
            raise self._fault(key, "a table with at least one entry")
        return {name: self._section(f"{key}.{name}", below) for name, below in value.items()}

    def rest(self, *taken: str) -> dict[str, "Section"]:
        """Returns every value but the keys in `taken`, each of which must be a table."""
        return {name: self._section(name, below) for name, below in self.values.items() if name not in taken}

    def _section(self, name: str, value: object) -> "Section":
        if not isinstance(value, dict):
            raise self._fault(name, "a table")
        return Section(f"{self.place} [{name}]", value)

    def _fault(self, key: str, wanted: str) -> ConfigFault:
        found = "missing" if key not in self.values else "wrong"
        return ConfigFault("DATA_FIELD", f"{self.place}: {key} is {found}; wanted {wanted}")


def _is_day(value: object) -> TypeGuard[date]:
    """Whether TOML gave a date: a moment is none, though Python takes it for one."""
    return isinstance(value, date) and not isinstance(value, datetime)


def decode(raw: bytes, place: str) -> str:
    """Returns the text of a data file, which is UTF-8.

    Raises:
        ConfigFault: DATA_MALFORMED, when it is not.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise ConfigFault("DATA_MALFORMED", f"{place}: byte {wrong.start} is not UTF-8") from None


def parse_toml(text: str, place: str) -> Section:
    """Returns the root table of a TOML text.

    Raises:
        ConfigFault: DATA_MALFORMED, when it is not TOML; the detail gives line and column.
    """
    try:
        return Section(place, tomllib.loads(text))
    except ValueError as wrong:  # TOMLDecodeError, and an integer of more digits than Python reads
        raise ConfigFault("DATA_MALFORMED", f"{place}: {wrong}") from None
    except RecursionError:
        raise ConfigFault("DATA_MALFORMED", f"{place}: tables or lists are nested too deeply") from None


def parse_header(root: Section, expected: str | None) -> Header:
    """Returns the head of a data file.

    Args:
        root: the root table.
        expected: the id that the file must carry, or None where any will do.

    Raises:
        ConfigFault: DATA_FIELD, when a key is missing or ill-typed; DATA_OTHER, when the file is another catalogue.
    """
    header = Header(root.text("id"), root.text("version"), root.text("source"), root.day("effective_from"))
    if expected is not None and header.id != expected:
        raise ConfigFault("DATA_OTHER", f"{root.place}: this file is {header.id!r}, wanted {expected!r}")
    return header
