# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The reference as a requester: it asks the suite for its business systems, judges the answer, and logs before use."""

import secrets
import time
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import grpc
from creditexchange.v1 import answer_pb2, envelope_pb2, query_service_pb2, query_service_pb2_grpc, question_pb2
from creditexchange.v1 import local_service_pb2 as wire
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.conformance.reference.desk import dsse
from tests.conformance.reference.following.follower import Follower
from tests.conformance.reference.following.misrule import Misrule
from tests.conformance.reference.world import NODE_ID

if TYPE_CHECKING:
    from creditexchange.v1.query_service_pb2_grpc import QueryServiceAsyncStub

FAR_S = 300
_TYPE = "application/vnd.creditexchange.question.v1"


@dataclass
class Asking:
    """Asks one member, whose message key it knows."""

    follower: Follower
    member_key: Ed25519PublicKey

    async def inquire(self, request: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[bytes]:
        """LocalService.Inquire."""
        has, ledger = self.follower.has, self.follower.node.ledger
        if has(Misrule.INQUIRY_REFUSED):
            await context.abort(grpc.StatusCode.UNIMPLEMENTED)
        question = _question(wire.InquireRequest.FromString(request)).SerializeToString()
        outcome, answer = await self._asked(question)
        notes = tuple(head.checkpoint for head in answer_pb2.Answer.FromString(answer).heads)
        times = 0 if has(Misrule.ASKED_UNLOGGED) else 2 if has(Misrule.ASKED_TWICE_LOGGED) else 1
        noted = not has(Misrule.HEADS_UNCOMMITTED)
        told = answer if outcome == "ANSWERED" else b""
        for _ in range(times):
            ledger.inquired(self._as_logged(question), self._told(outcome), told, notes if noted else ())
        if outcome != "ANSWERED":
            await context.abort(grpc.StatusCode.PERMISSION_DENIED)
        yield wire.InquireResponse(answer=answer_pb2.Answer.FromString(answer)).SerializeToString()

    async def _asked(self, question: bytes) -> tuple[str, bytes]:
        """Ask, and say what came of it; an answer that is none is named so."""
        key, stub = self.follower.node.keys.message, query_service_pb2_grpc.QueryServiceStub(self.follower.channel)
        asks: QueryServiceAsyncStub = stub
        signature = bytes(64) if self.follower.has(Misrule.ASKED_UNSIGNED) else key.sign(dsse(_TYPE, question))
        signed = envelope_pb2.Envelope(payload_type=_TYPE, payload=question, key_id=b"node", signature=signature)
        try:
            came = (await asks.Ask(query_service_pb2.AskRequest(question=signed), timeout=5)).answer
        except grpc.aio.AioRpcError:
            return "PURPOSE_NOT_GRANTED", b""
        bound = answer_pb2.Answer.FromString(came.payload).question_sha256 == sha256(question).digest()
        bound |= self.follower.has(Misrule.OTHER_ANSWER_TAKEN)
        good = self._verifies(came) or self.follower.has(Misrule.FORGED_ANSWER_TAKEN)
        return ("ANSWERED" if bound and good and self._timely(came.payload) else "ANSWER_INVALID"), came.payload

    def _timely(self, payload: bytes) -> bool:
        """Whether an answer is of now, and its heads as fresh as it says."""
        answer, now_s = answer_pb2.Answer.FromString(payload), int(time.time())
        of_now = abs(now_s - answer.answered_at_ms // 1000) < FAR_S or self.follower.has(
            Misrule.ANSWER_OF_ANY_DAY_TAKEN
        )
        fresh = all(now_s - _stated_s(head.checkpoint) < FAR_S for head in answer.heads)
        return of_now and (fresh or self.follower.has(Misrule.FRESHNESS_BELIEVED))

    def _verifies(self, came: envelope_pb2.Envelope) -> bool:
        try:
            self.member_key.verify(came.signature, dsse(came.payload_type, came.payload))
        except InvalidSignature:
            return False
        return True

    def _told(self, outcome: str) -> str:
        """What the log is told."""
        refused = outcome == "PURPOSE_NOT_GRANTED" and self.follower.has(Misrule.REFUSAL_AS_ANSWER)
        false = outcome == "ANSWER_INVALID" and self.follower.has(Misrule.FALSE_ANSWER_AS_GOOD)
        return "ANSWERED" if refused or false else outcome

    def _as_logged(self, question: bytes) -> bytes:
        """The question that the log is told of."""
        asked = question_pb2.Question.FromString(question)
        if self.follower.has(Misrule.ASKED_FOR_OTHER_PURPOSE):
            asked.purpose = "inspection"
        return asked.SerializeToString()


def _stated_s(note: bytes) -> int:
    """When the clock key stated the head: the eight bytes behind the key id of the last line."""
    blob = b64decode(note.decode().rstrip("\n").rpartition(" ")[2])
    return int.from_bytes(blob[4:12], "big")


def _question(request: wire.InquireRequest) -> question_pb2.Question:
    now_ms = time.time_ns() // 1_000_000
    digits = f"{now_ms:012x}7{secrets.token_hex(2)[1:]}8{secrets.token_hex(8)[1:]}"
    return question_pb2.Question(
        exchange_id="-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])),
        requester=NODE_ID,
        responder=request.member,
        purpose=request.purpose,
        legal_basis=request.legal_basis,
        case_number=request.case_number,
        code_kind=request.code_kind,
        code=request.code,
        asked_at_ms=now_ms,
        salt=secrets.token_bytes(32),
        officer=request.officer,
        office=request.office,
    )
