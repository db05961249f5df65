# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The reference node's question desk: checks a question in a fixed order, then answers from the open feeds."""

import re
import time
from dataclasses import dataclass, field
from hashlib import sha256

from creditexchange.v1 import answer_pb2, envelope_pb2, evidence_pb2, list_entry_pb2, penalty_pb2, question_pb2
from creditexchange.v1 import query_service_pb2 as wire
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.conformance.reference import tree
from tests.conformance.reference.fault import Fault
from tests.conformance.reference.node import Node
from tests.conformance.reference.refusal import No
from tests.conformance.reference.world import NODE_ID, OPEN, PERSON, PERSON_CODE

GRANTED, REFUSED = "joint-measures", "credit-report"
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def dsse(kind: str, body: bytes) -> bytes:
    """Return DSSE's pre-authentication encoding."""
    return b" ".join((b"DSSEv1", str(len(kind)).encode(), kind.encode(), str(len(body)).encode(), body))


@dataclass
class Desk:
    """Answers questions of one member, whose message key it knows."""

    node: Node
    member_key: Ed25519PublicKey
    used: dict[str, bytes] = field(default_factory=dict)

    def ask(self, request: wire.AskRequest, caller: str) -> wire.AskResponse:
        """QueryService.Ask."""
        asked = request.question
        if not asked.payload:
            raise No("INTERNAL" if self.node.has(Fault.QUESTION_CRASHES) else "QUESTION_INVALID", "question")
        question = question_pb2.Question.FromString(asked.payload)
        self._whole(question)
        self._for_us(question, caller)
        self._signed(asked)
        if question.purpose != GRANTED and not self.node.has(Fault.PURPOSE_UNCHECKED):
            raise No("PURPOSE_NOT_GRANTED")
        if self.used.setdefault(question.exchange_id, asked.payload) != asked.payload and not self.node.has(
            Fault.ID_REUSED
        ):
            raise No("EXCHANGE_ID_REUSED")
        return self._answer(question, asked.payload)

    def _whole(self, question: question_pb2.Question) -> None:
        whole = question.legal_basis and question.purpose and question.case_number and len(question.salt) == 32
        if not (whole and _UUID7.fullmatch(question.exchange_id)) and not self.node.has(Fault.QUESTION_UNCHECKED):
            raise No("QUESTION_INVALID", "question")

    def _for_us(self, question: question_pb2.Question, caller: str) -> None:
        ours = question.responder == NODE_ID or self.node.has(Fault.RESPONDER_UNCHECKED)
        theirs = question.requester == caller or self.node.has(Fault.REQUESTER_UNCHECKED)
        if not (ours and theirs):
            raise No("QUESTION_MISDIRECTED")

    def _signed(self, asked: envelope_pb2.Envelope) -> None:
        try:
            self.member_key.verify(asked.signature, dsse(asked.payload_type, asked.payload))
        except InvalidSignature:
            if not self.node.has(Fault.QUESTION_UNVERIFIED):
                raise No("SIGNATURE_INVALID") from None

    def _answer(self, question: question_pb2.Question, payload: bytes) -> wire.AskResponse:
        has = self.node.has
        if question.code == PERSON_CODE and has(Fault.PERSON_REFUSED):
            raise No("PURPOSE_NOT_GRANTED")
        if question.code_kind != 1 and has(Fault.PERSONS_REFUSED):
            raise No("PURPOSE_NOT_GRANTED")
        origins = [OPEN] if question.code == PERSON_CODE and has(Fault.HEADS_TELL) else [OPEN, PERSON]
        fresh = answer_pb2.FRESHNESS_UNSPECIFIED if has(Fault.ANSWER_FRESHNESS_UNSAID) else answer_pb2.FRESHNESS_FRESH
        heads = [answer_pb2.Head(checkpoint=self.node.note(self.node.feeds[o]), freshness=fresh) for o in origins]
        standing = "GUILTY" if has(Fault.STANDING_INVENTED) else "OWN"
        body = answer_pb2.Answer(
            exchange_id="other" if has(Fault.ANSWER_OTHER_EXCHANGE) else question.exchange_id,
            question_sha256=sha256(payload + b"!" * has(Fault.ANSWER_UNBOUND)).digest(),
            responder="310000" if has(Fault.ANSWER_OTHER_NODE) else NODE_ID,
            answered_at_ms=time.time_ns() // 1_000_000 - 86_400_000 * has(Fault.ANSWER_LATE),
            findings=[
                answer_pb2.Finding(evidence=self._evidence(origin, index), standing=standing)
                for origin, index in self._about(question.code)
            ],
            heads=[] if has(Fault.ANSWER_HEADLESS) else heads,
        ).SerializeToString(deterministic=True)
        kind = "application/vnd.creditexchange.answer.v1" + "1" * has(Fault.ANSWER_TYPE_OTHER)
        key = self.node.keys.log if has(Fault.ANSWER_MISSIGNED) else self.node.keys.message
        return wire.AskResponse(
            answer=envelope_pb2.Envelope(
                payload_type=kind, payload=body, key_id=b"node", signature=key.sign(dsse(kind, body))
            )
        )

    def _about(self, code: str) -> list[tuple[str, int]]:
        found = []
        for origin, record in ((OPEN, list_entry_pb2.ListEntry), (PERSON, penalty_pb2.Penalty)):
            for index, item in enumerate(self.node.feeds[origin].items):
                told = code != PERSON_CODE or self.node.has(Fault.PERSON_FOUND)
                if not told or item.state > 2 or item.leaf[1] > 2:
                    continue
                if record.FromString(item.payload).identity.code == code:
                    found.append((origin, index))
        return found

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
