# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The commitment that both sides log for one exchange (wire form, section 7), from what we hold of it. Pure.

SHA-256 over the domain and ten fields, each field after its length as four bytes, big endian. Texts are UTF-8.
"""

from collections.abc import Iterable
from hashlib import sha256

from creditexchange.v1 import answer_pb2, question_pb2
from google.protobuf.message import DecodeError

from conformance.breach import Breach

ANSWERED = "ANSWERED"
_DOMAIN = b"creditexchange/exchange/1\0"


def commitment(question: bytes, outcome: str, answer: bytes) -> bytes:
    """Return the 32 bytes that both sides log.

    Args:
        question: the question's signed bytes, which parse.
        outcome: ANSWERED, or the reason of the refusal.
        answer: the answer's signed bytes; empty for a refusal.

    Raises:
        Breach: ANSWER_MALFORMED, they do not parse, so that nobody can say what they rest on.
    """
    asked = question_pb2.Question.FromString(question)
    texts = (asked.exchange_id, asked.requester, asked.responder, asked.purpose, asked.legal_basis)
    ending = (outcome.encode(), b"", b"")
    if outcome == ANSWERED:
        checkpoints = sha256(_framed(head.checkpoint for head in _heads(answer))).digest()
        ending = (outcome.encode(), sha256(answer).digest(), checkpoints)
    fields = (*(text.encode() for text in texts), sha256(question).digest(), *ending, asked.salt)
    return sha256(_DOMAIN + _framed(fields)).digest()


def _heads(answer: bytes) -> Iterable[answer_pb2.Head]:
    try:
        return answer_pb2.Answer.FromString(answer).heads
    except DecodeError as wrong:
        raise Breach("ANSWER_MALFORMED", "the bytes of an Answer", "bytes that do not parse") from wrong


def _framed(fields: Iterable[bytes]) -> bytes:
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)
