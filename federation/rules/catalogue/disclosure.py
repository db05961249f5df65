# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the files `disclosure/` say: who may see how much of a record, by level, role and purpose.

One file ships and is the law; a region's or an agreement's own file discloses less in its territory, or to the members
that it names. It never discloses more: `raised` tells where one would, and such a file is refused when it is read.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from federation.records.feed_policy import Dataset, NodeId
from federation.records.value import Contradiction, Mnemonic, Text200, Value
from federation.rules.agreement import Provision, nearness, within
from federation.standards.masking import MaskKind

ANY = "*"
OTHER_PURPOSES = "other"
"""Name of the table for purposes that have none of their own."""
Age = Annotated[int, Field(ge=0, le=150)]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,127}\z")]
AnyOr = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z][a-z0-9-]{0,63})\z")]
Datasets = Annotated[tuple[Annotated[Dataset, Field(strict=False)], ...], Field(max_length=len(Dataset))]


class Level(StrEnum):
    """How far something is disclosed, the most open first (standards document, section 6)."""

    PUBLIC = "public"
    GOV_SHARED = "gov-shared"
    AUTHORISED_QUERY = "authorised-query"

    @property
    def rank(self) -> int:
        """Its place: who reaches a level reaches all of lower rank."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}
AnyLevel = Annotated[Level, Field(strict=False)]


class DisclosureVersion(Provision):
    """One file, but for its tables.

    Attributes:
        region: node id of the responder, or a GB/T 2260 code that it lies within; `*` for every region.
        callers: members to whom it applies, as parties to an agreement; empty for all.
        minors_under_years: nothing is said about persons younger than this on the day of asking; None: no rule here.
        made_under_years: nor are records of acts on whose day the person was younger than this.
    """

    callers: Annotated[tuple[NodeId, ...], Field(max_length=1000)] = ()
    minors_under_years: Age | None = None
    made_under_years: Age | None = None

    @property
    def name(self) -> str:
        """The pinned form `id@version`."""
        return f"{self.id}@{self.version}"


class DatasetLevel(Value):
    """Level of a kind of record, for organisations and for natural persons; the latter are never public."""

    dataset: Annotated[Dataset, Field(strict=False)]
    level: AnyLevel
    persons_level: AnyLevel

    @model_validator(mode="after")
    def _never_public(self) -> Self:
        _require_closed(self.persons_level)
        return self


class FieldLevel(Value):
    """Level of a field.

    Attributes:
        name: its dotted name.
        datasets: kinds of record that it is a field of; empty for all.
        mask: how it is shown below its level; None: not at all.
    """

    code: Mnemonic
    name: FieldName
    datasets: Datasets = ()
    title_zh: Text200 | None = None
    title_en: Text200 | None = None
    level: AnyLevel
    persons_level: AnyLevel
    mask: Annotated[MaskKind, Field(strict=False)] | None = None

    @model_validator(mode="after")
    def _never_public(self) -> Self:
        _require_closed(self.persons_level)
        return self


class Reach(Value):
    """Which level callers in some roles reach for some purposes; `*` for all."""

    code: Mnemonic
    roles: Annotated[tuple[AnyOr, ...], Field(min_length=1, max_length=20)]
    purposes: Annotated[tuple[AnyOr, ...], Field(min_length=1, max_length=100)]
    level: AnyLevel

    def fits(self, roles: Set[str], purpose: str) -> bool:
        """Whether it is about a caller in these roles, with this purpose."""
        return (ANY in self.roles or not roles.isdisjoint(self.roles)) and (
            ANY in self.purposes or purpose in self.purposes
        )


class PurposeNeeds(Value):
    """What a purpose needs: kinds of record, and all of their fields but some; `code` is the purpose."""

    code: Mnemonic
    datasets: Datasets
    leave_out: Annotated[tuple[FieldName, ...], Field(max_length=100)] = ()


def _require_closed(persons_level: Level) -> None:
    if persons_level is Level.PUBLIC:
        raise Contradiction("persons_level", "PERSON_NEVER_PUBLIC")


@dataclass(frozen=True, slots=True, eq=False)
class DisclosureRules:
    """One file with its tables; immutable."""

    version: DisclosureVersion
    datasets: Mapping[Dataset, DatasetLevel]
    fields: tuple[FieldLevel, ...]
    reach: tuple[Reach, ...]
    purposes: Mapping[str, PurposeNeeds]

    def nearness(self, home: str, caller: str, day: date) -> int:
        """How near the file is to a responder, a caller and a day: 0 when it does not apply."""
        version = self.version
        applies = within(version.effective_from, version.effective_until, day)
        told = not version.callers or caller in version.callers
        return nearness(version.region, home) * 2 + bool(version.callers) if applies and told else 0

    def reached(self, roles: Set[str], purpose: str) -> Level | None:
        """The level that a caller in some roles reaches for a purpose; None where the file says nothing of reach."""
        if not self.reach:
            return None
        levels = (each.level for each in self.reach if each.fits(roles, purpose))
        return max(levels, key=lambda level: level.rank, default=Level.PUBLIC)

    def needs(self, purpose: str) -> PurposeNeeds | None:
        """What a purpose needs by this file; None where it says nothing of it."""
        return self.purposes.get(purpose) or self.purposes.get(OTHER_PURPOSES)

    def level_of(self, dataset: Dataset, field: str) -> FieldLevel | None:
        """What the file says of a field; None for nothing."""
        fitting = (
            each for each in self.fields if each.name == field and (not each.datasets or dataset in each.datasets)
        )
        return next(fitting, None)


def raised(law: DisclosureRules, own: DisclosureRules) -> Iterator[tuple[str, str, str]]:
    """Where a file would disclose more than the law: table, key and sentence of each place."""
    for name in ("minors_under_years", "made_under_years"):
        mine, least = getattr(own.version, name), getattr(law.version, name)
        if (own.version.id == law.version.id or mine is not None) and (mine or 0) < (least or 0):
            yield "", name, f"{name} is wrong; {law.version.name} has {least}, which may be raised, not lowered"
    for dataset, mine in own.datasets.items():
        yield from _levels_raised(law, f"datasets.{dataset}", mine, law.datasets.get(dataset))
    for field in own.fields:
        yield from _field_raised(law, field)
    for each in own.reach:
        for role, purpose in product(each.roles, each.purposes):
            most = law.reached({role}, purpose) or Level.PUBLIC
            if each.level.rank > most.rank:
                detail = f"{role} reaches {most} for {purpose} by {law.version.name}, and no more"
                yield f"reach.{each.code}", "level", f"level is wrong; {detail}"
    for purpose, needed in own.purposes.items():
        theirs = law.needs(purpose)
        more = set(needed.datasets) - set(theirs.datasets if theirs is not None else ())
        if more:
            detail = f"{purpose} needs no {', '.join(sorted(more))} by {law.version.name}"
            yield f"purposes.{purpose}", "datasets", f"datasets is wrong; {detail}"


def _field_raised(law: DisclosureRules, own: FieldLevel) -> Iterator[tuple[str, str, str]]:
    table = f"fields.{own.code}"
    levels = [law.level_of(dataset, own.name) for dataset in own.datasets or tuple(law.datasets)]
    known = [each for each in levels if each is not None]
    for theirs in levels if own.datasets or not known else known:
        yield from _levels_raised(law, table, own, theirs)
        if theirs is not None and own.mask is not None and own.mask is not theirs.mask:
            shown = f"as a {theirs.mask}" if theirs.mask is not None else "not at all"
            yield table, "mask", f"mask is wrong; below its level {law.version.name} shows {own.name} {shown}"


def _levels_raised(
    law: DisclosureRules, table: str, own: DatasetLevel | FieldLevel, theirs: DatasetLevel | FieldLevel | None
) -> Iterator[tuple[str, str, str]]:
    if theirs is None:
        yield table, "level", f"level is wrong; {law.version.name} discloses nothing of it"
        return
    for key in ("level", "persons_level"):
        mine, most = getattr(own, key), getattr(theirs, key)
        if mine.rank < most.rank:
            yield table, key, f"{key} is wrong; {law.version.name} has {most}, which may be narrowed, not widened"
