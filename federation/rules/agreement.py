# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the rule files say: agreements, list standards, competent authorities, measures; values, checked when built.

A day is in force from `…_from` to `…_until`, both included; no `…_until` means open-ended. A city is a party to an
agreement only where the agreement lists the city's own node: that its province is a party does not make it one, because
a member signs for itself, and because a list can be replaced without a program.
"""

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import Field, StringConstraints, model_validator

from federation.records.feed_policy import NodeId
from federation.records.list_entry import ListEntry, ListKind
from federation.records.subject import Authority
from federation.records.value import Contradiction, CreditCode, Mnemonic, Text200, Text512, Value, in_order
from federation.standards.calendar import months_later
from federation.standards.identity import SubjectClass

Version = Annotated[str, StringConstraints(pattern=r"^[0-9][0-9.]{0,15}\z")]
Kind = Annotated[ListKind, Field(strict=False)]
Nodes = Annotated[tuple[NodeId, ...], Field(min_length=1, max_length=1000)]
Codes = Annotated[tuple[Mnemonic, ...], Field(max_length=100)]
Years = Annotated[int, Field(ge=0, le=100)]
Months = Annotated[int, Field(ge=1, le=1200)]
Conditions = Annotated[tuple[Text512, ...], Field(max_length=20)]
Region = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z0-9][a-z0-9-]{0,31})\z")]

SHARED = "shared"
"""Registry of the list standards that every member holds."""


def within(first: date, last: date | None, day: date) -> bool:
    """Whether a day lies in a span whose ends count, and whose end may be open."""
    return first <= day and (last is None or day <= last)


def nearness(region: str, home: str) -> int:
    """How near a rule of a region is to a node: 0 when it is not one for it, more for a smaller territory.

    Args:
        region: node id, or a GB/T 2260 code that the node's lies within; `*` for every region.
        home: node id.
    """
    if region == "*":
        return 1
    prefix = region.removesuffix("00").removesuffix("00") if region.isdecimal() else region
    within_region = region.isdecimal() and home.startswith(prefix)
    return 1 + len(prefix) if home == region or within_region else 0


class InForce(Value):
    """What holds from a day to a day; open-ended where no last day is named."""

    effective_from: date
    effective_until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.effective_from, self.effective_until, "effective_until")
        return self

    def in_force(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return within(self.effective_from, self.effective_until, day)


class Territorial(InForce):
    """What holds in a territory: a node id, or a GB/T 2260 code that a node's lies within; `*` for every region."""

    region: Region

    def nearness(self, home: str, day: date) -> int:
        """How near it is to a node on a day: 0 when it does not apply, more for a smaller territory."""
        return nearness(self.region, home) if self.in_force(day) else 0


class Provision(Territorial):
    """One version of a territory's rules, and where they come from."""

    id: Mnemonic
    version: Version
    source: Text512

    @property
    def name(self) -> str:
        """The pinned form `id@version`."""
        return f"{self.id}@{self.version}"


Ruled = TypeVar("Ruled")


def nearest_of(known: Iterable[Ruled], head: Callable[[Ruled], Territorial], home: str, day: date) -> Ruled | None:
    """What a node goes by on a day: a city's own before its province's, those before what is for every region.

    Args:
        known: all that there is, in force there and then or not.
        head: where each is for, and from when.
        home: node id.
        day: the day, in China Standard Time.

    Returns:
        Of two equally near the one that came into force last, of two that did together the first; None for nothing.
    """
    fitting = [each for each in known if head(each).nearness(home, day)]
    return max(fitting, key=lambda each: (head(each).nearness(home, day), head(each).effective_from), default=None)


class BasisLevel(StrEnum):
    """Level of the legal basis of a list or a measure, highest first (Zhejiang regulation, article 26)."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative-regulation"
    LOCAL_REGULATION = "local-regulation"
    RULE = "rule"
    NATIONAL_PROVISION = "national-provision"
    PROVINCIAL_PROVISION = "provincial-provision"
    AGREEMENT = "agreement"


class Agreement(Value):
    """What two or more members recognise of each other: lists by field and kind, filings by category.

    Attributes:
        parties: node ids; each party is listed itself.
        review_max_age_years: calendar years that may lie between an agency's newest passed review and today.
        first_review_grace_years: calendar years after that of the filing in which a first review is not yet due.
    """

    id: Mnemonic
    version: Version
    title_zh: Text200
    title_en: Text200
    source: Text512
    parties: Annotated[tuple[NodeId, ...], Field(min_length=2, max_length=1000)]
    list_fields: Codes = ()
    list_kinds: tuple[Kind, ...] = ()
    filing_categories: Codes = ()
    review_max_age_years: Years | None = None
    first_review_grace_years: Years = 0
    effective_from: date
    effective_until: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.effective_from, self.effective_until, "effective_until")
        if bool(self.list_fields) != bool(self.list_kinds):
            raise Contradiction("list_kinds", "FIELD_MISSING")
        return self

    @property
    def name(self) -> str:
        """The pinned form `id@version`."""
        return f"{self.id}@{self.version}"

    def in_force(self, day: date) -> bool:
        """Whether this version was in force on a day, newer versions left aside."""
        return within(self.effective_from, self.effective_until, day)


class Asked(StrEnum):
    """How much a list standard asks for a step before the decision."""

    UNASKED = "unasked"
    EXPECTED = "expected"
    """An entry without it is taken in with a warning."""
    REQUIRED = "required"
    """An entry without it is refused at its origin."""


class ListStandard(Value):
    """A uniform standard by which authorities decide on lists of one field.

    Attributes:
        registry: `shared`, or the node id of the only member that has registered it.
        kinds: kinds of list that the standard provides for.
        basis_level: level of the legal basis; None where the standard's text was not found.
        entry_conditions: what an entry rests on, in the standard's words.
        exit_conditions: what a subject does to leave the list before its time.
        earliest_exit_months: months on the list before that can be asked for; None where the standard sets none.
        max_period_months: longest effect of an entry; None where the standard sets none.
        notice: how much it asks that the subject of a black entry was told beforehand.
        publicity: how much it asks that a red entry was publicised beforehand.
    """

    id: Mnemonic
    version: Version
    title_zh: Text200
    title_en: Text200
    source: Text512
    registry: NodeId
    field: Mnemonic
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    issuing_department: Text200
    legal_basis: Text512
    basis_level: Annotated[BasisLevel, Field(strict=False)] | None = None
    entry_conditions: Conditions = ()
    exit_conditions: Conditions = ()
    earliest_exit_months: Months | None = None
    valid_from: date
    valid_until: date | None = None
    max_period_months: Months | None = None
    notice: Annotated[Asked, Field(strict=False)] = Asked.UNASKED
    publicity: Annotated[Asked, Field(strict=False)] = Asked.UNASKED

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.valid_from, self.valid_until, "valid_until")
        if (self.earliest_exit_months or 0) > (self.max_period_months or 1200):
            raise Contradiction("earliest_exit_months", "PERIODS_OUT_OF_ORDER")
        return self

    @property
    def name(self) -> str:
        """The pinned form `id@version`, as list entries cite it."""
        return f"{self.id}@{self.version}"

    def mismatches(self, entry: ListEntry) -> tuple[str, ...]:
        """What an entry cites the standard for in vain: STANDARD_FIELD_MISMATCH, STANDARD_KIND_MISMATCH."""
        field = ("STANDARD_FIELD_MISMATCH",) if entry.field != self.field else ()
        return field if entry.kind in self.kinds else (*field, "STANDARD_KIND_MISMATCH")

    def not_valid(self, day: date) -> tuple[str, ...]:
        """STANDARD_NOT_YET_VALID or STANDARD_EXPIRED for a day of decision outside its validity; else nothing."""
        if within(self.valid_from, self.valid_until, day):
            return ()
        return ("STANDARD_NOT_YET_VALID",) if day < self.valid_from else ("STANDARD_EXPIRED",)

    def omitted(self, entry: ListEntry) -> tuple[str, str, Asked] | None:
        """The step that an entry lacks: field, NOTICE_MISSING or PUBLICITY_MISSING; how much asked for."""
        if entry.kind is ListKind.BLACK and entry.notified_on is None and self.notice is not Asked.UNASKED:
            return "notified_on", "NOTICE_MISSING", self.notice
        if entry.kind is ListKind.RED and entry.publicised_from is None and self.publicity is not Asked.UNASKED:
            return "publicised_from", "PUBLICITY_MISSING", self.publicity
        return None

    def exceeded(self, entry: ListEntry) -> tuple[str, ...]:
        """PERIOD_OVER_STANDARD for an entry that says it lasts longer than the standard allows; else nothing."""
        if self.max_period_months is None or entry.valid_until is None:
            return ()
        longest = months_later(entry.valid_from, self.max_period_months)
        return ("PERIOD_OVER_STANDARD",) if entry.valid_until > longest else ()


class CompetentAuthority(Value):
    """What one public body may decide on, where and when.

    Attributes:
        regions: prefixes of GB/T 2260 codes (two, four or six digits), or node ids.
        fields: fields in which it may decide on lists.
        filing: whether it may take filings of credit service agencies.
    """

    code: CreditCode
    name: Text200
    regions: Nodes
    fields: Codes = ()
    filing: bool = False
    valid_from: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.valid_from, self.valid_until, "valid_until")
        return self

    def in_force(self, day: date) -> bool:
        """Whether it was competent on a day."""
        return within(self.valid_from, self.valid_until, day)

    def covers(self, node: str) -> bool:
        """Whether one of its regions lies within the territory of a node, or the node's within it.

        A province's body decides about a city's records too, and a city's body about records that its province
        publishes; a body of elsewhere about neither.
        """
        return any(_touch(region, node) for region in self.regions)


class MeasureGroup(Value):
    """A group of measures, and the levels of basis that suffice for them."""

    title_zh: Text200
    title_en: Text200
    basis_levels: Annotated[tuple[Annotated[BasisLevel, Field(strict=False)], ...], Field(min_length=1)]


class Measure(Value):
    """What one region does with an entry or a filing that counts there.

    Attributes:
        region: node id of the region that applies it; `*` for every region.
        list_kinds: kinds of list it follows from; none where it follows from filings only.
        fields: fields it applies in, together with `list_kinds`.
        filing_categories: categories of filing that give it.
        implemented_by: unified codes of those who carry it out and answer; empty where the catalogue names nobody.
        implementing_bodies: the same with their names, as the rule book fills them in from the file.
        publishes: whether it makes the entry known to the public; never applied to natural persons.
    """

    code: Mnemonic
    title_zh: Text200
    title_en: Text200
    region: Region
    group: Mnemonic
    list_kinds: tuple[Kind, ...] = ()
    fields: Codes = ()
    filing_categories: Codes = ()
    implemented_by: Annotated[tuple[CreditCode, ...], Field(max_length=50)] = ()
    implementing_bodies: tuple[Authority, ...] = ()
    basis: Text512
    basis_level: Annotated[BasisLevel, Field(strict=False)]
    publishes: bool = False
    effective_from: date
    effective_until: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.effective_from, self.effective_until, "effective_until")
        if bool(self.list_kinds) != bool(self.fields):
            raise Contradiction("fields", "FIELD_MISSING")
        if not self.list_kinds and not self.filing_categories:
            raise Contradiction("list_kinds", "FIELD_MISSING")
        return self

    def suits(self, entry: ListEntry) -> bool:
        """Whether it is a measure on entries of this kind and field; none that publishes is, on a natural person."""
        person = entry.identity.subject_class is SubjectClass.NATURAL_PERSON
        return entry.kind in self.list_kinds and entry.field in self.fields and not (person and self.publishes)

    def applies(self, home: str, day: date) -> bool:
        """Whether it is a measure of that node on that day."""
        return self.region in ("*", home) and within(self.effective_from, self.effective_until, day)


def _touch(region: str, node: str) -> bool:
    """Whether two territories are the same or one lies within the other; names other than codes must be equal."""
    if region == node:
        return True
    if not (region.isdecimal() and node.isdecimal()):
        return False
    mine, theirs = _territory(region), _territory(node)
    return mine.startswith(theirs) or theirs.startswith(mine)


def _territory(code: str) -> str:
    """The significant digits of a region code: 330100 is 3301, 330000 is 33."""
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code
