# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What both sides of an exchange do alike: DSSE envelopes and log entries (wire form, section 7).

An envelope is the bytes that were signed, and who signed them. Nothing is ever re-encoded.
"""

import hashlib
from dataclasses import dataclass
from typing import Self, assert_never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from federation.errors import CallerFault
from federation.log.note import Verifier
from federation.records.exchange import Exchange, ExchangeSide, Question
from federation.rules.exchange import ANSWERED, AnsweredWith, RefusedWith, exchange_commitment, pae
from node.identity.keys import KeyRing

_KEY_ID_BYTES = 4
_SIGNATURE_BYTES = 64
HEAD_BYTES = _KEY_ID_BYTES + _SIGNATURE_BYTES
"""What stands before the payload of an envelope that is kept; no reason code is as long."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Signed bytes with their type; `key_id` is a hint, the key comes from the trust view."""

    payload_type: str
    payload: bytes
    key_id: bytes
    signature: bytes

    def to_bytes(self) -> bytes:
        """Key id, signature and payload in one; the type is known from the place it is kept in."""
        return self.key_id + self.signature + self.payload

    @classmethod
    def from_bytes(cls, payload_type: str, raw: bytes) -> Self:
        """The envelope kept with `to_bytes`."""
        return cls(payload_type, raw[HEAD_BYTES:], raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:HEAD_BYTES])


def seal(payload_type: str, payload: bytes, keys: KeyRing) -> Envelope:
    """Signs bytes with the node's message key."""
    signature = keys.message.sign(pae(payload_type, payload))
    return Envelope(payload_type, payload, keys.message_verifier.key_id, signature)


def opened(envelope: Envelope, payload_type: str, verifier: Verifier) -> bytes:
    """The payload of an envelope whose type and signature are right.

    Raises:
        CallerFault: SIGNATURE_INVALID; nothing is told of which part failed.
    """
    try:
        Ed25519PublicKey.from_public_bytes(verifier.public_key).verify(
            envelope.signature, pae(envelope.payload_type, envelope.payload)
        )
    except InvalidSignature:
        raise CallerFault("SIGNATURE_INVALID") from None
    if envelope.payload_type != payload_type:
        raise CallerFault("SIGNATURE_INVALID")
    return envelope.payload


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was signed.

    Attributes:
        sha256: SHA-256 of its signed payload bytes.
        raw: those bytes.
    """

    question: Question
    sha256: bytes
    raw: bytes

    @classmethod
    def of(cls, question: Question, raw: bytes) -> Self:
        """The question with the hash of the bytes it was read from."""
        return cls(question, hashlib.sha256(raw).digest(), raw)


def log_entry(
    asked: Asked, outcome: AnsweredWith | RefusedWith, side: ExchangeSide, now_ms: int, marks: tuple[str, ...] = ()
) -> Exchange:
    """One side's log entry; both sides get the same commitment from the same exchange, and have marks of their own."""
    match outcome:
        case AnsweredWith(answer_sha256=answer):
            word = ANSWERED
        case RefusedWith(reason=reason):
            word, answer = reason, b""
        case _:
            assert_never(outcome)
    question = asked.question
    return Exchange(
        exchange_id=question.exchange_id,
        requester=question.requester,
        responder=question.responder,
        side=side,
        purpose=question.purpose,
        outcome=word,
        question_sha256=asked.sha256,
        answer_sha256=answer,
        commitment=exchange_commitment(question, asked.sha256, outcome),
        logged_at_ms=now_ms,
        marks=marks,
    )
