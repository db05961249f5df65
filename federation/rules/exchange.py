# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What both sides of an exchange log and sign (wire form, section 7): the exchange commitment, and DSSE's signed bytes.

The commitment is SHA-256 over the domain and ten fields. Every field is preceded by its length in bytes as an unsigned
32-bit integer, big endian, so that no two exchanges share the same bytes; texts are UTF-8.

    "creditexchange/exchange/1" 0x00      domain, without a length
    exchange id                           text, UUIDv7, lower case
    requester                             text, node id
    responder                             text, node id
    purpose                               text, code
    legal basis                           text
    question hash                         32 bytes: SHA-256 of the question's signed payload
    outcome                               text: "ANSWERED", or the stable reason code of the refusal
    answer hash                           32 bytes: SHA-256 of the answer's signed payload; no bytes when refused
    checkpoints hash                      32 bytes: SHA-256 over the notes of the answer's heads in the answer's order,
                                          each with its length as above; no bytes when refused
    salt                                  32 bytes, chosen by the requester

Both sides hold all of it when they log, so equal commitments mean that they agree on the exchange.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from federation.records.exchange import AccessKind, Question

ANSWERED = "ANSWERED"
"""Outcome of an exchange that was answered; every other outcome is the reason of a refusal."""

LOGGED_REFUSALS = frozenset(
    {
        "PURPOSE_NOT_GRANTED",
        "BATCH_NOT_GRANTED",
        "QUESTION_CLOCK_SKEW",
        "QUESTION_EXPIRED",
        "AUTHORISATION_MISSING",
        "AUTHORISATION_UNSUITED",
        "AUTHORISATION_NOT_YET_VALID",
        "AUTHORISATION_EXPIRED",
        "AUTHORISATION_TOO_LONG",
        "AUTHORISATION_WITHDRAWN",
        "OFFICER_BARRED",
        "RATE_EXCEEDED",
        "CODES_IN_SEQUENCE",
    }
)
"""Refusals that both sides log: those of a question that was read, signed and addressed as it must be. A question that
was refused before that (its certificate, signature, address or form), or not answered at all, is logged by whoever
asked alone, since the other side cannot say whose it was."""

QUESTION_TYPE = "application/vnd.creditexchange.question.v1"
ANSWER_TYPE = "application/vnd.creditexchange.answer.v1"

_DOMAIN = b"creditexchange/exchange/1\x00"
_ACCESS_DOMAIN = b"creditexchange/access/1\x00"


@dataclass(frozen=True, slots=True)
class AnsweredWith:
    """The question was answered.

    Attributes:
        answer_sha256: SHA-256 of the answer's signed payload.
        checkpoints: signed notes of the answer's heads, in its order.
    """

    answer_sha256: bytes
    checkpoints: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class RefusedWith:
    """The question was refused for this stable reason code."""

    reason: str


@dataclass(frozen=True, slots=True)
class Accessed:
    """What somebody asked for without an exchange between members.

    Attributes:
        caller: who, as the certificate says.
        reference: on what ground, or which part of what; may be empty.
        codes: the subjects, in their order.
    """

    kind: AccessKind
    caller: str
    reference: str
    codes: tuple[str, ...] = ()


def exchange_commitment(question: Question, question_sha256: bytes, outcome: AnsweredWith | RefusedWith) -> bytes:
    """The 32 bytes that both sides log for one exchange, in the layout of the module's docstring.

    Args:
        question: the question as asked.
        question_sha256: SHA-256 of its signed payload.
        outcome: what became of it.
    """
    match outcome:
        case AnsweredWith():
            checkpoints = hashlib.sha256(_framed(outcome.checkpoints)).digest()
            ending = (ANSWERED.encode(), outcome.answer_sha256, checkpoints)
        case RefusedWith():
            ending = (outcome.reason.encode(), b"", b"")
        case _:
            assert_never(outcome)
    texts = (question.exchange_id, question.requester, question.responder, question.purpose, question.legal_basis)
    fields = (*(text.encode() for text in texts), question_sha256, *ending, question.salt)
    return hashlib.sha256(_DOMAIN + _framed(fields)).digest()


def access_commitment(access_id: str, accessed: Accessed, salt: bytes) -> bytes:
    """The 32 bytes that are logged for one access: as `exchange_commitment`, over the domain and these fields.

        "creditexchange/access/1" 0x00        domain, without a length
        access id, kind, caller, reference    texts
        codes                                 each as a field of its own, in their order
        salt                                  32 bytes

    Args:
        access_id: UUIDv7.
        accessed: what was asked, by whom.
        salt: 32 random bytes.
    """
    texts = (access_id, accessed.kind, accessed.caller, accessed.reference, *accessed.codes)
    return hashlib.sha256(_ACCESS_DOMAIN + _framed((*(text.encode() for text in texts), salt))).digest()


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that a DSSE signature covers: `"DSSEv1" SP len(type) SP type SP len(payload) SP payload`.

    Lengths are of bytes, in decimal ASCII without leading zeros (DSSE protocol, pre-authentication encoding).
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _framed(fields: Iterable[bytes]) -> bytes:
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)
