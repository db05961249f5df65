# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Clients: one long-lived channel for each peer, and one for the own node's local port.

A channel trusts the pinned authority of the one node it is for, and checks the server's certificate for that node's
name (`<node id>.<federation>`), so that no other member can answer in its place. Changed certificates or pins take
effect with the next call. Answers are read from their raw bytes, so that what cannot be read is kept as evidence. Calls
that read are retried here, within their deadline, when the peer is unavailable; the channel itself never retries.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeVar

import grpc
from creditexchange.v1 import feed_service_pb2 as feed
from creditexchange.v1 import local_service_pb2 as local
from creditexchange.v1 import node_service_pb2 as node
from creditexchange.v1 import query_service_pb2 as query
from google.protobuf.message import DecodeError, Message
from grpc_health.v1 import health_pb2
from tenacity import AsyncRetrying, retry_if_exception, stop_before_delay, wait_exponential_jitter

from federation.errors import CallerFault, ConfigFault, FieldFault, PeerFault, UnreachableFault
from federation.records.exchange import Answer
from federation.standards.identity import CodeKind
from node.erase.order import Outcome as ErasureOutcome
from node.exchange.dialogue import Envelope
from node.exchange.inquire import Matter
from node.follow.ports import Received
from node.identity.certificates import SpiffeId
from node.intake import Outcome, Submission
from node.rpc.erasing.wire import erasure_from_wire
from node.rpc.faults import fault_from_rpc_error
from node.rpc.feed.chunk import chunk_from_wire
from node.rpc.trust import KeyPair, Pinned, Trust
from node.rpc.wire import (
    CONDITION_KEY,
    ListedFeed,
    NodeStatement,
    ShownHolding,
    answer_from_wire,
    code_kind_to_wire,
    condition_from_text,
    envelope_from_wire,
    envelope_to_wire,
    feed_from_wire,
    holding_from_wire,
    matter_to_wire,
    node_from_wire,
    outcome_from_wire,
    submission_to_wire,
)

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
STREAM_S = 3700.0
"""Deadline of a stream; a server ends a watch after an hour."""
Wire = TypeVar("Wire", bound=Message)
Value = TypeVar("Value")
_Unary = grpc.aio.UnaryUnaryMultiCallable[Message, bytes]
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
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 10_000),
)


@dataclass(frozen=True, slots=True)
class _Method(Generic[Wire]):
    """A method by its path, and what it answers with."""

    path: str
    answer: type[Wire]


_GET_NODE = _Method("/creditexchange.v1.NodeService/GetNode", node.GetNodeResponse)
_LIST_FEEDS = _Method("/creditexchange.v1.FeedService/ListFeeds", feed.ListFeedsResponse)
_GET_CHECKPOINT = _Method("/creditexchange.v1.FeedService/GetCheckpoint", feed.GetCheckpointResponse)
_WATCH = _Method("/creditexchange.v1.FeedService/WatchCheckpoints", feed.WatchCheckpointsResponse)
_READ = _Method("/creditexchange.v1.FeedService/ReadEntries", feed.ReadEntriesResponse)
_ASK = _Method("/creditexchange.v1.QueryService/Ask", query.AskResponse)
_SUBMIT = _Method("/creditexchange.v1.LocalService/Submit", local.SubmitResponse)
_CHECK = _Method("/creditexchange.v1.LocalService/Check", local.CheckResponse)
_INQUIRE = _Method("/creditexchange.v1.LocalService/Inquire", local.InquireResponse)
_ERASE = _Method("/creditexchange.v1.LocalService/Erase", local.EraseResponse)


@dataclass(frozen=True, slots=True)
class _Material:
    """What a channel is built from."""

    pair: KeyPair
    authority: Pinned


class _Link:
    """The channel to one server, built anew when certificates or pins have changed. For one event loop."""

    def __init__(self, server: SpiffeId, address: str, material: Callable[[], _Material], name: str = "") -> None:
        self.name = name or server.node_id
        self._server = server
        self._address = address
        self._find_material = material
        self._material: _Material | None = None
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

    async def call(self, method: _Method[Wire], request: Message, timeout_s: float) -> Wire:
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

    async def read(self, method: _Method[Wire], request: Message, timeout_s: float) -> Wire:
        """As `call`, retried while the server is unavailable, all within the time given."""
        end = asyncio.get_running_loop().time() + timeout_s
        retrying = AsyncRetrying(
            stop=stop_before_delay(timeout_s),
            wait=wait_exponential_jitter(multiplier=0.1, max=2),
            retry=retry_if_exception(_is_unavailable),
            reraise=True,
        )

        async def attempt() -> bytes:
            return await self._attempt(method, request, max(0.001, end - asyncio.get_running_loop().time()))

        try:
            return self._parsed(method, await retrying(attempt))
        except grpc.aio.AioRpcError as error:
            raise fault_from_rpc_error(error, self.name) from error

    async def stream(self, method: _Method[Wire], request: Message, stall_s: float | None) -> AsyncGenerator[Wire]:
        """Messages of a stream; it is cancelled when the reader stops, or nothing comes for `stall_s` seconds.

        Raises:
            UnreachableFault: refused (with the reason), broken off or stalled: a reader tries again.
            PeerFault: ANSWER_MALFORMED.
        """
        stub: _Streaming = self.channel().unary_stream(method.path, _serialised, None)
        flow = stub(request, timeout=STREAM_S)
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

    async def _attempt(self, method: _Method[Wire], request: Message, timeout_s: float) -> bytes:
        stub: _Unary = self.channel().unary_unary(method.path, _serialised, None)
        return await stub(request, timeout=timeout_s)

    def _parsed(self, method: _Method[Wire], raw: bytes) -> Wire:
        try:
            return method.answer.FromString(raw)
        except DecodeError:
            raise PeerFault("ANSWER_MALFORMED", f"{self.name}: {method.path}", (raw,)) from None


def _serialised(message: Message) -> bytes:
    """A request's bytes; the abstract class's own method would make none."""
    return message.SerializeToString()


def _is_unavailable(error: BaseException) -> bool:
    return isinstance(error, grpc.aio.AioRpcError) and error.code() is grpc.StatusCode.UNAVAILABLE


def _to_try_again(fault: Exception) -> Exception:
    """For a follower a refusal is no end: entitlement, pins and feeds change; it asks again, later and later."""
    return UnreachableFault(fault.reason, fault.detail) if isinstance(fault, CallerFault) else fault


def _read_answer(convert: Callable[[Wire], Value], message: Wire) -> Value:
    """Converts what a peer sent; what has no meaning is the peer's fault.

    Raises:
        PeerFault: ANSWER_MALFORMED, with the message's bytes.
    """
    try:
        return convert(message)
    except FieldFault as fault:
        raise PeerFault("ANSWER_MALFORMED", fault.detail, (message.SerializeToString(),)) from fault


class PeerClient:
    """Asks one pinned peer. A `follow.FeedSource` and an `inquire.Member`. For one event loop.

    Args:
        peer: the peer's node id.
        address: host and port of its peers port.
        trust: pins and the own certificate.
        call_timeout_s: deadline of a unary call, and of one chunk.

    Attributes:
        peer: the peer's node id.
    """

    def __init__(self, peer: str, address: str, trust: Trust, call_timeout_s: float) -> None:
        def material() -> _Material:
            authority = trust.authority(peer)
            if authority is None:
                raise ConfigFault("PEER_NOT_PINNED", f"{peer} is not in the configuration")
            return _Material(trust.pair(), authority)

        self.peer = peer
        self._link = _Link(SpiffeId(trust.own.federation, peer), address, material)
        self._timeout_s = call_timeout_s

    async def close(self) -> None:
        """Closes the connection; end what uses it first, since calls on it are cancelled."""
        await self._link.close()

    async def node(self) -> NodeStatement:
        """Who the peer says it is.

        Raises:
            CallerFault, UnreachableFault, PeerFault: as `checkpoint`.
        """
        return node_from_wire(await self._link.read(_GET_NODE, node.GetNodeRequest(), self._timeout_s))

    async def feeds(self, after: str = "") -> tuple[list[ListedFeed], str]:
        """A page of the feeds this node may read there, and the token of the next page; empty on the last.

        Raises:
            CallerFault, UnreachableFault, PeerFault: as `checkpoint`.
        """
        page = await self._link.read(_LIST_FEEDS, feed.ListFeedsRequest(page_token=after), self._timeout_s)
        return [_read_answer(feed_from_wire, message) for message in page.feeds], page.next_page_token

    async def checkpoint(self, origin: str, known: bytes = b"") -> bytes:
        """The newest checkpoint of a feed, as a signed note that is still to be verified.

        Raises:
            CallerFault: the peer refused, with its reason.
            UnreachableFault: no answer in time; PEER_TLS when a certificate may be the cause.
            PeerFault: ANSWER_MALFORMED.
        """
        request = feed.GetCheckpointRequest(origin=origin, known_checkpoint=known)
        return (await self._link.read(_GET_CHECKPOINT, request, self._timeout_s)).checkpoint

    async def watch(self, origin: str) -> AsyncGenerator[bytes]:
        """Signed notes as they become known; ends when the peer ends the stream.

        Raises:
            UnreachableFault: refused (with the peer's reason), or broken off.
            PeerFault: ANSWER_MALFORMED.
        """
        request = feed.WatchCheckpointsRequest(origins=[origin])
        async with aclosing(self._link.stream(_WATCH, request, None)) as messages:
            async for message in messages:
                if message.origin != origin:
                    evidence = (message.SerializeToString(),)
                    raise PeerFault("ANSWER_MALFORMED", f"{self._link.name}: a checkpoint of another feed", evidence)
                yield message.checkpoint

    async def read(self, origin: str, size: int, start: int, known: bytes) -> AsyncGenerator[Received]:
        """Chunks from `start` as of checkpoint size `size`, still to be verified.

        Raises:
            UnreachableFault: refused (with the peer's reason), broken off, or no chunk came in time.
            PeerFault: ANSWER_MALFORMED.
        """
        request = feed.ReadEntriesRequest(
            origin=origin, checkpoint_size=size, start_index=start, known_checkpoint=known
        )
        async with aclosing(self._link.stream(_READ, request, self._timeout_s)) as messages:
            async for message in messages:
                yield _read_answer(chunk_from_wire, message)

    async def ask(self, question: Envelope) -> Envelope:
        """The peer's signed answer, still to be verified. Asked once.

        Raises:
            CallerFault: the peer refused, with its reason.
            UnreachableFault: no answer in time.
            PeerFault: ANSWER_MALFORMED.
        """
        request = query.AskRequest(question=envelope_to_wire(question))
        response = await self._link.call(_ASK, request, self._timeout_s)
        try:
            return envelope_from_wire(response.answer)
        except CallerFault as fault:
            evidence = (response.SerializeToString(),)
            raise PeerFault("ANSWER_MALFORMED", f"{self._link.name}: {fault.reason}", evidence) from fault


@dataclass(frozen=True, slots=True)
class Checked:
    """What counts for one subject: everything held, and the codes of the measures that follow."""

    holdings: tuple[ShownHolding, ...]
    measures: tuple[str, ...]


class LocalClient:
    """Asks the own node's local port, with the node's own certificate. Never retries: a person is waiting.

    Args:
        address: host and port of the local port.
        trust: the own certificate and authority.
        call_timeout_s: deadline of a call.
    """

    def __init__(self, address: str, trust: Trust, call_timeout_s: float) -> None:
        self._link = _Link(trust.own, address, lambda: _Material(trust.pair(), trust.own_authority()), "the local port")
        self._timeout_s = call_timeout_s

    async def close(self) -> None:
        """Closes the connection."""
        await self._link.close()

    async def submit(self, feed: str, submissions: Sequence[Submission], *, amend: bool = False) -> list[Outcome]:
        """One outcome for each submission, in order; accepted ones are durable.

        Raises:
            CallerFault: refused as a whole.
            UnreachableFault: the node does not run, or its store is away.
            PeerFault: ANSWER_MALFORMED.
        """
        request = local.SubmitRequest(feed=feed, submissions=map(submission_to_wire, submissions), amend=amend)
        response = await self._link.call(_SUBMIT, request, self._timeout_s)
        return [_read_answer(outcome_from_wire, message) for message in response.outcomes]

    async def check(self, code_kind: CodeKind, code: str) -> Checked:
        """What counts here, now, for one subject.

        Raises:
            CallerFault, UnreachableFault, PeerFault: as `submit`.
        """
        request = local.CheckRequest(code_kind=code_kind_to_wire(code_kind), code=code)
        response = await self._link.call(_CHECK, request, self._timeout_s)
        holdings = tuple(_read_answer(holding_from_wire, message) for message in response.holdings)
        return Checked(holdings, tuple(response.measures))

    async def inquire(self, member: str, matter: Matter) -> Answer:
        """A member's answer, verified and logged by the own node.

        Raises:
            CallerFault, UnreachableFault, PeerFault: as `submit`, or as the member refused.
        """
        response = await self._link.call(_INQUIRE, matter_to_wire(member, matter), self._timeout_s)
        return _read_answer(answer_from_wire, response.answer)

    async def erase(self, feed: str, indexes: Sequence[int], ground: str, *, with_acts: bool) -> list[ErasureOutcome]:
        """One outcome for each index, in order; what is ordered is durable. Raises as `submit`."""
        request = local.EraseRequest(feed=feed, indexes=indexes, ground=ground, with_acts=with_acts)
        response = await self._link.call(_ERASE, request, self._timeout_s)
        return [_read_answer(erasure_from_wire, message) for message in response.erasures]

    async def condition(self) -> dict[str, str]:
        """Why each own feed cannot be signed now; empty while the node may write. UnreachableFault as `submit`."""
        stub: _Unary = self._link.channel().unary_unary("/grpc.health.v1.Health/Check", _serialised, None)
        call = stub(health_pb2.HealthCheckRequest(), timeout=self._timeout_s)
        try:
            await call
            told = dict(await call.trailing_metadata())
        except grpc.aio.AioRpcError as error:
            raise fault_from_rpc_error(error, self._link.name) from error
        return condition_from_text(str(told.get(CONDITION_KEY, "")))
