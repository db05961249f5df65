# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The rules that decisions are made by, as values, and as the bytes that those values were read from.

A decision names its rules by the digest of a list of files. The list names every file by path and SHA-256: the rule
book, the tables that codes are checked with, life cycles and conflicts. Sentences and masks are for people: they decide
nothing and are not in it.

    xinqiao rules 1
    program deciding@1
    home 330100
    <SHA-256 in hex> rules/agreements/yrd-lists@1.toml
    <SHA-256 in hex> standards/regions
    <SHA-256 in hex> tables/life-list@1.toml
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from federation.errors import ConfigFault
from federation.rules.conflict.table import shipped_conflicts
from federation.rules.rule_book import RuleBook, parse_rule_book
from federation.rules.touch import Touch, touch_of
from federation.rules.transition.course import TABLES
from federation.standards.bundle import Standards, build_standards, standard_bytes
from federation.standards.reading import shipped

PROGRAM = "deciding@1"
"""Counted up with every change of the program by which the same inputs and files could give another decision."""
_TITLE = "xinqiao rules 1"
_FOR_PEOPLE = frozenset({"reasons", "masking"})
MAX_RULE_FILES = 10_000
"""Files that the list of a set of rules may name; a longer one is damaged."""


@dataclass(frozen=True, eq=False)
class RuleSet:
    """Every file that decisions rest on, by path, for one member; equal to any other of the same digest."""

    home: str
    files: Mapping[str, bytes]

    def __eq__(self, other: object) -> bool:
        """Whether both name the same bytes."""
        return isinstance(other, RuleSet) and self.digest == other.digest

    def __hash__(self) -> int:
        """As equality wants it."""
        return hash(self.digest)

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """SHA-256 of each file in hex, by path, in the order of the paths."""
        return {path: hashlib.sha256(self.files[path]).hexdigest() for path in sorted(self.files)}

    @cached_property
    def listed(self) -> bytes:
        """The list, whose digest names the set."""
        lines = [f"{digest} {path}" for path, digest in self.digests.items()]
        return "\n".join((_TITLE, f"program {PROGRAM}", f"home {self.home}", *lines, "")).encode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the list in hex."""
        return hashlib.sha256(self.listed).hexdigest()


@dataclass(frozen=True, slots=True)
class Rules:
    """What decisions rest on.

    Attributes:
        home: this node's id.
        book: agreements, list standards, authorities, measures.
        standards: identity codes, regions, code sets.
        source: the files that both were read from, and the tables beside them.
    """

    home: str
    book: RuleBook
    standards: Standards
    source: RuleSet

    @property
    def digest(self) -> str:
        """What names them."""
        return self.source.digest


def rule_set(home: str, rule_files: Mapping[str, bytes], standard_files: Mapping[str, bytes]) -> RuleSet:
    """The files that a member's decisions rest on today.

    Args:
        home: its node id.
        rule_files: of its rule book, by path.
        standard_files: its replacements of tables, by catalogue id.
    """
    book = {f"rules/{path}": raw for path, raw in rule_files.items()}
    tables = standard_bytes(standard_files)
    codes = {f"standards/{name}": raw for name, raw in tables.items() if name not in _FOR_PEOPLE}
    return RuleSet(home, {**book, **codes, **_tables()})


def rules_of(home: str, rule_files: Mapping[str, bytes], standard_files: Mapping[str, bytes]) -> Rules:
    """The rules that files hold; arguments as of `rule_set`.

    Raises:
        ConfigFault: a file is wrong; `detail` names it and the place.
    """
    source = rule_set(home, rule_files, standard_files)
    return Rules(home, parse_rule_book(rule_files), build_standards(standard_files), source)


def read_rules(digest: str, fetch: Callable[[Sequence[str]], Mapping[str, bytes]]) -> Rules | str:
    """Brings rules back from the files that are kept.

    Args:
        digest: names the set.
        fetch: gives kept files by their digests; those not kept are absent.

    Returns:
        The rules; or RULES_NOT_KEPT, something is missing; RULES_DAMAGED, something is not what its digest names;
        RULES_OF_OTHER_PROGRAM, this program decides by other tables, or in another way.
    """
    listed = fetch([digest]).get(digest)
    if listed is None:
        return "RULES_NOT_KEPT"
    named = read_list(listed) if hashlib.sha256(listed).hexdigest() == digest else None
    if named is None:
        return "RULES_DAMAGED"
    kept = fetch(sorted(set(named.digests.values())))
    missing = any(each not in kept for each in named.digests.values())
    if missing or any(hashlib.sha256(raw).hexdigest() != each for each, raw in kept.items()):
        return "RULES_NOT_KEPT" if missing else "RULES_DAMAGED"
    files = {path: kept[each] for path, each in named.digests.items()}
    tables = {path: raw for path, raw in files.items() if path.startswith("tables/")}
    same = named.program == PROGRAM and tables == _tables()
    return _parsed(RuleSet(named.home, files)) if same else "RULES_OF_OTHER_PROGRAM"


@lru_cache(maxsize=8)
def _parsed(source: RuleSet) -> Rules | str:
    """The rules that files hold; files that were in force once and cannot be read now were for another program.

    Remembered, since nothing takes as long as reading a whole rule book, and the same bytes hold the same rules.
    """
    try:
        book = parse_rule_book(_below("rules/", source.files))
        return Rules(source.home, book, build_standards(_below("standards/", source.files)), source)
    except ConfigFault:
        return "RULES_OF_OTHER_PROGRAM"


def touched_by(before: Rules | str, after: Rules) -> Touch:
    """What decisions the step from some rules to others can change; all of them where the first cannot be read."""
    if isinstance(before, str) or _codes(before.source.files) != _codes(after.source.files):
        return Touch(after.home, everything=True)
    return touch_of(before.book, after.book, after.home)


def _tables() -> Mapping[str, bytes]:
    """Life cycles and conflicts: they ship with the program, and no operator replaces them."""
    names = (*TABLES, shipped_conflicts().header.name)
    return {f"tables/{name}.toml": shipped(f"{name}.toml") for name in names}


def _codes(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """All files but those of the rule book: what any of them says may matter to any entry."""
    return {path: raw for path, raw in files.items() if not path.startswith("rules/")}


@dataclass(frozen=True, slots=True)
class RuleList:
    """A list of the files of rules: version of the program's part, the member, SHA-256 in hex of each file by path."""

    program: str
    home: str
    digests: Mapping[str, str]


def read_list(listed: bytes) -> RuleList | None:
    """What a list says; None for anything else."""
    lines = listed.decode(errors="replace").split("\n")
    head, files = lines[:3], lines[3:-1]
    if len(head) < 3 or head[0] != _TITLE or lines[-1] or len(files) > MAX_RULE_FILES:
        return None
    parted = [line.partition(" ") for line in files]
    digests = {path: digest for digest, _, path in parted}
    return RuleList(head[1].removeprefix("program "), head[2].removeprefix("home "), digests)


def _below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path.removeprefix(folder): raw for path, raw in files.items() if path.startswith(folder)}
