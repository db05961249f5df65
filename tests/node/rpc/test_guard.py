# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Limits, deadlines and faults around every call."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from creditexchange.v1.node_service_pb2 import GetNodeRequest
from creditexchange.v1.node_service_pb2_grpc import NodeServiceStub

from federation.errors import AccessFault, FieldFault, LimitFault, UnreachableFault
from federation.standards.identity import CodeKind
from node.config import LimitsSection
from node.exchange.dialogue import Envelope
from node.exchange.inquire import Matter
from node.rpc.caller import Caller
from node.rpc.faults import retry_after_s
from node.rpc.guard import WATCHES_PER_CALLER, Admission, Guard

if TYPE_CHECKING:
    from tests.node.rpc.conftest import Lab

    MakeLab = Callable[[LimitsSection], Awaitable[Lab]]

MATTER = Matter("credit-check", "art. 1", "case 1", CodeKind.USCC, "91330100716105852F", "officer-1", "office-1")


def admission(clock: list[float], **limits: float) -> Admission:
    """Limits over a clock that stands in a list."""
    return Admission(LimitsSection.model_validate(limits), lambda: clock[0])


def test_a_burst_is_followed_by_the_rate() -> None:
    """After the burst a caller gets one call per interval, and is told how long to wait; others are not touched."""
    clock = [0.0]
    gate = admission(clock, calls_per_second=2, burst_calls=3)
    for _ in range(3):
        with gate.admitted(Caller("310000"), watch=False):
            pass
    with pytest.raises(LimitFault) as caught, gate.admitted(Caller("310000"), watch=False):
        pass

    assert caught.value.retry_after_s == 0.5
    with gate.admitted(Caller("320500"), watch=False):
        clock[0] = 0.5
    with gate.admitted(Caller("310000"), watch=False):
        pass


def test_one_caller_cannot_take_every_place() -> None:
    """A caller holds half of the places at most; another still gets in, until all are taken."""
    gate = admission([0.0], concurrent_calls=3)
    with gate.admitted(Caller("310000"), watch=False):
        with pytest.raises(LimitFault), gate.admitted(Caller("310000"), watch=False):
            pass
        others = gate.admitted(Caller("320500"), watch=False), gate.admitted(Caller("340000"), watch=False)
        with others[0], others[1], pytest.raises(LimitFault), gate.admitted(Caller("330000"), watch=False):
            pass
    with gate.admitted(Caller("310000"), watch=False):
        pass


def test_watches_take_no_places_but_are_counted() -> None:
    """Watches leave room for calls, and have a roof of their own."""
    gate = admission([0.0], concurrent_calls=1, burst_calls=WATCHES_PER_CALLER + 2)
    held = [gate.admitted(Caller("310000"), watch=True) for _ in range(WATCHES_PER_CALLER)]
    for place in held:
        place.__enter__()
    with pytest.raises(LimitFault), gate.admitted(Caller("310000"), watch=True):
        pass
    with gate.admitted(Caller("310000"), watch=False):
        pass
    for place in held:
        place.__exit__(None, None, None)


async def test_too_many_calls_are_refused_with_a_time(make_lab: "MakeLab") -> None:
    """Over the wire: RESOURCE_EXHAUSTED, LIMIT_EXCEEDED, RetryInfo."""
    lab = await make_lab(LimitsSection(calls_per_second=0.01, burst_calls=1))
    async with lab.channel("310000") as channel:
        stub = NodeServiceStub(channel)
        await stub.GetNode(GetNodeRequest(), timeout=30)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.GetNode(GetNodeRequest(), timeout=30)

    pause = retry_after_s(caught.value)
    assert grpc.StatusCode.RESOURCE_EXHAUSTED is caught.value.code()
    assert pause is not None
    assert 0 < pause <= 100


async def test_the_deadline_of_a_caller_ends_its_call(lab: "Lab") -> None:
    """When the caller's time is over the stage is told to stop."""
    lab.stages.hold = asyncio.Event()
    client = lab.local()
    await client.condition()  # a connection takes its time to come about
    client._timeout_s = 1
    with pytest.raises(UnreachableFault, match="CALL_TIMEOUT"):
        await client.inquire("310000", MATTER)
    await lab.eventually(lambda: lab.stages.cancelled == 1)
    await client.close()


async def test_a_call_without_deadline_meets_the_cap(lab: "Lab") -> None:
    """A handler that runs longer than the cap is stopped and answered DEADLINE_EXCEEDED."""
    anybody: Any = _AnyCaller()
    guard = Guard(anybody, Admission(LimitsSection()), lab.observer, unary_cap_s=0.05)
    context = _Context()

    async def slow(_request: object, _context: object) -> None:
        await asyncio.Event().wait()

    handler: Any = grpc.unary_unary_rpc_method_handler(slow)

    async def continuation(_details: object) -> object:
        return handler

    details: Any = _Details()
    guarded = await guard.intercept_service(continuation, details)
    with pytest.raises(grpc.aio.AbortError):
        await guarded.unary_unary(None, context)

    assert grpc.StatusCode.DEADLINE_EXCEEDED is context.sent


class _AnyCaller:
    def identify(self, _auth: object) -> Caller:
        """Lets everybody in."""
        return Caller("310000")


class _Details:
    method = "/x.Y/Slow"


class _Context:
    """As much of a context as an abort needs."""

    sent: grpc.StatusCode | None = None

    def auth_context(self) -> dict[str, list[bytes]]:
        """Nobody."""
        return {}

    def code(self) -> grpc.StatusCode | None:
        """What was sent."""
        return self.sent

    async def abort(self, code: grpc.StatusCode, _text: str) -> None:
        """Ends the call as gRPC does."""
        self.sent = code
        raise grpc.aio.AbortError


async def test_cancelling_a_call_reaches_the_stage(lab: "Lab") -> None:
    """A client that gives up frees the server; the call is observed as cancelled."""
    lab.stages.hold = asyncio.Event()
    client = lab.local()
    call = asyncio.create_task(client.inquire("310000", MATTER))
    await lab.eventually(lambda: bool(lab.stages.inquired))
    call.cancel()
    await lab.eventually(lambda: lab.stages.cancelled == 1)
    await lab.eventually(lambda: bool(lab.observer.calls))
    await client.close()

    assert await lab.observed() == [("Inquire", "330100", "CANCELLED", "")]


async def test_what_nobody_foresaw_is_internal_and_silent(lab: "Lab") -> None:
    """A bug is answered INTERNAL with fixed words; the node's log gets the error."""
    lab.feeds.broken = RuntimeError("select * from secrets")
    client = lab.peer()
    with pytest.raises(UnreachableFault) as caught:
        await client.checkpoint("delta.example/330100/lists/1")
    await client.close()

    assert caught.value.reason == "INTERNAL"
    assert "secrets" not in caught.value.detail
    assert lab.observer.broken == ["RuntimeError"]


async def test_an_unknown_method_is_refused_with_its_reason(lab: "Lab") -> None:
    """A method this revision lacks: UNIMPLEMENTED with METHOD_UNKNOWN, to known callers only."""
    async with lab.channel("310000") as channel:
        call: Any = channel.unary_unary("/creditexchange.v1.CaseService/Object")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(b"", timeout=30)

    assert grpc.StatusCode.UNIMPLEMENTED is caught.value.code()
    assert await lab.observed() == [("Object", "310000", "UNIMPLEMENTED", "METHOD_UNKNOWN")]


async def test_the_caller_is_the_certificate(lab: "Lab") -> None:
    """The stage hears the node id of the certificate, whatever the message claims."""
    await _ask(lab, b"i am 999999")

    assert [caller for caller, _ in lab.stages.asked] == ["310000"]


async def test_a_refused_question_keeps_its_reason(lab: "Lab") -> None:
    """A stage's refusal reaches the member that asked as a CallerFault with its reason."""
    lab.stages.fault = AccessFault("PURPOSE_NOT_GRANTED")
    with pytest.raises(AccessFault, match="PURPOSE_NOT_GRANTED"):
        await _ask(lab, b"question")


async def test_an_empty_question_is_refused(lab: "Lab") -> None:
    """A question without signed bytes: QUESTION_INVALID, naming the field."""
    with pytest.raises(FieldFault) as caught:
        await _ask(lab, b"")

    assert (caught.value.field, caught.value.reason) == ("question.payload", "QUESTION_INVALID")


async def _ask(lab: "Lab", payload: bytes) -> None:
    client = lab.peer()
    try:
        answer = await client.ask(Envelope("question", payload, bytes(4), bytes(64)))
        assert Envelope("answer", payload, bytes(4), bytes(64)) == answer
    finally:
        await client.close()
