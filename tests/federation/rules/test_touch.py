# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a change of rules touches: whatever it can change, and of the rest as little as can be told."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from federation.records.agency_filing import AgencyFiling
from federation.records.list_entry import ListEntry, ListKind
from federation.rules.filing.recognition import FilingCandidate, recognise_filing
from federation.rules.recognition import Candidate, recognise
from federation.rules.rule_book import RuleBook, parse_rule_book, shipped_rules
from federation.rules.standing import OwnEntry, own_standing
from federation.rules.touch import Touch, touch_of
from federation.standards.bundle import Standards

HOME, ELSEWHERE = "310000", "330100"
AGREEMENT = "agreements/yrd-lists@1.toml"
STANDARD = "list-standards/yrd-eco-environment-black@2.toml"
BODIES = "authorities/authorities-330100@1.toml"
MEASURES = "measures/measures-310000@1.toml"
FOREIGN_MEASURES = "measures/measures-330000@1.toml"
Make = Callable[..., Any]
Records = dict[str, ListEntry | AgencyFiling]


def changed(path: str, old: str, new: str) -> RuleBook:
    """The shipped rules with a text of one file replaced, wherever it stands."""
    files = shipped_rules()
    raw = files[path].decode()
    assert re.search(old, raw)
    return parse_rule_book({**files, path: re.sub(old, new, raw).encode()})


@pytest.fixture
def records(entry: Make, filing: Make) -> Records:
    """One record of each kind that rules tell apart."""
    return {
        "black": entry(),
        "red": entry(kind=ListKind.RED, standard="yrd-eco-environment-red@1"),
        "food": entry(field="food-drug", standard="yrd-food-drug-black@1"),
        "filing": filing(),
    }


def touched(touch: Touch, records: Records) -> dict[str, set[str]]:
    """Which records are touched, by whose they are."""
    return {
        owner: {name for name, record in records.items() if touch.touches(owner, record)} for owner in (HOME, ELSEWHERE)
    }


def test_the_same_rules_touch_nothing(book: RuleBook, records: Records) -> None:
    """Not even a feed need be read."""
    touch = touch_of(book, parse_rule_book(shipped_rules()), HOME)

    assert {HOME: set(), ELSEWHERE: set()} == touched(touch, records)
    assert not touch.reaches(HOME)
    assert not touch.reaches(ELSEWHERE)


def test_an_agreement_touches_what_its_other_parties_publish(book: RuleBook, records: Records) -> None:
    """Those of any version of it; nothing of one's own, and of members that it never named nothing either."""
    touch = touch_of(book, changed(AGREEMENT, '"330100", ', ""), HOME)

    assert {HOME: set(), ELSEWHERE: set(records)} == touched(touch, records)
    assert (False, True, False) == tuple(touch.reaches(owner) for owner in (HOME, ELSEWHERE, "440300"))


def test_an_agreement_of_others_touches_nothing(book: RuleBook, records: Records) -> None:
    """The home was never a party."""
    other = changed("agreements/wenzhou-jiading-lists@1.toml", '"labour-wages", ', "")

    assert {HOME: set(), ELSEWHERE: set()} == touched(touch_of(book, other, HOME), records)


def test_a_list_standard_touches_entries_that_cite_it(book: RuleBook, records: Records) -> None:
    """Of other members alone: what is one's own was judged by it when it was taken in."""
    touch = touch_of(book, changed(STANDARD, 'registry = "shared"', 'registry = "330100"'), HOME)

    assert {HOME: set(), ELSEWHERE: {"black"}} == touched(touch, records)
    assert (False, True) == (touch.reaches(HOME), touch.reaches(ELSEWHERE))


def test_a_competence_touches_what_the_body_decided(book: RuleBook, records: Records) -> None:
    """Whatever the field, and by whichever feed it comes."""
    touch = touch_of(book, changed(BODIES, "11330100PDY001012R", "11330100PDY0010990"), HOME)

    assert {HOME: set(), ELSEWHERE: {"black", "red", "food"}} == touched(touch, records)


def test_a_measure_touches_what_it_follows_from(book: RuleBook, records: Records) -> None:
    """Own entries, too; by kind and field, or by category of filing."""
    basis = changed(MEASURES, r'list_kinds = \["red"\]\nfields = \[', 'list_kinds = ["red"]\nfields = ["elsewhere", ')

    assert {HOME: {"red"}, ELSEWHERE: {"red"}} == touched(touch_of(book, basis, HOME), records)
    filings = changed(MEASURES, r"filing_categories = \[.*\]", 'filing_categories = ["credit-rating"]')
    assert {HOME: {"filing"}, ELSEWHERE: {"filing"}} == touched(touch_of(book, filings, HOME), records)


def test_a_measure_of_another_region_touches_nothing(book: RuleBook, records: Records) -> None:
    """What others do is theirs."""
    touch = touch_of(book, changed(FOREIGN_MEASURES, "effective_from = 2018", "effective_from = 2019"), HOME)

    assert {HOME: set(), ELSEWHERE: set()} == touched(touch, records)


def test_everything_is_everything(records: Records) -> None:
    """Where it is not known what changed."""
    touch = Touch(HOME, everything=True)

    assert {HOME: set(records), ELSEWHERE: set(records)} == touched(touch, records)
    assert touch.reaches("440300")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (AGREEMENT, '"330100", ', ""),
        (AGREEMENT, '"eco-environment", ', ""),
        (AGREEMENT, "effective_from = .*", "effective_from = 2030-01-01"),
        ("agreements/yrd-agency-filings@1.toml", '"330100", ', ""),
        (STANDARD, 'registry = "shared"', 'registry = "330100"'),
        (STANDARD, "valid_from = .*", "valid_from = 2026-01-01"),
        (BODIES, "11330100PDY001012R", "11330100PDY0010990"),
        (MEASURES, r'fields = \["eco-environment", ', "fields = ["),
        (MEASURES, "effective_from = .*", "effective_from = 2030-01-01"),
        ("repair/repair-order-36@1.toml", "title_en = .*", 'title_en = "another"'),
    ],
)
def test_what_is_not_touched_comes_out_the_same(
    book: RuleBook, standards: Standards, records: Records, path: str, old: str, new: str
) -> None:
    """Whatever file changes: the verdict on an untouched record is the same by both books, but for the book's name."""
    after, day = changed(path, old, new), date(2026, 11, 22)
    touch = touch_of(book, after, HOME)

    def verdicts(rules: RuleBook, record: ListEntry | AgencyFiling) -> str:
        own = own_standing(OwnEntry(record), HOME, rules, day)
        if isinstance(record, ListEntry):
            foreign = recognise(Candidate(ELSEWHERE, record), HOME, rules, standards, day)
        else:
            foreign = recognise_filing(FilingCandidate(ELSEWHERE, record), HOME, rules, standards, day)
        shown = {HOME: repr(own), ELSEWHERE: repr(foreign).replace(rules.name, "")}
        return repr({owner: said for owner, said in shown.items() if not touch.touches(owner, record)})

    for record in records.values():
        assert verdicts(book, record) == verdicts(after, record)
