# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers that only the requester reads, whoever carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from federation.errors import FieldFault, PeerFault
from federation.records.codec import decode_as
from federation.records.exchange import Question
from federation.rules.exchange import ANSWER_TYPE
from federation.rules.routing.sealed import SEALED_ANSWER_TYPE
from node.exchange.dialogue import Asked, Envelope, seal
from node.exchange.sealing import ReplyKey, check_reply_key, sealed_answer
from tests.node.region.talk import Wire, answered, inquirer, logged, matter, question

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

NAME = "杭州青桥环保科技有限公司".encode()


@pytest.fixture
def hangzhou(world: World, samples: Samples) -> Node:
    """The node that is asked."""
    node = world.node("330100", n310000={"may_ask": ("joint-punishment",)})
    node.publish("lists", samples.black(1))
    return node


async def test_a_sealed_answer_is_read_by_the_requester_alone(hangzhou: Node, shanghai: Node) -> None:
    """What passes holds nothing of the record; both logs have the hash of the answer as it was signed."""
    wire = Wire(hangzhou, "310000")

    told = await inquirer(shanghai).inquire_signed("330100", wire, matter(), sealed=True)

    assert 1 == len(told.answer.findings)
    assert (ANSWER_TYPE, True) == (told.signed.payload_type, NAME in told.signed.payload)
    (passed,) = wire.answers
    assert (SEALED_ANSWER_TYPE, False) == (passed.payload_type, NAME in passed.payload)
    (asked,), (said,) = logged(shanghai), logged(hangzhou)
    assert (asked.commitment, asked.answer_sha256) == (said.commitment, said.answer_sha256)


async def test_answers_with_and_without_findings_have_one_size(hangzhou: Node, shanghai: Node) -> None:
    """A hub does not learn from the size whether anything is held."""
    wire, asks = Wire(hangzhou, "310000"), inquirer(shanghai)
    for code in ("91330100MA2PDY0152", "91330106PDY209008Q"):
        await asks.inquire_signed("330100", wire, matter(code), sealed=True)

    assert 1 == len({len(answer.payload) for answer in wire.answers})


def in_the_clear(asked: Asked, node: Node, plain: Envelope) -> Envelope:
    """As if no key had been given."""
    return plain


def to_another_key(asked: Asked, node: Node, plain: Envelope) -> Envelope:
    """Sealed, but not to the requester."""
    other = X25519PrivateKey.generate().public_key().public_bytes_raw()
    changed = asked.question.model_copy(update={"reply_key": other})
    return sealed_answer(Asked(changed, asked.sha256, asked.raw), plain, node.keys)


def for_another_question(asked: Asked, node: Node, plain: Envelope) -> Envelope:
    """Sealed to the requester, under another question's hash."""
    return sealed_answer(Asked(asked.question, bytes(32), asked.raw), plain, node.keys)


def by_somebody_else(asked: Asked, node: Node, plain: Envelope) -> Envelope:
    """Sealed rightly, signed by a hub."""
    sealed = sealed_answer(asked, plain, node.keys)
    return Envelope(sealed.payload_type, sealed.payload, sealed.key_id, bytes(64))


def nonsense(asked: Asked, node: Node, plain: Envelope) -> Envelope:
    """Bytes that are no ciphertext."""
    return seal(SEALED_ANSWER_TYPE, b"nonsense", node.keys)


def nothing(asked: Asked, node: Node, plain: Envelope) -> Envelope:
    """An answer too short to be one."""
    return sealed_answer(asked, Envelope(ANSWER_TYPE, b"", bytes(4), bytes(64)), node.keys)


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (in_the_clear, "ANSWER_NOT_SEALED"),
        (to_another_key, "ANSWER_INVALID"),
        (for_another_question, "ANSWER_INVALID"),
        (by_somebody_else, "ANSWER_INVALID"),
        (nonsense, "ANSWER_INVALID"),
        (nothing, "ANSWER_INVALID"),
    ],
)
def test_what_is_not_sealed_to_the_questions_key_is_refused(
    hangzhou: Node, shanghai: Node, lie: Callable[[Asked, Node, Envelope], Envelope], reason: str
) -> None:
    """Each with what came, kept as evidence; the requester never uses it."""
    key = ReplyKey.fresh()
    raw = question(shanghai, reply_key=key.public).payload
    asked = Asked.of(decode_as(Question, raw), raw)
    said = lie(asked, hangzhou, seal(ANSWER_TYPE, b"answer", hangzhou.keys))

    with pytest.raises(Exception, match=r"ANSWER|SIGNATURE") as raised:
        key.open(asked, said, hangzhou.keys.message_verifier)

    if isinstance(raised.value, PeerFault):
        assert (reason, (said.to_bytes(),)) == (raised.value.reason, raised.value.evidence)
    else:
        assert (by_somebody_else, "SIGNATURE_INVALID") == (lie, str(raised.value))


@pytest.mark.parametrize("key", [bytes(32), b"\x01" + bytes(31), b"short"])
async def test_a_key_that_seals_to_everybody_is_refused(hangzhou: Node, shanghai: Node, key: bytes) -> None:
    """Before anything is looked up or logged: with a point of low order every hub could read the answer."""
    with pytest.raises(FieldFault, match="QUESTION_INVALID"):
        check_reply_key(key)
    with pytest.raises(FieldFault, match="QUESTION_INVALID"):
        await answered(hangzhou, "310000", question(shanghai, reply_key=key))
    assert [] == logged(hangzhou)
