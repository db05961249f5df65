# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: N802 -- the contract names the methods
"""QueryService: members' signed questions."""

from typing import Protocol

from creditexchange.v1.query_service_pb2 import AskRequest, AskResponse
from creditexchange.v1.query_service_pb2_grpc import QueryServiceServicer

from federation.errors import FieldFault
from node.exchange.dialogue import Envelope
from node.rpc.caller import current_caller
from node.rpc.wire import envelope_from_wire, envelope_to_wire

MAX_QUESTION_BYTES = 16 * 1024
MAX_TYPE_CHARACTERS = 128


class QueryStage(Protocol):
    """Answers questions, in the servers' event loop; any number at once."""

    async def answer(self, caller: str, envelope: Envelope) -> Envelope:
        """The signed answer, in the exchange log when it returns; CallerFault or StoreFault when there is none."""
        ...


class QueryServicer(QueryServiceServicer):
    """Hands questions to the stage.

    Args:
        stage: answers; an answer is in the exchange log before it is returned.
    """

    def __init__(self, stage: QueryStage) -> None:
        self._stage = stage

    async def Ask(self, request: AskRequest, _context: object) -> AskResponse:
        """Answers one question."""
        message = request.question
        if not message.payload or len(message.payload) > MAX_QUESTION_BYTES:
            raise FieldFault("question.payload", "QUESTION_INVALID", "missing or longer than 16 KiB")
        if not message.payload_type or len(message.payload_type) > MAX_TYPE_CHARACTERS:
            raise FieldFault("question.payload_type", "QUESTION_INVALID", "missing or longer than 128 characters")
        caller, question = current_caller().node_id, envelope_from_wire(message)
        return AskResponse(answer=envelope_to_wire(await self._stage.answer(caller, question)))
