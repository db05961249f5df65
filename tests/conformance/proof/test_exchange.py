# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The commitment of an exchange, against bytes put together here by hand from the wire form alone."""

from hashlib import sha256

import pytest
from creditexchange.v1 import answer_pb2, question_pb2

from conformance.breach import Breach
from conformance.proof.exchange import ANSWERED, commitment

QUESTION = question_pb2.Question(
    exchange_id="0190a000-0000-7000-8000-000000000001",
    requester="310000",
    responder="330100",
    purpose="procurement",
    legal_basis="依据",
    case_number="1",
    salt=bytes(range(32)),
)
ANSWER = answer_pb2.Answer(
    heads=[answer_pb2.Head(checkpoint=b"first"), answer_pb2.Head(checkpoint=b"second")]
).SerializeToString()


def _asked() -> bytes:
    return QUESTION.SerializeToString()


def _before_the_outcome() -> bytes:
    return (
        b"creditexchange/exchange/1\0"
        b"\0\0\0\x240190a000-0000-7000-8000-000000000001"
        b"\0\0\0\x06310000\0\0\0\x06330100\0\0\0\x0bprocurement"
        b"\0\0\0\x06\xe4\xbe\x9d\xe6\x8d\xae"
        b"\0\0\0\x20" + sha256(_asked()).digest()
    )


def test_an_answer_is_committed_to_with_the_heads_it_rests_on() -> None:
    """Every field stands behind its length, the notes under one hash of their own, the salt at the end."""
    notes = sha256(b"\0\0\0\x05first\0\0\0\x06second").digest()
    rest = b"\0\0\0\x08ANSWERED\0\0\0\x20" + sha256(ANSWER).digest() + b"\0\0\0\x20" + notes
    whole = _before_the_outcome() + rest + b"\0\0\0\x20" + bytes(range(32))
    assert commitment(_asked(), ANSWERED, ANSWER) == sha256(whole).digest()


def test_a_refusal_is_committed_to_with_its_reason_and_empty_fields() -> None:
    """Answer and notes are empty fields, not absent ones."""
    rest = b"\0\0\0\x13PURPOSE_NOT_GRANTED\0\0\0\0\0\0\0\0"
    whole = _before_the_outcome() + rest + b"\0\0\0\x20" + bytes(range(32))
    assert commitment(_asked(), "PURPOSE_NOT_GRANTED", b"") == sha256(whole).digest()


def test_an_answer_that_does_not_parse_is_a_breach() -> None:
    """A node that answered garbage is at fault, never the suite that cannot commit to it."""
    with pytest.raises(Breach, match="ANSWER_MALFORMED"):
        commitment(_asked(), ANSWERED, b"\xff\xff\xff")


@pytest.mark.parametrize("field", ["exchange_id", "requester", "responder", "purpose", "legal_basis", "salt"])
def test_no_field_can_change_unnoticed(field: str) -> None:
    """Whatever differs in the question makes another commitment."""
    other = question_pb2.Question()
    other.CopyFrom(QUESTION)
    setattr(other, field, bytes(32) if field == "salt" else "other")
    assert commitment(other.SerializeToString(), ANSWERED, ANSWER) != commitment(_asked(), ANSWERED, ANSWER)
