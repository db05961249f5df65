# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a member learns from the time a served node takes to answer it, on either database: nothing it may not know.

The other half of tests/node/query/test_timing.py, with the same statistic: there the work of finding alone, here all
that a member sees from outside, over gRPC, logged and signed.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import pytest

from federation.records.codec import encode
from federation.records.exchange import Authorisation, AuthorisationKind, Question
from federation.records.subject import Identity
from federation.rules.exchange import QUESTION_TYPE
from federation.standards.calendar import china_date
from federation.standards.identity import CodeKind, SubjectClass
from federation.standards.numbers.citizen_number import citizen_check
from node.assemble.making.card import Pinning, add_peer, node_card
from node.assemble.making.feeds import create_feeds
from node.config import CONFIG_NAME
from node.exchange.dialogue import seal
from node.exchange.inquire import uuid7
from node.observe import Observer
from node.rpc.client import PeerClient
from node.rpc.trust import Trust
from tests.bench.ground import lift_limits
from tests.flow.world import black, submitted, uscc
from tests.timing import SAMPLE, apart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from node.demo.postgres import TemporaryPostgres
    from node.exchange.dialogue import Envelope
    from node.identity.keys import KeyRing
    from tests.flow.world import Node, Region

pytestmark = pytest.mark.slow

PURPOSE = "joint-punishment"
SUBJECTS, ENTRIES, WARM = 6, 60, 20


def companies(first: int) -> list[Identity]:
    """Some companies."""
    codes = [uscc(first + number) for number in range(SUBJECTS)]
    return [black(1).identity.model_copy(update={"code": code}) for code in codes]


def persons(year: int) -> list[Identity]:
    """Some persons born in a year."""
    bodies = [f"330102{year}0101{number:03d}" for number in range(SUBJECTS)]
    codes = [body + citizen_check(body) for body in bodies]
    kind, whose = CodeKind.CITIZEN, SubjectClass.NATURAL_PERSON
    return [Identity(name="虚构某", subject_class=whose, code_kind=kind, code=code) for code in codes]


SEEN, CLOSED, HIDDEN = companies(100), companies(200), persons(1949)
KINDS: Mapping[str, Sequence[Identity]] = {
    "seen": SEEN,
    "in a closed feed": CLOSED,
    "unknown": companies(300),
    "persons not shown": HIDDEN,
    "persons unknown": persons(1950),
}


class Answered(NamedTuple):
    """What is seen of an answer from outside: nanoseconds until it came, and its bytes."""

    took: int
    size: int


def answering(region: Region, database: str | None) -> Node:
    """Hangzhou, served, with sixty entries about each of those it holds; Shanghai may ask it."""
    node, asker = region.node("330100", database), region.node("310000")
    lift_limits(node.folder)
    add_peer(node.folder, node_card(asker.config), Pinning(may_ask=(PURPOSE,), may_ask_about_persons=(PURPOSE,)))
    region.pin(asker, node)
    with (node.folder / CONFIG_NAME).open("a", encoding="utf-8") as config:
        config.write('\n[[feed]]\nname = "closed"\ndataset = "lists"\nreaders = []\n')
    create_feeds(node.config)
    for feed, whose in (("lists", [*SEEN, *HIDDEN]), ("closed", CLOSED)):
        entries = [
            black(number).model_copy(update={"identity": each, "responsible_persons": ()})
            for each in whose
            for number in range(ENTRIES)
        ]
        node.submit(feed, *map(submitted, entries))
    return node.serve()


def question(keys: KeyRing, who: Identity) -> Envelope:
    """A signed question about somebody."""
    now_ms = time.time_ns() // 1_000_000
    today: date = china_date(now_ms)
    duty = Authorisation(
        kind=AuthorisationKind.STATUTORY_DUTY,
        reference="虚构依据",
        sha256=bytes(32),
        valid_from=today,
        valid_until=today,
    )
    asked = Question(
        exchange_id=uuid7(now_ms, os.urandom(10)),
        requester="310000",
        responder="330100",
        purpose=PURPOSE,
        legal_basis="虚构依据",
        case_number="案-1",
        officer="officer-1",
        office="office-1",
        code_kind=who.code_kind,
        code=who.code,
        asked_at_ms=now_ms,
        salt=os.urandom(32),
        authorisation=duty if who.code_kind is CodeKind.CITIZEN else None,
    )
    return seal(QUESTION_TYPE, encode(asked), keys)


async def sampled(client: PeerClient, keys: KeyRing) -> Mapping[str, Sequence[Answered]]:
    """Answers about each kind, asked about in turn, in an order drawn by lot."""
    lot = random.Random(7)
    found: Mapping[str, list[Answered]] = {kind: [] for kind in KINDS}
    for number in range(WARM + SAMPLE):
        for kind in lot.sample(list(KINDS), len(KINDS)):
            if kind == "seen" and number % 5:
                continue  # plain to see, and dear
            asked = question(keys, lot.choice(KINDS[kind]))
            begun = time.perf_counter_ns()
            answer = await client.ask(asked)
            took = time.perf_counter_ns() - begun
            if number >= WARM:
                found[kind].append(Answered(took, len(answer.payload)))
    return found


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_from_outside_too_what_is_not_allowed_is_like_what_is_not_known(
    region: Region, postgres: TemporaryPostgres, database: str
) -> None:
    """By time and by size, in a closed feed and about persons; what may be seen is told apart by the same statistic."""
    url = postgres.make_database(f"timing_{os.getpid()}") if database == "postgres" else None
    node = await asyncio.to_thread(answering, region, url)
    asker = region.nodes["310000"]
    client = PeerClient(node.id, str(node.config.listen.peers), Trust.of(asker.config, Observer(asker.id)), 30)
    try:
        found = await sampled(client, asker.ask(lambda desk: desk.foundation.keys))
    finally:
        await client.close()
    took = {kind: [each.took for each in answers] for kind, answers in found.items()}
    sizes = {kind: {each.size for each in answers} for kind, answers in found.items()}

    assert apart(took["seen"], took["unknown"]).told
    assert not apart(took["in a closed feed"], took["unknown"]).told
    assert not apart(took["persons not shown"], took["persons unknown"]).told
    assert sizes["in a closed feed"] == sizes["unknown"]
    assert sizes["persons not shown"] == sizes["persons unknown"]
