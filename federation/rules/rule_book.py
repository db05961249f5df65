# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""All rule files of a node as one value, with a digest that pins them.

Files are given as path to bytes. The folder tells the kind, the file name is `id@version.toml`, and both must agree
with the content; a file that is wrong in any place is refused whole, with a ConfigFault that names file and place.

    agreements/      one agreement
    list-standards/  one list standard
    authorities/     competent authorities: `[authorities.<code>]`
    measures/        what one region does: `[groups.<code>]`, `[bodies.<code>]` and `[measures.<code>]`
    retention/       how long one region keeps records: `[terms.<code>]`
    repair/          one version of the repair rules: `[classes.<severity>]` and `[exceptions.<code>]`
    severity/        how grave an act is: `[rules.<code>]`
    procedures/      deadlines of one region for objections and removals
    filing-duties/   what one region asks of credit service agencies
    prohibited/      what must not be collected about natural persons: `[data.<code>]`
    duties/          what is owed within how many working days: `[duties.<code>]`
    propagation/     how soon what happened to an entry has to be in effect everywhere
    asking/          what members may ask under: clock, authority, `[purposes.<code>]` and `[paces.<right>]`
    anomalies/       what is unusual about questions: `[rules.<id>]`
    disclosure/      who may see how much of a record: `[datasets.…]`, `[fields.…]`, `[reach.…]`, `[purposes.…]`

The last ten are law: they ship with the program, and of each id the highest version alone counts, so that an
operator's file with a higher one takes the place of a shipped one. Of the others every version is kept: decisions cite
them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import TypeVar

from federation.errors import ConfigFault
from federation.records.subject import Authority
from federation.records.value import Value
from federation.rules.agreement import Agreement, CompetentAuthority, ListStandard, Measure, nearest_of
from federation.rules.asking.anomalies import AnomalyRule, AnomalyRules, AnomalyVersion
from federation.rules.asking.terms import AskingRules, AskingVersion, Pace, PurposeTerm
from federation.rules.catalogue.disclosure import DisclosureRules
from federation.rules.catalogue.filing_duties import FilingDuties
from federation.rules.catalogue.procedure import Procedure
from federation.rules.catalogue.prohibited import ProhibitedData, ProhibitedRules, ProhibitedVersion
from federation.rules.catalogue.repair import (
    RepairClass,
    RepairException,
    RepairRules,
    RepairVersion,
    Scope,
    SeverityRule,
)
from federation.rules.catalogue.rule_file import ENDING, LAYOUTS, RuleFile, disclosure_rules, read_rule_file
from federation.rules.loop.duty import Duty
from federation.rules.propagation.term import PropagationTerm
from federation.rules.retention.term import RetentionTerm
from federation.standards.reading import version_of

LAW = frozenset(
    {
        "repair",
        "severity",
        "procedures",
        "filing-duties",
        "prohibited",
        "duties",
        "propagation",
        "asking",
        "anomalies",
        "disclosure",
    }
)
"""Folders whose files ship with the program, whether a node's folder has them or not."""
_DIGEST_DOMAIN = b"creditexchange/rules/1\n"
AnyValue = TypeVar("AnyValue", bound=Value)


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """The rules in use; immutable, may be shared between threads.

    Attributes:
        agreements: every version of every agreement, by name.
        standards: list standards by `id@version`.
        authorities: what each body is competent for, by its unified code.
        measures: every measure, by region and code.
        version_digest: SHA-256 in hex over the sorted lines `<folder>/<id>@<version> <SHA-256 of the file>`.
        retention: how long records are kept, by file and code.
        repair: versions of the repair rules, by id.
        severity: how grave an act is, by file, in the order of each file.
        procedures: deadlines of regions, by id.
        prohibited: what must not be collected, by id.
        duties: what is owed within how many working days, by file and code.
        propagation: how soon acts have to be in effect everywhere, by id.
        filing_duties: what regions ask of agencies, by id.
        asking: under what terms members may ask, by id.
        anomalies: what is unusual about questions, by id.
        disclosure: who may see how much of a record, by id.
    """

    agreements: tuple[Agreement, ...]
    standards: Mapping[str, ListStandard]
    authorities: Mapping[str, tuple[CompetentAuthority, ...]]
    measures: tuple[Measure, ...]
    version_digest: str
    retention: tuple[RetentionTerm, ...] = ()
    repair: tuple[RepairRules, ...] = ()
    severity: tuple[SeverityRule, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    prohibited: tuple[ProhibitedRules, ...] = ()
    duties: tuple[Duty, ...] = ()
    propagation: tuple[PropagationTerm, ...] = ()
    filing_duties: tuple[FilingDuties, ...] = ()
    asking: tuple[AskingRules, ...] = ()
    anomalies: tuple[AnomalyRules, ...] = ()
    disclosure: tuple[DisclosureRules, ...] = ()

    @property
    def name(self) -> str:
        """The pinned form, as decisions quote it."""
        return f"rules@{self.version_digest}"

    def in_force(self, day: date) -> tuple[Agreement, ...]:
        """The agreements in force on a day: of several versions of one, the one that came into force last."""
        newest: dict[str, Agreement] = {}
        for agreement in self.agreements:
            known = newest.get(agreement.id)
            if agreement.in_force(day) and (known is None or known.effective_from <= agreement.effective_from):
                newest[agreement.id] = agreement
        return tuple(newest.values())

    def competent(self, code: str, day: date, node: str | None = None) -> tuple[CompetentAuthority, ...]:
        """What a body was competent for on a day; nothing for an unknown body.

        Args:
            code: the body's unified code.
            day: the day.
            node: node id whose territory must be the body's too; None for wherever it is competent.
        """
        known = tuple(body for body in self.authorities.get(code, ()) if body.in_force(day))
        return known if node is None else tuple(body for body in known if body.covers(node))

    def repair_on(self, home: str, day: date, scope: Scope = Scope.DISPLAY) -> RepairRules | None:
        """The version of the repair rules that a node goes by on a day: the nearest, and the newest of several."""
        return _repair_on(self, home, day, scope)

    def severity_on(self, scheme: str, day: date) -> tuple[SeverityRule, ...]:
        """The rules of a scheme in force on a day, those that name fields of regulation first."""
        return _severity_on(self, scheme, day)

    def procedure_on(self, home: str, day: date) -> Procedure | None:
        """The deadlines that a node goes by on a day: a city's own before its province's, those before the default."""
        return nearest_of(self.procedures, lambda each: each, home, day)

    def filing_duties_on(self, home: str, day: date) -> FilingDuties | None:
        """What a node asks of agencies on a day: a city's own before its province's, those before the default."""
        return nearest_of(self.filing_duties, lambda each: each, home, day)


@lru_cache(maxsize=4096)
def _repair_on(book: RuleBook, home: str, day: date, scope: Scope) -> RepairRules | None:
    """As `RuleBook.repair_on`; remembered, since records name few days."""
    known = (rules for rules in book.repair if rules.version.scope is scope)
    return nearest_of(known, lambda rules: rules.version, home, day)


@lru_cache(maxsize=4096)
def _severity_on(book: RuleBook, scheme: str, day: date) -> tuple[SeverityRule, ...]:
    """As `RuleBook.severity_on`; remembered."""
    known = (rule for rule in book.severity if rule.scheme == scheme and rule.in_force(day))
    return tuple(sorted(known, key=lambda rule: not rule.fields))


def parse_rule_book(files: Mapping[str, bytes]) -> RuleBook:
    """Reads all rule files of a node: bytes by path, `<folder>/<id>@<version>.toml` with forward slashes.

    Raises:
        ConfigFault: DATA_MALFORMED, DATA_FIELD, DATA_OTHER (a folder or name that does not fit), or DATA_DUPLICATE
            (one code twice in one region); the detail names file and place.
    """
    return _parsed(tuple(sorted(files.items())))


@lru_cache(maxsize=8)
def _parsed(content: tuple[tuple[str, bytes], ...]) -> RuleBook:
    """As `parse_rule_book`; remembered, since a process asks for the same rules in several places."""
    files = dict(content)
    read: dict[str, list[RuleFile]] = {folder: [] for folder in LAYOUTS}
    for path in sorted(files_in_use(files)):
        file = read_rule_file(path, files[path])
        for problem in file.problems:
            raise ConfigFault(problem.reason, problem.detail)
        read[path.partition("/")[0]].append(file)
    agreements = _roots(Agreement, read["agreements"])
    standards = {standard.name: standard for standard in _roots(ListStandard, read["list-standards"])}
    authorities: dict[str, tuple[CompetentAuthority, ...]] = {}
    for body in _below(CompetentAuthority, read["authorities"], "authorities"):
        authorities[body.code] = (*authorities.get(body.code, ()), body)
    return RuleBook(
        tuple(sorted(agreements, key=lambda agreement: (agreement.effective_from, agreement.name))),
        MappingProxyType(standards),
        MappingProxyType(authorities),
        _distinct([measure for file in read["measures"] for measure in _measures(file)]),
        _digest(files),
        tuple(_below(RetentionTerm, read["retention"], "terms")),
        tuple(_repair(file) for file in read["repair"]),
        tuple(_below(SeverityRule, read["severity"], "rules")),
        tuple(_roots(Procedure, read["procedures"])),
        tuple(_prohibited(file) for file in read["prohibited"]),
        tuple(_below(Duty, read["duties"], "duties")),
        tuple(_roots(PropagationTerm, read["propagation"])),
        tuple(_roots(FilingDuties, read["filing-duties"])),
        tuple(_asking(file) for file in read["asking"]),
        tuple(_anomalies(file) for file in read["anomalies"]),
        tuple(map(disclosure_rules, read["disclosure"])),
    )


def shipped_rules(home: str | None = None) -> dict[str, bytes]:
    """The rules that ship with the program, law and samples, by path, as `parse_rule_book` takes them.

    Args:
        home: node id; with it come the rules that only this member has registered.
    """
    return {**shipped_law(), **shipped_samples(home)}


def shipped_law() -> dict[str, bytes]:
    """The files that ship in the folders of `LAW`, by path: in force wherever nothing replaces them."""
    return dict(_walk(_data(), LAW))


def shipped_samples(home: str | None = None) -> dict[str, bytes]:
    """All other files that ship, by path: a node is given them once, to be replaced by what is really agreed.

    Args:
        home: as of `shipped_rules`.
    """
    files = dict(_walk(_data(), LAYOUTS.keys() - LAW))
    local = _data().joinpath("local", home) if home else None
    return {**files, **dict(_walk(local, LAYOUTS.keys()))} if local is not None and local.is_dir() else files


def _data() -> Traversable:
    return resources.files("federation.rules").joinpath("data")


def _walk(folder: Traversable, names: Set[str]) -> Iterator[tuple[str, bytes]]:
    for below in sorted(folder.iterdir(), key=lambda each: each.name):
        if below.name in names:
            for file in sorted(below.iterdir(), key=lambda each: each.name):
                yield f"{below.name}/{file.name}", file.read_bytes()


def files_in_use(files: Mapping[str, bytes]) -> Iterable[str]:
    """The paths that count: of the law that ships with the program, the highest version of each id alone."""
    newest: dict[tuple[str, str], str] = {}
    for path in files:
        folder, _, name = path.partition("/")
        kind = (folder, name.partition("@")[0]) if folder in LAW else (folder, name)
        if kind not in newest or version_of(newest[kind]) < version_of(path):
            newest[kind] = path
    return newest.values()


def _measures(file: RuleFile) -> Iterator[Measure]:
    """The measures of one file, each with the bodies that carry it out."""
    bodies = {body.code: body for body in _below(Authority, [file], "bodies")}
    for measure in _below(Measure, [file], "measures"):
        named = tuple(bodies[code] for code in measure.implemented_by)
        yield measure.model_copy(update={"implementing_bodies": named}) if named else measure


def _roots(kind: type[AnyValue], read: Iterable[RuleFile]) -> list[AnyValue]:
    """The values that files are."""
    return [file.root for file in read if isinstance(file.root, kind)]


def _below(kind: type[AnyValue], read: Iterable[RuleFile], table: str) -> list[AnyValue]:
    """The values of one kind of table in all files."""
    return [value for file in read for value in file.tables[table].values() if isinstance(value, kind)]


def _repair(file: RuleFile) -> RepairRules:
    (version,) = _roots(RepairVersion, [file])
    classes = {each.severity: each for each in _below(RepairClass, [file], "classes")}
    return RepairRules(version, MappingProxyType(classes), tuple(_below(RepairException, [file], "exceptions")))


def _prohibited(file: RuleFile) -> ProhibitedRules:
    (version,) = _roots(ProhibitedVersion, [file])
    return ProhibitedRules(version, tuple(_below(ProhibitedData, [file], "data")))


def _asking(file: RuleFile) -> AskingRules:
    (version,) = _roots(AskingVersion, [file])
    purposes = {each.purpose: each for each in _below(PurposeTerm, [file], "purposes")}
    paces = {each.right: each for each in _below(Pace, [file], "paces")}
    return AskingRules(version, MappingProxyType(purposes), paces["single"], paces["batch"])


def _anomalies(file: RuleFile) -> AnomalyRules:
    (version,) = _roots(AnomalyVersion, [file])
    return AnomalyRules(version, tuple(_below(AnomalyRule, [file], "rules")))


def _distinct(measures: list[Measure]) -> tuple[Measure, ...]:
    """The measures in order; one code may return in one region only with another first day."""
    distinct: dict[tuple[str, str, date], Measure] = {}
    for measure in measures:
        key = (measure.region, measure.code, measure.effective_from)
        if distinct.setdefault(key, measure) is not measure:
            raise ConfigFault("DATA_DUPLICATE", f"measure {measure.code} of region {measure.region} is given twice")
    return tuple(distinct[key] for key in sorted(distinct))


def _digest(files: Mapping[str, bytes]) -> str:
    lines = sorted(f"{path.removesuffix(ENDING)} {hashlib.sha256(raw).hexdigest()}\n" for path, raw in files.items())
    return hashlib.sha256(_DIGEST_DOMAIN + "".join(lines).encode()).hexdigest()
