# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""From when an act can be repaired and until when it is displayed: worked examples at the borders of all versions."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from federation.records.list_entry import ListEntry, ListKind
from federation.records.penalty import Penalty
from federation.rules.catalogue.repair import Document, Handling, Scope, Severity
from federation.rules.repair.severity import Stated
from federation.rules.repair.window import Act, NoWindow, Window, window_of
from federation.rules.rule_book import RuleBook, parse_rule_book, shipped_rules
from federation.standards.bundle import Standards

R1, R2 = "repair-2019-527@1", "repair-order-58@1"
R3, R4 = "repair-guoban-2025-22@1", "repair-order-36@1"
LAST = date(9999, 12, 31)
Example = tuple[str, date, date, str, date | None, date | None]
ORDINARY, SERIOUS, MINOR, GRAVE = "罚款", "吊销许可证", "警告", "责令停产停业"
# Kind of penalty, day of decision, day of application: the version that decides, first day of repair, last of display.
# The authority is an ecology bureau; valid_until and published_until are open.
EXAMPLES: list[Example] = [
    # 2019: three months to a year, six months to three years, three years without repair; from the day of the decision.
    (ORDINARY, date(2019, 7, 1), date(2019, 7, 1), R1, date(2019, 10, 2), date(2020, 7, 1)),
    (ORDINARY, date(2022, 11, 30), date(2023, 4, 30), R1, date(2023, 3, 1), date(2023, 11, 30)),
    ("暂扣许可证", date(2021, 8, 31), date(2022, 2, 28), R1, date(2022, 3, 1), date(2024, 8, 31)),
    (GRAVE, date(2020, 2, 29), date(2022, 2, 28), R1, None, date(2023, 2, 28)),
    (SERIOUS, date(2021, 1, 1), date(2021, 12, 31), R1, None, date(2024, 1, 1)),
    # 2023: three months to three years; what was decided before goes on no longer than under the rules before.
    (ORDINARY, date(2023, 5, 1), date(2023, 5, 1), R2, date(2023, 8, 2), date(2026, 5, 1)),
    (ORDINARY, date(2024, 2, 29), date(2025, 6, 21), R2, date(2024, 5, 30), date(2027, 2, 28)),
    (ORDINARY, date(2023, 4, 30), date(2023, 5, 1), R2, date(2023, 7, 31), date(2024, 4, 30)),
    (GRAVE, date(2023, 4, 30), date(2023, 5, 1), R2, date(2023, 7, 31), date(2026, 4, 30)),
    # 2025: three months to a year, one to three years, minor at once and three months at most.
    (ORDINARY, date(2025, 6, 22), date(2025, 6, 22), R3, date(2025, 9, 23), date(2026, 6, 22)),
    (ORDINARY, date(2025, 11, 30), date(2026, 3, 31), R3, date(2026, 3, 1), date(2026, 11, 30)),
    (ORDINARY, date(2025, 6, 21), date(2025, 6, 22), R3, date(2025, 9, 22), date(2026, 6, 21)),
    (SERIOUS, date(2025, 6, 22), date(2025, 6, 22), R3, date(2026, 6, 23), date(2028, 6, 22)),
    (SERIOUS, date(2025, 6, 21), date(2025, 6, 22), R3, date(2025, 9, 22), date(2028, 6, 21)),
    (MINOR, date(2025, 7, 1), date(2025, 7, 1), R3, date(2025, 7, 1), date(2025, 10, 1)),
    # 2026: the same classes; nothing was made longer by the change.
    (ORDINARY, date(2026, 4, 1), date(2026, 4, 1), R4, date(2026, 7, 2), date(2027, 4, 1)),
    (ORDINARY, date(2026, 3, 31), date(2026, 4, 1), R4, date(2026, 7, 1), date(2027, 3, 31)),
    (SERIOUS, date(2026, 4, 1), date(2026, 4, 1), R4, date(2027, 4, 2), date(2029, 4, 1)),
    (SERIOUS, date(2028, 2, 29), date(2028, 3, 1), R4, date(2029, 3, 1), date(2031, 2, 28)),
    (MINOR, date(2026, 5, 31), date(2026, 5, 31), R4, date(2026, 5, 31), date(2026, 8, 31)),
    (MINOR, date(2026, 11, 30), date(2026, 11, 30), R4, date(2026, 11, 30), date(2027, 2, 28)),
    # Three versions apart: the periods of the day of decision, where they are the shorter ones.
    (ORDINARY, date(2022, 1, 31), date(2026, 4, 1), R4, date(2022, 5, 1), date(2023, 1, 31)),
    ("暂扣许可证", date(2022, 1, 31), date(2026, 4, 1), R4, date(2022, 5, 1), date(2023, 1, 31)),
    (SERIOUS, date(2024, 1, 31), date(2026, 4, 1), R4, date(2024, 5, 1), date(2027, 1, 31)),
    # The calendar ends.
    (SERIOUS, date(9998, 12, 31), date(9999, 1, 1), R4, None, LAST),
]

MakePenalty = Callable[..., Penalty]
MakeEntry = Callable[..., ListEntry]


def found(window: Window | NoWindow) -> Window:
    """A window that there is."""
    assert isinstance(window, Window), window
    return window


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each[0]}-{each[1]}-{each[3]}")
def test_days_of_a_penalty(book: RuleBook, standards: Standards, penalty: MakePenalty, example: Example) -> None:
    """The version of the day of application decides, and lengthens nothing; the day counted from is left out."""
    kind, decided_on, as_of, *expected = example
    record = penalty(kinds=(kind,), content=kind, decided_on=decided_on, valid_until=None)
    window = found(window_of(Act(record, "330100"), as_of, book, standards))

    assert expected == [window.rules.version.name, window.first, window.last]
    assert window.versions[0] == expected[0]


def test_without_a_transition_the_day_of_application_alone_decides(
    standards: Standards, penalty: MakePenalty, changed: Callable[[Mapping[str, str]], RuleBook]
) -> None:
    """Whether older periods matter is data: an operator who knows the transition clause says so in his file."""
    book = changed({'transition = "shorter"': 'transition = "application"'})
    record = penalty(kinds=(SERIOUS,), decided_on=date(2025, 6, 21), valid_until=None)
    window = found(window_of(Act(record, "330100"), date(2025, 6, 22), book, standards))

    assert (date(2026, 6, 22), (R3, "severity-2025@1/revocation")) == (window.first, window.versions)


def test_an_exception_holds_for_its_classes_alone(book: RuleBook, standards: Standards, penalty: MakePenalty) -> None:
    """The year of order 58 is one of acts that are displayed: a warning about food waits for nothing."""
    record = penalty(kinds=(MINOR,), fine_fen=None, decided_on=date(2024, 3, 1), valid_until=None)
    act = Act(record, "330100", Stated(frozenset({"food-drug"})))

    assert date(2024, 3, 1) == found(window_of(act, date(2024, 3, 1), book, standards)).first


def test_before_the_first_version_there_are_no_days(book: RuleBook, standards: Standards, penalty: MakePenalty) -> None:
    """On the day before the rules of 2019 nothing says how to repair."""
    record = penalty(decided_on=date(2019, 1, 1))

    assert NoWindow("REPAIR_RULES_MISSING", ()) == window_of(Act(record, "330100"), date(2019, 6, 30), book, standards)


@pytest.mark.parametrize(
    ("fields", "as_of", "first"),
    [
        ({"food-drug"}, date(2024, 3, 1), date(2025, 3, 2)),
        ({"special-equipment", "fire-safety"}, date(2024, 3, 1), date(2025, 3, 2)),
        ({"eco-environment"}, date(2024, 3, 1), date(2024, 6, 2)),
        ({"food-drug"}, date(2026, 4, 1), date(2024, 6, 2)),
    ],
)
def test_five_fields_wait_a_year_under_order_58(
    book: RuleBook, standards: Standards, penalty: MakePenalty, fields: set[str], as_of: date, first: date
) -> None:
    """Food, drugs, special equipment, safety at work and fire: a year; under order 36 the class's own three months."""
    record = penalty(kinds=("罚款",), decided_on=date(2024, 3, 1), valid_until=None)
    window = found(window_of(Act(record, "330100", Stated(frozenset(fields))), as_of, book, standards))

    assert first == window.first


def test_a_field_that_nobody_stated_is_not_guessed(book: RuleBook, standards: Standards, penalty: MakePenalty) -> None:
    """Of a body that is competent for food and for products, somebody must say which of them a penalty was about."""
    market = penalty().authority.model_copy(update={"code": "11330100PDY001020L"})
    unknown = penalty().authority.model_copy(update={"code": "11330100PDY009994C"})
    for body in (market, unknown):
        record = penalty(decided_on=date(2024, 3, 1), valid_until=None, authority=body)
        stated = Act(record, "330100", Stated(frozenset({"product-quality"})))
        judged = window_of(Act(record, "330100"), date(2024, 3, 1), book, standards)

        assert isinstance(judged, NoWindow)
        assert ("REPAIR_FIELD_UNSTATED", R2) == (judged.reason, judged.versions[0])
        assert date(2024, 6, 2) == found(window_of(stated, date(2024, 3, 1), book, standards)).first


def test_what_the_older_rules_cannot_tell_lengthens_nothing(
    book: RuleBook, standards: Standards, penalty: MakePenalty
) -> None:
    """Whether an order to close was grave in 2023 depends on the field; under the rules of 2025 it does not."""
    unknown = penalty().authority.model_copy(update={"code": "11330100PDY009994C"})
    record = penalty(kinds=("责令停产停业",), decided_on=date(2023, 4, 1), valid_until=None, authority=unknown)
    then = window_of(Act(record, "330100"), date(2023, 4, 30), book, standards)
    now = found(window_of(Act(record, "330100"), date(2025, 6, 22), book, standards))

    assert NoWindow("REPAIR_FIELD_UNSTATED", (R1,)) == then
    assert (date(2024, 4, 2), date(2026, 4, 1)) == (now.first, now.last)


@pytest.mark.parametrize(
    ("kinds", "content", "severity"),
    [
        (("警告", "罚款"), "罚款一万元", Severity.ORDINARY),
        (("罚款", "暂扣或者吊销许可证、执照"), "罚款并吊销许可证", Severity.SERIOUS),
        (("暂扣或者吊销许可证、执照",), "暂扣许可证六个月", Severity.ORDINARY),
        (("警告", "通报批评"), "警告", Severity.MINOR),
    ],
)
def test_the_gravest_kind_of_one_decision_counts(
    book: RuleBook,
    standards: Standards,
    penalty: MakePenalty,
    kinds: tuple[str, ...],
    content: str,
    severity: Severity,
) -> None:
    """Of several kinds of penalty the longest period counts; which of two alternatives it was, the content tells."""
    record = penalty(kinds=kinds, content=content, decided_on=date(2026, 5, 1), valid_until=None)

    assert severity == found(window_of(Act(record, "330100"), date(2026, 5, 1), book, standards)).severity


@pytest.mark.parametrize(
    ("fine_fen", "severity"),
    [
        (300_000, Severity.MINOR),
        (300_001, Severity.ORDINARY),
        (99_999_999, Severity.ORDINARY),
        (100_000_000, Severity.SERIOUS),
        (None, Severity.ORDINARY),
    ],
)
def test_a_fine_has_its_class_by_amount(
    book: RuleBook, standards: Standards, penalty: MakePenalty, fine_fen: int | None, severity: Severity
) -> None:
    """Bounds are met to the fen; an amount that is not known lies in no span."""
    record = penalty(fine_fen=fine_fen, decided_on=date(2026, 5, 1), valid_until=None)

    assert severity == found(window_of(Act(record, "330100"), date(2026, 5, 1), book, standards)).severity


def test_simplified_procedure_is_minor_where_the_authority_says_so(
    book: RuleBook, standards: Standards, penalty: MakePenalty
) -> None:
    """How it was decided is no part of the record: stated, it decides; unstated, the amount does."""
    record = penalty(decided_on=date(2026, 5, 1), valid_until=None)
    stated = Act(record, "330100", Stated(handling=Handling.SIMPLIFIED))

    assert Severity.MINOR == found(window_of(stated, date(2026, 5, 1), book, standards)).severity
    assert Severity.ORDINARY == found(window_of(Act(record, "330100"), date(2026, 5, 1), book, standards)).severity


def test_a_kind_that_no_rule_knows_is_not_guessed(book: RuleBook, standards: Standards, penalty: MakePenalty) -> None:
    """An unknown kind of penalty has no class until its authority states one, which then stands."""
    record = penalty(kinds=("其他-虚构罚种",), decided_on=date(2026, 5, 1), valid_until=None)
    stated = Act(record, "330100", Stated(severity=Severity.SERIOUS))

    assert NoWindow("SEVERITY_UNKNOWN", (R4,)) == window_of(Act(record, "330100"), date(2026, 5, 1), book, standards)
    assert date(2027, 5, 2) == found(window_of(stated, date(2026, 5, 1), book, standards)).first


def test_a_class_that_the_version_does_not_know_is_said(
    book: RuleBook, standards: Standards, penalty: MakePenalty
) -> None:
    """The grave class of 2019 is none of 2026."""
    record = penalty(decided_on=date(2026, 5, 1))
    stated = Act(record, "330100", Stated(severity=Severity.GRAVE))

    assert NoWindow("SEVERITY_UNRULED", (R4,)) == window_of(stated, date(2026, 5, 1), book, standards)


def test_what_order_58_did_not_display_is_not_displayed_later(
    book: RuleBook, standards: Standards, penalty: MakePenalty
) -> None:
    """A warning of 2024 was never shown: the rules of 2026, which show warnings, do not begin to show it."""
    record = penalty(kinds=("警告",), fine_fen=None, decided_on=date(2024, 5, 1), valid_until=None)
    window = found(window_of(Act(record, "330100"), date(2026, 4, 1), book, standards))

    assert (False, date(2024, 5, 1)) == (window.shown, window.last)


@pytest.mark.parametrize("own", ["valid_until", "published_until"])
def test_display_ends_with_the_records_own_last_day(
    book: RuleBook, standards: Standards, penalty: MakePenalty, own: str
) -> None:
    """The rules end display; they never stretch what the decision itself ends earlier."""
    record = penalty(decided_on=date(2026, 5, 1), **{"valid_until": None, own: date(2026, 9, 30)})

    assert date(2026, 9, 30) == found(window_of(Act(record, "330100"), date(2026, 5, 1), book, standards)).last


def test_a_black_entry_is_serious_and_goes_by_its_standard_too(
    book: RuleBook, standards: Standards, entry: MakeEntry
) -> None:
    """A year at least; at most as long as class and list standard allow, and the standard is quoted."""
    record = entry(decided_on=date(2026, 5, 1), valid_from=date(2026, 5, 10), valid_until=None)
    window = found(window_of(Act(record, "330100"), date(2026, 5, 10), book, standards))

    assert (date(2027, 5, 2), date(2029, 5, 1)) == (window.first, window.last)
    assert record.standard in window.versions
    assert Severity.SERIOUS == window.severity


def test_a_watch_entry_is_ordinary(book: RuleBook, standards: Standards, entry: MakeEntry) -> None:
    """Being watched is less than being listed: three months to a year, as far as the standard's own six months go."""
    record = entry(
        kind=ListKind.WATCH,
        standard="yrd-tourism-watch@1",
        field="tourism",
        decided_on=date(2026, 5, 1),
        valid_from=date(2026, 5, 1),
        valid_until=None,
    )
    window = found(window_of(Act(record, "330100"), date(2026, 5, 10), book, standards))

    assert (date(2026, 8, 2), Severity.ORDINARY) == (window.first, window.severity)


FINER = """id = "severity-tourism"
version = "1"
source = "a department's own list"
scheme = "severity-2025"
valid_from = 2026-04-01
[rules.watch]
title_zh = "旅游重点关注"
title_en = "Watched in tourism"
severity = "serious"
list_kinds = ["watch"]
fields = ["tourism"]
"""


@pytest.mark.parametrize(("field", "severity"), [("tourism", Severity.SERIOUS), ("food-drug", Severity.ORDINARY)])
def test_a_departments_finer_list_comes_before_the_general_one(
    standards: Standards, entry: MakeEntry, field: str, severity: Severity
) -> None:
    """A file of its own with the same scheme says more for its fields, and nothing for others."""
    book = parse_rule_book({**shipped_rules(), "severity/severity-tourism@1.toml": FINER.encode()})
    days = {"decided_on": date(2026, 4, 1), "valid_from": date(2026, 4, 1)}
    record = entry(kind=ListKind.WATCH, field=field, standard=f"yrd-{field}-watch@1", **days)

    assert severity == found(window_of(Act(record, "330100"), date(2026, 4, 2), book, standards)).severity


def test_a_red_entry_is_nothing_to_repair(book: RuleBook, standards: Standards, entry: MakeEntry) -> None:
    """Praise is not repaired."""
    record = entry(kind=ListKind.RED, standard="yrd-eco-environment-red@1")

    assert NoWindow("RECORD_NOT_REPAIRABLE", (R4,)) == window_of(
        Act(record, "330100"), date(2026, 5, 1), book, standards
    )


@pytest.mark.parametrize(
    ("code", "severity"), [("11330100PDY001039H", Severity.SERIOUS), ("11330100PDY001012R", Severity.GRAVE)]
)
def test_a_rule_of_other_fields_is_passed_over(
    book: RuleBook, standards: Standards, penalty: MakePenalty, code: str, severity: Severity
) -> None:
    """In 2019 an order to stop business was grave in the listed fields, ecology among them; tourism is not."""
    body = penalty().authority.model_copy(update={"code": code})
    record = penalty(kinds=("责令停产停业",), decided_on=date(2022, 4, 1), valid_until=None, authority=body)

    assert severity == found(window_of(Act(record, "330100"), date(2022, 5, 1), book, standards)).severity


EXIT = "max_period_months = 36\nearliest_exit_months = 6"


def test_before_2025_lists_go_by_their_standard_alone(
    standards: Standards, entry: MakeEntry, changed: Callable[[Mapping[str, str]], RuleBook]
) -> None:
    """Orders 527 and 58 are about penalties: an entry leaves its list as the list standard says, or nobody can tell."""
    book = changed({"max_period_months = 36": EXIT})
    record = entry(decided_on=date(2023, 8, 31), valid_from=date(2023, 9, 10), valid_until=None)
    window = found(window_of(Act(record, "330100"), date(2024, 1, 1), book, standards))
    unknown = window_of(Act(entry(standard="nobodys@1", **_days(record)), "330100"), date(2024, 1, 1), book, standards)

    assert (date(2024, 3, 1), date(2026, 8, 31), None) == (window.first, window.last, window.severity)
    assert (Document.PERFORMANCE,) == window.documents
    assert (R2, record.standard) == window.versions
    assert NoWindow("LIST_EXIT_UNKNOWN", (R2,)) == unknown


def test_the_standards_exit_comes_before_the_classes(
    standards: Standards, entry: MakeEntry, changed: Callable[[Mapping[str, str]], RuleBook]
) -> None:
    """Where a list standard sets when an entry may leave, that counts; without a known standard, the class does."""
    book = changed({"max_period_months = 36": EXIT})
    days = {"decided_on": date(2026, 5, 1), "valid_from": date(2026, 5, 10), "valid_until": None}

    known = found(window_of(Act(entry(**days), "330100"), date(2026, 5, 10), book, standards))
    unknown = found(window_of(Act(entry(standard="nobodys@1", **days), "330100"), date(2026, 5, 10), book, standards))

    assert [date(2026, 11, 2), date(2027, 5, 2)] == [known.first, unknown.first]


def test_periods_may_count_from_the_first_day_of_effect(
    standards: Standards, entry: MakeEntry, penalty: MakePenalty, changed: Callable[[Mapping[str, str]], RuleBook]
) -> None:
    """What a period counts from is data: a list entry's first day of effect; a penalty has its decision only."""
    book = changed({'counted_from = "decided"\ntransition': 'counted_from = "effective"\ntransition'})
    record = entry(decided_on=date(2026, 5, 1), valid_from=date(2026, 5, 10), valid_until=None)
    fine = penalty(decided_on=date(2026, 5, 1), valid_until=None)

    assert date(2027, 5, 11) == found(window_of(Act(record, "330100"), date(2026, 5, 10), book, standards)).first
    assert date(2026, 8, 2) == found(window_of(Act(fine, "330100"), date(2026, 5, 10), book, standards)).first


def test_a_last_day_of_rest_rolls_only_where_the_rule_says_so(
    book: RuleBook, standards: Standards, penalty: MakePenalty, changed: Callable[[Mapping[str, str]], RuleBook]
) -> None:
    """1 October 2026 is a holiday: with article 203 the three months end on the 8th, without on the day itself."""
    rolling = changed({'datasets = ["penalties", "lists"]': 'last_day_rolls = true\ndatasets = ["penalties", "lists"]'})
    act = Act(penalty(decided_on=date(2026, 7, 1), valid_until=None), "330100")
    days = [found(window_of(act, date(2026, 7, 1), each, standards)).first for each in (book, rolling)]

    assert [date(2026, 10, 2), date(2026, 10, 9)] == days


def test_zhejiangs_archive_has_a_clock_of_its_own(book: RuleBook, standards: Standards, penalty: MakePenalty) -> None:
    """A year from the decision, five years at most, whatever the display; other regions' archives go by the display."""
    record = penalty(decided_on=date(2026, 5, 1), valid_until=None, published_until=date(2026, 9, 1))
    zhejiang = Act(record, "330100", scope=Scope.ARCHIVE)
    shanghai = Act(record, "310000", scope=Scope.ARCHIVE)
    here = found(window_of(zhejiang, date(2026, 6, 1), book, standards))
    there = found(window_of(shanghai, date(2026, 6, 1), book, standards))

    assert (date(2027, 5, 2), date(2031, 5, 1)) == (here.first, here.last)
    assert ("repair-330000-archive@1", R4) == (here.versions[0], there.versions[0])


def _days(record: ListEntry) -> dict[str, object]:
    return {"decided_on": record.decided_on, "valid_from": record.valid_from, "valid_until": record.valid_until}
