# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Puts a question to a named member, verifies the answer, logs the exchange, and only then hands the answer on.

An answer is used only when the member's message key signed it, it answers this very question, and every record in it
is about the subject asked about and verifies against the keys of its origin; of one that is shown in part, that there
is such an entry. Every other end of a question is logged too, under its reason: a refusal, a time-out, a member that
cannot be reached, an answer that is none, whose bytes are kept as evidence. Whether such a question reached the member
nobody can say on this side: the member's own log does.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from federation.errors import CallerFault, FieldFault, PeerFault, UnreachableFault
from federation.log.checkpoint import FeedKeys, SignedCheckpoint, open_checkpoint
from federation.log.leaf import Leaf
from federation.log.note import Note, Verifier
from federation.log.proof import Evidence, verify_entry, verify_evidence
from federation.records.codec import decode_as, encode, glance
from federation.records.exchange import Answer, Authorisation, EvidenceParts, ExchangeSide, Finding, Head, Question
from federation.records.feed_policy import Dataset
from federation.rules.asking.age import is_freshness_possible, is_time_possible
from federation.rules.exchange import ANSWER_TYPE, QUESTION_TYPE, AnsweredWith, RefusedWith
from federation.standards.identity import CodeKind
from node.entry.evidence import Evidence as Kept
from node.exchange.dialogue import Asked, Envelope, log_entry, opened, seal
from node.exchange.exchange_log import ToLog
from node.exchange.gate import OwnGate
from node.exchange.gather import Gatherer
from node.exchange.openings import behind_question
from node.exchange.sealing import ReplyKey
from node.identity.keys import KeyRing

MOST_JUDGING = 3
"""Groups of own questions that are judged at once, where one waits for the disk."""
MAX_EVIDENCE_BYTES = 1024 * 1024
"""Bytes of a refused answer that are kept."""
CODE_SHOWN = "identity.code"
"""Name of the field of a record that says whom it is about."""


class Member(Protocol):
    """A member that can be asked."""

    async def ask(self, question: Envelope) -> Envelope:
        """The signed answer; raises CallerFault when it refuses, UnreachableFault when it cannot be reached."""
        ...


@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked, and why.

    Attributes:
        purpose: code of the set `purposes`.
        legal_basis: legal basis or consent reference.
        case_number: the requester's case.
        code_kind: kind of the number asked about.
        code: the number, normalised.
        officer: id of the officer who asks, at the own node.
        office: id of the office that the officer asks for.
        authorisation: for a natural person, on what authority.
        batch: id of the batch that the question belongs to, if any.
        datasets: kinds of records that are wanted; none wants all.
        max_age_s: greatest age of what the answer may rest on; 0 takes any.
        timeout_ms: longest wait; 0 leaves it to the member's client.
    """

    purpose: str
    legal_basis: str
    case_number: str
    code_kind: CodeKind
    code: str
    officer: str
    office: str
    authorisation: Authorisation | None = None
    batch: str = ""
    datasets: tuple[Dataset, ...] = ()
    max_age_s: int = 0
    timeout_ms: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that verified, with what was signed on both sides: enough to prove it later.

    Attributes:
        answer: what the responder says.
        question: the own question as it was signed.
        signed: the answer as the responder signed it.
    """

    answer: Answer
    question: Envelope
    signed: Envelope


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of members: message keys by node id, and the keys of feeds by origin; and what may be asked.

    Attributes:
        gate: judges own questions before they are sent.
    """

    message_keys: Mapping[str, Verifier]
    feed_keys: Callable[[str], FeedKeys | None]
    gate: OwnGate


class Inquirer:
    """Asks; `log` is awaited before an answer is returned. Questions that come together are judged together.

    For one event loop, but for `check`.

    Args:
        keys: the message key signs questions.
        known: keys of the members.
        log: appends this side's log entry durably.
        now_ms: the clock.
        random_bytes: salts and exchange ids.
    """

    def __init__(
        self,
        keys: KeyRing,
        known: Known,
        log: "RequesterLog",
        now_ms: Callable[[], int],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._keys = keys
        self._known = known
        self._log = log
        self._now_ms = now_ms
        self._random_bytes = random_bytes
        self._judging = Gatherer(self._judged_own, MOST_JUDGING)

    async def inquire(self, node_id: str, member: Member, matter: Matter) -> Answer:
        """Asks one member about one subject. Raises as `inquire_signed`."""
        return (await self.inquire_signed(node_id, member, matter)).answer

    async def inquire_signed(self, node_id: str, member: Member, matter: Matter, *, sealed: bool = False) -> Answered:
        """Asks one member about one subject, and keeps what was signed. Whoever cancels it has it logged, too.

        Args:
            node_id: who is to answer.
            member: the way there.
            matter: what is asked.
            sealed: whether only this node is to read the answer, as it must be where others carry it.

        Raises:
            FieldFault: the matter breaks a rule of the question.
            CallerFault: the question may not be sent, and was not, see `admit_own_question`; or the member refused.
            PeerFault: the answer is not what it claims to be; nothing of it is used.
            UnreachableFault: no answer came.
            StoreFault: EXCHANGE_LOG_UNAVAILABLE; nothing is used, whatever came.
        """
        self._log.require()
        reply = ReplyKey.fresh() if sealed else None
        question = self._question(node_id, matter, b"" if reply is None else reply.public)
        if (unfit := await self._judging.ask(question)) is not None:
            raise unfit
        raw = encode(question)
        asked, signed = Asked.of(question, raw), seal(QUESTION_TYPE, raw, self._keys)
        envelope = None
        try:
            envelope = await _in_time(member, signed, matter.timeout_ms)
            if reply is not None:
                envelope = self._unsealed(reply, asked, envelope)
            answer = self._verified(asked, envelope)
        except (CallerFault, PeerFault, UnreachableFault) as fault:
            evidence = _evidence(asked, envelope, fault) if isinstance(fault, PeerFault) else None
            await self._log.log(self._entry(asked, RefusedWith(fault.reason), evidence))
            raise
        except asyncio.CancelledError:
            await asyncio.shield(self._log.log(self._entry(asked, RefusedWith("QUESTION_CANCELLED"))))
            raise
        digest, heads = hashlib.sha256(envelope.payload).digest(), tuple(head.checkpoint for head in answer.heads)
        await self._log.log(self._entry(asked, AnsweredWith(digest, heads)))
        return Answered(answer, signed, envelope)

    async def _judged_own(self, questions: Sequence[Question]) -> Sequence[CallerFault | None]:
        """Why each of some own questions may not be sent, or None; in a thread, since it reads what was barred."""
        return await asyncio.to_thread(self._known.gate.faults, questions, self._now_ms())

    def check(self, matter: Matter) -> None:
        """Sees that a question may be asked about a matter, before anybody is. It reads the store; safe in any thread.

        Raises:
            FieldFault: it breaks a rule of the question.
            CallerFault: why it may not be sent.
        """
        self._known.gate.require(self._question(self._keys.node_id, matter, b""), self._now_ms())

    def _question(self, node_id: str, matter: Matter, reply_key: bytes) -> Question:
        now_ms = self._now_ms()
        return Question(
            exchange_id=uuid7(now_ms, self._random_bytes(10)),
            requester=self._keys.node_id,
            responder=node_id,
            purpose=matter.purpose,
            legal_basis=matter.legal_basis,
            case_number=matter.case_number,
            code_kind=matter.code_kind,
            code=matter.code,
            asked_at_ms=now_ms,
            salt=self._random_bytes(32),
            officer=matter.officer,
            office=matter.office,
            authorisation=matter.authorisation,
            batch=matter.batch,
            datasets=matter.datasets,
            max_age_s=matter.max_age_s,
            deadline_ms=now_ms + matter.timeout_ms if matter.timeout_ms else 0,
            reply_key=reply_key,
        )

    def _entry(self, asked: Asked, outcome: AnsweredWith | RefusedWith, evidence: Kept | None = None) -> ToLog:
        refusal, now_ms = outcome.reason if isinstance(outcome, RefusedWith) else "", self._now_ms()
        marks = self._known.gate.marks(asked.question, refusal, now_ms)
        entry = log_entry(asked, outcome, ExchangeSide.REQUESTER, now_ms, marks)
        return ToLog(entry, behind=behind_question(asked.question, asked.raw), evidence=evidence)

    def _unsealed(self, reply: ReplyKey, asked: Asked, envelope: Envelope) -> Envelope:
        """The signed answer in what came.

        Raises:
            PeerFault: ANSWER_NOT_SEALED or ANSWER_INVALID, as `ReplyKey.open`.
        """
        try:
            return reply.open(asked, envelope, self._known.message_keys[asked.question.responder])
        except CallerFault as fault:
            raise PeerFault("ANSWER_INVALID", fault.reason, (envelope.to_bytes(),)) from fault

    def _verified(self, asked: Asked, envelope: Envelope) -> Answer:
        """As `_judged`; what a fault of it carries first is the whole that the responder signed."""
        try:
            return self._judged(asked, envelope)
        except PeerFault as fault:
            whole = envelope.to_bytes()
            fault.evidence = (whole, *(part for part in fault.evidence if part != whole))
            raise

    def _judged(self, asked: Asked, envelope: Envelope) -> Answer:
        """The answer, when everything about it verifies.

        Raises:
            PeerFault: ANSWER_INVALID; ANSWER_AGE_FALSE, its time or that of a head cannot be; or the reason a record's
                evidence fails with.
        """
        question = asked.question
        try:
            answer = decode_as(Answer, opened(envelope, ANSWER_TYPE, self._known.message_keys[question.responder]))
        except CallerFault as fault:
            raise PeerFault("ANSWER_INVALID", fault.reason, (envelope.to_bytes(),)) from fault
        bound = (answer.exchange_id, answer.question_sha256, answer.responder)
        if bound != (question.exchange_id, asked.sha256, question.responder):
            raise PeerFault("ANSWER_INVALID", "the answer is to another question", (envelope.to_bytes(),))
        if not is_time_possible(question, answer, self._now_ms()):
            raise PeerFault("ANSWER_AGE_FALSE", "the answer is of another time", (envelope.to_bytes(),))
        for head in answer.heads:
            self._verify_head(head, question, answer)
        silent = {gap.origin for gap in answer.gaps}
        for finding in answer.findings:
            if finding.evidence.origin in silent:
                raise PeerFault("ANSWER_INVALID", "a finding is from a feed that is said to be left out")
            for parts in (finding.evidence, *finding.acts):
                self._verify(parts)
            if not is_about(finding, question.code):
                raise PeerFault("ANSWER_INVALID", "a finding is about something else", (envelope.to_bytes(),))
        return answer

    def _verify_head(self, head: Head, question: Question, answer: Answer) -> None:
        """A head of a feed whose owner is pinned must be signed by it; others' say nothing here, and are let be.

        Raises:
            NoteFault: why the head is not what it claims to be.
            PeerFault: ANSWER_AGE_FALSE, it is said to be fresh, and cannot have been.
        """
        keys = self._known.feed_keys(_origin_of(head.checkpoint))
        if keys is None:
            return
        cosigned_at_s = _open_checkpoint(head.checkpoint, keys).cosigned_at_s
        if not is_freshness_possible(head.freshness, cosigned_at_s, question, answer):
            raise PeerFault("ANSWER_AGE_FALSE", f"a head of {keys.origin} is said to be fresh", (head.checkpoint,))

    def _verify(self, parts: EvidenceParts) -> None:
        keys = self._known.feed_keys(parts.origin)
        if keys is None:
            raise PeerFault("ANSWER_ORIGIN_UNKNOWN", f"no pinned key for {parts.origin}")
        verify_parts(parts, keys.log)


async def _in_time(member: Member, question: Envelope, timeout_ms: int) -> Envelope:
    """What the member says within the time given; 0 leaves the time to the way there.

    Raises:
        UnreachableFault: CALL_TIMEOUT, beside what `Member.ask` raises.
    """
    try:
        async with asyncio.timeout(timeout_ms / 1000 if timeout_ms else None):
            return await member.ask(question)
    except TimeoutError:
        raise UnreachableFault("CALL_TIMEOUT", f"no answer within {timeout_ms} ms") from None


@lru_cache(maxsize=512)
def _origin_of(note: bytes) -> str:
    """What a note says it is of; as with `_open_checkpoint`, the same heads come with many answers."""
    return Note.parse(note).text.partition("\n")[0]


@lru_cache(maxsize=512)
def _open_checkpoint(note: bytes, keys: FeedKeys) -> SignedCheckpoint:
    """As `open_checkpoint`; what was signed once stays so under the same keys."""
    return open_checkpoint(note, keys)


def _evidence(asked: Asked, envelope: Envelope | None, fault: PeerFault) -> Kept:
    """What is kept of an answer that is refused: question and answer as they were signed, or what else came."""
    came = (envelope.to_bytes(),) if envelope is not None else fault.evidence
    parts = (asked.raw, *(part[:MAX_EVIDENCE_BYTES] for part in came))
    return Kept(asked.question.responder, fault.reason, fault.detail, parts)


class RequesterLog(Protocol):
    """The requester's side of the exchange log."""

    def require(self) -> None:
        """Sees that the log may be written now, before anything is asked; raises StoreFault when it may not."""
        ...

    async def log(self, entry: ToLog) -> bytes | None:
        """Appends one entry; durable when it returns. There is no answer to remember on this side."""
        ...


def is_about(finding: Finding, code: str) -> bool:
    """Whether a finding, whose evidence is good, is a record about the subject, with nothing but acts on it.

    That a record shown in part is about the subject rests on the responder's signature, which binds the finding to the
    question; a number that it shows must be the one asked about all the same.
    """
    place = (finding.evidence.origin, finding.evidence.index)
    leaf = Leaf.decode(finding.evidence.leaf)
    if finding.excerpt is None:
        try:
            about: str | None = glance(leaf.schema, finding.evidence.payload).code
        except FieldFault:
            return False
    else:
        about = finding.excerpt.plain(CODE_SHOWN)
    acts = all((act.origin, Leaf.decode(act.leaf).ref) == place for act in finding.acts)
    return acts and (about == code or (about is None and finding.excerpt is not None))


def verify_parts(parts: EvidenceParts, log: Verifier) -> None:
    """Verifies evidence as it came with an answer: of a record that is left out, that there is such an entry.

    Raises:
        NoteFault, EntriesFault: as `verify_evidence`.
    """
    if parts.bare:
        verify_entry(evidence_of(parts), log)
    else:
        verify_evidence(evidence_of(parts), log)


def evidence_of(parts: EvidenceParts) -> Evidence:
    """The evidence in the form that is verified and written to files."""
    return Evidence(
        parts.origin, parts.index, parts.leaf, parts.salt, parts.payload, tuple(parts.path), parts.checkpoint
    )


def uuid7(now_ms: int, random: bytes) -> str:
    """A UUID of version 7 (RFC 9562, section 5.7) from a time and 10 random bytes, in its text form."""
    value = (now_ms & (2**48 - 1)) << 80 | int.from_bytes(random, "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return str(UUID(int=value))
