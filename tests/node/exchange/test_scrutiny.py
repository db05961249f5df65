# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is remembered of who asks: rates, what is unusual, and how little of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from federation.records.exchange import Question
from federation.rules.asking.admission import AskingTerms, Refused
from federation.rules.asking.anomalies import anomaly_rules_of
from federation.rules.asking.terms import asking_rules_of
from federation.rules.rule_book import parse_rule_book, shipped_law
from federation.standards.bundle import shipped_standards
from federation.standards.calendar import midnight_ms
from federation.standards.identity import CodeKind
from node.exchange import scrutiny
from node.exchange.scrutiny import Looked, Scrutiny
from tests.node.region.trouble import FIRST_DAY

NOON_MS = midnight_ms(FIRST_DAY) + 12 * 3_600_000


@dataclass
class Watch:
    """A clock for rates."""

    now_s: float = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now_s


@pytest.fixture(scope="module")
def terms() -> AskingTerms:
    """Two questions a minute and officer, three an office, four a member."""
    book = parse_rule_book(shipped_law())
    rules = asking_rules_of(book.asking, "330100", FIRST_DAY)
    assert rules is not None
    few = {"officer_per_minute": 2, "office_per_minute": 3, "member_per_minute": 4}
    single = rules.single.model_copy(update=few)
    anomalies = anomaly_rules_of(book.anomalies, "330100", FIRST_DAY)
    return AskingTerms(replace(rules, single=single), shipped_standards(), anomalies)


@pytest.fixture
def watch() -> Watch:
    """It stands still."""
    return Watch()


@pytest.fixture
def looking(watch: Watch) -> Scrutiny:
    """Nobody has asked."""
    return Scrutiny(bytes(32), watch)


def ask(officer: str = "017", office: str = "credit", member: str = "310000", **changes: object) -> Question:
    """A question about a company."""
    fields: dict[str, Any] = {
        "exchange_id": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "requester": member,
        "responder": "330100",
        "purpose": "joint-punishment",
        "legal_basis": "条例",
        "case_number": "1",
        "code_kind": CodeKind.USCC,
        "code": "91330100MA2PDY0152",
        "asked_at_ms": NOON_MS,
        "salt": bytes(32),
        "officer": officer,
        "office": office,
    }
    return Question(**{**fields, **changes})


def reasons(looking: Scrutiny, terms: AskingTerms, *questions: Question) -> list[str]:
    """What each is refused with; empty where it is not."""
    looked = [looking.look(question, None, terms, NOON_MS) for question in questions]
    return [each.refused.reason if each.refused else "" for each in looked]


OVER = "RATE_EXCEEDED"


def test_an_officer_an_office_and_a_member_each_have_their_rate(looking: Scrutiny, terms: AskingTerms) -> None:
    """The third of an officer, the fourth of an office, the fifth of a member; what was refused took nothing."""
    questions = [ask(), ask(), ask(), ask("018"), ask("019"), ask("019", "tax"), ask("020", "land")]

    assert ["", "", OVER, "", OVER, "", OVER] == reasons(looking, terms, *questions)


def test_a_noisy_member_takes_nothing_of_anothers(looking: Scrutiny, terms: AskingTerms) -> None:
    """Nor does an officer of the same name elsewhere."""
    assert ["", "", OVER, ""] == reasons(looking, terms, ask(), ask(), ask(), ask(member="320000"))


def test_an_officer_is_judged_by_its_own_members_questions(looking: Scrutiny, terms: AskingTerms) -> None:
    """Ten refusals of one are nothing that its namesake elsewhere is marked for."""
    barred = Refused("OFFICER_BARRED")
    marks = [looking.look(ask(), barred, terms, NOON_MS).marks for _ in range(10)]

    assert [()] * 9 + [("AN-05",)] == marks
    assert () == looking.look(ask(member="320000"), barred, terms, NOON_MS).marks


def test_a_refusal_says_when_to_ask_again_and_then_it_is_so(
    looking: Scrutiny, terms: AskingTerms, watch: Watch
) -> None:
    """Not before, and not much later."""
    reasons(looking, terms, ask(), ask())
    refused = looking.look(ask(), None, terms, NOON_MS).refused
    assert refused is not None
    assert refused.retry_after_s == pytest.approx(30.0)

    watch.now_s = 29.9
    assert [OVER] == reasons(looking, terms, ask())
    watch.now_s = 30.1
    assert [""] == reasons(looking, terms, ask())


def test_what_is_refused_already_takes_no_token(looking: Scrutiny, terms: AskingTerms) -> None:
    """It keeps its reason."""
    barred = Refused("OFFICER_BARRED")

    assert [Looked(barred)] * 5 == [looking.look(ask(), barred, terms, NOON_MS) for _ in range(5)]
    assert ["", ""] == reasons(looking, terms, ask(), ask())


def test_batches_have_a_rate_of_their_own_and_no_marks(looking: Scrutiny, terms: AskingTerms) -> None:
    """Also at night: who was granted batches runs them when the lines are free."""
    midnight = midnight_ms(FIRST_DAY)
    asked = [looking.look(ask(batch="b-1"), None, terms, midnight) for _ in range(100)]

    assert [Looked(None)] * 100 == asked
    assert () == looking.note(ask(batch="b-1"), None, terms, midnight)
    assert ("AN-02",) == looking.look(ask(), None, terms, midnight).marks


def test_own_questions_are_marked_and_never_refused_here(looking: Scrutiny, terms: AskingTerms) -> None:
    """The sixtieth in a minute is a burst; refused ones count for what they are."""
    marks = [looking.note(ask(), None, terms, NOON_MS) for _ in range(60)]
    assert [()] * 59 + [("AN-01",)] == marks

    other = [looking.note(ask("018"), Refused("PURPOSE_NOT_GRANTED"), terms, NOON_MS) for _ in range(10)]
    assert [()] * 9 + [("AN-05",)] == other


def test_the_same_person_again_is_not_one_more(looking: Scrutiny, terms: AskingTerms) -> None:
    """Fifty persons are many; one person fifty times is not."""

    def about(number: int) -> Question:
        return ask(code_kind=CodeKind.OTHER, code=f"E1234{number:04}")

    at = iter(range(NOON_MS, NOON_MS + 10_000_000, 60_000))
    assert [()] * 60 == [looking.note(about(1), None, terms, next(at)) for _ in range(60)]

    marks = [looking.note(about(number), None, terms, next(at)) for number in range(2, 51)]
    assert [()] * 48 + [("AN-04",)] == marks


def test_who_asks_again_is_not_forgotten_first(
    looking: Scrutiny, terms: AskingTerms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is who has not asked for the longest time, not who asked first."""
    monkeypatch.setattr(scrutiny, "MAX_OFFICERS", 3)
    for officer in ("017", "a", "b", *["017"] * 58, "c"):
        looking.note(ask(officer), None, terms, NOON_MS)

    assert ("AN-01",) == looking.note(ask("017"), None, terms, NOON_MS)


def test_what_is_remembered_of_a_member_is_bounded(
    looking: Scrutiny, terms: AskingTerms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asked longest ago is forgotten, and another member's officers never for it."""
    monkeypatch.setattr(scrutiny, "MAX_OFFICERS", 3)
    other = [looking.note(ask("017", member="320000"), None, terms, NOON_MS) for _ in range(59)]
    first = [looking.note(ask("017"), None, terms, NOON_MS) for _ in range(59)]
    for officer in ("a", "b", "c"):
        looking.note(ask(officer), None, terms, NOON_MS)

    assert {()} == {*first, *other}
    assert ((), ("AN-01",)) == tuple(
        looking.note(ask("017", member=member), None, terms, NOON_MS) for member in ("310000", "320000")
    )
