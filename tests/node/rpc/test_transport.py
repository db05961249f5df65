# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Who gets in, over real handshakes: TI of the conformance design."""

import asyncio
import shutil
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import grpc
import pytest
from creditexchange.v1.node_service_pb2 import GetNodeRequest
from creditexchange.v1.node_service_pb2_grpc import NodeServiceStub
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from federation.errors import ConfigFault, UnreachableFault
from federation.standards.identity import CodeKind
from node.config import LimitsSection
from node.exchange.dialogue import Envelope
from node.exchange.inquire import Matter
from node.identity.certificates import SpiffeId, create_identity, issue, renew
from node.rpc.client import PeerClient
from node.rpc.faults import fault_from_rpc_error
from node.rpc.server import NodeServers
from node.rpc.wire import CONDITION_KEY

if TYPE_CHECKING:
    from tests.node.rpc.conftest import Lab

    Listing = grpc.aio.UnaryUnaryMultiCallable[reflection_pb2.ServerReflectionRequest, bytes]
    MakeLab = Callable[[LimitsSection], Awaitable[Lab]]

QUESTION = Envelope("question", b"question", bytes(4), bytes(64))
"""Asked once: a call that is tried again for as long as there is time would only take longer."""


async def refusal(channel: grpc.aio.Channel) -> str:
    """The reason of the fault that asking who the node is ends with."""
    async with channel:
        try:
            await NodeServiceStub(channel).GetNode(GetNodeRequest(), timeout=30)
        except grpc.aio.AioRpcError as error:
            return fault_from_rpc_error(error, "330100").reason
    return "OK"


async def test_a_pinned_member_is_served(lab: "Lab") -> None:
    """A pinned member with its own certificate learns who the node is, and is observed under its id."""
    client = lab.peer()
    statement = await client.node()
    await client.close()

    assert (statement.node_id, statement.federation) == ("330100", "delta.example")
    assert await lab.observed() == [("GetNode", "310000", "OK", "")]


@pytest.mark.parametrize("name", ["", "stranger"])
async def test_no_certificate_or_a_foreign_one_ends_in_the_handshake(lab: "Lab", name: str) -> None:
    """Without a certificate from a pinned authority no connection comes about."""
    assert await refusal(lab.channel(name)) in {"PEER_TLS", "PEER_UNREACHABLE"}
    assert await lab.observed() == []


async def test_an_expired_certificate_ends_in_the_handshake(lab: "Lab") -> None:
    """A pinned member whose certificate ran out is not served."""
    assert await refusal(lab.channel("expired")) in {"PEER_TLS", "PEER_UNREACHABLE"}


async def test_plain_text_is_not_spoken(lab: "Lab") -> None:
    """A connection without TLS is not served."""
    assert await refusal(grpc.aio.insecure_channel(lab.addresses["peers"])) in {"PEER_TLS", "PEER_UNREACHABLE"}


async def test_a_member_cannot_pass_for_another(make_lab: "MakeLab") -> None:
    """A certificate from the authority of 320500 that names 310000 is refused, though its handshake succeeds."""
    lab = await make_lab(LimitsSection())
    both = (lab.folder / "320500" / "ca.pem").read_bytes() + (lab.folder / "stranger" / "ca.pem").read_bytes()
    (lab.folder / "320500" / "ca.pem").write_bytes(both)

    assert await refusal(lab.channel("stranger")) == "CALLER_UNKNOWN"
    assert await lab.observed() == [("GetNode", "", "UNAUTHENTICATED", "CALLER_UNKNOWN")]


async def test_a_business_certificate_does_not_open_the_peers_port(make_lab: "MakeLab") -> None:
    """A business system of a pinned member is no member, even where its authority is trusted."""
    lab = await make_lab(LimitsSection())
    till = SpiffeId("delta.example", "310000", "tax")
    issue(lab.folder / "310000", till, lab.folder / "tills" / "foreign", datetime.now(UTC))

    assert await refusal(lab.channel("tills", certificate="foreign")) == "CALLER_UNKNOWN"


async def test_a_node_of_another_federation_is_no_member(make_lab: "MakeLab") -> None:
    """The same node id in another federation is somebody else, even under a pinned authority."""
    lab = await make_lab(LimitsSection())
    shutil.rmtree(lab.folder / "310000")
    (lab.folder / "310000").mkdir()
    create_identity(lab.folder / "310000", "other.example", "310000", datetime.now(UTC))

    assert await refusal(lab.channel("310000")) == "CALLER_UNKNOWN"


@pytest.mark.parametrize(("name", "certificate"), [("tills", "tax"), ("330100", "tls")])
async def test_the_household_is_served_on_its_ports(lab: "Lab", name: str, certificate: str) -> None:
    """The node itself and its business systems reach local and admin, health included."""
    for port in ("local", "admin"):
        async with lab.channel(name, port, certificate) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=30)

            assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_health_says_what_a_read_only_node_does_not_do(make_lab: "MakeLab") -> None:
    """The services that write are NOT_SERVING until the node may write again; reasons are for the household alone."""
    lab = await make_lab(LimitsSection())
    faults = {"delta.example/330100/lists/1": "STORE_FULL"}
    states = []
    for told in (faults, {}):
        await lab.servers.show(told)
        client = lab.local()
        states.append((await _health(lab), await client.condition()))
        await client.close()

    writing = {("local", "Local"), ("admin", "Local"), ("peers", "Query"), ("peers", "Case")}
    assert [(writing, faults), (set(), {})] == states


async def _health(lab: "Lab") -> set[tuple[str, str]]:
    """The services that are not serving, by port; peers are told no reasons."""
    resting = set()
    of_peers = ("Query", "Case", "Feed", "Node", "")
    for port, names in (("local", ("Local", "")), ("admin", ("Local", "")), ("peers", of_peers)):
        async with lab.channel("310000" if port == "peers" else "330100", port) as channel:
            for name in names:
                full = f"creditexchange.v1.{name}Service" if name else ""
                asked = health_pb2.HealthCheckRequest(service=full)
                call = health_pb2_grpc.HealthStub(channel).Check(asked, timeout=30)
                if (await call).status == health_pb2.HealthCheckResponse.NOT_SERVING:
                    resting.add((port, name))
                told = {key for key, _ in await call.trailing_metadata()}
                assert (CONDITION_KEY in told) == (port != "peers")
    return resting


@pytest.mark.parametrize("port", ["local", "admin"])
async def test_other_members_do_not_get_onto_the_household_ports(lab: "Lab", port: str) -> None:
    """A pinned member's certificate is no key to the local and admin ports."""
    assert await refusal(lab.channel("310000", port)) in {"PEER_TLS", "PEER_UNREACHABLE"}


async def test_the_services_of_a_port_are_not_on_another(lab: "Lab") -> None:
    """The local port knows no NodeService."""
    assert await refusal(lab.channel("330100", "local")) == "METHOD_UNKNOWN"


async def test_reflection_is_on_the_admin_port_only(lab: "Lab") -> None:
    """Operators can list the services on the admin port; members cannot on theirs."""
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    listed = []
    async with lab.channel("330100", "admin") as channel:
        async for answer in reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([request])):
            listed += [service.name for service in answer.list_services_response.service]

    assert {"creditexchange.v1.FeedService", "grpc.health.v1.Health"} <= set(listed)
    async with lab.channel("310000") as channel:
        path = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
        # one message and nothing after it: a stream still being written when it is refused makes the client itself fail
        listing: Listing = channel.unary_unary(path, reflection_pb2.ServerReflectionRequest.SerializeToString)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await listing(request)

        assert grpc.StatusCode.UNIMPLEMENTED is caught.value.code()


async def test_a_server_of_another_name_is_not_believed(lab: "Lab") -> None:
    """A client that wants 320500 does not take 330100's answer, even where it trusts the authority."""
    trust = lab.trust_of("310000", {"320500": lab.folder / "330100" / "ca.pem"})
    client = PeerClient("320500", lab.addresses["peers"], trust, 30)
    with pytest.raises(UnreachableFault):
        await client.ask(QUESTION)
    await client.close()

    assert await lab.observed() == []


async def test_a_server_under_another_authority_is_not_believed(lab: "Lab") -> None:
    """A client that pinned another authority for 330100 does not talk to it; the fault speaks of certificates."""
    client = lab.peer(pins={"330100": lab.folder / "320500" / "ca.pem"})
    with pytest.raises(UnreachableFault) as caught:
        await client.ask(QUESTION)
    await client.close()

    assert caught.value.reason == "PEER_TLS"
    assert "certificate" in caught.value.detail


async def test_an_unpinned_peer_is_not_called(lab: "Lab") -> None:
    """There is no connection to a node that the configuration does not name."""
    client = PeerClient("999999", lab.addresses["peers"], lab.trust_of("310000"), 30)
    with pytest.raises(ConfigFault, match="PEER_NOT_PINNED"):
        await client.node()


async def test_a_certificate_that_runs_out_ends_its_open_stream(make_lab: "MakeLab") -> None:
    """A watch opened with a good certificate gets nothing more once the certificate has run out."""
    lab = await make_lab(LimitsSection())
    client = lab.peer()
    watch = client.watch("delta.example/330100/lists/1")
    await anext(watch)
    lab.ahead = timedelta(days=366)
    lab.feeds.append(1)
    lab.bell.ring()
    with pytest.raises(UnreachableFault, match="CALLER_UNKNOWN"):
        await anext(watch)
    await client.close()


async def test_a_renewed_server_certificate_counts_without_restart(make_lab: "MakeLab") -> None:
    """The next handshake after `renew` shows the new certificate."""
    lab = await make_lab(LimitsSection())
    before = await certificate_shown(lab)
    renew(lab.folder / "330100", "delta.example", "330100", datetime.now(UTC))

    assert before != await certificate_shown(lab)


async def certificate_shown(lab: "Lab") -> bytes:
    """The server's certificate of a fresh handshake."""
    context = ssl.create_default_context(cafile=str(lab.folder / "330100" / "ca.pem"))
    context.load_cert_chain(lab.folder / "310000" / "tls.pem", lab.folder / "310000" / "tls.key")
    context.set_alpn_protocols(["h2"])
    host, _, port = lab.addresses["peers"].rpartition(":")
    _, writer = await asyncio.open_connection(host, int(port), ssl=context, server_hostname="330100.delta.example")
    shown: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.transport.abort()
    return shown


async def test_a_changed_pin_lets_its_member_in_without_restart(make_lab: "MakeLab") -> None:
    """A member that starts anew is served as soon as the file with its authority is replaced."""
    lab = await make_lab(LimitsSection())
    shutil.rmtree(lab.folder / "310000")
    (lab.folder / "310000").mkdir()
    create_identity(lab.folder / "310000", "delta.example", "310000", datetime.now(UTC))

    assert await refusal(lab.channel("310000")) == "OK"


async def test_a_withdrawn_pin_counts_on_connections_that_are_open(make_lab: "MakeLab") -> None:
    """When a member's authority is replaced, its old certificate is refused on a living connection within seconds."""
    lab = await make_lab(LimitsSection())
    async with lab.channel("310000") as channel:
        await NodeServiceStub(channel).GetNode(GetNodeRequest(), timeout=30)
        shutil.copy(lab.folder / "320500" / "ca.pem", lab.folder / "310000" / "ca.pem")
        lab.ahead = timedelta(seconds=11)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await NodeServiceStub(channel).GetNode(GetNodeRequest(), timeout=30)

    assert grpc.StatusCode.UNAUTHENTICATED is caught.value.code()


async def test_a_client_shows_its_renewed_certificate(make_lab: "MakeLab") -> None:
    """A client whose identity and pin were replaced goes on, without being built anew."""
    lab = await make_lab(LimitsSection())
    client = lab.peer()
    await client.node()
    for name in ("ca.key", "ca.pem", "tls.key", "tls.pem"):
        (lab.folder / "310000" / name).unlink()
    create_identity(lab.folder / "310000", "delta.example", "310000", datetime.now(UTC))
    lab.ahead = timedelta(seconds=11)
    statement = await client.node()
    await client.close()

    assert statement.node_id == "330100"


async def test_a_broken_pin_keeps_the_last_good_one(make_lab: "MakeLab") -> None:
    """A pin file that is half written changes nothing but a log line."""
    lab = await make_lab(LimitsSection())
    (lab.folder / "310000" / "ca.pem").write_text("-----BEGIN CERT")

    assert await refusal(lab.channel("310000")) == "OK"
    assert {"CERTIFICATE_MALFORMED"} == set(lab.observer.failed)


async def test_a_port_in_use_is_named(lab: "Lab") -> None:
    """A port that another program holds is the operator's fault, said with the setting's name."""
    listen = lab.config.listen.model_copy(update={"local": lab.addresses["peers"]})
    servers = NodeServers(
        lab.config.model_copy(update={"listen": listen}),
        lab.servicers,
        lab.trust,
        lab.observer,
        lambda: datetime.now(UTC),
    )
    with pytest.raises(ConfigFault) as caught:
        await servers.start()

    assert caught.value.reason == "PORT_IN_USE"
    assert f"listen.local = {lab.addresses['peers']}" in caught.value.detail


async def test_a_foreign_address_is_named(lab: "Lab") -> None:
    """An address that is not this machine's is not called a port in use."""
    listen = lab.config.listen.model_copy(update={"peers": "192.0.2.1:0"})
    servers = NodeServers(
        lab.config.model_copy(update={"listen": listen}),
        lab.servicers,
        lab.trust,
        lab.observer,
        lambda: datetime.now(UTC),
    )
    with pytest.raises(ConfigFault, match="ADDRESS_UNUSABLE"):
        await servers.start()


async def test_stopping_says_so_and_lets_calls_end(make_lab: "MakeLab") -> None:
    """A call at work when the node stops gets its answer within the grace."""
    lab = await make_lab(LimitsSection())
    lab.stages.hold = asyncio.Event()
    client = lab.local()
    call = asyncio.create_task(
        client.inquire("310000", Matter("p", "b", "c", CodeKind.USCC, "91330100716105852F", "o", "o"))
    )
    await lab.eventually(lambda: bool(lab.stages.inquired))
    stopping = asyncio.create_task(lab.servers.stop(10))
    lab.stages.hold.set()
    answer = await call
    await stopping
    await client.close()

    assert answer.responder == "310000"
