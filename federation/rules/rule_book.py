# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""All rule files of a node as one value, with a digest that pins them.

Files are given as path to bytes. The folder tells the kind, the file name is `id@version.toml`, and both must agree
with the content; a file that is wrong in any place is refused whole, with a ConfigFault that names file and place.

    agreements/      one agreement
    list-standards/  one list standard
    authorities/     competent authorities: `[authorities.<code>]`
    measures/        what one region does: `[groups.<code>]` and `[measures.<code>]`
    retention/       how long one region keeps records: `[terms.<code>]`
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import TypeVar

from federation.errors import ConfigFault, FieldFault
from federation.records.value import Value
from federation.rules.agreement import Agreement, CompetentAuthority, ListStandard, Measure, MeasureGroup
from federation.rules.retention.term import RetentionTerm
from federation.standards.reading import Section, decode, parse_toml

_DIGEST_DOMAIN = b"creditexchange/rules/1\n"
_ENDING = ".toml"
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
    """

    agreements: tuple[Agreement, ...]
    standards: Mapping[str, ListStandard]
    authorities: Mapping[str, tuple[CompetentAuthority, ...]]
    measures: tuple[Measure, ...]
    version_digest: str
    retention: tuple[RetentionTerm, ...] = ()

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


def parse_rule_book(files: Mapping[str, bytes]) -> RuleBook:
    """Reads all rule files of a node: bytes by path, `<folder>/<id>@<version>.toml` with forward slashes.

    Raises:
        ConfigFault: DATA_MALFORMED, DATA_FIELD, DATA_OTHER (a folder or name that does not fit), or DATA_DUPLICATE
            (one code twice in one region); the detail names file and place.
    """
    agreements: list[Agreement] = []
    standards: dict[str, ListStandard] = {}
    authorities: dict[str, tuple[CompetentAuthority, ...]] = {}
    measures: list[Measure] = []
    retention: list[RetentionTerm] = []
    for path in sorted(files):
        folder, root = path.partition("/")[0], parse_toml(decode(files[path], path), path)
        match folder:
            case "agreements":
                agreements.append(_whole(Agreement, root))
            case "list-standards":
                standard = _whole(ListStandard, root)
                standards[standard.name] = standard
            case "authorities":
                for body in _authorities(root):
                    authorities[body.code] = (*authorities.get(body.code, ()), body)
            case "measures":
                measures.extend(_measures(root))
            case "retention":
                retention.extend(_terms(root))
            case _:
                raise ConfigFault("DATA_OTHER", f"{path}: there are no rules in a folder of this name")
        _named(root)
    return RuleBook(
        tuple(sorted(agreements, key=lambda agreement: (agreement.effective_from, agreement.name))),
        MappingProxyType(standards),
        MappingProxyType(authorities),
        _distinct(measures),
        _digest(files),
        tuple(retention),
    )


def shipped_rules(home: str | None = None) -> dict[str, bytes]:
    """The sample rules that ship with the program, by path, as `parse_rule_book` takes them.

    Args:
        home: node id; with it come the rules that only this member has registered.
    """
    data = resources.files("federation.rules").joinpath("data")
    local = data.joinpath("local", home) if home else None
    files = dict(_walk(data, skip="local"))
    return {**files, **dict(_walk(local))} if local is not None and local.is_dir() else files


def _walk(folder: Traversable, skip: str = "") -> Iterator[tuple[str, bytes]]:
    for below in sorted(folder.iterdir(), key=lambda each: each.name):
        if below.is_dir() and below.name != skip:
            for file in sorted(below.iterdir(), key=lambda each: each.name):
                yield f"{below.name}/{file.name}", file.read_bytes()


def _whole(kind: type[AnyValue], root: Section) -> AnyValue:
    """A file that holds one value."""
    return _built(kind, root.place, root.values)


def _authorities(root: Section) -> Iterator[CompetentAuthority]:
    root.only("id", "version", "source", "authorities")
    for code, section in root.sections("authorities").items():
        yield _built(CompetentAuthority, section.place, {**section.values, "code": code})


def _measures(root: Section) -> Iterator[Measure]:
    """The measures of one region; dates that a measure does not give are those of the file."""
    root.only("id", "version", "source", "region", "effective_from", "effective_until", "groups", "measures")
    groups = {
        code: _built(MeasureGroup, section.place, section.values) for code, section in root.sections("groups").items()
    }
    given = {key: root.values[key] for key in ("region", "effective_from", "effective_until") if key in root.values}
    for code, section in root.sections("measures").items():
        measure = _built(Measure, section.place, {**given, **section.values, "code": code})
        if measure.group not in groups:
            raise ConfigFault("DATA_FIELD", f"{section.place}: group {measure.group!r} is not among the groups")
        if measure.basis_level not in groups[measure.group].basis_levels:
            raise ConfigFault("DATA_FIELD", f"{section.place}: a basis of this level does not suffice for its group")
        yield measure


def _terms(root: Section) -> Iterator[RetentionTerm]:
    """The terms of one region; region and dates that a term does not give are those of the file."""
    root.only("id", "version", "source", "region", "effective_from", "effective_until", "terms")
    given = {key: root.values[key] for key in ("region", "effective_from", "effective_until") if key in root.values}
    given["policy"] = f"{root.text('id')}@{root.text('version')}"
    for code, section in root.sections("terms").items():
        yield _built(RetentionTerm, section.place, {**given, **section.values, "code": code})


def _built(kind: type[AnyValue], place: str, values: Mapping[str, object]) -> AnyValue:
    try:
        return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})
    except FieldFault as fault:
        raise ConfigFault("DATA_FIELD", f"{place}: {fault.field or 'value'} is wrong ({fault.reason})") from None


def _named(root: Section) -> None:
    """Refuses a file whose name is not what it says it is, so that a pinned name means one file."""
    name = f"{root.text('id')}@{root.text('version')}{_ENDING}"
    root.text("source")
    if root.place.partition("/")[2] != name:
        raise ConfigFault("DATA_OTHER", f"{root.place}: by its content this file must be named {name}")


def _distinct(measures: list[Measure]) -> tuple[Measure, ...]:
    """The measures in order; one code may return in one region only with another first day."""
    distinct: dict[tuple[str, str, date], Measure] = {}
    for measure in measures:
        key = (measure.region, measure.code, measure.effective_from)
        if distinct.setdefault(key, measure) is not measure:
            raise ConfigFault("DATA_DUPLICATE", f"measure {measure.code} of region {measure.region} is given twice")
    return tuple(distinct[key] for key in sorted(distinct))


def _digest(files: Mapping[str, bytes]) -> str:
    lines = sorted(f"{path.removesuffix(_ENDING)} {hashlib.sha256(raw).hexdigest()}\n" for path, raw in files.items())
    return hashlib.sha256(_DIGEST_DOMAIN + "".join(lines).encode()).hexdigest()
