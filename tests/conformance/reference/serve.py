# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Puts a reference node on a loopback port with mTLS; for some faults, a port in front lets too much in."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import grpc
from creditexchange.v1 import feed_service_pb2, node_service_pb2, query_service_pb2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from google.protobuf.message import DecodeError, Message

from tests.conformance.reference.authority import Authority, Pair
from tests.conformance.reference.desk import Desk
from tests.conformance.reference.fault import Fault
from tests.conformance.reference.gate import Gate
from tests.conformance.reference.node import CALLER, Node
from tests.conformance.reference.refusal import CODES, No
from tests.conformance.reference.world import COORDINATOR_ID, FEDERATION, MEMBER_ID

Context = grpc.aio.ServicerContext[Any, Any]
Answer = Callable[[bytes, Context], Iterable[Any]]
NO_CHECK_TIME = 0x200000
_COORDINATOR = f"spiffe://{FEDERATION}/node/{COORDINATOR_ID}"


@dataclass(frozen=True)
class Trust:
    """What the node trusts: the CA of our member, the CA of other members, and one it should not trust."""

    member_ca: Authority
    other_ca: Authority
    foreign_ca: Authority
    server: Pair


@lru_cache(maxsize=64)
def _claimed(pem: bytes, trust: Trust) -> tuple[list[str], bool, bool]:
    """Return the URIs of a certificate, whether its member's CA is named as its issuer, and whether it signed it."""
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    try:
        pinned = trust.other_ca if uris == [_COORDINATOR] else trust.member_ca
        certificate.verify_directly_issued_by(pinned.certificate)
    except ValueError:
        return uris, False, False
    except InvalidSignature:
        return uris, True, False
    return uris, True, True


def caller_of(context: Context, trust: Trust, node: Node) -> str:
    """Return the pinned member that the connection's certificate proves."""
    pem = context.auth_context().get("x509_pem_cert")
    if pem is None:
        return MEMBER_ID  # only an insecure port behind a front comes without one
    uris, named, issued = _claimed(b"".join(pem), trust)
    if uris == [_COORDINATOR] and issued:
        return COORDINATOR_ID
    if uris != [f"spiffe://{FEDERATION}/node/{MEMBER_ID}"] and not node.has(Fault.UNPINNED_SERVED):
        raise No("CALLER_NOT_ENTITLED" if node.has(Fault.UNPINNED_DENIED) else "CALLER_UNKNOWN")
    if not issued and (named or not node.has(Fault.IMPOSTOR_BELIEVED)):
        raise No("CALLER_NOT_ENTITLED" if node.has(Fault.IMPOSTOR_DENIED) else "CALLER_UNKNOWN")
    return MEMBER_ID


def _table(node: Node, desk: Desk, trust: Trust) -> dict[str, Answer]:
    feed, query = feed_service_pb2, query_service_pb2

    def one(answer: Message) -> tuple[Message]:
        return (answer,)

    return {
        "NodeService/GetNode": lambda r, _: one(node.get_node(node_service_pb2.GetNodeRequest.FromString(r))),
        "FeedService/ListFeeds": lambda r, _: one(node.list_feeds(feed.ListFeedsRequest.FromString(r))),
        "FeedService/GetCheckpoint": lambda r, c: one(
            node.get_checkpoint(feed.GetCheckpointRequest.FromString(r), c.peer())
        ),
        "FeedService/WatchCheckpoints": lambda r, _: node.watch(feed.WatchCheckpointsRequest.FromString(r)),
        "FeedService/ReadEntries": lambda r, _: node.read_entries(feed.ReadEntriesRequest.FromString(r)),
        "FeedService/GetInclusionProof": lambda r, _: one(node.inclusion(feed.GetInclusionProofRequest.FromString(r))),
        "FeedService/GetConsistencyProof": lambda r, _: one(
            node.consistency(feed.GetConsistencyProofRequest.FromString(r))
        ),
        "QueryService/Ask": lambda r, c: one(desk.ask(query.AskRequest.FromString(r), caller_of(c, trust, node))),
    }


class Handlers(grpc.GenericRpcHandler):
    """Routes a path to its answer, after the caller is known."""

    def __init__(self, node: Node, desk: Desk, trust: Trust) -> None:
        """Build the table of methods once."""
        self._node, self._trust, self._table = node, trust, _table(node, desk, trust)
        self._gate = Gate(node.faults)

    def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        """Return what answers a path; None is UNIMPLEMENTED."""
        path = str(details.method)
        answer = self._table.get(path.removeprefix("/creditexchange.v1."))
        if path == "/grpc.health.v1.Health/Check":
            answer = _always(b"\x08\x02" if self._node.has(Fault.HEALTH_DOWN) else b"\x08\x01")
        if "ServerReflection" in path and self._node.has(Fault.REFLECTION_ON):
            return grpc.stream_stream_rpc_method_handler(_reflect)
        if path == "/creditexchange.v1.LocalService/Submit" and self._node.has(Fault.LOCAL_SERVED):
            answer = _always(b"")
        closed = "ServerReflection" in path and self._node.has(Fault.REFLECTION_DENIED)
        if closed or (path.endswith("/Burn") and self._node.has(Fault.METHOD_INTERNAL)):
            answer = _refuse
        if path.endswith("/GetNode") and self._node.has(Fault.STREAM_ENDLESS):
            return grpc.stream_stream_rpc_method_handler(_read_on)
        return None if answer is None else grpc.unary_stream_rpc_method_handler(self._guarded(path, answer))

    def _guarded(self, path: str, answer: Answer) -> Callable[[bytes, Context], AsyncIterator[bytes]]:
        async def handle(request: bytes, context: Context) -> AsyncIterator[bytes]:
            try:
                caller = caller_of(context, self._trust, self._node)
                CALLER.set(caller)
                self._gate.enter(path.removeprefix("/creditexchange.v1."), request, caller)
                for message in answer(request, context):
                    yield message if isinstance(message, bytes) else message.SerializeToString(deterministic=True)
            except DecodeError:
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT)
            except No as no:
                broken = self._node.has(Fault.DETAILS_BROKEN) and no.reason == "RANGE_INVALID"
                context.set_trailing_metadata((("grpc-status-details-bin", b"\x1a"),) if broken else no.trailer())
                await context.abort(CODES[no.reason], no.text)

        return handle


def _always(message: bytes) -> Answer:
    return lambda *_: (message,)


def _refuse(*_: object) -> Iterable[Any]:
    raise No("INTERNAL")


async def _reflect(requests: AsyncIterator[bytes], _: Context) -> AsyncIterator[bytes]:
    async for _request in requests:
        yield b""


async def _read_on(requests: AsyncIterator[bytes], _: Context) -> AsyncIterator[bytes]:
    async for _request in requests:
        pass
    yield b""


@asynccontextmanager
async def served(
    handlers: grpc.GenericRpcHandler, trust: Trust, faults: frozenset[Fault], *more: grpc.GenericRpcHandler
) -> AsyncIterator[str]:
    """Serve on a loopback port of the system's choice until the block ends; `more` is asked first.

    Yields:
        host:port.
    """
    largest = -1 if Fault.OVERSIZE_TAKEN in faults else 4 << 20
    server = grpc.aio.server(options=(("grpc.max_receive_message_length", largest),))
    server.add_generic_rpc_handlers((*more, handlers))
    members = [trust.member_ca] if Fault.MEMBERS_TURNED_AWAY not in faults else []
    roots = [*members, trust.other_ca, *([trust.foreign_ca] if Fault.FOREIGN_CA_TRUSTED in faults else [])]
    credentials = grpc.ssl_server_credentials(
        [(trust.server.key.read_bytes(), trust.server.certificate.read_bytes())],
        b"".join(root.path.read_bytes() for root in roots),
        require_client_auth=True,
    )
    secure = server.add_secure_port("127.0.0.1:0", credentials)
    plain = server.add_insecure_port("127.0.0.1:0") if _FRONTS & faults else 0
    await server.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.stop, None)
        yield f"127.0.0.1:{await _front(stack, trust, faults, secure, plain) if plain else secure}"


_FRONTS = frozenset({Fault.ANONYMOUS_LET_IN, Fault.EXPIRY_UNCHECKED, Fault.PLAINTEXT_TOO})


async def _front(stack: AsyncExitStack, trust: Trust, faults: frozenset[Fault], secure: int, plain: int) -> int:
    """Open a port that passes bytes on to the ports behind it, and closes with the stack."""
    context: ssl.SSLContext | None = None
    if Fault.PLAINTEXT_TOO not in faults:
        context = _lax(trust, faults)

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        start = await reader.read(1)
        # Without TLS of its own the front tells a TLS record (0x16) from plain bytes. With it, the port behind asks
        # for no certificate, so that everybody the front lets in counts as our member.
        port = secure if context is None and start == b"\x16" else plain
        await _pass_on(start, reader, writer, port)

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
    stack.callback(server.close)
    return int(server.sockets[0].getsockname()[1])


def _lax(trust: Trust, faults: frozenset[Fault]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(trust.member_ca.path))
    context.load_cert_chain(str(trust.server.certificate), str(trust.server.key))
    context.set_alpn_protocols(["h2"])
    context.verify_mode = ssl.CERT_OPTIONAL if Fault.ANONYMOUS_LET_IN in faults else ssl.CERT_REQUIRED
    if Fault.EXPIRY_UNCHECKED in faults:
        context.verify_flags = ssl.VerifyFlags(context.verify_flags | NO_CHECK_TIME)
    return context


async def _pass_on(start: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", port)
    onward_writer.write(start)
    there = asyncio.ensure_future(_copy(reader, onward_writer))
    back = asyncio.ensure_future(_copy(onward_reader, writer))
    await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
    for task in (there, back):
        task.cancel()
    for each in (writer, onward_writer):
        each.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        return
