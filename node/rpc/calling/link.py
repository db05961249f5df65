# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The channel to one server: built anew when certificates or pins change, its answers read from their raw bytes."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from tenacity import AsyncRetrying, retry_if_exception, stop_before_delay, wait_exponential_jitter

from federation.errors import CallerFault, Fault, FieldFault, PeerFault, UnreachableFault
from node.identity.certificates import SpiffeId
from node.rpc.faults import fault_from_rpc_error
from node.rpc.trust import KeyPair, Pinned

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
STREAM_S = 3700.0
"""Deadline of a stream; a server ends a watch after an hour."""
Wire = TypeVar("Wire", bound=Message)
Value = TypeVar("Value")
Unary = grpc.aio.UnaryUnaryMultiCallable[Message, bytes]
_Streaming = grpc.aio.UnaryStreamMultiCallable[Message, bytes]
_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.enable_retries", 0),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 200),
    # also the least time that gRPC gives a connection to come about, handshake included: a slow line has to do
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 10_000),
)


@dataclass(frozen=True, slots=True)
class Method(Generic[Wire]):
    """A method by its path, and what it answers with."""

    path: str
    answer: type[Wire]


@dataclass(frozen=True, slots=True)
class Material:
    """What a channel is built from."""

    pair: KeyPair
    authority: Pinned


class Link:
    """The channel to one server, built anew when certificates or pins have changed. For one event loop."""

    def __init__(self, server: SpiffeId, address: str, material: Callable[[], Material], name: str = "") -> None:
        self.name = name or server.node_id
        self._server = server
        self._address = address
        self._find_material = material
        self._material: Material | None = None
        self._channels: list[grpc.aio.Channel] = []

    def channel(self) -> grpc.aio.Channel:
        """The channel for the newest material. Older ones stay open for the streams on them, until `close`."""
        material = self._find_material()
        if material != self._material:
            credentials = grpc.ssl_channel_credentials(
                material.authority.pem, material.pair.key_pem, material.pair.chain_pem
            )
            name = ("grpc.ssl_target_name_override", self._server.dns_name)
            self._channels.append(grpc.aio.secure_channel(self._address, credentials, options=(*_OPTIONS, name)))
            self._material = material
        return self._channels[-1]

    async def close(self) -> None:
        """Closes the channels; calls still on them are cancelled."""
        channels, self._channels, self._material = self._channels, [], None
        for channel in channels:
            await channel.close()

    async def call(self, method: Method[Wire], request: Message, timeout_s: float) -> Wire:
        """Makes one unary call, once.

        Raises:
            CallerFault: the server refused.
            UnreachableFault: it did not answer in time.
            PeerFault: ANSWER_MALFORMED.
        """
        try:
            return self._parsed(method, await self._attempt(method, request, timeout_s))
        except grpc.aio.AioRpcError as error:
            raise fault_from_rpc_error(error, self.name) from error

    async def read(self, method: Method[Wire], request: Message, timeout_s: float) -> Wire:
        """As `call`, retried while the server is unavailable, all within the time given.

        A last try that finds no time left says nothing of the server: what those before it met is told.
        """
        end = asyncio.get_running_loop().time() + timeout_s
        unavailable: list[grpc.aio.AioRpcError] = []
        retrying = AsyncRetrying(
            stop=stop_before_delay(timeout_s),
            wait=wait_exponential_jitter(multiplier=0.1, max=2),
            retry=retry_if_exception(_is_unavailable),
            reraise=True,
        )

        async def attempt() -> bytes:
            try:
                return await self._attempt(method, request, max(0.001, end - asyncio.get_running_loop().time()))
            except grpc.aio.AioRpcError as error:
                if _is_unavailable(error):
                    unavailable.append(error)
                raise

        try:
            return self._parsed(method, await retrying(attempt))
        except grpc.aio.AioRpcError as error:
            over = error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
            raise fault_from_rpc_error(unavailable[-1] if over and unavailable else error, self.name) from error

    async def stream(
        self, method: Method[Wire], request: Message, stall_s: float | None, longest_s: float = STREAM_S
    ) -> AsyncGenerator[Wire]:
        """Messages of a stream; it is cancelled when the reader stops, or nothing comes for `stall_s` seconds.

        Raises:
            UnreachableFault: refused (with the reason), broken off or stalled: a reader tries again.
            PeerFault: ANSWER_MALFORMED.
        """
        stub: _Streaming = self.channel().unary_stream(method.path, serialised, None)
        flow = stub(request, timeout=longest_s)
        try:
            while True:
                async with asyncio.timeout(stall_s):
                    raw = await flow.read()
                if not isinstance(raw, bytes):
                    return
                yield self._parsed(method, raw)
        except grpc.aio.AioRpcError as error:
            raise _to_try_again(fault_from_rpc_error(error, self.name)) from error
        except TimeoutError:
            raise UnreachableFault("CALL_TIMEOUT", f"{self.name} sent nothing for {stall_s} s") from None
        finally:
            flow.cancel()

    async def _attempt(self, method: Method[Wire], request: Message, timeout_s: float) -> bytes:
        stub: Unary = self.channel().unary_unary(method.path, serialised, None)
        return await stub(request, timeout=timeout_s)

    def _parsed(self, method: Method[Wire], raw: bytes) -> Wire:
        try:
            return method.answer.FromString(raw)
        except DecodeError:
            raise PeerFault("ANSWER_MALFORMED", f"{self.name}: {method.path}", (raw,)) from None


def serialised(message: Message) -> bytes:
    """A request's bytes; the abstract class's own method would make none."""
    return message.SerializeToString()


def _is_unavailable(error: BaseException) -> bool:
    return isinstance(error, grpc.aio.AioRpcError) and error.code() is grpc.StatusCode.UNAVAILABLE


def _to_try_again(fault: Exception) -> Exception:
    """For a follower a refusal is no end: entitlement, pins and feeds change; it asks again, later and later."""
    return UnreachableFault(fault.reason, fault.detail) if isinstance(fault, CallerFault) else fault


def refused_stream(fault: UnreachableFault, name: str) -> Fault:
    """What a stream failed with, for a caller that does not try again: a refusal is one."""
    error = fault.__cause__
    return fault_from_rpc_error(error, name) if isinstance(error, grpc.aio.AioRpcError) else fault


def read_answer(convert: Callable[[Wire], Value], message: Wire) -> Value:
    """Converts what a peer sent; what has no meaning is the peer's fault.

    Raises:
        PeerFault: ANSWER_MALFORMED, with the message's bytes.
    """
    try:
        return convert(message)
    except FieldFault as fault:
        raise PeerFault("ANSWER_MALFORMED", fault.detail, (message.SerializeToString(),)) from fault
