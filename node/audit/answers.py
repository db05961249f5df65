# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a kept answer proves, long after and without any node. Needs the file and a trust folder.

Three answers, as for an exchange log: proven; altered, which a signature or a hash shows; could not be checked, with
what is missing. The checks, in their order, each with the reasons that it finds:

 1 ANSWER_FILE_MALFORMED     the file is in its form (altered)
 2 AUDIT_KEY_UNKNOWN         the trust folder knows requester, responder and the owner of each feed (unchecked)
 3 QUESTION_SIGNATURE_WRONG  the requester signed the question (altered)
   ANSWER_SIGNATURE_WRONG    the responder signed the answer (altered)
 4 ANSWER_UNREADABLE         both are what they must be (altered)
 5 ANSWER_TO_ANOTHER         the answer is bound to this very question (altered)
 6 ANSWER_TIME_CONTRADICTS   it was made after the question, or little before by another clock (unchecked)
 7 NOTE_*, CHECKPOINT_*      each head that it rests on is signed by the feed's owner (altered)
   AUDIT_FORK                no head contradicts a checkpoint that others saw (altered)
 8 EVIDENCE_*, NOTE_*, …     each record, and each act on it, is in its origin's feed, byte for byte (altered)
   ANSWER_RECORD_ELSEWHERE   it is about the subject asked about, acts about the record (altered)
   ANSWER_HEAD_MISSING       its feed is among the heads (unchecked)
   ANSWER_GAP_CONTRADICTED   nothing is said from a feed that is named as a gap (unchecked)

Of a record that is shown in part it is proven that there is such an entry; what its fields say, and that it is about
the subject, rests on the responder's signature.

An answer without records is proven as what it is: the responder's signed word that it held nothing in these feeds at
these heads. What it cannot prove: that the fact itself is right, that the responder told all that it held, and that a
key had not been stolen when it signed.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from federation.errors import CallerFault, EntriesFault, FieldFault, NoteFault
from federation.log.checkpoint import Checkpoint, open_checkpoint
from federation.log.leaf import Leaf
from federation.log.note import Note
from federation.records.codec import Record, decode, decode_as
from federation.records.exchange import Answer, EvidenceParts, Question
from federation.records.exchange import Finding as Told
from federation.rules.audit.proof import Finding, Findings, Verdict, file_finding
from federation.rules.exchange import ANSWER_TYPE, QUESTION_TYPE
from node.audit.bundle import AnswerBundle
from node.audit.trust import TrustFolder
from node.exchange.dialogue import Envelope, opened
from node.exchange.inquire import is_about, verify_parts

Message = TypeVar("Message", Question, Answer)
CLOCKS_APART_MS = 5 * 60 * 1000
"""How far two nodes' clocks may be apart before their times are said to contradict each other."""


@dataclass(slots=True)
class JudgedAnswer:
    """What was found of one kept answer.

    Attributes:
        question: what was asked; None when it cannot be read.
        answer: what was answered; None when it cannot be read.
        findings: what is not proven; an `index` is that of a record in the answer.
        heads: checkpoints that the answer rests on and that are proven.
        compared: how many of them others saw, too.
    """

    question: Question | None = None
    answer: Answer | None = None
    findings: Findings = field(default_factory=Findings)
    heads: list[Checkpoint] = field(default_factory=list)
    compared: int = 0

    @property
    def verdict(self) -> Verdict:
        """Proven, altered, or could not be checked."""
        return self.findings.verdict


def answered_at_ms(raw: bytes) -> int | None:
    """When an answer says that it was made: the time whose keys it is judged by. None when it cannot be read."""
    try:
        return decode_as(Answer, AnswerBundle.parse(raw).answer.payload).answered_at_ms
    except (EntriesFault, FieldFault):
        return None


def judge_answer(raw: bytes, trust: TrustFolder) -> JudgedAnswer:
    """Judges a kept answer.

    Args:
        raw: the file.
        trust: keys as they were valid when the answer was made, and checkpoints that others saw.
    """
    judged = JudgedAnswer()
    try:
        bundle = AnswerBundle.parse(raw)
    except EntriesFault as fault:
        judged.findings.whole.append(file_finding(fault))
        return judged
    _Judging(bundle, trust, judged).run()
    return judged


def record_of(parts: EvidenceParts) -> Record | str:
    """The record in some evidence; a reason code when it is left out, or cannot be read, as one of a newer version."""
    if parts.bare:
        return "RECORD_IN_PART"
    try:
        return decode(Leaf.decode(parts.leaf).schema, parts.payload)
    except FieldFault as fault:
        return fault.reason


class _Judging:
    """One pass over one answer."""

    def __init__(self, bundle: AnswerBundle, trust: TrustFolder, judged: JudgedAnswer) -> None:
        self._bundle = bundle
        self._trust = trust
        self._judged = judged

    def run(self) -> None:
        """Every check that what came before allows."""
        bundle = self._bundle
        question, answer = self._read(Question, bundle.question), self._read(Answer, bundle.answer)
        self._judged.question, self._judged.answer = question, answer
        if question is not None:
            self._judge_signature("QUESTION_SIGNATURE_WRONG", question.requester, bundle.question, QUESTION_TYPE)
        if answer is not None:
            self._judge_signature("ANSWER_SIGNATURE_WRONG", answer.responder, bundle.answer, ANSWER_TYPE)
            origins = self._judge_heads(answer)
            self._judge_gaps(answer, origins)
            code = "" if question is None else question.code
            for number, record in enumerate(answer.findings):
                for reason, verdict in self._faults_of(record, code, origins):
                    self._judged.findings.of_entry(verdict, reason, number)
        if question is not None and answer is not None:
            self._judge_bond(question, answer)

    def _read(self, kind: type[Message], envelope: Envelope) -> Message | None:
        try:
            return decode_as(kind, envelope.payload)
        except FieldFault as fault:
            self._altered("ANSWER_UNREADABLE", f"{kind.__name__.lower()}: {fault.field}: {fault.reason}")
            return None

    def _judge_signature(self, reason: str, node_id: str, envelope: Envelope, payload_type: str) -> None:
        verifier = self._trust.member_key(node_id)
        if verifier is None:
            self._unchecked("AUDIT_KEY_UNKNOWN", f"no key for {node_id}")
            return
        try:
            opened(envelope, payload_type, verifier)
        except CallerFault:
            self._altered(reason, f"{node_id} did not sign these bytes")
            return
        if envelope.key_id != verifier.key_id:
            self._altered(reason, "the key named is another one")

    def _judge_bond(self, question: Question, answer: Answer) -> None:
        asked = (question.exchange_id, hashlib.sha256(self._bundle.question.payload).digest(), question.responder)
        if asked != (answer.exchange_id, answer.question_sha256, answer.responder):
            self._altered("ANSWER_TO_ANOTHER", f"exchange {answer.exchange_id}")
        if answer.answered_at_ms < question.asked_at_ms - CLOCKS_APART_MS:
            self._unchecked("ANSWER_TIME_CONTRADICTS", "")

    def _judge_heads(self, answer: Answer) -> set[str]:
        """The origins of the heads that it rests on, proven or not."""
        origins = set()
        for head in answer.heads:
            try:
                origin = Note.parse(head.checkpoint).text.partition("\n")[0]
                origins.add(origin)
                keys = self._trust.feed_keys(origin)
                if keys is None:
                    self._unchecked("AUDIT_KEY_UNKNOWN", f"no key for {origin}")
                    continue
                self._compare(open_checkpoint(head.checkpoint, keys).checkpoint)
            except NoteFault as fault:
                self._altered(fault.reason, fault.detail)
        return origins

    def _judge_gaps(self, answer: Answer, origins: set[str]) -> None:
        said = origins | {record.evidence.origin for record in answer.findings}
        for gap in answer.gaps:
            if gap.origin in said:
                self._unchecked("ANSWER_GAP_CONTRADICTED", gap.origin)

    def _compare(self, checkpoint: Checkpoint) -> None:
        self._judged.heads.append(checkpoint)
        seen = self._trust.seen.get(checkpoint.origin, {}).get(checkpoint.size)
        if seen is not None:
            self._judged.compared += 1
            if seen != checkpoint.root:
                self._altered("AUDIT_FORK", f"{checkpoint.origin} of size {checkpoint.size} was signed twice")

    def _faults_of(self, record: Told, code: str, origins: set[str]) -> Iterator[tuple[str, Verdict]]:
        """What is not proven of a record and the acts on it."""
        proven = True
        for parts in (record.evidence, *record.acts):
            for fault in self._fault_of(parts):
                proven = False
                yield fault
        if proven and code and not is_about(record, code):
            yield "ANSWER_RECORD_ELSEWHERE", Verdict.ALTERED
        if record.evidence.origin not in origins:
            yield "ANSWER_HEAD_MISSING", Verdict.UNCHECKED

    def _fault_of(self, parts: EvidenceParts) -> Iterator[tuple[str, Verdict]]:
        keys = self._trust.feed_keys(parts.origin)
        if keys is None:
            yield "AUDIT_KEY_UNKNOWN", Verdict.UNCHECKED
            return
        try:
            verify_parts(parts, keys.log)
        except (NoteFault, EntriesFault) as fault:
            yield fault.reason, Verdict.ALTERED

    def _altered(self, reason: str, detail: str) -> None:
        self._judged.findings.whole.append(Finding(Verdict.ALTERED, reason, None, detail))

    def _unchecked(self, reason: str, detail: str) -> None:
        self._judged.findings.whole.append(Finding(Verdict.UNCHECKED, reason, None, detail))
