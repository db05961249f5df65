# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Nobody learns from the time that an answer takes, or from its bytes, whether there is something it may not know.

Four ways of not being allowed, each against subjects that nobody knows: sixty entries about each of six companies in a
feed that is closed to the caller; sixty filings of each of six agencies, which the purpose does not need; sixty entries
about each of six persons in a feed that shows it no persons; sixty about each of six minors in a feed that does.

Statistic: that of tests/timing.py, of 150 questions of either kind, asked in turn in an order drawn by lot after 20 to
warm up. Both times are looked at: what the thread worked, and what passed. The same statistic must find out a store
that reads what is not allowed before it leaves it out.
"""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, cast

import pytest

from federation.records.codec import decode_as
from federation.records.exchange import Answer, Authorisation, AuthorisationKind
from federation.records.feed_policy import Dataset
from federation.standards.identity import CodeKind
from federation.standards.numbers.citizen_number import citizen_check
from node.config import FeedSection
from node.exchange.dialogue import Envelope
from node.exchange.inquire import uuid7
from node.query.query import Query
from node.query.sight import Sights
from tests.node.region.talk import PURPOSE, question, responder, sought
from tests.node.region.world import World
from tests.samples.invented import unified
from tests.timing import SAMPLE, apart

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from node.entry.holding import HeldEntry
    from node.query.seen import Facts, HoldingReader, Snapshot
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples

CALLER = "310000"
DUTY = Authorisation(
    kind=AuthorisationKind.STATUTORY_DUTY,
    reference="《浙江省公共信用信息管理条例》第十九条",
    sha256=bytes(32),
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
)
SUBJECTS, ENTRIES, WARM = 6, 60, 20
FEEDS = (
    FeedSection(name="closed", dataset=Dataset.LISTS, readers=()),
    FeedSection(name="lists", dataset=Dataset.LISTS),
    FeedSection(name="persons", dataset=Dataset.LISTS, person_payload_readers=("*",)),
    FeedSection(name="filings", dataset=Dataset.FILINGS),
)


def companies(first: int) -> list[str]:
    """Codes of some companies."""
    return [unified("91", "330100", first + number) for number in range(SUBJECTS)]


def persons(year: int, first: int) -> list[str]:
    """Numbers of some persons born in a year."""
    bodies = [f"330102{year}0101{first + number:03d}" for number in range(SUBJECTS)]
    return [body + citizen_check(body) for body in bodies]


class Case(NamedTuple):
    """Subjects that the caller may not know of, those that nobody knows, and what it asks for."""

    hidden: Sequence[str]
    unknown: Sequence[str]
    purpose: str = PURPOSE


CASES = {
    "a closed feed": Case(companies(100), companies(900)),
    "a purpose that needs other records": Case(companies(200), companies(900), "procurement"),
    "persons that it may not see": Case(persons(1949, 10), persons(1950, 100)),
    "minors": Case(persons(2009, 10), persons(1950, 100)),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, templates: Path) -> Iterator[World]:
    """One world for all."""
    world = World(tmp_path_factory.mktemp("timing"), templates)
    yield world
    world.end()


@pytest.fixture(scope="module")
def node(world: World, samples: Samples) -> Node:
    """Hangzhou, with all that is hidden."""
    may_ask = {"may_ask": (PURPOSE, "procurement"), "may_ask_about_persons": (PURPOSE,)}
    node = world.node("330100", FEEDS, n310000=may_ask)
    closed, filings, seen_by_few, minors = (case.hidden for case in CASES.values())
    company, person = samples.company, samples.person
    numbers = range(ENTRIES)
    made = {"responsible_persons": (), "decided_on": date(2026, 1, 5), "valid_from": date(2026, 1, 6)}
    for feed, codes in (("closed", closed), ("lists", seen_by_few), ("persons", minors)):
        whose = company if feed == "closed" else person
        subjects = [whose.model_copy(update={"code": code}) for code in codes]
        node.publish(feed, *(samples.black(each, identity=subject, **made) for subject in subjects for each in numbers))
    agencies = [company.model_copy(update={"code": code}) for code in filings]
    filed = (samples.filing(at * ENTRIES + each, identity=who) for at, who in enumerate(agencies) for each in numbers)
    node.publish("filings", *filed)
    return node


@pytest.fixture(scope="module")
def asking(world: World) -> Node:
    """Shanghai, which asks."""
    return world.node(CALLER)


class Times(NamedTuple):
    """How long questions took, in nanoseconds: what the thread worked, and what passed."""

    worked: list[int]
    passed: list[int]


def asked(query: Query, code: str, purpose: str, times: Times | None = None) -> None:
    """Asks once, and finds nothing."""
    looked_for = sought(CALLER, code, purpose)
    passed, worked = time.perf_counter_ns(), time.thread_time_ns()
    found = query.find(looked_for)
    if times is not None:
        times.worked.append(time.thread_time_ns() - worked)
        times.passed.append(time.perf_counter_ns() - passed)
    assert ([], False) == (found.findings, found.truncated)


def sampled(query: Query, case: Case) -> tuple[Times, Times]:
    """Times for hidden and for unknown subjects, asked about in turn."""
    lot = random.Random(7)
    hidden, unknown = Times([], []), Times([], [])
    for number in range(WARM + SAMPLE):
        pair = [(case.hidden, hidden), (case.unknown, unknown)]
        for codes, times in lot.sample(pair, 2):
            asked(query, lot.choice(codes), case.purpose, times if number >= WARM else None)
    return hidden, unknown


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_allowed_takes_the_time_of_what_is_not_known(node: Node, name: str) -> None:
    """By the work done and by the time that passed: AUC within 0.2 of 0.5, or medians within a tenth; 150 of each."""
    hidden, unknown = sampled(node.query, CASES[name])

    assert not apart(hidden.worked, unknown.worked).told
    assert not apart(hidden.passed, unknown.passed).told


class LeakySnapshot:
    """A snapshot that reads of every feed, and leaves out what was not asked for."""

    def __init__(self, seen: Snapshot) -> None:
        self._seen = seen

    def __getattr__(self, name: str) -> object:
        """Everything else, as it is."""
        return getattr(self._seen, name)

    def together(
        self, subjects: Sequence[str], origins: Sequence[str], most: int
    ) -> tuple[Sequence[HeldEntry], Facts] | None:
        """As `Snapshot.together`, but for the price."""
        found = self._seen.together(subjects, [view.origin for view in self._seen.feeds()], most)
        return None if found is None else ([entry for entry in found[0] if entry.origin in origins], found[1])


class LeakyReader:
    """A reader of such snapshots."""

    def __init__(self, reader: HoldingReader) -> None:
        self._reader = reader

    @contextmanager
    def snapshot(self) -> Iterator[LeakySnapshot]:
        """As `HoldingReader.snapshot`."""
        with self._reader.snapshot() as seen:
            yield LeakySnapshot(seen)


@pytest.mark.parametrize("name", ["a closed feed", "a purpose that needs other records", "persons that it may not see"])
def test_a_finder_that_looks_before_it_leaves_out_is_found_out(node: Node, name: str) -> None:
    """The same statistic tells its hidden subjects from unknown ones: what it does not find, it has not overlooked."""
    rules, roles = node.stages.foundation.ledger_rules, node.stages.foundation.members.roles
    reader = cast("HoldingReader", LeakyReader(node.reader))
    leaky = Query(reader, Sights(node.publisher, roles, rules, node.clock, 300), rules, node.clock, 300)
    hidden, unknown = sampled(leaky, CASES[name])

    found = apart(hidden.worked, unknown.worked)
    assert found.told
    assert found.auc > 0.9


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_allowed_has_the_bytes_of_what_is_not_known(node: Node, asking: Node, name: str) -> None:
    """The signed answers are equal but for exchange id and digest of the question; so is their size."""
    case = CASES[name]
    personal = case.hidden[0][:-1].isdigit()
    about = {
        "code_kind": CodeKind.CITIZEN if personal else CodeKind.USCC,
        "authorisation": DUTY if personal else None,
        "purpose": case.purpose,
    }
    answers = []
    for number, code in enumerate((case.hidden[0], case.unknown[0])):
        exchange_id = uuid7(node.clock(), bytes([number, len(name), *bytes(8)]))
        signed = question(asking, exchange_id=exchange_id, code=code, **about)
        answers.append(responder(node).answer(CALLER, signed))
    first, second = (_alike(each) for each in answers)

    assert first == second
    assert len(answers[0].payload) == len(answers[1].payload)


def _alike(envelope: Envelope) -> Answer:
    """An answer without what no two answers share."""
    answer = decode_as(Answer, envelope.payload)
    return answer.model_copy(update={"exchange_id": "", "question_sha256": b""})
