# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Answers members' signed questions: checks them, asks the holdings, signs, logs, and only then lets an answer go.

Questions that come together are answered together: what many of them need is read once, and one durable transaction
logs all of them. Order, and what a crash after each step leaves: check (all that decides whether to answer, before
anything of the subject is looked up), find, sign (nothing kept: the requesters ask
again) · log and remember (durable: a repeated question gets this very answer) · return. Refusals of readable questions
are logged too. Whether a question is a repeated one is seen when it is logged, in the transaction that decides it: then
what was made for it is dropped, and what stands is returned. Whether anything was destroyed since it was found is seen
there too: then it is found anew, so that no answer keeps what an erasure took.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from federation.errors import CallerFault, Fault, FieldFault, StoreFault
from federation.log.note import Verifier
from federation.records.codec import decode_as, encode
from federation.records.exchange import Answer, ExchangeSide, Question
from federation.rules.asking.admission import Refused
from federation.rules.asking.bearer import brought_by
from federation.rules.exchange import ANSWER_TYPE, QUESTION_TYPE, AnsweredWith, RefusedWith
from node.entry.found import Found, Sought
from node.exchange.dialogue import Asked, Envelope, log_entry, opened, seal
from node.exchange.exchange_log import Logged, Outdated, ToLog, Unlogged, stands
from node.exchange.gate import AT_ONCE, Gate, fault_of
from node.exchange.openings import behind_question
from node.exchange.scrutiny import Looked
from node.exchange.sealing import check_reply_key, sealed_answer
from node.identity.keys import KeyRing


class Finder(Protocol):
    """Finds what members may know about subjects."""

    def find_all(self, asked: Sequence[Sought]) -> Sequence[Found]:
        """What each caller may know about a subject, in their order."""
        ...


class ResponderLog(Protocol):
    """The responder's side of the exchange log."""

    def log_all(self, entries: Sequence[ToLog]) -> Sequence[Logged]:
        """Appends entries durably, all or none, remembering their answers; StoreFault when it cannot."""
        ...


LOOKS = 3
"""How often an answer is made, at most, while something is destroyed each time before it is logged."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What the responder knows of members.

    Attributes:
        message_keys: verifier of each member's message key, by node id.
        relays: members that may bring questions of others.
        gate: judges who may ask what.
    """

    message_keys: Mapping[str, Verifier]
    relays: Set[str]
    gate: Gate


class Responder:
    """Answers questions. Safe from any thread that finder and log are safe from.

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

    def answer(self, caller: str, envelope: Envelope) -> Envelope:
        """Answers one question.

        Args:
            caller: node id from the TLS identity: the requester, or a relay that brings its question.
            envelope: the question, signed by the requester.

        Raises:
            CallerFault: SIGNATURE_INVALID, QUESTION_INVALID (as FieldFault), QUESTION_MISDIRECTED, EXCHANGE_ID_REUSED;
                what `admit_question` refuses with; RATE_EXCEEDED or CODES_IN_SEQUENCE (as LimitFault).
            StoreFault: EXCHANGE_LOG_UNAVAILABLE; nothing has left.
        """
        (answer,) = self.answer_all([(caller, envelope)])
        if isinstance(answer, Fault):
            raise answer
        return answer

    def answer_all(self, questions: Sequence[tuple[str, Envelope]]) -> list[Envelope | Fault]:
        """Answers questions together, each after its caller; a fault of one is in its place, and no other's.

        Returns:
            For each, in order, its answer, or what `answer` raises; all that can leave is durable.

        Raises:
            Fault: the holdings cannot be read for all of them; nothing was logged, and each may be tried alone.
        """
        read = [self._read(caller, envelope) for caller, envelope in questions]
        asked = [each for each in read if isinstance(each, Asked)]
        leaving = iter(self._leaving(asked) if asked else ())
        return [each if isinstance(each, Fault) else self._as_wanted(each, next(leaving)) for each in read]

    def _as_wanted(self, asked: Asked, leaving: Envelope | Fault) -> Envelope | Fault:
        """What leaves, sealed where the question wants it so: what is logged and remembered is what was signed."""
        return leaving if isinstance(leaving, Fault) else sealed_answer(asked, leaving, self._keys)

    def _leaving(self, asked: Sequence[Asked]) -> list[Envelope | Fault]:
        """Judges, finds, signs and logs; what rests on something destroyed meanwhile, again. What may leave then."""
        looked = self._asking.gate.look_all([each.question for each in asked], self._now_ms())
        judged = list(zip(asked, looked, strict=True))
        logged = self._found_and_logged(judged)
        for _ in range(LOOKS - 1):
            again = [at for at, each in enumerate(logged) if isinstance(each, Outdated)]
            if not again:
                break
            for at, each in zip(again, self._found_and_logged([judged[at] for at in again]), strict=True):
                logged[at] = each
        return [_leaving(each, looked.refused) for each, (_, looked) in zip(logged, judged, strict=True)]

    def _found_and_logged(self, judged: Sequence[tuple[Asked, Looked]]) -> list[Logged]:
        granted = [each.question for each, looked in judged if looked.refused is None]
        found = iter(self._finder.find_all([Sought.by(question) for question in granted]))
        return self._logged(
            [
                self._answer(each, next(found), looked.marks)
                if looked.refused is None
                else self._refusal(each, looked.refused.reason, looked.marks)
                for each, looked in judged
            ]
        )

    def _read(self, caller: str, envelope: Envelope) -> Asked | Fault:
        """The question in an envelope, or why it is none that is answered or logged."""
        try:
            raw = opened(envelope, QUESTION_TYPE, self._signer(caller, envelope))
            asked = Asked.of(_question(raw), raw)
            check_reply_key(asked.question.reply_key)
        except CallerFault as fault:
            return fault
        question = asked.question
        brought = brought_by(caller, question.requester, self._asking.relays)
        if not brought or question.responder != self._keys.node_id:
            return CallerFault("QUESTION_MISDIRECTED")
        return asked

    def _signer(self, caller: str, envelope: Envelope) -> Verifier:
        """Whose signature a question must bear: the caller's; where that is a relay, of whom the question speaks.

        Raises:
            CallerFault: QUESTION_MISDIRECTED, a relay brings a question of nobody who is pinned here.
            FieldFault: QUESTION_INVALID, a relay brings what cannot be read.
        """
        signer = _question(envelope.payload).requester if caller in self._asking.relays else caller
        known = self._asking.message_keys.get(signer)
        if known is None:
            raise CallerFault("QUESTION_MISDIRECTED")
        return known

    def _logged(self, entries: Sequence[ToLog]) -> list[Logged]:
        """Logs what is to leave. When the log cannot be written, nothing does."""
        try:
            return list(self._log.log_all(entries))
        except StoreFault as fault:
            reason = fault.detail if fault.reason == "EXCHANGE_LOG_UNAVAILABLE" else fault.reason
            return [Unlogged(reason) for _ in entries]

    def _answer(self, asked: Asked, found: Found, marks: tuple[str, ...]) -> ToLog:
        """What is to be logged of a question that may be answered, with its signed answer."""
        body = encode(
            Answer(
                exchange_id=asked.question.exchange_id,
                question_sha256=asked.sha256,
                responder=self._keys.node_id,
                answered_at_ms=self._now_ms(),
                findings=tuple(found.findings),
                heads=tuple(found.heads),
                truncated=found.truncated,
                disclosure=found.disclosure,
                gaps=tuple(found.gaps),
            )
        )
        sealed = seal(ANSWER_TYPE, body, self._keys)
        outcome = AnsweredWith(hashlib.sha256(body).digest(), tuple(head.checkpoint for head in found.heads))
        entry = log_entry(asked, outcome, ExchangeSide.RESPONDER, self._now_ms(), marks)
        return ToLog(entry, sealed.to_bytes(), found.destructions, behind_question(asked.question, asked.raw))

    def _refusal(self, asked: Asked, reason: str, marks: tuple[str, ...]) -> ToLog:
        """What is to be logged of a question that is refused."""
        entry = log_entry(asked, RefusedWith(reason), ExchangeSide.RESPONDER, self._now_ms(), marks)
        return ToLog(entry, behind=behind_question(asked.question, asked.raw))


def _leaving(logged: Logged, refused: Refused | None) -> Envelope | Fault:
    """What leaves, now that it is logged: the answer that stands, or a refusal."""
    try:
        answer = stands(logged)
    except (CallerFault, StoreFault) as fault:
        return fault
    if answer is not None and (refused is None or refused.reason not in AT_ONCE):
        return Envelope.from_bytes(ANSWER_TYPE, answer)
    return fault_of(refused or Refused("EXCHANGE_ID_REUSED"))


def _question(raw: bytes) -> Question:
    """The question in signed bytes.

    Raises:
        FieldFault: QUESTION_INVALID, naming the field.
    """
    try:
        return decode_as(Question, raw)
    except FieldFault as fault:
        raise FieldFault(fault.field, "QUESTION_INVALID") from None
