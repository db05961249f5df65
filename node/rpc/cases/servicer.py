# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: N802 -- the contract names the methods
"""CaseService: letters about cases, from members."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Protocol

from creditexchange.v1.case_service_pb2 import DeliverRequest, DeliverResponse
from creditexchange.v1.case_service_pb2_grpc import CaseServiceServicer

from federation.errors import CallerFault, FieldFault
from node.cases.letter import MAX_LETTER_BYTES
from node.cases.post import NotTaken, Taken
from node.exchange.dialogue import Envelope
from node.rpc.caller import current_caller
from node.rpc.cases.wire import taken_to_wire
from node.rpc.query_servicer import MAX_TYPE_CHARACTERS
from node.rpc.wire import envelope_from_wire

MAX_LETTERS = 32
MAX_DELIVERED_BYTES = 1024 * 1024


class TakeStage(Protocol):
    """Takes letters. Called from one thread of the given executor at a time."""

    def take(self, caller: str, envelopes: Sequence[Envelope]) -> Sequence[Taken]:
        """One outcome for each; what is receipted is durable."""
        ...


class CaseServicer(CaseServiceServicer):
    """Hands letters to the post.

    Args:
        stage: takes them.
        writer: runs it.
    """

    def __init__(self, stage: TakeStage, writer: Executor) -> None:
        self._stage = stage
        self._writer = writer

    async def Deliver(self, request: DeliverRequest, _context: object) -> DeliverResponse:
        """Takes letters; one that cannot even be an envelope gets its reason, and stops no other."""
        _check_limits(request)
        caller = current_caller().node_id
        read: list[Envelope | NotTaken] = []
        for message in request.letters:
            try:
                read.append(envelope_from_wire(message))
            except CallerFault as fault:
                read.append(NotTaken(fault.reason))
        envelopes = [each for each in read if isinstance(each, Envelope)]
        loop = asyncio.get_running_loop()
        taken = iter(await loop.run_in_executor(self._writer, self._stage.take, caller, envelopes))
        outcomes = [next(taken) if isinstance(each, Envelope) else each for each in read]
        return DeliverResponse(outcomes=map(taken_to_wire, outcomes))


def _check_limits(request: DeliverRequest) -> None:
    """The limits of the contract.

    Raises:
        FieldFault: FIELD_TOO_LONG or FIELD_MISSING.
    """
    letters = request.letters
    if not 1 <= len(letters) <= MAX_LETTERS:
        raise FieldFault("letters", "FIELD_TOO_LONG" if letters else "FIELD_MISSING", f"1 to {MAX_LETTERS}")
    if sum(len(each.payload) for each in letters) > MAX_DELIVERED_BYTES:
        raise FieldFault("letters", "FIELD_TOO_LONG", "together over 1 MiB")
    if any(len(each.payload) > MAX_LETTER_BYTES or len(each.payload_type) > MAX_TYPE_CHARACTERS for each in letters):
        raise FieldFault("letters", "FIELD_TOO_LONG", "one is over 48 KiB, or its type over 128 characters")
