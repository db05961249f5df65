# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a body may say about a measure, each refusal alone and in order, and the record that a statement amounts to."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from federation.records.list_entry import ListEntry, ListKind
from federation.records.loop.feedback import Feedback, FeedbackDirection, FeedbackResponse
from federation.records.subject import Authority
from federation.rules.agreement import Measure
from federation.rules.loop.feedback import NotTaken, Received, Region, Statement, compose, region_of
from federation.rules.rule_book import RuleBook

TODAY = date(2026, 4, 1)
PUBLISHED = date(2026, 3, 2)
MARKET = Authority(name="上海市市场监督管理局", code="11310000PDY0030268")
FINANCE = "11310000PDY003114N"
NOBODY = "11310000PDY009999X"
ORIGIN = "delta.example/330100/lists/1"
Changes = dict[str, Any]


def says(**changes: object) -> Statement:
    """A sound statement, but for what is changed."""
    sound: Changes = {
        "case_id": "沪联惩〔2026〕1号",
        "entry_origin": ORIGIN,
        "entry_index": 7,
        "measure": "closer-inspection",
        "implementer": MARKET.code,
        "response": FeedbackResponse.ACCEPTED,
    }
    return Statement(**{**sound, **changes})


def made(said: Statement, received: Received | None, region: Region) -> Feedback:
    """The record of a statement that is taken."""
    composed = compose(said, received, region)
    assert isinstance(composed, Feedback)
    return composed


@pytest.fixture(scope="module")
def shanghai(book: RuleBook) -> Region:
    """Shanghai today, by the shipped rules."""
    return region_of("310000", book.measures, {}, TODAY)


@pytest.fixture(scope="module")
def closer(shanghai: Region) -> Measure:
    """Shanghai's measure that the sound statement is about."""
    return shanghai.measures["closer-inspection"]


@pytest.fixture(scope="module")
def receives(entry: Callable[..., ListEntry]) -> Callable[..., Received]:
    """Makes Hangzhou's black entry as it counts in Shanghai, but for what is changed."""

    def held(**changes: object) -> Received:
        sound: Changes = {
            "entry": entry(),
            "published_on": PUBLISHED,
            "counts": True,
            "measures": ("closer-inspection", "fast-track"),
        }
        return Received(**{**sound, **changes})

    return held


def test_the_catalogue_is_that_of_one_region_on_one_day(closer: Measure) -> None:
    """Its own measures and those of every region, from their first day to their last."""
    effective = {"effective_from": PUBLISHED, "effective_until": TODAY}
    own = closer.model_copy(update=effective)
    everybodys = closer.model_copy(update={**effective, "code": "everywhere", "region": "*"})
    foreign = closer.model_copy(update={**effective, "code": "elsewhere", "region": "330100"})
    known = (own, everybodys, foreign)
    days = (date(2026, 3, 1), PUBLISHED, TODAY, date(2026, 4, 2))

    found = [region_of("310000", known, {}, day).measures for day in days]

    both = {"closer-inspection": own, "everywhere": everybodys}
    assert [{}, both, both, {}] == found


def test_a_region_knows_the_bodies_of_its_catalogue_and_those_it_is_told(closer: Measure) -> None:
    """Where both name one body, the catalogue's name is the one that goes into records."""
    region = region_of("310000", [closer], {MARKET.code: "旧名", FINANCE: "上海市财政局"}, TODAY)

    assert {MARKET.code: MARKET.name, FINANCE: "上海市财政局"} == region.bodies


def test_a_measure_out_of_force_names_no_body(closer: Measure) -> None:
    """A body that stands only in last year's catalogue is unknown."""
    past = closer.model_copy(update={"effective_until": date(2026, 3, 31)})

    assert Region("310000", {}, {}, TODAY) == region_of("310000", [past], {}, TODAY)


def test_what_the_caller_cannot_say_comes_from_the_entry_and_the_catalogue(
    receives: Callable[..., Received], shanghai: Region, entry: Callable[..., ListEntry]
) -> None:
    """Whom it is about, who decided, where it holds, on what basis, and by what name the body goes."""
    about = entry(source=MARKET)

    said = made(says(), receives(entry=about), shanghai)

    assert (about.identity, about.authority) == (said.identity, said.initiator)
    assert ("310000", "上海市社会信用条例", MARKET) == (said.region, said.legal_basis, said.implementer)


def test_what_the_caller_says_stands_in_the_record(receives: Callable[..., Received], shanghai: Region) -> None:
    """Case, entry, measure, answer and what came of it, word for word."""
    words: Changes = {
        "case_id": "2",
        "entry_origin": ORIGIN,
        "entry_index": 9,
        "measure": "closer-inspection",
        "response": FeedbackResponse.ACCEPTED,
        "reason": "符合条件",
        "received_on": date(2026, 3, 3),
        "responded_on": date(2026, 3, 5),
        "implemented_on": date(2026, 3, 6),
        "result": "已列为重点检查对象",
        "evidence_sha256": bytes(range(32)),
        "reported_period": "202602",
    }

    said = made(says(**words), receives(), shanghai)

    assert words == {name: getattr(said, name) for name in words}


def test_a_new_statement_is_not_lifted(receives: Callable[..., Received], shanghai: Region) -> None:
    """Only the end of its entry closes it, never whoever makes it."""
    said = made(says(), receives(), shanghai)

    assert (None, None) == (said.lifted_on, said.lifted_for)


@pytest.mark.parametrize(
    ("changes", "days", "period"),
    [
        ({}, (PUBLISHED, TODAY), "202604"),
        ({"received_on": date(2026, 3, 9)}, (date(2026, 3, 9), TODAY), "202604"),
        ({"responded_on": date(2026, 3, 31)}, (PUBLISHED, date(2026, 3, 31)), "202603"),
    ],
)
def test_days_left_out_are_those_of_publication_and_of_today(
    receives: Callable[..., Received],
    shanghai: Region,
    changes: Changes,
    days: tuple[date, date],
    period: str,
) -> None:
    """And the report is that of the month of the answer."""
    said = made(says(**changes), receives(), shanghai)

    assert (days, period) == ((said.received_on, said.responded_on), said.reported_period)


@pytest.mark.parametrize(
    ("kind", "measure", "direction"),
    [
        (ListKind.RED, "fast-track", FeedbackDirection.INCENTIVE),
        (ListKind.BLACK, "closer-inspection", FeedbackDirection.PENALTY),
        (ListKind.WATCH, "closer-inspection", FeedbackDirection.PENALTY),
    ],
)
def test_only_a_red_entry_rewards(
    receives: Callable[..., Received],
    shanghai: Region,
    entry: Callable[..., ListEntry],
    kind: ListKind,
    measure: str,
    direction: FeedbackDirection,
) -> None:
    """The direction is that of the list, not the caller's to say."""
    said = made(says(measure=measure), receives(entry=entry(kind=kind)), shanghai)

    assert direction is said.direction


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"case_id": ""}, "case_id", "FEEDBACK_CASE_MISSING"),
        ({"case_id": " \u3000"}, "case_id", "FEEDBACK_CASE_MISSING"),
        ({"measure": "public-shaming"}, "measure", "FEEDBACK_MEASURE_UNKNOWN"),
        ({"measure": "land-grant-limit"}, "measure", "FEEDBACK_MEASURE_UNKNOWN"),
        ({"measure": "publication"}, "measure", "FEEDBACK_MEASURE_NOT_DUE"),
        ({"implementer": FINANCE}, "implementer", "FEEDBACK_BODY_UNKNOWN"),
        ({"implementer": NOBODY}, "implementer", "FEEDBACK_BODY_UNKNOWN"),
        ({"response": FeedbackResponse.REFUSED}, "reason", "FEEDBACK_REASON_MISSING"),
        ({"responded_on": date(2026, 3, 1)}, "responded_on", "DATES_OUT_OF_ORDER"),
        ({"evidence_sha256": b"short"}, "evidence_sha256", "FIELD_MALFORMED"),
        ({"reported_period": "202613"}, "reported_period", "FIELD_MALFORMED"),
    ],
)
def test_a_statement_that_cannot_be_so_is_not_taken(
    receives: Callable[..., Received], shanghai: Region, changes: Changes, field: str, reason: str
) -> None:
    """A blank case, a measure of nobody's or another region's catalogue, a body of another measure, and so on."""
    assert NotTaken(field, reason) == compose(says(**changes), receives(), shanghai)


def test_an_entry_never_received_gives_nothing_to_answer(shanghai: Region) -> None:
    """Nothing is said about what is not held here."""
    assert NotTaken("index", "FEEDBACK_ENTRY_UNKNOWN") == compose(says(), None, shanghai)


def test_an_entry_that_does_not_count_gives_nothing_to_answer(
    receives: Callable[..., Received], shanghai: Region
) -> None:
    """However many measures would follow from it."""
    expected = NotTaken("index", "FEEDBACK_ENTRY_NOT_COUNTING")
    assert expected == compose(says(), receives(counts=False), shanghai)


def test_of_several_grounds_the_first_is_told(receives: Callable[..., Received], shanghai: Region) -> None:
    """A statement with every fault, mended one at a time, is refused for each of them in the documented order."""
    wrong: Changes = {
        "case_id": " ",
        "measure": "public-shaming",
        "implementer": NOBODY,
        "response": FeedbackResponse.REFUSED,
    }
    cased = {**wrong, "case_id": "1"}
    measured = {**cased, "measure": "closer-inspection"}
    bodied = {**measured, "implementer": MARKET.code}
    attempts: list[tuple[Changes, Received | None]] = [
        (wrong, None),
        (cased, None),
        (cased, receives(counts=False, measures=())),
        (measured, receives(counts=False, measures=())),
        (measured, receives(measures=())),
        (measured, receives()),
        (bodied, receives()),
    ]

    found = [compose(says(**changes), received, shanghai) for changes, received in attempts]

    assert [
        NotTaken("case_id", "FEEDBACK_CASE_MISSING"),
        NotTaken("index", "FEEDBACK_ENTRY_UNKNOWN"),
        NotTaken("measure", "FEEDBACK_MEASURE_UNKNOWN"),
        NotTaken("index", "FEEDBACK_ENTRY_NOT_COUNTING"),
        NotTaken("measure", "FEEDBACK_MEASURE_NOT_DUE"),
        NotTaken("implementer", "FEEDBACK_BODY_UNKNOWN"),
        NotTaken("reason", "FEEDBACK_REASON_MISSING"),
    ] == found


@pytest.mark.parametrize(
    ("implementer", "refusal"),
    [(FINANCE, None), (NOBODY, NotTaken("implementer", "FEEDBACK_BODY_UNKNOWN"))],
)
def test_where_the_catalogue_names_nobody_any_known_body_answers(
    receives: Callable[..., Received], closer: Measure, implementer: str, refusal: NotTaken | None
) -> None:
    """Known by what the region is told beside its catalogue; a stranger still is refused."""
    open_to_all = closer.model_copy(update={"implementing_bodies": ()})
    region = region_of("310000", [open_to_all], {FINANCE: "上海市财政局"}, TODAY)

    composed = compose(says(implementer=implementer), receives(), region)

    if refusal is None:
        assert isinstance(composed, Feedback)
        assert Authority(name="上海市财政局", code=FINANCE) == composed.implementer
    else:
        assert refusal == composed
