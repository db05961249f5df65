# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: N802 -- the contract names the methods
"""LocalService: the node's own business systems, on the local port only."""

import asyncio
from collections.abc import Awaitable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from creditexchange.v1.local_service_pb2 import (
    CheckRequest,
    CheckResponse,
    EraseRequest,
    EraseResponse,
    InquireRequest,
    InquireResponse,
    SubmitRequest,
    SubmitResponse,
)
from creditexchange.v1.local_service_pb2_grpc import LocalServiceServicer

from federation.errors import AccessFault, CallerFault, FieldFault
from federation.records.exchange import Answer
from node.erase.order import Outcome as ErasureOutcome
from node.exchange.inquire import Matter
from node.intake import Outcome, Submission
from node.query.seen import Checked
from node.rpc.caller import current_caller
from node.rpc.erasing.wire import erasure_to_wire
from node.rpc.wire import (
    answer_to_wire,
    code_kind_from_wire,
    holding_to_wire,
    matter_from_wire,
    outcome_to_wire,
    shown,
    submission_from_wire,
)

MAX_SUBMISSIONS = 2000
MAX_SUBMITTED_BYTES = 3 * 1024 * 1024
MAX_CODE_CHARACTERS = 64
MAX_FEED_CHARACTERS = 32


class SubmitStage(Protocol):
    """Takes records in. Called from one thread of the given executor at a time."""

    def submit(self, feed: str, submissions: Sequence[Submission], *, amend: bool) -> Sequence[Outcome]:
        """One outcome for each, durable; `feed` is a short name, FEED_NOT_FOUND when none of ours has it."""
        ...


class EraseStage(Protocol):
    """Takes orders to erase. Called from one thread of the given executor at a time."""

    def erase(self, feed: str, indexes: Sequence[int], ground: str, *, with_acts: bool) -> Sequence[ErasureOutcome]:
        """One outcome for each index, durable; FieldFault, and FEED_NOT_FOUND when none of ours has the short name."""
        ...


class CheckStage(Protocol):
    """Knows what is held. Safe from any thread."""

    def check(self, subject: str) -> Checked:
        """What is held about a number, counting or not, and whether that is everything."""
        ...


class InquireStage(Protocol):
    """Asks other members, in the servers' event loop."""

    def inquire(self, member: str, matter: Matter) -> Awaitable[Answer]:
        """The verified, logged answer; a Fault when there is none, AccessFault for a member not pinned."""
        ...


@dataclass(frozen=True, slots=True)
class LocalStages:
    """What stands behind the local port."""

    submit: SubmitStage
    check: CheckStage
    inquire: InquireStage
    erase: EraseStage


class LocalServicer(LocalServiceServicer):
    """Hands local calls to their stages.

    Args:
        stages: what stands behind.
        writer: runs `submit` and `erase`.
        readers: runs `check`.
    """

    def __init__(self, stages: LocalStages, writer: Executor, readers: Executor) -> None:
        self._stages = stages
        self._writer = writer
        self._readers = readers

    async def Submit(self, request: SubmitRequest, _context: object) -> SubmitResponse:
        """Takes a batch in."""
        _check_batch(request)
        submissions = [submission_from_wire(message) for message in request.submissions]

        def submit() -> Sequence[Outcome]:
            return self._stages.submit.submit(request.feed, submissions, amend=request.amend)

        outcomes = await asyncio.get_running_loop().run_in_executor(self._writer, submit)
        return SubmitResponse(outcomes=map(outcome_to_wire, outcomes))

    async def Check(self, request: CheckRequest, _context: object) -> CheckResponse:
        """Says what counts here for one subject.

        Refused with LIMIT_EXCEEDED when more is held than a response may have: it cannot say that it is a part.
        """
        code_kind_from_wire(request.code_kind)
        if not 1 <= len(request.code) <= MAX_CODE_CHARACTERS:
            raise FieldFault("code", "FIELD_TOO_LONG" if request.code else "FIELD_MISSING")
        loop = asyncio.get_running_loop()
        checked = await loop.run_in_executor(self._readers, self._stages.check.check, request.code)
        if checked.truncated:
            raise CallerFault("LIMIT_EXCEEDED", f"more than {len(checked.holdings)} holdings")
        holdings = [holding_to_wire(shown(holding)) for holding in checked.holdings]
        return CheckResponse(holdings=holdings, measures=checked.measures)

    async def Inquire(self, request: InquireRequest, _context: object) -> InquireResponse:
        """Puts a question to a member."""
        member, matter = matter_from_wire(request)
        return InquireResponse(answer=answer_to_wire(await self._stages.inquire.inquire(member, matter)))

    async def Erase(self, request: EraseRequest, _context: object) -> EraseResponse:
        """Takes an order to erase, from whoever runs the node."""
        if current_caller().business:
            raise AccessFault("CALLER_NOT_ENTITLED", "only whoever runs the node can order an erasure")
        _check_feed(request.feed)

        def erase() -> Sequence[ErasureOutcome]:
            ordered = (request.feed, tuple(request.indexes), request.ground)
            return self._stages.erase.erase(*ordered, with_acts=request.with_acts)

        outcomes = await asyncio.get_running_loop().run_in_executor(self._writer, erase)
        return EraseResponse(erasures=map(erasure_to_wire, outcomes))


def _check_feed(feed: str) -> None:
    if not 1 <= len(feed) <= MAX_FEED_CHARACTERS + 1:
        raise FieldFault("feed", "FIELD_TOO_LONG" if feed else "FIELD_MISSING")


def _check_batch(request: SubmitRequest) -> None:
    """The limits of the contract; single items are judged by the intake."""
    _check_feed(request.feed)
    if not 1 <= len(request.submissions) <= MAX_SUBMISSIONS:
        raise FieldFault("submissions", "FIELD_TOO_LONG" if request.submissions else "FIELD_MISSING")
    if sum(len(item.payload) + len(item.key) for item in request.submissions) > MAX_SUBMITTED_BYTES:
        raise FieldFault("submissions", "FIELD_TOO_LONG", "together over 3 MiB")
