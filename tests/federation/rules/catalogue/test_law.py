# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The law that ships: what is in force on a day, what each region's deadlines are, and how a file is replaced."""

from datetime import date

import pytest

from federation.rules.catalogue.repair import Scope
from federation.rules.rule_book import LAW, RuleBook, parse_rule_book, shipped_law, shipped_rules
from federation.standards.bundle import Standards

R4 = "repair/repair-order-36@1.toml"


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2019, 6, 30), None),
        (date(2019, 7, 1), "repair-2019-527@1"),
        (date(2023, 4, 30), "repair-2019-527@1"),
        (date(2023, 5, 1), "repair-order-58@1"),
        (date(2025, 6, 21), "repair-order-58@1"),
        (date(2025, 6, 22), "repair-guoban-2025-22@1"),
        (date(2026, 3, 31), "repair-guoban-2025-22@1"),
        (date(2026, 4, 1), "repair-order-36@1"),
        (date(2036, 4, 1), "repair-order-36@1"),
    ],
)
def test_each_version_has_its_days(book: RuleBook, day: date, version: str | None) -> None:
    """The four versions follow each other without a gap; of two in force the newer counts; before, there is none."""
    found = book.repair_on("330100", day)

    assert version == (found.version.name if found else None)


def test_deadlines_of_a_repair_are_data(book: RuleBook) -> None:
    """Order 36: three working days to take it up, seven to decide, ten more where difficult, ten until it is off."""
    found = book.repair_on("330100", date(2026, 4, 1))
    assert found is not None

    version = found.version
    days = (version.accept_days, version.decide_days, version.extend_days, version.feedback_days)
    assert (3, 7, 10, 10) == days


def test_only_zhejiang_has_rules_for_its_archive(book: RuleBook) -> None:
    """The archive is another clock, and other regions' rules for theirs were not found."""
    day = date(2026, 4, 1)
    found = {home: book.repair_on(home, day, Scope.ARCHIVE) for home in ("330000", "330100", "310000", "yrd")}

    names = {home: rules.version.name for home, rules in found.items() if rules}
    assert dict.fromkeys(("330000", "330100"), "repair-330000-archive@1") == names


# Region, and working days to: mark, decide, decide at most, forward, be answered, remove what was revoked, repaired.
DEADLINES = [
    ("330100", "procedure-330000@1", (0, 5, 20, None, None, 3, 3)),
    ("310000", "procedure-310000@1", (1, 5, 7, 2, 5, 3, 3)),
    ("331000", "procedure-331000@1", (0, 2, 9, 2, 5, 3, 3)),
    ("410000", "procedure-410000@1", (0, 3, 7, None, 7, 1, 1)),
    ("370200", "procedure-370000@1", (None, 3, 7, None, 7, 3, 3)),
    ("440300", "procedure-440300@1", (0, 1, 6, None, 2, 3, 3)),
    ("440100", "procedure-default@1", (0, 5, 20, None, None, 3, 3)),
    ("320000", "procedure-default@1", (0, 5, 20, None, None, 3, 3)),
    ("yrd", "procedure-default@1", (0, 5, 20, None, None, 3, 3)),
]


@pytest.mark.parametrize(("home", "name", "days"), DEADLINES)
def test_each_region_has_its_deadlines(book: RuleBook, home: str, name: str, days: tuple[int | None, ...]) -> None:
    """A city goes by its own file, else by its province's, else by the default."""
    found = book.procedure_on(home, date(2026, 4, 1))
    assert found is not None

    objection = (found.annotate_days, found.decide_days, found.total_days, found.forward_days, found.provider_days)
    assert (name, days) == (found.name, (*objection, found.revoked_days, found.repaired_days))


def test_only_taizhou_stops_showing_an_entry_meanwhile(book: RuleBook) -> None:
    """Everywhere else the entry is marked and goes on; whether enforcement rests is no region's rule that was found."""
    found = {each.region: (each.suspends_disclosure, each.suspends_enforcement) for each in book.procedures}

    assert {"331000"} == {region for region, suspended in found.items() if any(suspended)}


def test_before_a_regions_rule_the_wider_one_holds(book: RuleBook) -> None:
    """Taizhou's file begins in July 2020; before everything there is nothing."""
    names = [found.name for day in (date(2020, 6, 30), date(2020, 7, 1)) if (found := book.procedure_on("331000", day))]

    assert ["procedure-330000@1", "procedure-331000@1"] == names
    assert book.procedure_on("331000", date(2017, 1, 1)) is None


def _with(version: str, old: bytes = b"", new: bytes = b"") -> dict[str, bytes]:
    raw = shipped_law()[R4].replace(b'version = "1"', f'version = "{version}"'.encode()).replace(old, new)
    return {f"repair/repair-order-36@{version}.toml": raw}


@pytest.mark.parametrize(
    ("versions", "counts"),
    [
        (["2"], "repair-order-36@2"),
        (["2", "10"], "repair-order-36@10"),
        (["1.1", "1.10", "1.9"], "repair-order-36@1.10"),
        (["0.9"], "repair-order-36@1"),
    ],
)
def test_the_highest_version_of_a_law_counts(versions: list[str], counts: str) -> None:
    """An operator's file with a higher version takes the place of the shipped one, by number, not by letter."""
    files = dict(shipped_law())
    for version in versions:
        files |= _with(version)
    book = parse_rule_book(files)

    found = book.repair_on("330100", date(2026, 4, 1))
    assert found is not None
    assert counts == found.version.name
    assert 5 == len(book.repair)


def test_a_replacement_is_judged_by(book: RuleBook) -> None:
    """What the operator's file says holds, and the digest of the rule book is another."""
    mine = parse_rule_book({**shipped_rules(), **_with("2", b"decide_days = 7", b"decide_days = 5")})

    found = mine.repair_on("330100", date(2026, 4, 1))
    assert found is not None
    assert 5 == found.version.decide_days
    assert mine.version_digest != book.version_digest


def test_a_superseded_file_is_not_read() -> None:
    """What a higher version has replaced cannot keep a node from starting, whatever is wrong with it."""
    files = {**shipped_law(), **_with("2"), R4: b"not a rule"}

    assert parse_rule_book(files).repair_on("330100", date(2026, 4, 1)) is not None


def test_what_ships_as_law_is_law_alone() -> None:
    """Agreements, authorities, measures and terms are samples that a node is given once; they are not forced on it."""
    assert {path.partition("/")[0] for path in shipped_law()} == LAW


def test_shipped_law_names_known_fields_and_sources(standards: Standards, book: RuleBook) -> None:
    """Every field of regulation is one of the catalogue, every scheme has rules, every source says how sure it is."""
    named = {field for rule in book.severity for field in rule.fields}
    named |= {field for rules in book.repair for exception in rules.exceptions for field in exception.fields}

    assert set() == {field for field in named if not standards.fields.knows(field)}
    assert {rule.scheme for rule in book.severity} == {rules.version.scheme for rules in book.repair}
    assert [] == [rules.version.name for rules in book.repair if "[" not in rules.version.source]
    assert [] == [each.name for each in book.procedures if "[" not in each.source]
