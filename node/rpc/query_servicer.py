# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: N802 -- the contract names the methods
"""QueryService: members' signed questions, for this node or to be handed on; indexes that spare some of them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from typing import Any, Protocol, TypeVar

from creditexchange.v1.envelope_pb2 import Envelope as WireEnvelope
from creditexchange.v1.holder_index_pb2 import GetHolderIndexRequest, GetHolderIndexResponse
from creditexchange.v1.query_service_pb2 import AskRequest, AskResponse
from creditexchange.v1.query_service_pb2_grpc import QueryServiceServicer
from creditexchange.v1.relay_pb2 import RelayRequest, RelayResponse

from federation.errors import FieldFault
from node.exchange.dialogue import Envelope
from node.holders.index import HeldIndex
from node.routing.ways import MAX_HUBS, MAX_PARCEL, Relayed
from node.rpc.caller import current_caller
from node.rpc.relaying.wire import relayed_to_wire
from node.rpc.wire import envelope_from_wire, envelope_to_wire

MAX_QUESTION_BYTES = 16 * 1024
MAX_TYPE_CHARACTERS = 128
_NODE_ID_CHARACTERS = 32
_DIGEST_BYTES = (0, 32)
Result = TypeVar("Result")
RELAY_CAP_S = 60.0
"""Longest time that a parcel of questions may take, whatever deadline the caller sets."""


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


class RelayStage(Protocol):
    """Hands questions on, in the servers' event loop; any number at once."""

    def relay(
        self, caller: str, envelopes: Sequence[Envelope], passed: Sequence[str], within_s: float
    ) -> AsyncGenerator[Relayed]:
        """What becomes of each question, as soon as it is known; a generator: closing it cancels what is under way."""
        ...


class QueryServicer(QueryServiceServicer):
    """Hands questions to the stages, and indexes out.

    Args:
        stage: answers; an answer is in the exchange log before it is returned.
        relay: hands on what is for others.
        indexes: hands indexes out.
        executor: runs the calls of `indexes`.
    """

    def __init__(self, stage: QueryStage, relay: RelayStage, indexes: IndexStage, executor: Executor) -> None:
        self._stage = stage
        self._relay = relay
        self._indexes = indexes
        self._executor = executor

    async def Ask(self, request: AskRequest, _context: object) -> AskResponse:
        """Answers one question."""
        _check_question(request.question, "question")
        caller, question = current_caller().node_id, envelope_from_wire(request.question)
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

    async def Relay(self, request: RelayRequest, context: Any) -> AsyncIterator[RelayResponse]:  # noqa: ANN401 - of gRPC
        """Hands questions on, and their answers back."""
        if not 1 <= len(request.questions) <= MAX_PARCEL:
            raise FieldFault("questions", "FIELD_TOO_LONG" if request.questions else "FIELD_MISSING")
        if len(request.passed) > MAX_HUBS or any(len(each) > _NODE_ID_CHARACTERS for each in request.passed):
            raise FieldFault("passed", "FIELD_TOO_LONG")
        for message in request.questions:
            _check_question(message, "questions")
        questions, passed = [envelope_from_wire(each) for each in request.questions], tuple(request.passed)
        within_s = min(RELAY_CAP_S, context.time_remaining() or RELAY_CAP_S)
        told = self._relay.relay(current_caller().node_id, questions, passed, within_s)
        async with aclosing(told) as flow:
            async for each in flow:
                yield relayed_to_wire(each)


def _check_question(message: WireEnvelope, field: str) -> None:
    """The limits of the contract.

    Raises:
        FieldFault: QUESTION_INVALID.
    """
    if not message.payload or len(message.payload) > MAX_QUESTION_BYTES:
        raise FieldFault(f"{field}.payload", "QUESTION_INVALID", "missing or longer than 16 KiB")
    if not message.payload_type or len(message.payload_type) > MAX_TYPE_CHARACTERS:
        raise FieldFault(f"{field}.payload_type", "QUESTION_INVALID", "missing or longer than 128 characters")
