# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: N802 -- the contract names the methods
"""QueryService: members' signed questions, and the holder indexes that spare some of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from typing import Protocol, TypeVar

from creditexchange.v1.holder_index_pb2 import GetHolderIndexRequest, GetHolderIndexResponse
from creditexchange.v1.query_service_pb2 import AskRequest, AskResponse
from creditexchange.v1.query_service_pb2_grpc import QueryServiceServicer

from federation.errors import FieldFault
from node.exchange.dialogue import Envelope
from node.holders.index import HeldIndex
from node.rpc.caller import current_caller
from node.rpc.wire import envelope_from_wire, envelope_to_wire

MAX_QUESTION_BYTES = 16 * 1024
MAX_TYPE_CHARACTERS = 128
_NODE_ID_CHARACTERS = 32
_DIGEST_BYTES = (0, 32)
Result = TypeVar("Result")


class QueryStage(Protocol):
    """Answers questions, in the servers' event loop; any number at once."""

    async def answer(self, caller: str, envelope: Envelope) -> Envelope:
        """The signed answer, in the exchange log when it returns; CallerFault or StoreFault when there is none."""
        ...


class IndexStage(Protocol):
    """Holds indexes, own and members'. Safe from any thread."""

    def index(self, node_id: str) -> HeldIndex | None:
        """The index of a node, of this one for the empty text; None when none is held."""
        ...

    def piece(self, held: HeldIndex, number: int) -> bytes:
        """A piece of its filter, empty after the last; StoreFault when another index has taken its place."""
        ...


class QueryServicer(QueryServiceServicer):
    """Hands questions to the stage, and indexes out.

    Args:
        stage: answers; an answer is in the exchange log before it is returned.
        indexes: hands indexes out.
        executor: runs the calls of `indexes`.
    """

    def __init__(self, stage: QueryStage, indexes: IndexStage, executor: Executor) -> None:
        self._stage = stage
        self._indexes = indexes
        self._executor = executor

    async def Ask(self, request: AskRequest, _context: object) -> AskResponse:
        """Answers one question."""
        message = request.question
        if not message.payload or len(message.payload) > MAX_QUESTION_BYTES:
            raise FieldFault("question.payload", "QUESTION_INVALID", "missing or longer than 16 KiB")
        if not message.payload_type or len(message.payload_type) > MAX_TYPE_CHARACTERS:
            raise FieldFault("question.payload_type", "QUESTION_INVALID", "missing or longer than 128 characters")
        caller, question = current_caller().node_id, envelope_from_wire(message)
        return AskResponse(answer=envelope_to_wire(await self._stage.answer(caller, question)))

    async def GetHolderIndex(
        self, request: GetHolderIndexRequest, _context: object
    ) -> AsyncIterator[GetHolderIndexResponse]:
        """Streams the header, then the filter piece by piece unless the caller has it; nothing when none is held."""
        if len(request.node_id) > _NODE_ID_CHARACTERS:
            raise FieldFault("node_id", "FIELD_TOO_LONG")
        if len(request.known_bits_sha256) not in _DIGEST_BYTES:
            raise FieldFault("known_bits_sha256", "FIELD_MALFORMED")
        held = await self._run(self._indexes.index, request.node_id)
        if held is None:
            return
        yield GetHolderIndexResponse(header=envelope_to_wire(held.envelope))
        number = 0
        while request.known_bits_sha256 != held.index.bits_sha256:
            piece = await self._run(self._indexes.piece, held, number)
            if not piece:
                return
            yield GetHolderIndexResponse(chunk=piece)
            number += 1

    async def _run(self, step: Callable[..., Result], *args: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, step, *args)
