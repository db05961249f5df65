# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether an act may be repaired: too early, too late, excluded, without the documents asked for, or at last."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from federation.records.penalty import Penalty
from federation.rules.catalogue.repair import Document, Scope
from federation.rules.repair.judging import NotRepairable, NotYet, Repairable, RepairRequest, judge_repair
from federation.rules.repair.severity import Stated
from federation.rules.repair.window import Act
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards

ALL = frozenset(Document)
DAY = timedelta(days=1)
Judge = Callable[[RepairRequest], Repairable | NotYet | NotRepairable]
Ask = Callable[..., RepairRequest]


@pytest.fixture
def judge(book: RuleBook, standards: Standards) -> Judge:
    """Judges by the shipped rules."""
    return lambda request: judge_repair(request, book, standards)


@pytest.fixture
def ask(penalty: Callable[..., Penalty]) -> Ask:
    """Asks for the repair of a fine of 1 May 2026, on the first day it is possible, with everything handed in."""

    def make(applied_on: date = date(2026, 8, 2), **changes: object) -> RepairRequest:
        sound = {"kinds": ("罚款",), "decided_on": date(2026, 5, 1), "valid_until": None}
        record = penalty(**{**sound, **changes})
        return RepairRequest(Act(record, "330100"), applied_on, ALL)

    return make


def test_the_first_and_the_last_day_of_repair(judge: Judge, ask: Ask) -> None:
    """Not on the last day of the shortest period, but from the next one to the last day of display, and no longer."""
    first, last = date(2026, 8, 2), date(2027, 5, 1)
    too_early, too_late = judge(ask(first - DAY)), judge(ask(last + DAY))

    assert isinstance(too_early, NotYet)
    assert (first, ()) == (too_early.on, too_early.reasons)
    assert [last, last] == [judged.last for day in (first, last) if isinstance(judged := judge(ask(day)), Repairable)]
    assert isinstance(too_late, NotRepairable)
    assert ("PERIOD_LAPSED",) == too_late.reasons


def test_an_application_names_the_versions_it_was_judged_by(judge: Judge, ask: Ask) -> None:
    """Every outcome names the version of the rules, and the severity rules that fitted."""
    used = ("repair-order-36@1", "severity-2025@1/fine")
    outcomes = [judge(ask(day)) for day in (date(2026, 5, 2), date(2026, 8, 2), date(2028, 1, 1))]

    assert [used] * 3 == [judged.versions for judged in outcomes]


# Day of decision, kind, day of application, and the documents that were asked for then.
ASKED = [
    (date(2022, 1, 1), "罚款", date(2022, 6, 1), "IDENTITY_UNPROVEN PERFORMANCE_UNPROVEN COMMITMENT_MISSING"),
    (
        date(2022, 1, 1),
        "暂扣许可证",
        date(2022, 8, 1),
        "IDENTITY_UNPROVEN PERFORMANCE_UNPROVEN COMMITMENT_MISSING TRAINING_MISSING REPORT_MISSING",
    ),
    (
        date(2024, 1, 1),
        "罚款",
        date(2024, 6, 1),
        "APPLICATION_MISSING IDENTITY_UNPROVEN PERFORMANCE_UNPROVEN COMMITMENT_MISSING",
    ),
    (date(2025, 7, 1), "罚款", date(2025, 12, 1), "PERFORMANCE_UNPROVEN COMMITMENT_MISSING"),
    (date(2026, 5, 1), "罚款", date(2026, 9, 1), "PERFORMANCE_UNPROVEN COMMITMENT_MISSING"),
    (date(2026, 5, 1), "警告", date(2026, 5, 1), "PERFORMANCE_UNPROVEN"),
]


@pytest.mark.parametrize(("decided_on", "kind", "applied_on", "reasons"), ASKED)
def test_each_version_asks_for_its_documents(
    judge: Judge, ask: Ask, decided_on: date, kind: str, applied_on: date, reasons: str
) -> None:
    """Without a document nothing is repaired, and each that is missing is named; with all of them it is."""
    request = ask(applied_on, decided_on=decided_on, kinds=(kind,), content=kind)
    bare = judge(replace(request, documents=frozenset()))

    assert isinstance(judge(request), Repairable)
    assert isinstance(bare, NotRepairable)
    assert tuple(reasons.split()) == bare.reasons


def test_who_comes_too_early_hears_what_is_missing_too(judge: Judge, ask: Ask) -> None:
    """The day and the documents are told at once: nobody comes twice in vain."""
    judged = judge(replace(ask(date(2026, 6, 1)), documents=frozenset({Document.COMMITMENT})))

    assert isinstance(judged, NotYet)
    assert (date(2026, 8, 2), ("PERFORMANCE_UNPROVEN",)) == (judged.on, judged.reasons)


def test_no_repair_while_on_a_serious_list(judge: Judge, ask: Ask) -> None:
    """The subject leaves the list first; what else is missing is told beside it."""
    judged = judge(replace(ask(), on_serious_list=True, documents=ALL - {Document.COMMITMENT}))

    assert isinstance(judged, NotRepairable)
    assert ("SUBJECT_ON_SERIOUS_LIST", "COMMITMENT_MISSING") == judged.reasons


def test_the_rules_of_2019_ask_for_no_list(judge: Judge, ask: Ask) -> None:
    """What a version does not ask for stands in nobody's way."""
    request = ask(date(2022, 6, 1), decided_on=date(2022, 1, 1))

    assert isinstance(judge(replace(request, on_serious_list=True)), Repairable)


def test_the_grave_class_of_2019_is_never_repaired(judge: Judge, ask: Ask) -> None:
    """Three years fixed: not in the first, not on the last day."""
    for applied_on in (date(2020, 6, 1), date(2022, 12, 31)):
        judged = judge(ask(applied_on, decided_on=date(2020, 1, 15), kinds=("责令停产停业",)))

        assert isinstance(judged, NotRepairable)
        assert ("REPAIR_EXCLUDED",) == judged.reasons


def test_what_ends_before_it_can_be_repaired_is_not_repaired(judge: Judge, ask: Ask) -> None:
    """A record that its own decision displays for a month is over before the three months are."""
    judged = judge(ask(date(2026, 5, 20), published_until=date(2026, 6, 1)))

    assert isinstance(judged, NotRepairable)
    assert ("REPAIR_EXCLUDED",) == judged.reasons


def test_what_is_not_displayed_has_nothing_to_repair(judge: Judge, ask: Ask) -> None:
    """A warning under order 58."""
    judged = judge(ask(date(2024, 5, 1), decided_on=date(2024, 5, 1), kinds=("警告",), fine_fen=None))

    assert isinstance(judged, NotRepairable)
    assert ("NOT_DISPLAYED",) == judged.reasons


def test_without_days_there_is_one_reason(judge: Judge, ask: Ask) -> None:
    """Where no class can be told, that is all that is said: the rest would be guesses."""
    judged = judge(replace(ask(kinds=("其他-虚构罚种",)), documents=frozenset(), on_serious_list=True))

    assert NotRepairable(("SEVERITY_UNKNOWN",), ("repair-order-36@1",)) == judged


@pytest.mark.parametrize(
    ("applied_on", "new_of_kind", "expected"),
    [
        (date(2027, 5, 1), False, NotYet),
        (date(2027, 5, 2), False, Repairable),
        (date(2027, 5, 2), True, NotRepairable),
        (date(2031, 5, 2), False, NotRepairable),
    ],
)
def test_zhejiangs_archive(judge: Judge, ask: Ask, applied_on: date, new_of_kind: bool, expected: type[object]) -> None:
    """A year since the decision, and nothing new of the same kind; after five years there is nothing left to repair."""
    request = ask(applied_on)
    archived = replace(request, act=replace(request.act, scope=Scope.ARCHIVE), new_of_kind=new_of_kind)

    assert isinstance(judge(archived), expected)


def test_something_new_of_the_kind_matters_to_the_archive_alone(judge: Judge, ask: Ask) -> None:
    """The national rules know no such condition."""
    assert isinstance(judge(replace(ask(), new_of_kind=True)), Repairable)


def test_a_stated_field_is_judged_by(judge: Judge, ask: Ask) -> None:
    """Under order 58 a fine for food waits a year where its authority says that it is one."""
    request = ask(date(2024, 6, 2), decided_on=date(2024, 3, 1))
    food = replace(request, act=replace(request.act, stated=Stated(frozenset({"food-drug"}))))

    assert isinstance(judge(request), Repairable)
    assert isinstance(judge(food), NotYet)


def test_every_reason_of_a_repair_has_words(standards: Standards, judge: Judge, ask: Ask) -> None:
    """Whoever is refused hears why, in both languages."""
    bare = judge(replace(ask(decided_on=date(2024, 1, 1), applied_on=date(2024, 6, 1)), documents=frozenset()))
    every = judge(
        replace(
            ask(decided_on=date(2022, 1, 1), kinds=("暂扣许可证",), applied_on=date(2022, 8, 1)), documents=frozenset()
        )
    )
    assert isinstance(bare, NotRepairable)
    assert isinstance(every, NotRepairable)
    other = ("REPAIR_EXCLUDED", "NOT_DISPLAYED", "PERIOD_LAPSED", "SUBJECT_ON_SERIOUS_LIST", "NEW_BAD_INFORMATION")
    alone = (
        "SEVERITY_UNKNOWN",
        "SEVERITY_UNRULED",
        "REPAIR_FIELD_UNSTATED",
        "REPAIR_RULES_MISSING",
        "LIST_EXIT_UNKNOWN",
    )
    reasons = {*bare.reasons, *every.reasons, *other, *alone, "RECORD_NOT_REPAIRABLE"}

    assert set() == reasons - set(standards.reasons.texts)
