# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Conflicts between records, as one table.

id, version, source, effective_from     as in every data file
[relations.<code>]   zh, en; one: entries of both count for both; shown: each is shown beside the other
[conflicts.<code>]   zh, en; an entry of kind `entry` does not count while one of kind `other` does; reason; tells:
                     whether its authority is to be told
"""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TypeVar

from federation.errors import ConfigFault
from federation.records.list_entry import ListKind
from federation.standards.reading import HEADER_KEYS, Header, Section, decode, parse_header, parse_toml, shipped

AnyEnum = TypeVar("AnyEnum", bound=StrEnum)


class Relation(StrEnum):
    """How one subject's code is related to another's."""

    SAME = "same"
    FORMER = "former"
    BRANCH = "branch"
    HEAD = "head"
    NAMESAKE = "namesake"


@dataclass(frozen=True, slots=True)
class Clash:
    """One conflict; attributes as in the data file."""

    entry: ListKind
    other: ListKind
    reason: str
    tells: bool


@dataclass(frozen=True, slots=True, eq=False)
class Conflicts:
    """The table.

    Attributes:
        one: relations whose entries count for both.
        shown: relations whose entries are shown beside each other.
    """

    header: Header
    one: frozenset[Relation]
    shown: frozenset[Relation]
    clashes: tuple[Clash, ...]

    def suspended(self, kind: ListKind, others: Set[ListKind]) -> tuple[str, ...]:
        """Why an entry of a kind does not count while entries of other kinds count on its subject."""
        return tuple(clash.reason for clash in self.clashes if clash.entry is kind and clash.other in others)

    def told(self) -> frozenset[str]:
        """Reasons of which the authority of the entry is to be told."""
        return frozenset(clash.reason for clash in self.clashes if clash.tells)


def parse_conflicts(raw: bytes, place: str) -> Conflicts:
    """Reads the table.

    Raises:
        ConfigFault: DATA_MALFORMED, DATA_OTHER or DATA_FIELD; the detail names file and place.
    """
    root = parse_toml(decode(raw, place), place)
    root.only(*HEADER_KEYS, "relations", "conflicts")
    relations = {_choice(Relation, section, name): section for name, section in root.sections("relations").items()}
    return Conflicts(
        parse_header(root, "conflicts"),
        frozenset(relation for relation, section in relations.items() if section.flag("one")),
        frozenset(relation for relation, section in relations.items() if section.flag("shown")),
        tuple(_clash(section) for section in root.sections("conflicts").values()),
    )


@cache
def shipped_conflicts() -> Conflicts:
    """The table that ships with the program."""
    return parse_conflicts(shipped("conflicts@1.toml"), "conflicts@1.toml")


def _clash(section: Section) -> Clash:
    section.only("zh", "en", "entry", "other", "reason", "tells")
    entry, other = (_choice(ListKind, section, section.text(key)) for key in ("entry", "other"))
    return Clash(entry, other, section.text("reason"), section.flag("tells"))


def _choice(kind: type[AnyEnum], section: Section, text: str) -> AnyEnum:
    try:
        return kind(text)
    except ValueError:
        raise ConfigFault("DATA_FIELD", f"{section.place}: {text!r} is none of {', '.join(kind)}") from None
