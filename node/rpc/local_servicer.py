# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: N802 -- the contract names the methods
"""LocalService: the node's own business systems, on the local port only."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from creditexchange.v1.access_pb2 import LogAccessRequest, LogAccessResponse
from creditexchange.v1.bar_pb2 import SetBarRequest, SetBarResponse
from creditexchange.v1.case_filing_pb2 import (
    FileCaseRequest,
    FileCaseResponse,
    HandleCaseRequest,
    HandleCaseResponse,
)
from creditexchange.v1.local_service_pb2 import (
    BatchCheckRequest,
    BatchCheckResponse,
    CheckRequest,
    CheckResponse,
    EraseRequest,
    EraseResponse,
    GiveFeedbackRequest,
    GiveFeedbackResponse,
    InquireRequest,
    InquireResponse,
    SubmitRequest,
    SubmitResponse,
)
from creditexchange.v1.local_service_pb2_grpc import LocalServiceServicer
from creditexchange.v1.report_check_pb2 import CheckReportRequest, CheckReportResponse
from creditexchange.v1.wide_inquiry_pb2 import InquireWidelyRequest, InquireWidelyResponse

from federation.errors import AccessFault, FieldFault
from federation.rules.exchange import Accessed
from federation.rules.filing.report import IssuedReport
from federation.rules.loop.feedback import NotTaken, Statement
from federation.standards.identity import CodeKind
from node.cases.docket import NotDone, Step
from node.cases.letter import CaseName
from node.cases.window import Application, Filed, NotFiled
from node.erase.order import Outcome as ErasureOutcome
from node.exchange.bars import BarOrder
from node.exchange.inquire import Answered, Matter
from node.intake import Outcome, Submission
from node.query.business import BatchChecked, SubjectChecked, Wanted
from node.query.reports import ReportAnswer
from node.query.seen import Place
from node.routing.widely import Reply
from node.rpc.asking.bars import order_from_wire
from node.rpc.asking.wide import reply_to_wire, wide_from_wire
from node.rpc.asking.wire import answered_to_wire, matter_from_wire
from node.rpc.auditing.wire import accessed_from_wire
from node.rpc.caller import current_caller
from node.rpc.cases.wire import application_from_wire, filed_to_wire, not_done_to_wire, step_from_wire
from node.rpc.erasing.wire import erasure_to_wire
from node.rpc.filings.wire import report_answer_to_wire, report_from_wire
from node.rpc.loop.wire import (
    MAX_CODE_CHARACTERS,
    batch_to_wire,
    codes_from_wire,
    measure_to_wire,
    state_to_wire,
    statement_or_refusal,
    wanted_from_wire,
)
from node.rpc.wire import (
    beside_to_wire,
    code_kind_from_wire,
    holding_to_wire,
    outcome_to_wire,
    shown,
    submission_from_wire,
)

MAX_SUBMISSIONS = 2000
MAX_SUBMITTED_BYTES = 3 * 1024 * 1024
MAX_FEED_CHARACTERS = 32
MAX_STATEMENTS = 1000


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

    def check(self, kind: CodeKind, code: str, wanted: Wanted, caller: str) -> SubjectChecked:
        """What counts for one subject; FieldFault for a code that fails its check, or a filter that names nothing."""
        ...

    def batch(self, codes: Sequence[str], wanted: Wanted, caller: str) -> BatchChecked:
        """What counts for many; FieldFault for their number or the filter, CallerFault when too much is held."""
        ...

    def report(self, report: IssuedReport, named: Place | None, caller: str) -> ReportAnswer:
        """What an agency's report rests on, of the filing that it names or of all."""
        ...


class AccessStage(Protocol):
    """Logs what is about to be looked at, in the servers' event loop."""

    def log(self, accessed: Accessed) -> Awaitable[None]:
        """Durable when it is done; StoreFault when it cannot be logged."""
        ...


class FeedbackStage(Protocol):
    """Takes feedback. Called from one thread of the given executor at a time."""

    def give(self, statements: Sequence[Statement | NotTaken]) -> Sequence[Outcome]:
        """One outcome for each, durable."""
        ...


class InquireStage(Protocol):
    """Asks other members, in the servers' event loop."""

    def inquire(self, member: str, matter: Matter) -> Awaitable[Answered]:
        """The verified, logged answer; a Fault when there is none, AccessFault for a member not pinned."""
        ...

    def inquire_widely(self, matter: Matter, *, everywhere: bool) -> AsyncGenerator[Reply]:
        """What becomes of each member, as soon as it is known; closing it cancels what is under way."""
        ...


class BarStage(Protocol):
    """Withdraws and bars. Called from one thread of the given executor at a time."""

    def carry_out(self, order: BarOrder) -> bool:
        """In force, durably, when it returns; False when it was so before."""
        ...


class CaseStage(Protocol):
    """Files and handles cases. Called from one thread of the given executor at a time."""

    def file(self, application: Application) -> Filed | NotFiled:
        """Files a case, durably, or says why not."""
        ...

    def handle(self, name: CaseName, step: Step) -> NotDone | None:
        """Takes a step on a case, or withdraws it, durably; or says why not."""
        ...


@dataclass(frozen=True, slots=True)
class LocalStages:
    """What stands behind the local port."""

    submit: SubmitStage
    check: CheckStage
    inquire: InquireStage
    erase: EraseStage
    cases: CaseStage
    feedback: FeedbackStage
    access: AccessStage
    bars: BarStage


class LocalServicer(LocalServiceServicer):
    """Hands local calls to their stages.

    Args:
        stages: what stands behind.
        writer: runs `submit`, `erase`, `cases`, `feedback` and `bars`.
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
        """Says what counts here for one subject."""
        kind, wanted = code_kind_from_wire(request.code_kind), wanted_from_wire(request)
        if not 1 <= len(request.code) <= MAX_CODE_CHARACTERS:
            raise FieldFault("code", "FIELD_TOO_LONG" if request.code else "FIELD_MISSING")
        loop = asyncio.get_running_loop()
        asked = kind, request.code, wanted, str(current_caller())
        found = await loop.run_in_executor(self._readers, self._stages.check.check, *asked)
        return CheckResponse(
            holdings=[holding_to_wire(shown(holding)) for holding in found.checked.holdings],
            measures=found.checked.measures,
            truncated=found.checked.truncated,
            catalogued=map(measure_to_wire, found.catalogued),
            state=state_to_wire(found.state),
            beside=map(beside_to_wire, found.checked.beside),
        )

    async def BatchCheck(self, request: BatchCheckRequest, _context: object) -> AsyncIterator[BatchCheckResponse]:
        """Says what counts here for many subjects."""
        codes, wanted, caller = codes_from_wire(request), wanted_from_wire(request), str(current_caller())

        def answered() -> Sequence[BatchCheckResponse]:
            return batch_to_wire(self._stages.check.batch(codes, wanted, caller))

        for part in await asyncio.get_running_loop().run_in_executor(self._readers, answered):
            yield part

    async def CheckReport(self, request: CheckReportRequest, _context: object) -> CheckReportResponse:
        """Says whether an agency's report rests on a filing."""
        asked = *report_from_wire(request), str(current_caller())
        check = self._stages.check.report
        return report_answer_to_wire(await asyncio.get_running_loop().run_in_executor(self._readers, check, *asked))

    async def GiveFeedback(self, request: GiveFeedbackRequest, _context: object) -> GiveFeedbackResponse:
        """Takes statements of implementing bodies."""
        if not 1 <= len(request.statements) <= MAX_STATEMENTS:
            raise FieldFault("statements", "FIELD_TOO_LONG" if request.statements else "FIELD_MISSING")
        statements = [statement_or_refusal(message) for message in request.statements]
        give = self._stages.feedback.give
        outcomes = await asyncio.get_running_loop().run_in_executor(self._writer, give, statements)
        return GiveFeedbackResponse(outcomes=map(outcome_to_wire, outcomes))

    async def Inquire(self, request: InquireRequest, _context: object) -> InquireResponse:
        """Puts a question to a member."""
        member, matter = matter_from_wire(request)
        return answered_to_wire(await self._stages.inquire.inquire(member, matter), signed=request.signed)

    async def InquireWidely(
        self, request: InquireWidelyRequest, _context: object
    ) -> AsyncIterator[InquireWidelyResponse]:
        """Puts a question to many members."""
        matter, everywhere = wide_from_wire(request)
        async with aclosing(self._stages.inquire.inquire_widely(matter, everywhere=everywhere)) as flow:
            async for reply in flow:
                yield reply_to_wire(reply)

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

    async def FileCase(self, request: FileCaseRequest, _context: object) -> FileCaseResponse:
        """Files an objection or an application for repair."""
        application = application_from_wire(request)
        loop = asyncio.get_running_loop()
        return filed_to_wire(await loop.run_in_executor(self._writer, self._stages.cases.file, application))

    async def HandleCase(self, request: HandleCaseRequest, _context: object) -> HandleCaseResponse:
        """Takes a step on a case, for whoever runs the node."""
        if current_caller().business:
            raise AccessFault("CALLER_NOT_ENTITLED", "only whoever runs the node can take a step on a case")
        name, step = step_from_wire(request)
        loop = asyncio.get_running_loop()
        return not_done_to_wire(await loop.run_in_executor(self._writer, self._stages.cases.handle, name, step))

    async def LogAccess(self, request: LogAccessRequest, _context: object) -> LogAccessResponse:
        """Logs what whoever runs the node is about to look at."""
        caller = current_caller()
        if caller.business:
            raise AccessFault("CALLER_NOT_ENTITLED", "only whoever runs the node can look at exchange logs")
        await self._stages.access.log(accessed_from_wire(request, str(caller)))
        return LogAccessResponse()

    async def SetBar(self, request: SetBarRequest, _context: object) -> SetBarResponse:
        """Withdraws or bars, for whoever runs the node."""
        if current_caller().business:
            raise AccessFault("CALLER_NOT_ENTITLED", "only whoever runs the node can withdraw or bar")
        order, loop = order_from_wire(request), asyncio.get_running_loop()
        return SetBarResponse(changed=await loop.run_in_executor(self._writer, self._stages.bars.carry_out, order))


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
