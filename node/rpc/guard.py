# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Stands before every method of a server, health and unknown methods included: caller, limits, deadline, faults.

In this order: identity from the certificate (again before every message of a stream: connections outlive certificates),
the caller's rate and share of the calls served at once, the handler under a deadline (the caller's or a cap), and every
fault to the wire by the one table; anything else is INTERNAL, and only this node's log says what it was.
"""

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc

from federation.errors import AccessFault, Fault, LimitFault
from node.config import LimitsSection
from node.observe import Observer
from node.rpc.caller import Caller, Doorkeeper, set_current_caller
from node.rpc.faults import INTERNAL, abort_with_fault, reason_of

UNARY_CAP_S = 60.0
STREAM_CAP_S = 3600.0
STREAM_GRACE_S = 30.0
"""A watch ends by itself after an hour; the cap comes a little later, so that it ends well."""
WATCHES_PER_CALLER = 1000
_WATCHES = frozenset({"/creditexchange.v1.FeedService/WatchCheckpoints", "/grpc.health.v1.Health/Watch"})
_BUSY_RETRY_S = 1.0
_OVER = "LIMIT_EXCEEDED"

Context = Any
Handler = Any


@dataclass(slots=True)
class _Allowance:
    """What one caller has left: tokens as of a time, and calls in flight."""

    tokens: float
    at_s: float
    calls: int = 0
    watches: int = 0


@dataclass(slots=True)
class Admission:
    """Admits calls: a token bucket for each caller, and a roof over all. For one event loop.

    A caller may hold half of the calls served at once, so that a noisy one leaves room for the others. Watches cost no
    thread while they wait; they have a roof of their own.

    Attributes:
        limits: the configured limits.
        monotonic: seconds that never go back.
    """

    limits: LimitsSection
    monotonic: Callable[[], float] = time.monotonic
    _callers: dict[Caller, _Allowance] = field(default_factory=dict)
    _calls: int = 0

    @contextmanager
    def admitted(self, caller: Caller, *, watch: bool) -> Iterator[None]:
        """Holds a place for one call.

        Raises:
            LimitFault: LIMIT_EXCEEDED, with the time to try again.
        """
        allowance = self._allowance(caller)
        self._take_token(allowance)
        self._check_room(allowance, watch=watch)
        allowance.watches += watch
        allowance.calls += not watch
        self._calls += not watch
        try:
            yield
        finally:
            allowance.watches -= watch
            allowance.calls -= not watch
            self._calls -= not watch

    def _allowance(self, caller: Caller) -> _Allowance:
        """The caller's allowance; callers are pinned, so their number is bounded."""
        fresh = _Allowance(float(self.limits.burst_calls), self.monotonic())
        return self._callers.setdefault(caller, fresh)

    def _take_token(self, allowance: _Allowance) -> None:
        now = self.monotonic()
        gained = (now - allowance.at_s) * self.limits.calls_per_second
        allowance.tokens = min(self.limits.burst_calls, allowance.tokens + gained)
        allowance.at_s = now
        if allowance.tokens < 1:
            raise LimitFault(_OVER, (1 - allowance.tokens) / self.limits.calls_per_second)
        allowance.tokens -= 1

    def _check_room(self, allowance: _Allowance, *, watch: bool) -> None:
        share = max(1, self.limits.concurrent_calls // 2)
        full = allowance.calls >= share or self._calls >= self.limits.concurrent_calls
        if allowance.watches >= WATCHES_PER_CALLER if watch else full:
            raise LimitFault(_OVER, _BUSY_RETRY_S)


class Guard(grpc.aio.ServerInterceptor):
    """The interceptor. One for each port, in one event loop.

    Args:
        doorkeeper: tells callers.
        admission: limits; shared by the ports of a node.
        observer: hears of every call.
        unary_cap_s: longest time a unary call may take, whatever deadline the caller sets.
    """

    def __init__(
        self, doorkeeper: Doorkeeper, admission: Admission, observer: Observer, unary_cap_s: float = UNARY_CAP_S
    ) -> None:
        self._doorkeeper = doorkeeper
        self._admission = admission
        self._observer = observer
        self._unary_cap_s = unary_cap_s
        self._guarded: dict[str, tuple[Handler, Handler]] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """Puts the guard around the handler of a method, or around the refusal of an unknown one."""
        handler = await continuation(handler_call_details)
        method = str(handler_call_details.method)
        if handler is None:
            return grpc.stream_stream_rpc_method_handler(self._single(method, _unknown))
        known, guarded = self._guarded.get(method, (None, None))
        if known is not handler:
            make, behaviour = _parts(handler)
            around = self._flowing if inspect.isasyncgenfunction(behaviour) else self._single
            guarded = make(around(method, behaviour), handler.request_deserializer, handler.response_serializer)
            self._guarded[method] = handler, guarded  # methods that are served are few, and known at start
        return guarded

    def _single(self, method: str, behaviour: Handler) -> Handler:
        """Guards a handler that answers once, or writes its stream through the context."""
        cap_s = STREAM_CAP_S if method in _WATCHES else self._unary_cap_s

        async def served(request: object, context: Context) -> object:
            async with self._call(method, context):
                async with asyncio.timeout(cap_s):
                    return await behaviour(request, context)

        return served

    def _flowing(self, method: str, behaviour: Handler) -> Handler:
        """Guards a handler that yields its answers: no timeout spans a yield, and the caller is looked at each time."""

        async def served(request: object, context: Context) -> AsyncIterator[object]:
            async with self._call(method, context), aclosing(behaviour(request, context)) as flow:
                end = asyncio.get_running_loop().time() + STREAM_CAP_S + STREAM_GRACE_S
                while True:
                    async with asyncio.timeout_at(end):
                        message = await anext(flow, None)
                    if message is None:
                        return
                    self._doorkeeper.identify(context.auth_context())
                    yield message

        return served

    @asynccontextmanager
    async def _call(self, method: str, context: Context) -> AsyncIterator[None]:
        """Everything around one call. An abort has been sent already, and a cancelled call has nobody to tell."""
        call, told = self._observer.calling(method), _Told()
        try:
            caller = self._doorkeeper.identify(context.auth_context())
            told.caller = str(caller)
            with self._admission.admitted(caller, watch=method in _WATCHES):
                set_current_caller(caller)
                yield
        except grpc.aio.AbortError:
            told.code = _name(context.code())
            raise
        except (asyncio.CancelledError, GeneratorExit):
            told.code = "CANCELLED"
            raise
        except Exception as error:
            await self._refuse(method, context, error, told)
        finally:
            self._observer.called(call, told.caller, told.code, told.reason)

    async def _refuse(self, method: str, context: Context, error: Exception, told: "_Told") -> None:
        """Ends a call with the wire form of what happened."""
        if isinstance(error, TimeoutError):
            told.code = "DEADLINE_EXCEEDED"
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "The call took longer than this node allows.")
        fault = error if isinstance(error, Fault) else Fault(INTERNAL)
        told.reason = reason_of(fault)
        if told.reason == INTERNAL:
            self._observer.broke(method, error)
        try:
            await abort_with_fault(context, fault)
        finally:
            told.code = _name(context.code())


@dataclass(slots=True)
class _Told:
    """What is observed of a call."""

    caller: str = ""
    code: str = "OK"
    reason: str = ""


def _name(code: object) -> str:
    """The name of a gRPC code; aio hands it out as a number before the call has ended."""
    names = {status.value[0]: status.name for status in grpc.StatusCode}
    return code.name if isinstance(code, grpc.StatusCode) else names.get(code, "UNKNOWN")  # type: ignore[call-overload]


async def _unknown(_request: object, _context: Context) -> None:
    raise AccessFault("METHOD_UNKNOWN")


def _parts(handler: Handler) -> tuple[Callable[..., Handler], Handler]:
    """The maker of a handler's kind, and its behaviour."""
    if handler.request_streaming and handler.response_streaming:
        return grpc.stream_stream_rpc_method_handler, handler.stream_stream
    if handler.request_streaming:
        return grpc.stream_unary_rpc_method_handler, handler.stream_unary
    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler, handler.unary_stream
    return grpc.unary_unary_rpc_method_handler, handler.unary_unary
