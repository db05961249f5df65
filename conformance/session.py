# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One run's connections to the node under test: calls with deadlines, refusals read to the last detail."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import grpc
from creditexchange.v1 import feed_service_pb2 as feed
from creditexchange.v1 import node_service_pb2 as node
from creditexchange.v1 import query_service_pb2 as query
from google.protobuf.message import DecodeError, Message

from conformance.breach import Breach, Untestable, require
from conformance.config import Config
from conformance.peer.peer import Peer
from conformance.proof.note import Head, VerifierKey, head_of
from conformance.proof.status import DETAILS_KEY, DOMAIN, Details, details_of
from conformance.settings.table import Credential

Answer = TypeVar("Answer", bound=Message)
_OPTIONS = (("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0))


@dataclass(frozen=True)
class Method(Generic[Answer]):
    """A method by its path, and what it answers with."""

    path: str
    answer: type[Answer]
    streams: bool = False


GET_NODE = Method("/creditexchange.v1.NodeService/GetNode", node.GetNodeResponse)
LIST_FEEDS = Method("/creditexchange.v1.FeedService/ListFeeds", feed.ListFeedsResponse)
GET_CHECKPOINT = Method("/creditexchange.v1.FeedService/GetCheckpoint", feed.GetCheckpointResponse)
WATCH = Method("/creditexchange.v1.FeedService/WatchCheckpoints", feed.WatchCheckpointsResponse, streams=True)
READ_ENTRIES = Method("/creditexchange.v1.FeedService/ReadEntries", feed.ReadEntriesResponse, streams=True)
INCLUSION = Method("/creditexchange.v1.FeedService/GetInclusionProof", feed.GetInclusionProofResponse)
CONSISTENCY = Method("/creditexchange.v1.FeedService/GetConsistencyProof", feed.GetConsistencyProofResponse)
ASK = Method("/creditexchange.v1.QueryService/Ask", query.AskResponse)


@dataclass(frozen=True)
class Refusal:
    """How a call was refused: canonical code, text, and the details of `google.rpc.Status`.

    Attributes:
        code: name of the gRPC code.
        message: the text beside it; never parsed, only compared.
        details: the raw `grpc-status-details-bin`, empty when absent.
        said: what the details say.
    """

    code: str
    message: str
    details: bytes
    said: Details

    def __str__(self) -> str:
        return f"{self.code} {self.said.reason or '(no reason)'} {self.message!r}"


@dataclass(frozen=True)
class Exchanged:
    """One question that this run put as itself, and what came of it.

    Attributes:
        question: the bytes that were signed.
        outcome: ANSWERED, or the reason of the refusal; the gRPC code where it had none.
        answer: the bytes that the answer's signature is over; empty for a refusal.
        at_ms: our clock when it came, milliseconds since 1970.
    """

    question: bytes
    outcome: str
    answer: bytes
    at_ms: int


def _refusal(error: grpc.aio.AioRpcError) -> Refusal:
    raw = next((value for key, value in error.trailing_metadata() or () if key == DETAILS_KEY), b"")
    details = raw if isinstance(raw, bytes) else raw.encode()
    return Refusal(error.code().name, error.details() or "", details, details_of(details))


def channel_to(address: str, config: Config, credential: Credential) -> grpc.aio.Channel:
    """Return a new channel that shares no connection with any other; the caller closes it."""
    credentials = grpc.ssl_channel_credentials(
        config.target.ca.read_bytes(), credential.key.read_bytes(), credential.certificate.read_bytes()
    )
    name = ("grpc.ssl_target_name_override", config.target.tls_name)
    return grpc.aio.secure_channel(address, credentials, options=(*_OPTIONS, name))


def _parsed(method: Method[Answer], raw: bytes) -> Answer:
    try:
        return method.answer.FromString(raw)
    except DecodeError as wrong:
        raise Breach("ANSWER_MALFORMED", f"an answer of {method.path}", "bytes that do not parse") from wrong


async def call(channel: grpc.aio.Channel, method: Method[Answer], request: Message, seconds: float) -> Answer | Refusal:
    """Make one unary call.

    Returns:
        The answer, or how it was refused (a missed deadline is DEADLINE_EXCEEDED).

    Raises:
        Breach: ANSWER_MALFORMED, or DETAILS_MALFORMED.
    """
    # Bytes are parsed here, not by gRPC, which would take a node's garbage for a fault of this side.
    stub: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method.path, bytes, bytes)
    try:
        return _parsed(method, await stub(request.SerializeToString(), timeout=seconds))
    except grpc.aio.AioRpcError as error:
        return _refusal(error)


async def stream(
    channel: grpc.aio.Channel, method: Method[Answer], request: Message, most: int, seconds: float
) -> list[Answer] | Refusal:
    """Read at most so many messages of a stream, then cancel it.

    Returns:
        The messages, or how the stream was refused, even when messages came first.

    Raises:
        Breach: ANSWER_MALFORMED, or DETAILS_MALFORMED.
    """
    stub: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(method.path, bytes, bytes)
    flow, read = stub(request.SerializeToString(), timeout=seconds), list[Answer]()
    try:
        async for message in flow:
            read.append(_parsed(method, message))
            if len(read) >= most:
                break
    except grpc.aio.AioRpcError as error:
        return _refusal(error)
    finally:
        flow.cancel()
    return read


@dataclass
class Session:
    """What a case is given.

    Attributes:
        address: host:port of the node under test.
        config: the run's configuration.
        channel: our connection as the pinned member.
        peer: the suite as a peer of the node; None when that is not configured.
        local: our connection to the node's local port as a business system; None likewise.
        coordinator: our connection as another member, who may read exchange logs; None likewise.
        relay: our connection as another member, who may bring questions of others; None likewise.
        now_ms: the clock, milliseconds since 1970.
        first_heads: the note of each feed as this run saw it first.
        exchanges: every question of this run that was signed and sent, in order.
    """

    address: str
    config: Config
    channel: grpc.aio.Channel
    peer: Peer | None = None
    local: grpc.aio.Channel | None = None
    coordinator: grpc.aio.Channel | None = None
    relay: grpc.aio.Channel | None = None
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    first_heads: dict[str, bytes] = field(default_factory=dict)
    exchanges: list[Exchanged] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Deadline of one call."""
        return self.config.target.deadline_seconds

    def log_key(self, origin: str) -> VerifierKey:
        """Return the target's log key under the name of a feed."""
        return self.config.keys.log.named(origin)

    def clock_key(self) -> VerifierKey:
        """Return the target's clock key under the node's name."""
        return self.config.keys.clock.named(f"{self.config.target.federation}/{self.config.target.node_id}")

    def stranger(self, name: str) -> Credential:
        """Return a certificate the configuration supplies for being refused.

        Raises:
            Untestable: it is not configured.
        """
        found = self.config.strangers.get(name)
        if found is None:
            raise Untestable(f"configure [strangers.{name}] with certificate and key")
        return found

    def as_coordinator(self) -> "Session":
        """Return the same run over the connection of the coordinator.

        Raises:
            Untestable: none is configured.
        """
        if self.coordinator is None:
            raise Untestable("configure [coordinator]: another member, which the target pins with that role")
        return replace(self, channel=self.coordinator)

    def as_relay(self) -> "Session":
        """Return the same run over the connection of the relay.

        Raises:
            Untestable: none is configured.
        """
        if self.relay is None:
            raise Untestable("configure [relay]: another member, which the target pins with that role")
        return replace(self, channel=self.relay)

    async def ask(self, method: Method[Answer], request: Message) -> Answer:
        """Make a call that must be answered.

        Raises:
            Breach: CALL_REFUSED.
        """
        answer = await call(self.channel, method, request, self.seconds)
        if isinstance(answer, Refusal):
            raise Breach("CALL_REFUSED", f"an answer to {method.path}", str(answer))
        return answer

    async def read(self, method: Method[Answer], request: Message, most: int) -> list[Answer]:
        """Read a stream that must not fail.

        Raises:
            Breach: CALL_REFUSED.
        """
        answer = await stream(self.channel, method, request, most, self.seconds)
        if isinstance(answer, Refusal):
            raise Breach("CALL_REFUSED", f"a stream from {method.path}", str(answer))
        return answer

    async def refused(self, method: Method[Answer], request: Message) -> Refusal:
        """Make a call that must be refused.

        Raises:
            Breach: CALL_ANSWERED.
        """
        answer = await self.attempt(method, request)
        if not isinstance(answer, Refusal):
            raise Breach("CALL_ANSWERED", f"{method.path} refused", "an answer")
        return answer

    async def attempt(self, method: Method[Answer], request: Message) -> Answer | list[Answer] | Refusal:
        """Make a call, or read the first message of a stream, whatever comes of it."""
        if method.streams:
            return await stream(self.channel, method, request, 1, self.seconds)
        return await call(self.channel, method, request, self.seconds)

    async def note(self, origin: str, known: bytes = b"") -> bytes:
        """Return the newest checkpoint of a feed, and remember the first one seen in this run."""
        request = feed.GetCheckpointRequest(origin=origin, known_checkpoint=known)
        note = (await self.ask(GET_CHECKPOINT, request)).checkpoint
        self.first_heads.setdefault(origin, note)
        return note

    async def head(self, origin: str) -> Head:
        """Return what the newest checkpoint of a feed says, its form and signatures unjudged."""
        return head_of(await self.note(origin))


def expect_refusal(refusal: Refusal, code: str, reason: str) -> None:
    """Hold a refusal against the contract's table.

    Raises:
        Breach: WRONG_CODE, WRONG_REASON or WRONG_DOMAIN.
    """
    wanted = f"{code} with reason {reason} of {DOMAIN}"
    require(refusal.code == code, "WRONG_CODE", wanted, str(refusal))
    require(refusal.said.reason == reason, "WRONG_REASON", wanted, str(refusal))
    require(refusal.said.domain == DOMAIN, "WRONG_DOMAIN", wanted, f"domain {refusal.said.domain!r}")
