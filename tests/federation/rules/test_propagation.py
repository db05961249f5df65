# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Terms by which acts have to be in effect everywhere: which one decides, and what a file may say."""

from datetime import date
from typing import Any

import pytest

from federation.errors import ConfigFault, FieldFault
from federation.rules.propagation.term import PropagationTerm, due_after, term_of
from federation.rules.rule_book import parse_rule_book, shipped_rules
from federation.standards.bundle import shipped_standards
from federation.standards.calendar import midnight_ms

DAY = date(2026, 11, 2)


def term(**changes: object) -> PropagationTerm:
    """One working day, three at the latest, everywhere."""
    fields: dict[str, Any] = {
        "id": "test",
        "version": "1",
        "source": "来源",
        "region": "*",
        "target_working_days": 1,
        "maximum_working_days": 3,
        "basis": "依据",
        "effective_from": date(2018, 1, 1),
    }
    return PropagationTerm(**{**fields, **changes})


def test_the_nearest_term_decides() -> None:
    """A city's before its province's before the general one; of two equally near the newest; none before its day."""
    general, province = term(), term(region="410000")
    newer = term(region="410000", effective_from=date(2026, 1, 1))
    city = term(region="410100", effective_until=date(2026, 11, 1))
    terms = [city, newer, province, general]

    assert newer == term_of(terms, "410100", DAY)
    assert city == term_of(terms, "410100", date(2026, 11, 1))
    assert province == term_of(terms, "411500", date(2025, 12, 31))
    assert general == term_of(terms, "310000", DAY)
    assert term_of(terms, "310000", date(2017, 12, 31)) is None


def test_a_target_is_never_beyond_the_maximum() -> None:
    """Nor is a term of days that cannot be."""
    with pytest.raises(FieldFault):
        term(target_working_days=4)
    with pytest.raises(FieldFault):
        term(target_working_days=-1)


@pytest.mark.parametrize(
    ("day", "target", "maximum"),
    [
        (date(2026, 11, 2), date(2026, 11, 4), date(2026, 11, 6)),
        (date(2026, 11, 6), date(2026, 11, 10), date(2026, 11, 12)),
        (date(2026, 9, 30), date(2026, 10, 9), date(2026, 10, 11)),
    ],
)
def test_a_term_ends_at_midnight_after_its_last_working_day(day: date, target: date, maximum: date) -> None:
    """A Monday, a Friday, and the day before the national holiday, whose Saturday after it is worked."""
    due = due_after(term(), day, shipped_standards().working_days)

    assert (midnight_ms(target), midnight_ms(maximum)) == (due.target_ms, due.maximum_ms)


def test_without_a_term_everything_is_due_the_same_day() -> None:
    """Which no file that ships leaves it at."""
    due = due_after(None, DAY, shipped_standards().working_days)

    assert due.target_ms == due.maximum_ms == midnight_ms(date(2026, 11, 3))


def test_the_term_that_ships_is_one_working_day_and_three() -> None:
    """For every region; it is part of the rule book, and so of its digest."""
    files = shipped_rules()
    (shipped,) = parse_rule_book(files).propagation
    without = {path: raw for path, raw in files.items() if not path.startswith("propagation/")}

    assert ("propagation@1", "*", 1, 3) == (
        shipped.name,
        shipped.region,
        shipped.target_working_days,
        shipped.maximum_working_days,
    )
    assert parse_rule_book(files).version_digest != parse_rule_book(without).version_digest


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("target_working_days = 1", "target_working_days = 4"),
        ("target_working_days = 1", 'target_working_days = "one"'),
        ("maximum_working_days = 3", "maximum_working_days = 3\nsurprise = 1"),
        ('region = "*"', 'region = "?"'),
    ],
)
def test_a_file_that_says_something_else_is_refused(before: str, after: str) -> None:
    """With its name."""
    path = "propagation/propagation@1.toml"
    changed = shipped_rules()[path].decode().replace(before, after)
    with pytest.raises(ConfigFault, match=r"propagation/propagation@1\.toml"):
        parse_rule_book({path: changed.encode()})
