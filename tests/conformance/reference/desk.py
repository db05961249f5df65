# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The reference node's question desk: checks a question in a fixed order, then answers from the open feeds."""

import time
from dataclasses import dataclass, field
from hashlib import sha256

from creditexchange.v1 import (
    answer_pb2,
    envelope_pb2,
    evidence_pb2,
    list_entry_pb2,
    penalty_pb2,
    question_pb2,
)
from creditexchange.v1 import query_service_pb2 as wire
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.conformance.reference import tree
from tests.conformance.reference.exchanging.terms import GRANTS, PARTLY, Terms
from tests.conformance.reference.fault import Fault
from tests.conformance.reference.feed import Item
from tests.conformance.reference.node import Node
from tests.conformance.reference.refusal import No
from tests.conformance.reference.world import (
    COORDINATOR_ID,
    END,
    ENDED,
    MEMBER_ID,
    NODE_ID,
    OPEN,
    PERSON,
    PERSON_CODE,
    UNKNOWN_CODE,
    code,
)


def dsse(kind: str, body: bytes) -> bytes:
    """Return DSSE's pre-authentication encoding."""
    return b" ".join((b"DSSEv1", str(len(kind)).encode(), kind.encode(), str(len(body)).encode(), body))


@dataclass
class Desk:
    """Answers questions of our member and of the relay, whose message keys it knows."""

    node: Node
    member_key: Ed25519PublicKey
    relay_key: Ed25519PublicKey | None = None
    used: dict[str, bytes] = field(default_factory=dict)
    given: dict[str, wire.AskResponse | No] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the terms on which questions are answered."""
        self.terms = Terms(self.node.faults)

    def ask(self, request: wire.AskRequest, caller: str) -> wire.AskResponse:
        """QueryService.Ask."""
        asked = request.question
        if not asked.payload:
            raise No("INTERNAL" if self.node.has(Fault.QUESTION_CRASHES) else "QUESTION_INVALID", "question")
        question = question_pb2.Question.FromString(asked.payload)
        self.terms.whole(question)
        self._for_us(question, caller)
        self._signed(asked, question, caller)
        known = self.used.setdefault(question.exchange_id, asked.payload)
        if known != asked.payload and not self.node.has(Fault.ID_REUSED):
            raise No("EXCHANGE_ID_REUSED")
        given = self.given.get(question.exchange_id) if known == asked.payload else None
        if given is None:
            given = self.given[question.exchange_id] = self._judged(question, asked.payload, caller, log=True)
        elif self.node.has(Fault.REPEAT_REFUSED):
            raise No("EXCHANGE_ID_REUSED")
        elif self.node.has(Fault.ANSWERED_ANEW):
            given = self._judged(question, asked.payload, caller, log=False)
        if isinstance(given, No):
            raise given
        return given

    def _judged(
        self, question: question_pb2.Question, payload: bytes, caller: str, *, log: bool
    ) -> wire.AskResponse | No:
        ledger = self.node.ledger
        try:
            self.terms.may(question, caller)
            body, notes = self._answer(question, payload)
        except No as no:
            if log:
                ledger.exchanged(payload, no.reason)
            return no
        if log:
            ledger.exchanged(payload, "ANSWERED", body, notes)
        return self._sealed(body)

    def _for_us(self, question: question_pb2.Question, caller: str) -> None:
        ours = question.responder == NODE_ID or self.node.has(Fault.RESPONDER_UNCHECKED)
        theirs = question.requester == caller or self.node.has(Fault.REQUESTER_UNCHECKED)
        if not (ours and (theirs or self._relays(question, caller))):
            raise No("QUESTION_MISDIRECTED")

    def _relays(self, question: question_pb2.Question, caller: str) -> bool:
        """Tell whether somebody may bring this question of another."""
        may = caller == COORDINATOR_ID or self.node.has(Fault.ANYBODY_RELAYS)
        return may and question.requester in GRANTS and not self.node.has(Fault.RELAY_REFUSED)

    def _signed(self, asked: envelope_pb2.Envelope, question: question_pb2.Question, caller: str) -> None:
        keys = {MEMBER_ID: self.member_key, COORDINATOR_ID: self.relay_key}
        signer = question.requester if self._relays(question, caller) else caller
        wanted = [keys[signer], keys[caller]] if self.node.has(Fault.RELAY_SIGNS) else [keys[signer]]
        good = any(_verifies(key, asked) for key in wanted if key is not None)
        if not good and not self.node.has(Fault.QUESTION_UNVERIFIED):
            raise No("SIGNATURE_INVALID")

    def _answer(self, question: question_pb2.Question, payload: bytes) -> tuple[bytes, tuple[bytes, ...]]:
        """Return the bytes of an answer, and the checkpoints that it rests on."""
        has = self.node.has
        if question.code == PERSON_CODE and has(Fault.PERSON_REFUSED):
            raise No("PURPOSE_NOT_GRANTED")
        if question.code_kind != 1 and has(Fault.PERSONS_REFUSED):
            raise No("PURPOSE_NOT_GRANTED")
        origins = [OPEN] if question.code == PERSON_CODE and has(Fault.HEADS_TELL) else [OPEN, PERSON]
        fresh = answer_pb2.FRESHNESS_UNSPECIFIED if has(Fault.ANSWER_FRESHNESS_UNSAID) else answer_pb2.FRESHNESS_FRESH
        heads = [answer_pb2.Head(checkpoint=self.node.note(self.node.feeds[o]), freshness=fresh) for o in origins]
        heads = [] if has(Fault.ANSWER_HEADLESS) else heads
        body = answer_pb2.Answer(
            exchange_id="other" if has(Fault.ANSWER_OTHER_EXCHANGE) else question.exchange_id,
            question_sha256=sha256(payload + b"!" * has(Fault.ANSWER_UNBOUND)).digest(),
            responder="310000" if has(Fault.ANSWER_OTHER_NODE) else NODE_ID,
            answered_at_ms=time.time_ns() // 1_000_000 - 86_400_000 * has(Fault.ANSWER_LATE),
            findings=[self._finding(question, origin, index) for origin, index in self._about(question)],
            heads=heads,
            truncated=question.code == code(ENDED) and has(Fault.ENDED_COUNTED),
            disclosure="reference@1",
        ).SerializeToString(deterministic=True)
        if question.code == UNKNOWN_CODE and has(Fault.SIZE_TELLS):
            body += b"\x82\x7d\x40" + bytes(64)
        return body, tuple(head.checkpoint for head in heads)

    def _sealed(self, body: bytes) -> wire.AskResponse:
        has = self.node.has
        kind = "application/vnd.creditexchange.answer.v1" + "1" * has(Fault.ANSWER_TYPE_OTHER)
        key = self.node.keys.log if has(Fault.ANSWER_MISSIGNED) else self.node.keys.message
        return wire.AskResponse(
            answer=envelope_pb2.Envelope(
                payload_type=kind, payload=body, key_id=b"node", signature=key.sign(dsse(kind, body))
            )
        )

    def _about(self, question: question_pb2.Question) -> list[tuple[str, int]]:
        has, wanted = self.node.has, set(question.datasets)
        if (wanted and has(Fault.DATASETS_EMPTY)) or (question.purpose == PARTLY and has(Fault.PARTS_LOST)):
            return []
        found = []
        for origin, record in ((OPEN, list_entry_pb2.ListEntry), (PERSON, penalty_pb2.Penalty)):
            feed = self.node.feeds[origin]
            if wanted and feed.dataset not in wanted and not has(Fault.DATASETS_IGNORED):
                continue
            over = set() if has(Fault.ENDED_TOLD) else {_ref(item) for item in feed.items if item.leaf[1] == END}
            for index, item in enumerate(feed.items):
                told = question.code != PERSON_CODE or has(Fault.PERSON_FOUND)
                if not told or index in over or item.state > 2 or item.leaf[1] > 2:
                    continue
                if record.FromString(item.payload).identity.code == question.code:
                    found.append((origin, index))
        return found

    def _finding(self, question: question_pb2.Question, origin: str, index: int) -> answer_pb2.Finding:
        """Return one finding, in part where the purpose needs no more."""
        has = self.node.has
        standing = "GUILTY" if has(Fault.STANDING_INVENTED) else "OWN"
        finding = answer_pb2.Finding(evidence=self._evidence(origin, index), standing=standing)
        if has(Fault.PART_AND_WHOLE) or (question.purpose == PARTLY and not has(Fault.WHOLE_SHOWN)):
            names = ["list_name", *(["responsible_persons"] * has(Fault.FIELD_SHOWN))] * (
                1 + has(Fault.FIELDS_REPEATED)
            )
            for name in names:
                finding.excerpt.fields.add(name=name, value="x")
        if finding.HasField("excerpt") and not has(Fault.PART_AND_WHOLE):
            finding.evidence.salt = finding.evidence.payload = b""
        return finding

    def _evidence(self, origin: str, index: int) -> evidence_pb2.Evidence:
        feed = self.node.feeds[origin]
        item, path = feed.items[index], tree.path(index, feed.leaves(len(feed.items)))
        return evidence_pb2.Evidence(
            origin=PERSON if self.node.has(Fault.EVIDENCE_OF_OTHER_FEED) else origin,
            index=index,
            leaf=item.leaf,
            salt=bytes(32) if self.node.has(Fault.EVIDENCE_SALT_WRONG) else item.salt,
            payload=item.payload,
            path=path[1:] if self.node.has(Fault.EVIDENCE_PATH_WRONG) else path,
            checkpoint=self.node.note(feed),
        )


def _verifies(key: Ed25519PublicKey, asked: envelope_pb2.Envelope) -> bool:
    try:
        key.verify(asked.signature, dsse(asked.payload_type, asked.payload))
    except InvalidSignature:
        return False
    return True


def _ref(item: Item) -> int:
    """Return the index of the entry that an act refers to."""
    return int.from_bytes(item.leaf[12:20], "big")
