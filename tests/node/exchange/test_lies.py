# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Bad input on both sides: refused under its reason, logged, and what proves a lie is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from creditexchange.v1.answer_pb2 import Answer as WireAnswer
from creditexchange.v1.question_pb2 import Question as WireQuestion

from federation.errors import FieldFault, PeerFault
from federation.records.codec import decode_as, encode
from federation.records.exchange import Answer, Freshness, Head
from federation.rules.exchange import ANSWER_TYPE, QUESTION_TYPE
from node.exchange.dialogue import Envelope, seal
from tests.node.region.talk import PURPOSE, Wire, answered, inquirer, logged, matter, question

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

Spoil = Callable[[Envelope], Envelope]
UNKNOWN = 99


@pytest.fixture
def hangzhou(world: World, samples: Samples) -> Node:
    """The node that is asked, with one entry about a company."""
    node = world.node("330100", n310000={"may_ask": (PURPOSE,)})
    node.publish("lists", samples.black(1))
    return node


def fresh(node: Node, *, later_ms: int = 0) -> Spoil:
    """Signs an answer that rests on an old head said to be fresh, where none is too old; it is of another time."""

    def spoil(envelope: Envelope) -> Envelope:
        answer = decode_as(Answer, envelope.payload)
        old = node.publisher.checkpoint("310000", node.origin("lists"))
        heads = (Head(checkpoint=old, freshness=Freshness.FRESH),)
        changes = {"heads": heads, "gaps": (), "answered_at_ms": answer.answered_at_ms + later_ms}
        return seal(ANSWER_TYPE, encode(answer.model_copy(update=changes)), node.keys)

    return spoil


async def test_an_answer_that_lies_about_its_age_is_refused_and_kept(hangzhou: Node, shanghai: Node) -> None:
    """Old heads said to be fresh; or an answer of yesterday, or of tomorrow. The envelope proves it to anybody."""
    hangzhou.clock.forward(hours=2)
    wanted = replace(matter(), max_age_s=600)
    wires = [Wire(hangzhou, "310000", fresh(hangzhou, later_ms=away)) for away in (0, -7_200_000, 7_200_000)]
    for wire in wires:
        with pytest.raises(PeerFault, match="ANSWER_AGE_FALSE"):
            await inquirer(shanghai).inquire("330100", wire, wanted)
        shanghai.clock.forward(seconds=1)

    assert ["ANSWER_AGE_FALSE"] * 3 == [one.outcome for one in logged(shanghai)]
    kept = [evidence for _, evidence in shanghai.reader.evidence(shanghai.origin("_exchange"))]
    told = [wire.spoil(wire.answers[0]).to_bytes() for wire in wires]
    assert [("330100", "ANSWER_AGE_FALSE", (wires[0].questions[0].payload, told[0]))] == [
        (each.peer, each.reason, each.parts) for each in kept[:1]
    ]
    assert told == [each.parts[1] for each in kept]


async def test_heads_that_are_said_to_be_old_are_no_lie(hangzhou: Node, shanghai: Node) -> None:
    """Nothing is kept of an honest answer, however old what it rests on is."""
    hangzhou.clock.forward(hours=2)
    await inquirer(shanghai).inquire("330100", Wire(hangzhou, "310000"), replace(matter(), max_age_s=600))

    assert ["ANSWERED"] == [one.outcome for one in logged(shanghai)]
    assert [] == list(shanghai.reader.evidence(shanghai.origin("_exchange")))


def proofless(node: Node) -> Spoil:
    """Signs an answer from whose finding the proof was dropped."""

    def spoil(envelope: Envelope) -> Envelope:
        answer = WireAnswer.FromString(envelope.payload)
        answer.findings[0].ClearField("evidence")
        return seal(ANSWER_TYPE, answer.SerializeToString(), node.keys)

    return spoil


def enumless(node: Node) -> Spoil:
    """Signs an answer that says of a head what no revision known here has a word for."""

    def spoil(envelope: Envelope) -> Envelope:
        answer = WireAnswer.FromString(envelope.payload)
        answer.heads[0].freshness = UNKNOWN  # type: ignore[assignment]
        return seal(ANSWER_TYPE, answer.SerializeToString(), node.keys)

    return spoil


@pytest.mark.parametrize("of", [proofless, enumless])
async def test_an_answer_that_cannot_be_read_whole_is_refused_and_kept(
    hangzhou: Node, shanghai: Node, of: Callable[[Node], Spoil]
) -> None:
    """A dropped proof is not taken for none needed, nor an unknown word for the nearest known one."""
    with pytest.raises(PeerFault, match="ANSWER_INVALID"):
        await inquirer(shanghai).inquire("330100", Wire(hangzhou, "310000", of(hangzhou)), matter())

    assert ["ANSWER_INVALID"] == [one.outcome for one in logged(shanghai)]
    assert 1 == len(shanghai.reader.evidence(shanghai.origin("_exchange")))


@pytest.mark.parametrize(
    ("field", "value"),
    [("code_kind", UNKNOWN), ("datasets", [UNKNOWN]), ("exchange_id", "1"), ("exchange_id", "A" * 36)],
)
async def test_a_question_with_an_unknown_word_or_a_wrong_id_is_refused(
    hangzhou: Node, shanghai: Node, field: str, value: object
) -> None:
    """By its field; it has no id to be logged under, or may mean something else than what is known here."""
    payload = question(shanghai).payload
    message = WireQuestion.FromString(payload)
    if isinstance(value, list):
        getattr(message, field).extend(value)
    else:
        setattr(message, field, value)
    with pytest.raises(FieldFault, match="QUESTION_INVALID") as caught:
        await answered(hangzhou, "310000", seal(QUESTION_TYPE, message.SerializeToString(), shanghai.keys))

    assert field in caught.value.field
    assert [] == logged(hangzhou)
