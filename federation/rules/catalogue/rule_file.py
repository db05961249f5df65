# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One rule file into values, and into everything that is wrong with it: file, line, table, field, cause.

A file is laid out in one of two ways, or both: its root is one value, and its tables are values of their own. The
folder tells the kind; the name is `id@version.toml`; both must agree with the content.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import cast

from federation.errors import ConfigFault, FieldFault
from federation.records.subject import Authority
from federation.records.value import Mnemonic, Text512, Value, complaints
from federation.rules.agreement import Agreement, CompetentAuthority, ListStandard, Measure, MeasureGroup, Version
from federation.rules.asking.anomalies import AnomalyRule, AnomalyVersion
from federation.rules.asking.terms import AskingVersion, Pace, PurposeTerm
from federation.rules.catalogue.disclosure import (
    DatasetLevel,
    DisclosureRules,
    DisclosureVersion,
    FieldLevel,
    PurposeNeeds,
    Reach,
    raised,
)
from federation.rules.catalogue.filing_duties import FilingDuties
from federation.rules.catalogue.lines import Lines, line_said
from federation.rules.catalogue.procedure import Procedure
from federation.rules.catalogue.prohibited import ProhibitedData, ProhibitedVersion
from federation.rules.catalogue.repair import RepairClass, RepairException, RepairVersion, SeverityRule
from federation.rules.loop.duty import Duty
from federation.rules.propagation.term import PropagationTerm
from federation.rules.retention.term import RetentionTerm
from federation.standards.reading import Section, decode, parse_toml

ENDING = ".toml"
MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file.

    Attributes:
        reason: DATA_MALFORMED, DATA_FIELD, DATA_OTHER or DATA_DUPLICATE.
        line: where, from 1.
        table: dotted name of the table; empty for the root.
        field: the key at fault; empty where it is none alone.
        cause: reason code of what is wrong with the field; empty where `detail` alone says it.
        detail: one English sentence that names file and place.
    """

    reason: str
    line: int
    table: str
    field: str
    cause: str
    detail: str


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of tables in a file: `[<name>.<key>]`.

    Attributes:
        kind: what each is.
        key: the field that the table's own name fills; empty for none.
        takes: keys of the root that stand for those a table does not give, and `policy`, the file's pinned name.
        required: whether there must be one.
    """

    name: str
    kind: type[Value]
    key: str = "code"
    takes: tuple[str, ...] = ()
    required: bool = True


class Head(Value):
    """Root of a file whose values are its tables."""

    id: Mnemonic
    version: Version
    source: Text512


@dataclass(frozen=True, slots=True)
class Layout:
    """How the files of one folder are laid out.

    Attributes:
        root: what the root is.
        given: keys of the root that tables take.
        told: what else must hold between the values: table, field and sentence of what does not.
    """

    root: type[Value]
    tables: tuple[Table, ...] = ()
    given: tuple[str, ...] = ()
    told: Callable[["RuleFile"], Iterator[tuple[str, str, str]]] | None = None


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file as it was read.

    Attributes:
        root: the value that its root is; None while something is wrong with it.
        tables: the values of its tables, by kind of table and own name, in the order of the file.
        problems: everything that is wrong, in the order it was found; the first hundred of it.
    """

    root: Value | None
    tables: Mapping[str, Mapping[str, Value]] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[Problem, ...] = ()


def _groups_hold(read: RuleFile) -> Iterator[tuple[str, str, str]]:
    """A measure's group is one of the file's, and its basis is of a level that suffices for it."""
    groups = cast("Mapping[str, MeasureGroup]", read.tables.get("groups", {}))
    for code, measure in cast("Mapping[str, Measure]", read.tables.get("measures", {})).items():
        if measure.group not in groups:
            yield f"measures.{code}", "group", f"group {measure.group!r} is not among the groups"
        elif measure.basis_level not in groups[measure.group].basis_levels:
            yield f"measures.{code}", "basis_level", "a basis of this level does not suffice for its group"


def _measures_hold(read: RuleFile) -> Iterator[tuple[str, str, str]]:
    """Beside that, whoever carries a measure out is one of the file's bodies."""
    yield from _groups_hold(read)
    bodies = read.tables.get("bodies", {})
    for code, measure in cast("Mapping[str, Measure]", read.tables.get("measures", {})).items():
        for body in measure.implemented_by:
            if body not in bodies:
                yield f"measures.{code}", "implemented_by", f"body {body!r} is not among the bodies"


def _paces_hold(read: RuleFile) -> Iterator[tuple[str, str, str]]:
    """There is a pace for single questions and one for batches."""
    known = read.tables.get("paces", {})
    for right in ("single", "batch"):
        if right not in known:
            yield "", "paces", f"there is no pace of the right {right!r}"


def disclosure_rules(read: RuleFile) -> DisclosureRules:
    """A file of disclosure with its tables, when nothing is wrong with it."""
    levels = cast("Mapping[str, DatasetLevel]", read.tables["datasets"])
    return DisclosureRules(
        cast("DisclosureVersion", read.root),
        {level.dataset: level for level in levels.values()},
        tuple(cast("Mapping[str, FieldLevel]", read.tables["fields"]).values()),
        tuple(cast("Mapping[str, Reach]", read.tables["reach"]).values()),
        cast("Mapping[str, PurposeNeeds]", read.tables["purposes"]),
    )


@cache
def shipped_disclosure() -> DisclosureRules:
    """The law on disclosure as it ships: what every other file may narrow, and none widen."""
    raw = resources.files("federation.rules").joinpath("data", "disclosure", DISCLOSURE_LAW).read_bytes()
    path = f"disclosure/{DISCLOSURE_LAW}"
    text = decode(raw, path)
    return disclosure_rules(_Reading(text, parse_toml(text, path), Layout(DisclosureVersion, _DISCLOSED)).read())


def _narrows(read: RuleFile) -> Iterator[tuple[str, str, str]]:
    """Nothing is disclosed that the law does not disclose."""
    yield from raised(shipped_disclosure(), disclosure_rules(read))


DISCLOSURE_LAW = "disclosure@1.toml"
_DISCLOSED = (
    Table("datasets", DatasetLevel, "dataset", required=False),
    Table("fields", FieldLevel, required=False),
    Table("reach", Reach, required=False),
    Table("purposes", PurposeNeeds, required=False),
)
_SPAN = ("region", "effective_from", "effective_until")
LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "agreements": Layout(Agreement),
        "list-standards": Layout(ListStandard),
        "authorities": Layout(Head, (Table("authorities", CompetentAuthority),)),
        "measures": Layout(
            Head,
            (
                Table("groups", MeasureGroup, ""),
                Table("bodies", Authority, required=False),
                Table("measures", Measure, takes=_SPAN),
            ),
            _SPAN,
            _measures_hold,
        ),
        "retention": Layout(Head, (Table("terms", RetentionTerm, takes=("policy", *_SPAN)),), _SPAN),
        "repair": Layout(
            RepairVersion,
            (Table("classes", RepairClass, "severity"), Table("exceptions", RepairException, required=False)),
        ),
        "severity": Layout(
            Head,
            (Table("rules", SeverityRule, takes=("policy", "scheme", "valid_from", "valid_until")),),
            ("scheme", "valid_from", "valid_until"),
        ),
        "procedures": Layout(Procedure),
        "filing-duties": Layout(FilingDuties),
        "prohibited": Layout(ProhibitedVersion, (Table("data", ProhibitedData, takes=("policy",), required=False),)),
        "duties": Layout(Head, (Table("duties", Duty, takes=_SPAN),), _SPAN),
        "propagation": Layout(PropagationTerm),
        "asking": Layout(
            AskingVersion, (Table("purposes", PurposeTerm, "purpose"), Table("paces", Pace, "right")), told=_paces_hold
        ),
        "anomalies": Layout(AnomalyVersion, (Table("rules", AnomalyRule, "id"),)),
        "disclosure": Layout(DisclosureVersion, _DISCLOSED, told=_narrows),
    }
)
"""The folders of a rule book, and how the files in each are laid out."""


def read_rule_file(path: str, raw: bytes) -> RuleFile:
    """Reads one file; what is wrong with it is told, never raised.

    Args:
        path: `<folder>/<id>@<version>.toml`, with forward slashes.
        raw: its bytes.
    """
    folder = path.partition("/")[0]
    text = ""
    try:
        text = decode(raw, path)
        root = parse_toml(text, path)
    except ConfigFault as fault:
        line = line_said(fault.detail, text) if text else 1
        return RuleFile(None, problems=(Problem(fault.reason, line, "", "", "", fault.detail),))
    if folder not in LAYOUTS:
        known = ", ".join(LAYOUTS)
        detail = f"{path}: there are no rules in a folder of this name; known are {known}"
        return RuleFile(None, problems=(Problem("DATA_OTHER", 1, "", "", "", detail),))
    return _Reading(text, root, LAYOUTS[folder]).read()


class _Reading:
    """Reads one file, and notes what is wrong with it."""

    def __init__(self, text: str, root: Section, layout: Layout) -> None:
        self._lines = Lines(text)
        self._root = root
        self._layout = layout
        self._problems: dict[tuple[int, str, str], Problem] = {}

    def read(self) -> RuleFile:
        names = {table.name for table in self._layout.tables}
        apart = names if self._layout.root is not Head else {*names, *self._layout.given}
        whole = {key: value for key, value in self._root.values.items() if key not in apart}
        root = self._value(self._layout.root, "", whole, frozenset())
        tables = {table.name: self._tables(table) for table in self._layout.tables}
        self._check_name()
        read = RuleFile(root, MappingProxyType(tables))
        if not self._problems and self._layout.told is not None:
            for table, key, sentence in self._layout.told(read):
                self._note("DATA_FIELD", table, key, "", sentence)
        return RuleFile(root, read.tables, tuple(self._problems.values()))

    def _tables(self, table: Table) -> Mapping[str, Value]:
        below = self._root.values.get(table.name)
        if below is None and not table.required:
            return {}
        if not isinstance(below, dict) or not below:
            self._note("DATA_FIELD", "", table.name, "FIELD_MISSING", f"wanted a table [{table.name}.…] at least")
            return {}
        built = {name: self._table(table, name, values) for name, values in below.items()}
        return {name: value for name, value in built.items() if value is not None}

    def _table(self, table: Table, name: str, values: object) -> Value | None:
        if not isinstance(values, dict):
            self._note("DATA_FIELD", table.name, name, "FIELD_MALFORMED", f"{name} is wrong; wanted a table")
            return None
        given = {key: self._root.values[key] for key in table.takes if key in self._root.values}
        if "policy" in table.takes:
            given["policy"] = f"{self._root.values.get('id')}@{self._root.values.get('version')}"
        own = {table.key: name} if table.key else {}
        return self._value(
            table.kind, f"{table.name}.{name}", {**given, **values, **own}, frozenset(table.takes) - set(values)
        )

    def _value(
        self, kind: type[Value], table: str, values: Mapping[str, object], given: frozenset[str]
    ) -> Value | None:
        fields = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
        try:
            return kind(**fields)
        except FieldFault:
            for fault in complaints(kind, fields):
                whose = "" if fault.field in given else table
                said = f"{fault.field or 'value'} is wrong ({fault.reason})"
                self._note("DATA_FIELD", whose, fault.field, fault.reason, said)
            return None

    def _check_name(self) -> None:
        """A file's name is what it says it is, so that a pinned name means one file."""
        name = f"{self._root.values.get('id')}@{self._root.values.get('version')}{ENDING}"
        if not self._problems and self._root.place.partition("/")[2] != name:
            self._note("DATA_OTHER", "", "id", "", f"by its content this file must be named {name}")

    def _note(self, reason: str, table: str, key: str, cause: str, sentence: str) -> None:
        if len(self._problems) == MAX_PROBLEMS:
            return
        line = self._lines.of(table, key.partition(".")[0])
        place = f"{self._root.place} [{table}]" if table else self._root.place
        problem = Problem(reason, line, table, key, cause, f"{place}: {sentence}")
        self._problems.setdefault((line, key, cause or sentence), problem)
