# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The three servers of a node, in one event loop. Every port asks for a client certificate; each has its guard.

    peers   NodeService, FeedService, QueryService,           pinned members
            CaseService, health
    local   LocalService, health                              this node's business systems, and itself
    admin   health, reflection                                the same

Health is told for each service. While the node is read-only, the services that write are NOT_SERVING (LocalService at
local and admin, QueryService and CaseService at peers: an answer is logged and a letter kept before either leaves); the
others, and the node as a whole under the empty name, are SERVING. At local and admin the answer carries the reasons, as
trailing metadata `CONDITION_KEY`.

Certificates and trusted authorities are looked at before each handshake, so that changed files count for the next
connection; connections are closed after an hour at most, so that they count for every connection by then.
"""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

import grpc
from creditexchange.v1.case_service_pb2_grpc import add_CaseServiceServicer_to_server
from creditexchange.v1.local_service_pb2_grpc import add_LocalServiceServicer_to_server
from creditexchange.v1.node_service_pb2_grpc import add_NodeServiceServicer_to_server
from creditexchange.v1.query_service_pb2_grpc import add_QueryServiceServicer_to_server
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from federation.errors import ConfigFault
from node.config import Config
from node.observe import Observer
from node.rpc.caller import Authorities, Doorkeeper, household, members
from node.rpc.cases.servicer import CaseServicer
from node.rpc.feed.servicer import FeedServicer, add_feed_service
from node.rpc.guard import Admission, Guard
from node.rpc.local_servicer import LocalServicer
from node.rpc.node_servicer import NodeServicer
from node.rpc.query_servicer import QueryServicer
from node.rpc.trust import KeyPair, Trust
from node.rpc.wire import CONDITION_KEY, condition_to_text

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
PEER_SERVICES = tuple(f"creditexchange.v1.{name}Service" for name in ("Node", "Feed", "Query", "Case"))
LOCAL_SERVICES = ("creditexchange.v1.LocalService",)
WRITING_SERVICES = frozenset(f"creditexchange.v1.{name}Service" for name in ("Local", "Query", "Case"))
# A roof against floods only: the guard counts what is really at work, and refuses with a reason.
_MAX_RPCS = 20_000
_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.max_concurrent_streams", 1000),
    ("grpc.max_allowed_incoming_connections", 2000),
    ("grpc.server_handshake_timeout_ms", 10_000),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 20_000),  # strictly below what clients send
    ("grpc.max_connection_age_ms", 45 * 60_000),
    ("grpc.max_connection_age_grace_ms", 60_000),
    ("grpc.max_connection_idle_ms", 30 * 60_000),
)


@dataclass(frozen=True, slots=True)
class Servicers:
    """What the servers serve."""

    node: NodeServicer
    feed: FeedServicer
    query: QueryServicer
    case: CaseServicer
    local: LocalServicer


@dataclass(frozen=True, slots=True)
class _Port:
    """One server: who may come in, by which roots a handshake succeeds, whose health is told, and what is served."""

    name: str
    address: str
    authorities: Authorities
    roots: Callable[[], bytes]
    services: tuple[str, ...]
    register: Callable[[grpc.aio.Server], None]


class NodeServers:
    """The servers of a node.

    Args:
        config: where to listen, and limits; port 0 means any free one.
        servicers: what to serve.
        trust: certificates and pinned authorities.
        observer: hears of every call.
        now: the time, with its zone; certificates are judged by it.
        shares_ports: other processes of this node listen on the same ports.
    """

    def __init__(
        self,
        config: Config,
        servicers: Servicers,
        trust: Trust,
        observer: Observer,
        now: Callable[[], datetime],
        *,
        shares_ports: bool = False,
    ) -> None:
        self._ports = _ports(config, servicers, trust)
        self._feed = servicers.feed
        self._trust = trust
        self._observer = observer
        self._now = now
        # otherwise two nodes could share a port unnoticed
        self._options = (*_OPTIONS, ("grpc.so_reuseport", int(shares_ports)))
        self._admission = Admission(config.limits)
        self._faults: Mapping[str, str] = {}
        self._running: list[tuple[_Port, grpc.aio.Server, health.aio.HealthServicer]] = []

    async def start(self) -> dict[str, str]:
        """Opens every port, or none.

        Returns:
            The address of each, by its name (`peers`, `local`, `admin`).

        Raises:
            ConfigFault: PORT_IN_USE or ADDRESS_UNUSABLE, naming the setting.
        """
        bound = {}
        try:
            for port in self._ports:
                bound[port.name] = await self._open(port)
        except ConfigFault:
            await self.stop(0)
            raise
        return bound

    async def stop(self, grace_s: float) -> None:
        """Says NOT_SERVING, ends watches, takes no more calls, lets those at work end in the grace."""
        running, self._running = self._running, []
        await asyncio.gather(*(status.enter_graceful_shutdown() for _, _, status in running))
        self._feed.end_watches()
        await asyncio.gather(*(server.stop(grace_s) for _, server, _ in running))

    async def show(self, faults: Mapping[str, str]) -> None:
        """Tells in health whether the node may write.

        Args:
            faults: the reason for each own feed that cannot be signed now; empty while the node may write.
        """
        self._faults = faults
        told = health_pb2.HealthCheckResponse.NOT_SERVING if faults else health_pb2.HealthCheckResponse.SERVING
        for port, _, status in self._running:
            for service in WRITING_SERVICES.intersection(port.services):
                await status.set(service, told)

    async def _open(self, port: _Port) -> str:
        guard = Guard(Doorkeeper(port.authorities, self._now), self._admission, self._observer)
        server = grpc.aio.server(interceptors=[guard], options=self._options, maximum_concurrent_rpcs=_MAX_RPCS)
        status = health.aio.HealthServicer() if port.name == "peers" else _FrankHealth(lambda: self._faults)
        health_pb2_grpc.add_HealthServicer_to_server(status, server)
        for service in port.services:
            await status.set(service, health_pb2.HealthCheckResponse.SERVING)
        port.register(server)
        try:
            number = server.add_secure_port(port.address, _credentials(self._trust.pair, port.roots))
        except RuntimeError:
            raise _unusable(port) from None
        await server.start()
        self._running.append((port, server, status))
        return f"{port.address.rpartition(':')[0]}:{number}"


class _FrankHealth(health.aio.HealthServicer):  # type: ignore[misc]
    """Health that tells the own household why the node is read-only."""

    def __init__(self, faults: Callable[[], Mapping[str, str]]) -> None:
        super().__init__()
        self._faults = faults

    async def Check(self, request: object, context: Any) -> object:  # noqa: ANN401, N802 - gRPC names them
        """As the standard has it, with the reasons beside it."""
        context.set_trailing_metadata(((CONDITION_KEY, condition_to_text(self._faults())),))
        return await super().Check(request, context)


def _ports(config: Config, servicers: Servicers, trust: Trust) -> tuple[_Port, ...]:
    def peers(server: grpc.aio.Server) -> None:
        add_NodeServiceServicer_to_server(servicers.node, server)
        add_feed_service(servicers.feed, server)
        add_QueryServiceServicer_to_server(servicers.query, server)
        add_CaseServiceServicer_to_server(servicers.case, server)

    def local(server: grpc.aio.Server) -> None:
        add_LocalServiceServicer_to_server(servicers.local, server)

    def admin(server: grpc.aio.Server) -> None:
        described: Iterable[str] = (*PEER_SERVICES, *LOCAL_SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(described, server)

    listen, own = config.listen, lambda: trust.own_authority().pem
    return (
        _Port("peers", listen.peers, members(trust), trust.peers_roots, PEER_SERVICES, peers),
        _Port("local", listen.local, household(trust), own, LOCAL_SERVICES, local),
        _Port("admin", listen.admin, household(trust), own, LOCAL_SERVICES, admin),
    )


def _credentials(pair: Callable[[], KeyPair], roots: Callable[[], bytes]) -> grpc.ServerCredentials:
    """Credentials that gRPC asks for, from its own threads, before each handshake."""
    lock = Lock()
    used = (pair(), roots())

    def configured(shown: KeyPair, trusted: bytes) -> grpc.ServerCertificateConfiguration:
        return grpc.ssl_server_certificate_configuration([(shown.key_pem, shown.chain_pem)], trusted)

    def changed() -> grpc.ServerCertificateConfiguration | None:
        nonlocal used
        with lock:
            newest = (pair(), roots())
            if newest == used:
                return None
            used = newest
            return configured(*newest)

    return grpc.dynamic_ssl_server_credentials(configured(*used), changed, require_client_authentication=True)  # type: ignore[arg-type]


def _unusable(port: _Port) -> ConfigFault:
    """Why a port cannot be opened: gRPC does not say, so the address is tried once more, plainly."""
    host, _, number = port.address.rpartition(":")
    place = f"listen.{port.name} = {port.address}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), int(number), type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, protocol) as probe:
            probe.bind(address)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return ConfigFault("ADDRESS_UNUSABLE", f"{place}: {error.strerror}")
    return ConfigFault("PORT_IN_USE", f"{place}: another program listens there; stop it or choose another port")
