# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The reference's cases: it decides those about its own entries, and brings those filed with it to the suite."""

import asyncio
import secrets
import time
import uuid
from dataclasses import dataclass, field
from hashlib import sha256

import grpc
from creditexchange.v1 import (
    case_filing_pb2,
    case_pb2,
    case_receipt_pb2,
    case_service_pb2,
    case_service_pb2_grpc,
    case_status_pb2,
    case_withdrawal_pb2,
    envelope_pb2,
)
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from google.protobuf.message import Message

from tests.conformance.reference.desk import dsse
from tests.conformance.reference.following.follower import Follower
from tests.conformance.reference.following.misrule import Misrule
from tests.conformance.reference.world import MEMBER_ID, NODE_ID

TYPE = "application/vnd.creditexchange."
CASE, STATUS, WITHDRAWAL, RECEIPT = (
    f"{TYPE}{name}.v1" for name in ("case", "case-status", "case-withdrawal", "case-receipt")
)
EARLY, RIPE = 20, 19
RECEIVED, NOT_ACCEPTED, WITHDRAWN = (
    case_status_pb2.CASE_STATE_RECEIVED,
    case_status_pb2.CASE_STATE_NOT_ACCEPTED,
    case_status_pb2.CASE_STATE_WITHDRAWN,
)


def now_ms() -> int:
    """The clock."""
    return time.time_ns() // 1_000_000


@dataclass
class Casework:
    """The cases of a node that follows the suite."""

    follower: Follower
    member_key: Ed25519PublicKey
    filed: dict[str, bytes] = field(default_factory=dict)
    heard: dict[tuple[str, int], bytes] = field(default_factory=dict)
    stated: dict[str, int] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def deliver(self, raw: bytes) -> Message:
        """CaseService.Deliver."""
        letters = case_service_pb2.DeliverRequest.FromString(raw).letters
        return case_service_pb2.DeliverResponse(outcomes=[self._taken(letter) for letter in letters])

    def _taken(self, letter: envelope_pb2.Envelope) -> case_service_pb2.LetterOutcome:
        refused = self._refused(letter)
        if refused:
            return case_service_pb2.LetterOutcome(reason=refused)
        if letter.payload_type == CASE:
            self._judge(letter)
        elif letter.payload_type == WITHDRAWAL:
            self._withdrawn(case_withdrawal_pb2.CaseWithdrawal.FromString(letter.payload))
        said = case_receipt_pb2.CaseReceipt(
            letter_sha256=sha256(dsse(letter.payload_type, letter.payload)).digest(),
            sender=MEMBER_ID,
            receiver=NODE_ID,
            received_at_ms=now_ms(),
        )
        wrong = self.follower.has(Misrule.RECEIPT_MISSIGNED)
        return case_service_pb2.LetterOutcome(receipt=self._signed(RECEIPT, said, wrong))

    def _refused(self, letter: envelope_pb2.Envelope) -> str:
        has = self.follower.has
        try:
            self.member_key.verify(letter.signature, dsse(letter.payload_type, letter.payload))
        except InvalidSignature:
            return "" if has(Misrule.FORGED_TAKEN) else "SIGNATURE_INVALID"
        if letter.payload_type != STATUS:
            return ""
        said = case_status_pb2.CaseStatus.FromString(letter.payload)
        known = sha256(self.filed.get(said.case_id, b"")).digest() == said.case_sha256
        if not known and not has(Misrule.UNBOUND_TAKEN):
            return "CASE_UNKNOWN"
        same = self.heard.setdefault((said.case_id, said.sequence), letter.payload) == letter.payload
        if has(Misrule.DECISIONS_REFUSED):
            return "STORE_UNAVAILABLE"
        return "" if same or has(Misrule.ALTERED_TAKEN) else "CASE_ID_REUSED"

    def _judge(self, letter: envelope_pb2.Envelope) -> None:
        case, has = case_pb2.Case.FromString(letter.payload), self.follower.has
        self.filed[case.case_id] = letter.payload
        self._state(case.case_id, RECEIVED)
        early = case.index == EARLY and not has(Misrule.EARLY_TAKEN_UP)
        if early or has(Misrule.RIPE_REFUSED):
            self._state(case.case_id, NOT_ACCEPTED, "REPAIR_NOT_YET")

    def _withdrawn(self, said: case_withdrawal_pb2.CaseWithdrawal) -> None:
        if said.case_id not in self.closed and not self.follower.has(Misrule.WITHDRAWAL_IGNORED):
            self._state(said.case_id, WITHDRAWN)

    def _state(self, case_id: str, state: case_status_pb2.CaseState, *reasons: str) -> None:
        has = self.follower.has
        self.stated[case_id] = self.stated.get(case_id, 0) + 1
        if state != RECEIVED:
            self.closed.add(case_id)
        said = case_status_pb2.CaseStatus(
            case_id=case_id,
            filed_at=MEMBER_ID,
            case_sha256=bytes(32) if has(Misrule.CASE_STATEMENT_UNBOUND) else sha256(self.filed[case_id]).digest(),
            decided_at=NODE_ID,
            sequence=self.stated[case_id],
            state=state,
            stated_at_ms=now_ms(),
            reasons=reasons,
        )
        self._post(self._signed(STATUS, said, has(Misrule.CASE_STATEMENT_MISSIGNED)))

    def file(self, raw: bytes) -> Message:
        """LocalService.FileCase."""
        request, salt, has = case_filing_pb2.FileCaseRequest.FromString(raw), secrets.token_bytes(32), self.follower.has
        hashed = sha256(b"creditexchange/applicant/1\0" + salt + request.applicant_code.encode()).digest()
        case = case_pb2.Case(
            case_id=str(uuid.uuid4()),
            kind=request.kind,
            origin=request.origin,
            index=request.index + has(Misrule.CASE_DIFFERS),
            applicant=request.applicant,
            applicant_sha256=bytes(32) if has(Misrule.APPLICANT_UNBOUND) else hashed,
            salt=salt,
            grounds=request.grounds + request.applicant_code * has(Misrule.APPLICANT_TOLD),
            filed_at=NODE_ID,
            filed_at_ms=now_ms(),
        )
        if has(Misrule.CASES_REFUSED):
            return case_filing_pb2.FileCaseResponse(reasons=["CASE_INVALID"])
        letter = self._signed(CASE, case, has(Misrule.CASE_MISSIGNED))
        self.filed[case.case_id] = letter.payload
        if not has(Misrule.CASE_LOST):
            self._post(letter)
        return case_filing_pb2.FileCaseResponse(case_id=case.case_id)

    def _signed(self, kind: str, said: Message, wrong: bool) -> envelope_pb2.Envelope:
        body = said.SerializeToString(deterministic=True)
        key = Ed25519PrivateKey.generate() if wrong else self.follower.node.keys.message
        return envelope_pb2.Envelope(
            payload_type=kind, payload=body, key_id=b"node", signature=key.sign(dsse(kind, body))
        )

    def _post(self, letter: envelope_pb2.Envelope) -> None:
        task = asyncio.get_running_loop().create_task(self._posted(letter))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _posted(self, letter: envelope_pb2.Envelope) -> None:
        cases = case_service_pb2_grpc.CaseServiceStub(self.follower.channel)
        await cases.Deliver(case_service_pb2.DeliverRequest(letters=[letter]), wait_for_ready=True)


class Counter(grpc.GenericRpcHandler):
    """CaseService on the peer port."""

    def __init__(self, casework: Casework) -> None:
        """Take the cases."""
        self._casework = casework

    def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        """Return what answers Deliver."""
        if details.method != "/creditexchange.v1.CaseService/Deliver":
            return None
        return grpc.unary_unary_rpc_method_handler(self._deliver)

    async def _deliver(self, request: bytes, _: object) -> bytes:
        return self._casework.deliver(request).SerializeToString()
