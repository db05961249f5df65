# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The exchange commitment and DSSE's signed bytes, against the layout written out by hand."""

import hashlib
from dataclasses import dataclass

import pytest

from federation.records.exchange import AccessKind, Question
from federation.rules.exchange import (
    Accessed,
    AnsweredWith,
    RefusedWith,
    access_commitment,
    exchange_commitment,
    pae,
)
from federation.standards.identity import CodeKind

QUESTION = Question(
    exchange_id="01890a5d-ac96-774b-bcce-b302099a8057",
    requester="310000",
    responder="330100",
    purpose="procurement",
    legal_basis="政府采购法",
    case_number="2026-1",
    code_kind=CodeKind.USCC,
    code="91330100MA2PDY0152",
    asked_at_ms=1,
    salt=bytes(range(32)),
)
HASH, OTHER = hashlib.sha256(b"question").digest(), hashlib.sha256(b"answer").digest()
ANSWERED = AnsweredWith(OTHER, (b"note one\n", b"note two\n"))


def by_hand(*fields: bytes) -> bytes:
    """The layout of the module's docstring, spelled out."""
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


HEAD = by_hand(
    b"01890a5d-ac96-774b-bcce-b302099a8057", b"310000", b"330100", b"procurement", "政府采购法".encode(), HASH
)


def test_commitment_of_an_answer() -> None:
    """An answered exchange commits to the answer and to the checkpoints it rests on."""
    checkpoints = hashlib.sha256(by_hand(b"note one\n", b"note two\n")).digest()
    whole = b"creditexchange/exchange/1\0" + HEAD + by_hand(b"ANSWERED", OTHER, checkpoints, bytes(range(32)))
    assert hashlib.sha256(whole).digest() == exchange_commitment(QUESTION, HASH, ANSWERED)


def test_commitment_of_a_refusal() -> None:
    """A refused exchange commits to the reason, with empty hashes."""
    whole = b"creditexchange/exchange/1\0" + HEAD + by_hand(b"PURPOSE_UNKNOWN", b"", b"", bytes(range(32)))
    assert hashlib.sha256(whole).digest() == exchange_commitment(QUESTION, HASH, RefusedWith("PURPOSE_UNKNOWN"))


@dataclass(frozen=True)
class Other:
    """Another exchange, and what it differs in."""

    name: str
    question: Question
    sha256: bytes = HASH
    outcome: AnsweredWith | RefusedWith = ANSWERED


OTHERS = [
    Other("id", QUESTION.model_copy(update={"exchange_id": "01890a5d-ac96-774b-bcce-b302099a8058"})),
    Other("requester", QUESTION.model_copy(update={"requester": "320000"})),
    Other("responder", QUESTION.model_copy(update={"responder": "330000"})),
    Other("purpose", QUESTION.model_copy(update={"purpose": "tendering"})),
    Other("basis", QUESTION.model_copy(update={"legal_basis": "招标投标法"})),
    Other("salt", QUESTION.model_copy(update={"salt": bytes(32)})),
    Other("question", QUESTION, OTHER),
    Other("answer", QUESTION, HASH, AnsweredWith(HASH, (b"note one\n", b"note two\n"))),
    Other("order", QUESTION, HASH, AnsweredWith(OTHER, (b"note two\n", b"note one\n"))),
    Other("joined", QUESTION, HASH, AnsweredWith(OTHER, (b"note one\nnote two\n",))),
    Other("refused", QUESTION, HASH, RefusedWith("ANSWERED")),
]


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: str(other.name))
def test_every_field_is_committed_to(other: Other) -> None:
    """Two exchanges that differ in anything have different commitments."""
    assert exchange_commitment(QUESTION, HASH, ANSWERED) != exchange_commitment(
        other.question, other.sha256, other.outcome
    )


def test_neighbouring_fields_do_not_run_together() -> None:
    """Moving a byte from one field to the next changes the commitment."""
    one = QUESTION.model_copy(update={"requester": "31000", "responder": "0330100"})
    assert exchange_commitment(QUESTION, HASH, ANSWERED) != exchange_commitment(one, HASH, ANSWERED)


def test_pae_is_that_of_the_dsse_protocol() -> None:
    """The example of the DSSE protocol comes out byte for byte."""
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert expected == pae("http://example.com/HelloWorld", b"hello world")
    assert pae("", b"") == b"DSSEv1 0  0 "


def test_commitment_of_an_access() -> None:
    """Over who looked at what and on what ground, each subject for itself, and the salt."""
    accessed = Accessed(AccessKind.BATCH_CHECK, "330100/licensing", "", ("A", "B"))
    fields = by_hand(b"id", b"batch-check", b"330100/licensing", b"", b"A", b"B", bytes(32))
    expected = hashlib.sha256(b"creditexchange/access/1\x00" + fields).digest()

    assert expected == access_commitment("id", accessed, bytes(32))
    other = Accessed(AccessKind.BATCH_CHECK, "330100/licensing", "", ("AB",))
    assert expected != access_commitment("id", other, bytes(32))
