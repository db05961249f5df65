# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The gates of both sides: what they refuse is refused before anything is looked up or sent, and logged alike."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from federation.errors import CallerFault, FieldFault, LimitFault
from federation.records.exchange import Answer
from federation.rules.exchange import LOGGED_REFUSALS
from federation.standards.bundle import shipped_standards
from federation.standards.identify import identify
from federation.standards.identity import CodeAccepted, CodeKind
from federation.standards.numbers.organisation_code import organisation_check
from node.assemble.asking.gates import Gates
from node.exchange.bars import BarBook, BarKind, BarOrder
from node.exchange.dialogue import Envelope
from node.exchange.inquire import Inquirer, Known, uuid7
from node.exchange.respond import Asking, Responder
from tests.node.region.talk import PURPOSE, Log, Wire, answered, duty, gates, inquirer, logged, matter, question
from tests.node.region.trouble import FIRST_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from federation.rules.asking.admission import Barring
    from node.entry.found import Found, Sought
    from node.exchange.gate import Bars
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

PERSON = "330102194901019917"
DAY = timedelta(days=1)
ABOUT_PERSON = {"code": PERSON, "code_kind": CodeKind.CITIZEN}


@pytest.fixture
def hangzhou(world: World, samples: Samples) -> Node:
    """The node that is asked; Shanghai may ask for one purpose, about persons too."""
    node = world.node("330100", n310000={"may_ask": (PURPOSE,), "may_ask_about_persons": (PURPOSE,)})
    node.publish("lists", samples.black(1))
    return node


class Nothing:
    """Must not be asked."""

    def find_all(self, asked: Sequence[Sought]) -> Sequence[Found]:
        """Nobody looks at anything."""
        assert [] == list(asked)
        return ()


def gated(node: Node) -> Responder:
    """Answers for a node that remembers what was asked, and looks nothing up."""
    members = node.stages.foundation.members
    asking = Asking(members.message_keys, members.relays, gates(node).members)
    return Responder(Nothing(), node.stages.exchange_log, node.keys, asking, node.clock)


def numbered(node: Node, number: int, **changes: object) -> Envelope:
    """A question under an id of its own."""
    return question(node, exchange_id=uuid7(node.clock(), number.to_bytes(10, "big")), **changes)


def bar(node: Node, kind: BarKind, name: str, reason: str = "依申请") -> bool:
    """As a command does."""
    return BarBook(node.stages.store, node.clock).carry_out(BarOrder(kind, name, "chief", reason))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"asked_at_ms": 1}, "QUESTION_CLOCK_SKEW"),
        ({"asked_at_ms": 2**62}, "QUESTION_CLOCK_SKEW"),
        ({"batch": "b-1"}, "BATCH_NOT_GRANTED"),
        (ABOUT_PERSON, "AUTHORISATION_MISSING"),
        (
            {**ABOUT_PERSON, "authorisation": duty(valid_from=FIRST_DAY - DAY, valid_until=FIRST_DAY - DAY)},
            "AUTHORISATION_EXPIRED",
        ),
        (
            {**ABOUT_PERSON, "authorisation": duty(valid_from=FIRST_DAY + DAY, valid_until=FIRST_DAY + DAY)},
            "AUTHORISATION_NOT_YET_VALID",
        ),
    ],
)
def test_what_may_not_be_asked_is_refused_unlooked_and_logged(
    hangzhou: Node, shanghai: Node, changes: dict[str, object], reason: str
) -> None:
    """Under its own reason, which a coordinator looks for on both sides; nothing of the subject is read."""
    with pytest.raises(CallerFault, match=reason):
        gated(hangzhou).answer("310000", question(shanghai, **changes))

    assert [reason] == [told.outcome for told in logged(hangzhou)]
    assert reason in LOGGED_REFUSALS


def test_a_question_out_of_form_is_refused_by_its_field_and_logged(hangzhou: Node, shanghai: Node) -> None:
    """Who asked it is known, so that it stands in the log; the field is told, as of one that cannot be read."""
    with pytest.raises(FieldFault) as caught:
        gated(hangzhou).answer("310000", question(shanghai, officer=""))

    assert ("QUESTION_INVALID", "officer") == (caught.value.reason, caught.value.field)
    assert ["QUESTION_INVALID"] == [told.outcome for told in logged(hangzhou)]


async def test_own_questions_without_authority_never_leave(hangzhou: Node, shanghai: Node) -> None:
    """Nothing is sent and nothing logged: there was no exchange."""
    wire, about = Wire(hangzhou, "310000"), (PERSON, CodeKind.CITIZEN, PURPOSE)
    assert bar(shanghai, BarKind.AUTHORISATION, bytes(32).hex())
    for authority, reason in (
        (None, "AUTHORISATION_MISSING"),
        (duty(), "AUTHORISATION_WITHDRAWN"),
        (duty(sha256=bytes([1]) * 32, valid_from=FIRST_DAY + DAY, valid_until=FIRST_DAY + DAY), "NOT_YET_VALID"),
    ):
        with pytest.raises(CallerFault, match=reason):
            await inquirer(shanghai).inquire("330100", wire, matter(*about, authority))

    assert ([], [], []) == (wire.questions, logged(shanghai), logged(hangzhou))


class Counted:
    """Reads of what was withdrawn and barred."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self.officers: list[int] = []

    def barring(self, documents: Sequence[bytes], officers: Sequence[tuple[str, str]]) -> Barring:
        """As `Bars.barring`."""
        self.officers.append(len(officers))
        return self._bars.barring(documents, officers)


async def test_own_questions_of_one_moment_are_judged_together(hangzhou: Node, shanghai: Node) -> None:
    """What was barred is read once for all; the one that may not leave keeps no other from it."""
    assert bar(shanghai, BarKind.OFFICER, "310000/officer-2")
    counted, wire, members = Counted(shanghai.reader), Wire(hangzhou, "310000"), shanghai.stages.foundation.members
    known = Known(members.message_keys, members.feed_keys, Gates(shanghai.stages.foundation, counted).own)
    asks = Inquirer(shanghai.keys, known, Log(shanghai), shanghai.clock, os.urandom)
    matters = [replace(matter(), officer=f"officer-{number}") for number in (1, 2, 3)]

    told = await asyncio.gather(*(asks.inquire("330100", wire, each) for each in matters), return_exceptions=True)

    assert [Answer, CallerFault, Answer] == [type(each) for each in told]
    assert ([3], 2) == (counted.officers, len(wire.questions))


async def test_a_withdrawal_is_in_force_from_the_next_question(hangzhou: Node, shanghai: Node) -> None:
    """The node that answers keeps no permission; what was answered before is not given again either."""
    gate = gates(hangzhou).members
    members = hangzhou.stages.foundation.members
    asking = Asking(members.message_keys, members.relays, gate)
    answering = Responder(hangzhou.query, hangzhou.stages.exchange_log, hangzhou.keys, asking, hangzhou.clock)
    first = numbered(shanghai, 1, **ABOUT_PERSON, authorisation=duty())
    answering.answer("310000", first)
    assert bar(hangzhou, BarKind.AUTHORISATION, bytes(32).hex())

    for again in (numbered(shanghai, 2, **ABOUT_PERSON, authorisation=duty()), first):
        with pytest.raises(CallerFault, match="AUTHORISATION_WITHDRAWN"):
            answering.answer("310000", again)
    assert ["ANSWERED", "AUTHORISATION_WITHDRAWN"] == [told.outcome for told in logged(hangzhou)]


async def test_an_officer_is_barred_and_admitted_again_at_once(hangzhou: Node, shanghai: Node) -> None:
    """The officer of that member alone; twice the same is said to be so already."""
    assert [True, False] == [bar(hangzhou, BarKind.OFFICER, "310000/officer-1") for _ in range(2)]
    with pytest.raises(CallerFault, match="OFFICER_BARRED"):
        await answered(hangzhou, "310000", numbered(shanghai, 1))
    await answered(hangzhou, "310000", numbered(shanghai, 2, officer="officer-2"))
    assert [True, False] == [bar(hangzhou, BarKind.OFFICER, "310000/officer-1", "") for _ in range(2)]

    await answered(hangzhou, "310000", numbered(shanghai, 3))
    (kept,) = hangzhou.reader.bars()
    assert ("依申请", "chief", "chief", True) == (kept.reason, kept.by, kept.lifted_by, kept.until_ms is not None)


async def test_an_old_question_that_was_answered_gets_its_answer(hangzhou: Node, shanghai: Node) -> None:
    """Its clock is long off, and it is the same question all the same."""
    first = numbered(shanghai, 1)
    answer = await answered(hangzhou, "310000", first)
    hangzhou.clock.forward(hours=1)

    assert answer == await answered(hangzhou, "310000", first)


def test_codes_asked_about_in_sequence_are_marked_then_refused(hangzhou: Node, shanghai: Node) -> None:
    """One officer after the other numbers of a register; the refusal says when to ask again, the log why."""
    members = hangzhou.stages.foundation.members
    asking = Asking(members.message_keys, members.relays, gates(hangzhou).members)
    answering = Responder(hangzhou.query, hangzhou.stages.exchange_log, hangzhou.keys, asking, hangzhou.clock)
    answers = answering.answer_all(
        [("310000", numbered(shanghai, at, code=code)) for at, code in enumerate(register(), 1)]
    )

    assert [True] * 23 == [isinstance(answer, Envelope) for answer in answers[:-1]]
    assert isinstance(answers[-1], LimitFault)
    assert ("CODES_IN_SEQUENCE", 3600.0) == (answers[-1].reason, answers[-1].retry_after_s)
    told = logged(hangzhou)
    assert [False] * 7 + [True] * 16 + [False] == ["AN-03" in each.marks for each in told]
    assert "CODES_IN_SEQUENCE" == told[-1].outcome


def register() -> Iterator[str]:
    """The unified codes of 24 companies, in the order in which a register gave them out; it leaves out I and O."""
    standards, characters = shipped_standards(), "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for last in characters[:24]:
        body = f"MA2PDY0{last}"
        found = (f"91330100{body}{organisation_check(body)}{check}" for check in characters)
        yield next(code for code in found if isinstance(identify(code, standards, FIRST_DAY), CodeAccepted))
