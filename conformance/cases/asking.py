# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How the suite puts questions: one good question, and copies that differ from it in one thing."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from creditexchange.v1 import answer_pb2, envelope_pb2, identity_pb2, question_pb2
from creditexchange.v1 import query_service_pb2 as query
from google.protobuf.message import DecodeError

from conformance.breach import Breach, Untestable
from conformance.config import Subject
from conformance.peer import records
from conformance.proof.envelope import sign
from conformance.session import ASK, Exchanged, Refusal, Session, call, expect_refusal


@dataclass(frozen=True)
class Draft:
    """A question before it is signed; the fields are those of the contract's Question."""

    exchange_id: str
    requester: str
    responder: str
    purpose: str
    subject: Subject
    asked_at_ms: int
    salt: bytes
    legal_basis: str = "conformance suite"
    case_number: str = "CONFORMANCE-1"
    officer: str = "conformance-officer"
    office: str = "conformance-office"
    authorisation: question_pb2.Authorisation | None = None
    datasets: tuple[int, ...] = ()
    deadline_ms: int = 0

    def with_(self, **change: object) -> "Draft":
        """Return a copy that differs in the fields given."""
        values: dict[str, Any] = {**vars(self), **change}
        return Draft(**values)

    def encoded(self) -> bytes:
        """Return the bytes to be signed."""
        fields: dict[str, Any] = {**vars(self), "code_kind": self.subject.kind, "code": self.subject.code}
        del fields["subject"]
        return question_pb2.Question(**fields).SerializeToString(deterministic=True)


@dataclass(frozen=True)
class Answered:
    """An answer beside the question it is to; the signature is judged by one case only."""

    asked: Draft
    question: bytes
    envelope: envelope_pb2.Envelope
    answer: answer_pb2.Answer

    @property
    def question_sha256(self) -> bytes:
        """Hash that the answer has to bind."""
        return sha256(self.question).digest()


def exchange_id(now_ms: int) -> str:
    """Return a fresh UUIDv7 in lower-case text form."""
    number = (now_ms & (2**48 - 1)) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def needed(value: Subject | None, name: str) -> Subject:
    """Return a configured subject.

    Raises:
        Untestable: it is not configured.
    """
    if value is None:
        raise Untestable(f"configure [questions.{name}] with kind and code")
    return value


def purpose(session: Session, name: str) -> str:
    """Return a configured purpose: `granted_purpose`, `refused_purpose`, `person_purpose` or `part_purpose`.

    Raises:
        Untestable: it is not configured.
    """
    found = vars(session.config.questions)[name]
    if not isinstance(found, str):
        raise Untestable(f"configure questions.{name}")
    return found


def authorisation(session: Session, first_day: int, last_day: int) -> question_pb2.Authorisation:
    """Return an authorisation that holds between two days, counted from today in China Standard Time."""
    today = records.today(session.now_ms())
    document = secrets.token_bytes(32)
    return question_pb2.Authorisation(
        kind=session.config.questions.authorisation,
        reference="conformance suite",
        sha256=sha256(document).digest(),
        valid_from=(today + timedelta(days=first_day)).isoformat(),
        valid_until=(today + timedelta(days=last_day)).isoformat(),
    )


def draft(session: Session, subject: Subject | None = None) -> Draft:
    """Return a question that the target should answer.

    It comes from an officer of its own, since what one officer may ask is bounded; one about a person says on what
    authority it is asked.
    """
    about = subject or needed(session.config.questions.known, "known")
    personal = about.kind != identity_pb2.CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE
    wanted = session.config.questions.person_purpose if personal else None
    return Draft(
        exchange_id(session.now_ms()),
        session.config.identity.node_id,
        session.config.target.node_id,
        wanted or purpose(session, "granted_purpose"),
        about,
        session.now_ms(),
        secrets.token_bytes(32),
        officer=f"conformance-{secrets.token_hex(4)}",
        authorisation=authorisation(session, -1, 30) if personal else None,
    )


def envelope(session: Session, question: bytes) -> envelope_pb2.Envelope:
    """Return a question's bytes signed by our message key."""
    identity = session.config.identity
    return sign(identity.message_key, f"{session.config.target.federation}/{identity.node_id}", question)


async def put(session: Session, one: Draft) -> Answered:
    """Ask, and read the answer.

    Raises:
        Breach: CALL_REFUSED, or ANSWER_MALFORMED when its bytes do not parse.
    """
    question = one.encoded()
    response = await sent(session, envelope(session, question))
    if isinstance(response, Refusal):
        raise Breach("CALL_REFUSED", f"an answer to {ASK.path}", str(response))
    return Answered(one, question, response.answer, opened(response))


async def sent(session: Session, signed: envelope_pb2.Envelope) -> query.AskResponse | Refusal:
    """Send a signed question, whatever comes of it, and note it among the run's exchanges."""
    response = await call(session.channel, ASK, query.AskRequest(question=signed), session.seconds)
    outcome = (response.said.reason or response.code) if isinstance(response, Refusal) else "ANSWERED"
    answer = b"" if isinstance(response, Refusal) else response.answer.payload
    session.exchanges.append(Exchanged(signed.payload, outcome, answer, session.now_ms()))
    return response


def opened(response: query.AskResponse) -> answer_pb2.Answer:
    """Return the answer inside an envelope, its signature unjudged.

    Raises:
        Breach: ANSWER_MALFORMED when its bytes do not parse.
    """
    try:
        return answer_pb2.Answer.FromString(response.answer.payload)
    except DecodeError as wrong:
        raise Breach("ANSWER_MALFORMED", "the bytes of an Answer", "bytes that do not parse") from wrong


async def refused(session: Session, one: Draft, code: str, reason: str) -> Refusal:
    """Ask something that must be refused with one code and reason.

    Raises:
        Breach: it was answered, or refused otherwise.
    """
    return await put_refused(session, envelope(session, one.encoded()), code, reason)


async def put_refused(session: Session, signed: envelope_pb2.Envelope, code: str, reason: str) -> Refusal:
    """As `refused`, with a question that is signed already."""
    refusal = await sent(session, signed)
    if not isinstance(refusal, Refusal):
        raise Breach("CALL_ANSWERED", f"{ASK.path} refused", "an answer")
    expect_refusal(refusal, code, reason)
    return refusal
