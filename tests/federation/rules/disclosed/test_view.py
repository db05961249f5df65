# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How one record is shown: whole, in part or not at all; the same to whoever asks again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from federation.records.codec import encode
from federation.records.subject import LegacyCode, Subject
from federation.rules.catalogue.rule_file import shipped_disclosure
from federation.rules.disclosed.terms import Caller, terms_for
from federation.rules.disclosed.view import Eye, Hidden, Part, Told, View, Whole, is_minor, view_of
from federation.standards.bundle import shipped_standards
from federation.standards.identity import CodeKind, LegacyCodeKind
from federation.standards.numbers.citizen_number import citizen_check

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.records.agency_filing import AgencyFiling
    from federation.records.list_entry import ListEntry
    from federation.records.penalty import Penalty
    from federation.records.subject import Identity
    from federation.rules.rule_book import RuleBook

DAY = date(2026, 3, 2)
OFFICE, PUBLIC = frozenset({"requester"}), frozenset[str]()


@pytest.fixture
def seen(book: RuleBook) -> Callable[..., View]:
    """How a record is shown at Hangzhou to a member in some roles, for a purpose."""

    def look(
        record: Told, roles: frozenset[str] = OFFICE, purpose: str = "joint-punishment", more: bytes = b""
    ) -> View:
        terms = terms_for((shipped_disclosure(),), "330100", Caller("310000", roles), purpose, DAY)
        return view_of(record, encode(record) + more, Eye(terms, shipped_standards().masking, book.prohibited, DAY))

    return look


def fields(view: View) -> dict[str, tuple[str, bool]]:
    """Value and mask of each field that is shown, by name."""
    assert isinstance(view, Part)
    return {field.name: (field.value, field.masked) for field in view.fields}


def test_a_record_is_shown_whole_to_whoever_reaches_all_of_it(
    seen: Callable[..., View], entry: Callable[..., ListEntry]
) -> None:
    """An office with a duty sees responsible persons, too."""
    assert Whole() == seen(entry(responsible_persons=("钱望桥",)))


def test_a_record_without_what_is_not_reached_is_shown_whole(
    seen: Callable[..., View], entry: Callable[..., ListEntry]
) -> None:
    """To the public as well: nothing is left out of it."""
    assert Whole() == seen(entry(responsible_persons=()), PUBLIC)


def test_below_their_level_names_are_masked_one_a_line_and_remarks_left_out(
    seen: Callable[..., View], entry: Callable[..., ListEntry]
) -> None:
    """All else is as it is in the record, in the order of its message."""
    shown = fields(seen(entry(responsible_persons=("钱望桥", "林知行"), remark="内部"), PUBLIC))

    assert ("钱**\n林**", True) == shown["responsible_persons"]
    assert "remark" not in shown
    assert ("BLACK", False) == shown["kind"]
    assert ["identity.name", "identity.subject_class", "identity.code_kind", "identity.code"] == list(shown)[:4]


def test_what_a_newer_revision_put_into_a_record_is_not_for_the_public(
    seen: Callable[..., View], entry: Callable[..., ListEntry]
) -> None:
    """Nobody here knows its level: the record is shown in part; to whoever reaches everything, whole."""
    unknown = b"\xfa\x7f\x03abc"  # field 2047, a text

    assert isinstance(seen(entry(responsible_persons=()), PUBLIC, more=unknown), Part)
    assert Whole() == seen(entry(), more=unknown)


def test_what_the_purpose_does_not_need_is_hidden(
    seen: Callable[..., View], filing: Callable[..., AgencyFiling]
) -> None:
    """A filing, for procurement."""
    assert Hidden() == seen(filing(), purpose="procurement")
    assert Whole() == seen(filing())


def test_a_person_is_hidden_from_the_public_and_shown_to_an_office(
    seen: Callable[..., View], entry: Callable[..., ListEntry], person: Identity
) -> None:
    """A former number is masked for the office, and plain on the person's own request."""
    former = LegacyCode(kind=LegacyCodeKind.REGISTRATION_NUMBER, code="330102490101991")
    record = entry(identity=person.model_copy(update={"legacy_codes": (former,)}), responsible_persons=())

    assert Hidden() == seen(record, PUBLIC)
    shown = fields(seen(record))
    assert ("33010" + "*" * 10, True) == shown["identity.legacy_codes.code"]
    assert (person.code, False) == shown["identity.code"]
    assert Whole() == seen(record, purpose="subject-request")


def born(year: int) -> str:
    """A citizen number of somebody born on 3 March of a year."""
    body = f"330102{year}0303991"
    return body + citizen_check(body)


@pytest.mark.parametrize(("decided", "hidden"), [(date(2006, 3, 2), True), (date(2006, 3, 3), False)])
def test_what_was_decided_about_somebody_too_young_is_hidden_for_ever(
    seen: Callable[..., View], penalty: Callable[..., Penalty], person: Identity, decided: date, hidden: bool
) -> None:
    """Under 16 on the day of the decision, however old now; on the sixteenth birthday no more."""
    record = penalty(identity=person.model_copy(update={"code": born(1990)}), decided_on=decided, valid_until=None)

    assert hidden is isinstance(seen(record), Hidden)


def test_the_day_of_what_is_told_is_each_records_own(
    seen: Callable[..., View], filing: Callable[..., AgencyFiling], person: Identity, penalty: Callable[..., Penalty]
) -> None:
    """The day of filing, of the report, of asking where there is none."""
    young = person.model_copy(update={"code": born(2009)})  # 14 in 2023, 16 in 2025, 16 today
    source = penalty().source

    assert Hidden() == seen(filing(identity=young, filed_on=date(2023, 5, 1)))
    assert Hidden() == seen(Subject(identity=young, source=source, reported_on=date(2024, 1, 1)))
    assert isinstance(seen(Subject(identity=young, source=source)), Whole | Part)


def test_a_number_that_is_no_citizen_number_tells_no_age(
    seen: Callable[..., View], penalty: Callable[..., Penalty], person: Identity
) -> None:
    """Its digits may look like a day of birth."""
    other = person.model_copy(update={"code_kind": CodeKind.OTHER, "code": born(2020)})

    assert not isinstance(seen(penalty(identity=other)), Hidden)


def test_what_must_never_be_collected_is_never_told(
    seen: Callable[..., View], penalty: Callable[..., Penalty], person: Identity
) -> None:
    """A person's blood group in a text; what consent allows is told, and an organisation's text is its own."""
    shown = {text: seen(penalty(identity=person, facts=text)) for text in ("血型为甲型", "纳税额为零", "超标排放")}

    assert [True, False, False] == [isinstance(view, Hidden) for view in shown.values()]
    assert Whole() == seen(penalty(facts="血型为甲型"))


@pytest.mark.parametrize(("year", "minor"), [(2008, True), (2007, False)])
def test_a_minor_is_one_by_the_number_that_is_asked_about(year: int, minor: bool) -> None:
    """Until the eighteenth birthday; by no other kind of number."""
    terms = terms_for((shipped_disclosure(),), "330100", Caller("310000", OFFICE), "joint-punishment", DAY)

    assert minor is is_minor(CodeKind.CITIZEN, born(year), terms, DAY)
    assert not is_minor(CodeKind.OTHER, born(year), terms, DAY)


def test_a_field_too_long_for_an_excerpt_is_left_out(
    seen: Callable[..., View], entry: Callable[..., ListEntry], company: Identity
) -> None:
    """Hundreds of former codes; the rest is shown."""
    codes = tuple(LegacyCode(kind=LegacyCodeKind.REGISTRATION_NUMBER, code="1" * 50) for _ in range(200))
    changes: dict[str, Any] = {"identity": company.model_copy(update={"legacy_codes": codes}), "remark": "内部"}
    shown = fields(seen(entry(**changes), PUBLIC))

    assert "identity.legacy_codes.code" not in shown
    assert "identity.legacy_codes.kind" in shown


def test_nothing_is_left_of_a_record_whose_fields_nobody_may_see(
    entry: Callable[..., ListEntry], book: RuleBook
) -> None:
    """It is hidden, not empty."""
    law = shipped_disclosure()
    terms = terms_for((law,), "330100", Caller("310000", OFFICE), "joint-punishment", DAY)
    blind = {dataset: type(shown)({}, whole=False) for dataset, shown in terms.organisations.items()}
    changed = type(terms)("x@1", terms.level, blind, terms.persons, 0, 0)
    record = entry()

    assert Hidden() == view_of(record, encode(record), Eye(changed, shipped_standards().masking, book.prohibited, DAY))
