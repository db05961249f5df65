# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers a member's signed question: checks it, asks the holdings, signs, logs, and only then lets the answer go.

Order, and what a crash after each step leaves: check, find, sign (nothing kept: the requester asks again) · log and
remember (durable: a repeated question gets this very answer) · return. Refusals of readable questions are logged too.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.errors import CallerFault, FieldFault
from federation.log.note import Verifier
from federation.records.codec import decode_as, encode
from federation.records.exchange import Answer, Exchange, ExchangeSide, Finding, Head, Question
from federation.rules.disclosure import Granted, Inquiry, NotGranted, PurposeGrant, may_ask
from federation.rules.exchange import ANSWER_TYPE, QUESTION_TYPE, AnsweredWith, RefusedWith
from federation.standards.catalogue import CodeSet
from federation.standards.identity import CodeKind
from node.exchange.dialogue import Asked, Envelope, log_entry, opened, seal
from node.identity.keys import KeyRing


class Finder(Protocol):
    """Finds what a member may know about a subject."""

    async def find(self, caller: str, subject: str) -> tuple[Sequence[Finding], Sequence[Head], bool]:
        """Findings with evidence, heads searched, and whether there were more than fit."""
        ...


class ResponderLog(Protocol):
    """The responder's side of the exchange log."""

    async def recall(self, exchange_id: str, question_sha256: bytes) -> bytes | None:
        """The answer given before to the same question.

        CallerFault is raised with EXCHANGE_ID_REUSED for another question, or with the reason of an earlier refusal.
        """
        ...

    async def log(self, exchange: Exchange, answer: bytes | None = None) -> None:
        """Appends one entry durably, remembering the answer; raises when it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class Asking:
    """What the responder knows of members.

    Attributes:
        message_keys: verifier of each member's message key, by node id.
        grants: what each member may ask for, by node id.
        purposes: the code set of purposes.
    """

    message_keys: Mapping[str, Verifier]
    grants: Mapping[str, PurposeGrant]
    purposes: CodeSet


class Responder:
    """Answers questions, in one event loop; any number at once.

    Args:
        finder: asks the holdings.
        log: this side's exchange log.
        keys: the message key signs answers.
        asking: members, their keys and purposes.
        now_ms: the clock.
    """

    def __init__(
        self, finder: Finder, log: ResponderLog, keys: KeyRing, asking: Asking, now_ms: Callable[[], int]
    ) -> None:
        self._finder = finder
        self._log = log
        self._keys = keys
        self._asking = asking
        self._now_ms = now_ms

    async def answer(self, caller: str, envelope: Envelope) -> Envelope:
        """Answers one question.

        Args:
            caller: node id from the TLS identity.
            envelope: the signed question.

        Raises:
            CallerFault: SIGNATURE_INVALID, QUESTION_INVALID (as FieldFault), QUESTION_MISDIRECTED, PURPOSE_NOT_GRANTED,
                EXCHANGE_ID_REUSED.
            StoreFault: EXCHANGE_LOG_UNAVAILABLE; nothing has left.
        """
        raw = opened(envelope, QUESTION_TYPE, self._asking.message_keys[caller])
        asked = Asked.of(_question(raw), raw)
        if (asked.question.requester, asked.question.responder) != (caller, self._keys.node_id):
            raise CallerFault("QUESTION_MISDIRECTED")
        before = await self._log.recall(asked.question.exchange_id, asked.sha256)
        if before is not None:
            return Envelope.from_bytes(ANSWER_TYPE, before)
        match self._granted(asked.question):
            case NotGranted():
                refused = RefusedWith("PURPOSE_NOT_GRANTED")
                await self._log.log(log_entry(asked, refused, ExchangeSide.RESPONDER, self._now_ms()))
                raise CallerFault(refused.reason)
            case Granted():
                return await self._answered(caller, asked)

    def _granted(self, question: Question) -> Granted | NotGranted:
        personal = question.code_kind is not CodeKind.USCC
        inquiry = Inquiry(question.requester, question.purpose, personal)
        return may_ask(inquiry, self._asking.grants, self._asking.purposes)

    async def _answered(self, caller: str, asked: Asked) -> Envelope:
        findings, heads, truncated = await self._finder.find(caller, asked.question.code)
        body = encode(
            Answer(
                exchange_id=asked.question.exchange_id,
                question_sha256=asked.sha256,
                responder=self._keys.node_id,
                answered_at_ms=self._now_ms(),
                findings=tuple(findings),
                heads=tuple(heads),
                truncated=truncated,
            )
        )
        sealed = seal(ANSWER_TYPE, body, self._keys)
        outcome = AnsweredWith(hashlib.sha256(body).digest(), tuple(head.checkpoint for head in heads))
        await self._log.log(log_entry(asked, outcome, ExchangeSide.RESPONDER, self._now_ms()), sealed.to_bytes())
        return sealed


def _question(raw: bytes) -> Question:
    """The question in signed bytes.

    Raises:
        FieldFault: QUESTION_INVALID, naming the field.
    """
    try:
        return decode_as(Question, raw)
    except FieldFault as fault:
        raise FieldFault(fault.field, "QUESTION_INVALID") from None
