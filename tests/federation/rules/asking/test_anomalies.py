# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is unusual about questions: each rule at its edge."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from federation.errors import FieldFault
from federation.rules.asking.admission import AskingTerms
from federation.rules.asking.anomalies import (
    AnomalyKind,
    AnomalyRule,
    Asked,
    Numbered,
    Past,
    anomaly_rules_of,
    marks_of,
    numbers_near,
    refusing,
)
from federation.rules.rule_book import parse_rule_book, shipped_law
from federation.standards.calendar import midnight_ms
from federation.standards.identity import CodeKind
from tests.federation.rules.asking.conftest import COMPANY, NOW_MS, PERSON

NOTHING = Past((), (), (), {})
HOUR_MS = 3_600_000


def marks(terms: AskingTerms, past: Past, asked: Asked) -> tuple[str, ...]:
    """By the rules that ship."""
    return marks_of(past, asked, terms.anomalies, terms.standards.working_days)


def asked(time_ms: int = NOW_MS, *, personal: bool = False, refused: bool = False) -> Asked:
    """A question in office hours."""
    return Asked(time_ms, personal, refused)


@pytest.mark.parametrize(("count", "away_ms", "found"), [(60, 59_999, ("AN-01",)), (60, 60_000, ()), (59, 0, ())])
def test_many_questions_in_a_minute_are_a_burst(
    terms: AskingTerms, count: int, away_ms: int, found: tuple[str, ...]
) -> None:
    """The sixtieth within the minute, the first of them included."""
    times = [NOW_MS - away_ms, *[NOW_MS] * (count - 1)]

    assert found == marks(terms, Past(times, (), (), {}), asked())


@pytest.mark.parametrize(
    ("day", "hour", "found"),
    [
        (date(2026, 11, 23), 6.999, ("AN-02",)),
        (date(2026, 11, 23), 7, ()),
        (date(2026, 11, 23), 19.999, ()),
        (date(2026, 11, 23), 20, ("AN-02",)),
        (date(2026, 11, 22), 10, ("AN-02",)),
        (date(2026, 10, 1), 10, ("AN-02",)),
        (date(2026, 2, 14), 10, ()),
    ],
)
def test_what_is_asked_outside_office_hours_is_marked(
    terms: AskingTerms, day: date, hour: float, found: tuple[str, ...]
) -> None:
    """By China's clock and calendar: weekends and holidays, but not a Saturday that is worked in exchange."""
    assert found == marks(terms, NOTHING, asked(midnight_ms(day) + int(hour * HOUR_MS)))


@pytest.mark.parametrize(("count", "personal", "found"), [(50, True, ("AN-04",)), (49, True, ()), (50, False, ())])
def test_many_persons_in_a_day_are_marked(
    terms: AskingTerms, count: int, personal: bool, found: tuple[str, ...]
) -> None:
    """The fiftieth person; a question about a company is not concerned."""
    past = Past((), (), [NOW_MS] * count, {})

    assert found == marks(terms, past, asked(personal=personal))


@pytest.mark.parametrize(("count", "refused", "found"), [(10, True, ("AN-05",)), (9, True, ()), (10, False, ())])
def test_many_refusals_are_marked(terms: AskingTerms, count: int, refused: bool, found: tuple[str, ...]) -> None:
    """On the refused question; one that is answered after them is not."""
    past = Past((), [NOW_MS] * count, (), {})

    assert found == marks(terms, past, asked(refused=refused))


def run(*numbers: int, time_ms: int = NOW_MS) -> Past:
    """What was asked about, a number a byte, those next to each within two."""
    return Past((), (), (), {bytes([number]): Numbered(time_ms, near(number)) for number in numbers})


def near(number: int) -> tuple[bytes, ...]:
    """The numbers next to one."""
    return tuple(bytes([number + away]) for away in (-1, 1, -2, 2))


def about(number: int) -> Asked:
    """A question about one of those numbers."""
    return Asked(NOW_MS, personal=False, refused=False, number=bytes([number]), near=near(number))


@pytest.mark.parametrize(
    ("numbers", "own", "found"),
    [
        ((10, 11, 12, 13, 14, 15, 16), 17, ("AN-03",)),
        ((16, 14, 12, 10, 11, 13, 15), 9, ("AN-03",)),
        ((10, 12, 14, 16, 18, 20, 22), 24, ("AN-03",)),
        ((10, 11, 12, 13, 15, 16, 17), 14, ("AN-03",)),
        ((10, 11, 12, 13, 14, 15), 16, ()),
        ((10, 11, 12, 13, 14, 15, 16), 19, ()),
        ((10, 20, 30, 40, 50, 60, 70), 80, ()),
    ],
)
def test_numbers_in_sequence_are_marked(
    terms: AskingTerms, numbers: tuple[int, ...], own: int, found: tuple[str, ...]
) -> None:
    """In whatever order, also every second one, also where the last closes a gap; not numbers that lie apart."""
    assert found == marks(terms, run(*numbers), about(own))
    assert refusing(run(*numbers), about(own), terms.anomalies) is None


def test_numbers_asked_about_long_ago_are_no_run(terms: AskingTerms) -> None:
    """An hour later they count no more."""
    assert () == marks(terms, run(*range(10, 40), time_ms=NOW_MS - HOUR_MS), about(40))


def test_who_goes_through_a_register_is_refused_and_told_when_to_ask(terms: AskingTerms) -> None:
    """The twenty-fourth of a run waits until the oldest has left the window; one that lies apart does not."""
    past = run(*range(10, 33), time_ms=NOW_MS - 600_000)

    assert 3000.0 == refusing(past, about(33), terms.anomalies)
    newest = {bytes([32]): Numbered(NOW_MS - 300_000, near(32)), bytes([33]): Numbered(NOW_MS - 900_000, near(33))}
    assert 3000.0 == refusing(replace(past, numbers={**past.numbers, **newest}), about(34), terms.anomalies)
    assert refusing(past, about(60), terms.anomalies) is None
    assert refusing(run(*range(10, 32)), about(32), terms.anomalies) is None
    assert refusing(past, asked(), terms.anomalies) is None


def test_a_run_is_followed_only_so_far(terms: AskingTerms) -> None:
    """However many digests there are, what is looked at is bounded; it is refused all the same."""
    assert refusing(run(*range(10, 250)), about(250), terms.anomalies) == 3600.0


def test_numbers_follow_each_other_as_their_registers_give_them_out() -> None:
    """A company's in its organisation code, a person's within region and birthday; check characters are no part."""
    company, person = (list(numbers_near(*each, 1)) for each in ((CodeKind.USCC, COMPANY), (CodeKind.CITIZEN, PERSON)))

    body = int("MA2PDY01", 36)
    assert [f"91330100/{body}", f"91330100/{body - 1}", f"91330100/{body + 1}"] == company
    assert ["33010219490101/991", "33010219490101/990", "33010219490101/992"] == person
    assert [] == list(numbers_near(CodeKind.OTHER, "E12345678", 1))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"window_s": 0}, "window_s"),
        ({"threshold": 1}, "threshold"),
        ({"step": 1}, "step"),
        ({"refuses_from": 9}, "refuses_from"),
        ({"until_hour": 9}, "until_hour"),
        ({"kind": "sequence"}, "step"),
        ({"kind": "sequence", "step": 1, "refuses_from": 4}, "refuses_from"),
        ({"kind": "off-hours"}, "window_s"),
        ({"kind": "off-hours", "window_s": 0}, "threshold"),
        ({"kind": "off-hours", "window_s": 0, "threshold": 0}, "until_hour"),
    ],
)
def test_a_rule_has_what_it_counts_by_and_nothing_else(changes: dict[str, object], field: str) -> None:
    """A file whose rule would not do what it says is refused."""
    sound: dict[str, Any] = {"id": "AN-09", "kind": "burst", "title_zh": "甲", "title_en": "a"}
    AnomalyRule(**{**sound, "window_s": 60, "threshold": 5})

    with pytest.raises(FieldFault) as caught:
        AnomalyRule(**{**sound, "window_s": 60, "threshold": 5, **changes})
    assert (field, "FIELD_MALFORMED") == (caught.value.field, caught.value.reason)


def test_a_citys_own_rules_come_before_the_default() -> None:
    """And before its province's; where none is for a node, nothing is unusual."""
    files = shipped_law()
    text = files["anomalies/anomalies@1.toml"].decode().replace('region = "*"', 'region = "330100"')
    own = text.replace('id = "anomalies"', 'id = "anomalies-330100"').replace("threshold = 60", "threshold = 9")
    book = parse_rule_book({**files, "anomalies/anomalies-330100@1.toml": own.encode()})

    (burst, *_), (default, *_) = (
        anomaly_rules_of(book.anomalies, node, date(2026, 1, 1)) for node in ("330100", "yrd")
    )
    assert (AnomalyKind.BURST, 9, 60) == (burst.kind, burst.threshold, default.threshold)
    assert () == anomaly_rules_of(book.anomalies, "330100", date(2017, 12, 31))
