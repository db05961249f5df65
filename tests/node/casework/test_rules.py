# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What cases are decided by: the files of the region, and nothing else."""

from datetime import date
from typing import Any

import pytest

from federation.records.act import AnnotationKind
from federation.records.case import CaseKind
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.rules.case.process import Admissible, CaseTerms, NotAdmissible
from federation.rules.rule_book import parse_rule_book, shipped_rules
from federation.standards.bundle import shipped_standards
from node.assemble.casework.rules import case_rules
from node.cases.docket import CaseRules
from tests.node.region.samples import Samples

DAY = date(2026, 11, 2)
CLOSED = FeedPolicy(origin="delta.example/330100/lists/1", dataset=Dataset.LISTS, readers=("yrd",))
OPEN = FeedPolicy(
    origin="delta.example/330100/penalties/1",
    dataset=Dataset.PENALTIES,
    readers=("*",),
    person_payload_readers=("yrd",),
)


def rules_of(home: str, drop: str = "") -> CaseRules:
    """The rules of a node, without the files of a folder."""
    files = {path: raw for path, raw in shipped_rules(home).items() if not drop or not path.startswith(drop)}
    return case_rules(home, parse_rule_book(files), shipped_standards(), (CLOSED, OPEN))


@pytest.mark.parametrize(
    ("home", "terms"),
    [
        ("330100", CaseTerms(AnnotationKind.OBJECTION, 20, 5, "procedure-330000@1", 15)),
        ("331000", CaseTerms(AnnotationKind.SUSPENDED, 9, 2, "procedure-331000@1", 7)),
        ("310000", CaseTerms(AnnotationKind.OBJECTION, 7, 5, "procedure-310000@1", 2)),
    ],
)
def test_an_objection_goes_by_the_procedure_of_the_region(home: str, terms: CaseTerms) -> None:
    """A city's own before its province's; where it says that disclosure is suspended, the mark suspends."""
    assert terms == rules_of(home).terms(CaseKind.OBJECTION, DAY)


@pytest.mark.parametrize(
    ("day", "policy", "longer"),
    [(date(2026, 3, 31), "repair-guoban-2025-22@1", None), (date(2026, 4, 1), "repair-order-36@1", 10)],
)
def test_a_repair_goes_by_the_version_in_force(day: date, policy: str, longer: int | None) -> None:
    """With its mark; three working days, seven more, and under the newest ten where it is difficult."""
    assert CaseTerms(AnnotationKind.REPAIR_PENDING, 3, 7, policy, longer) == rules_of("330100").terms(
        CaseKind.REPAIR, day
    )


@pytest.mark.parametrize("kind", CaseKind)
def test_without_a_rule_no_term_runs(kind: CaseKind) -> None:
    """Terms are law: none is made up."""
    rules = rules_of("330100", "procedures" if kind is CaseKind.OBJECTION else "repair")
    terms = rules.terms(kind, DAY)

    assert (None, None, "") == (terms.accept_days, terms.decide_days, terms.policy)


def test_terms_count_in_working_days() -> None:
    """Over a weekend."""
    assert date(2026, 11, 9) == rules_of("330100").nth(date(2026, 11, 2), 5).day


@pytest.mark.parametrize(
    ("record", "day", "judged"),
    [
        ("black", date(2026, 3, 1), NotAdmissible(("REPAIR_NOT_YET",), date(2026, 3, 2))),
        ("black", date(2026, 3, 2), Admissible()),
        ("red", DAY, NotAdmissible(("RECORD_NOT_REPAIRABLE",))),
        ("filing", DAY, NotAdmissible(("RECORD_NOT_REPAIRABLE",))),
    ],
)
def test_a_repair_is_judged_by_its_record_and_the_day(
    samples: Samples, record: str, day: date, judged: Admissible | NotAdmissible
) -> None:
    """The day before the shortest period has run, and the day after; and what is no breach."""
    made: Any = getattr(samples, record)()

    assert judged == rules_of("330100").admissible(made, "330100", day, False)


def test_what_the_rules_cannot_tell_is_left_to_whoever_decides(samples: Samples) -> None:
    """Nobody is refused for rules that are not there."""
    judged = rules_of("330100", "repair").admissible(samples.black(), "330100", DAY, False)

    assert Admissible("REPAIR_RULES_MISSING") == judged


@pytest.mark.parametrize(
    ("caller", "origin", "personal", "may"),
    [
        ("330100", CLOSED.origin, True, True),
        ("yrd", CLOSED.origin, False, True),
        ("yrd", CLOSED.origin, True, False),
        ("310000", CLOSED.origin, False, False),
        ("310000", OPEN.origin, False, True),
        ("310000", OPEN.origin, True, False),
        ("yrd", OPEN.origin, True, True),
        ("330100", "delta.example/330100/nothing/1", False, False),
    ],
)
def test_who_may_know_of_an_entry_is_the_feeds_policy(caller: str, origin: str, personal: bool, may: bool) -> None:
    """As for reading it."""
    assert may is rules_of("330100").may_read(caller, origin, personal)
