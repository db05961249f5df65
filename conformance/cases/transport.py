# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""TI: transport and identity. Who is let in, and who the node says it is."""

import grpc
from creditexchange.v1 import node_service_pb2 as node
from cryptography import x509

from conformance.breach import Breach, require
from conformance.session import GET_NODE, Refusal, Session, call, channel_to, expect_refusal
from conformance.tls import client_context, greet
from conformance.verdict import Case, Text

SERVING = b"\x08\x01"


async def _turned_away(session: Session, name: str | None, reason: str) -> None:
    """Hold that the handshake fails with one of the strangers' certificates, or with none, while ours is let in."""
    target = session.config.target
    credential = session.stranger(name) if name else None
    ours = await greet(session.address, target, client_context(target, session.config.identity.credential))
    require(ours.served, "MEMBER_TURNED_AWAY", "our own certificate to be let in", ours.why)
    theirs = await greet(session.address, target, client_context(target, credential))
    require(not theirs.served, reason, "the TLS handshake to fail", "the connection was taken")


async def no_certificate(session: Session) -> None:
    """A caller without a certificate does not get past the handshake."""
    await _turned_away(session, None, "ANONYMOUS_ACCEPTED")


async def foreign_ca(session: Session) -> None:
    """A certificate of a CA that the node does not trust does not get past the handshake."""
    await _turned_away(session, "foreign", "FOREIGN_CA_ACCEPTED")


async def expired(session: Session) -> None:
    """A certificate that has ended does not get past the handshake."""
    await _turned_away(session, "expired", "EXPIRED_ACCEPTED")


async def plaintext(session: Session) -> None:
    """The port does not speak HTTP/2 without TLS."""
    plain = await greet(session.address, session.config.target, None)
    require(not plain.served, "PLAINTEXT_SERVED", "no HTTP/2 without TLS", "the connection was taken")


async def _node_as(session: Session, stranger: str) -> node.GetNodeResponse | Refusal:
    """Ask who the node is as a stranger, once the same call as ourselves was answered."""
    await session.ask(GET_NODE, node.GetNodeRequest())
    async with channel_to(session.address, session.config, session.stranger(stranger)) as channel:
        return await call(channel, GET_NODE, node.GetNodeRequest(), session.seconds)


async def unpinned(session: Session) -> None:
    """A good certificate that names no pinned member is told so, and nothing else."""
    answer = await _node_as(session, "unpinned")
    if not isinstance(answer, Refusal):
        raise Breach("UNPINNED_ACCEPTED", "UNAUTHENTICATED with reason CALLER_UNKNOWN", "an answer")
    expect_refusal(answer, "UNAUTHENTICATED", "CALLER_UNKNOWN")


async def impostor(session: Session) -> None:
    """A member's name on a certificate of another CA than that member's is not the member."""
    answer = await _node_as(session, "impostor")
    if not isinstance(answer, Refusal):
        raise Breach("IMPOSTOR_ACCEPTED", "a failed handshake or CALLER_UNKNOWN", "an answer")
    # Two reactions are right: its CA is not trusted at all, or trusted for other members only.
    if answer.code != "UNAVAILABLE":
        expect_refusal(answer, "UNAUTHENTICATED", "CALLER_UNKNOWN")


async def server_identity(session: Session) -> None:
    """The server's certificate carries the node's SPIFFE identity and no other, and its DNS name."""
    target = session.config.target
    seen = await greet(session.address, target, client_context(target, session.config.identity.credential))
    require(bool(seen.certificate), "NO_SERVER_CERTIFICATE", "a server certificate", seen.why)
    try:
        names = x509.load_der_x509_certificate(seen.certificate).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension) as wrong:
        raise Breach("NO_SERVER_IDENTITY", "a subject alternative name", str(wrong)) from wrong
    wanted = [f"spiffe://{target.federation}/node/{target.node_id}"]
    uris = names.value.get_values_for_type(x509.UniformResourceIdentifier)
    require(uris == wanted, "WRONG_SERVER_IDENTITY", f"the URI names {wanted}", f"{uris}")


async def reflection_absent(session: Session) -> None:
    """The peer port offers no server reflection."""
    await session.ask(GET_NODE, node.GetNodeRequest())
    for package in ("grpc.reflection.v1", "grpc.reflection.v1alpha"):
        path = f"/{package}.ServerReflection/ServerReflectionInfo"
        # asked with one message and nothing after it, which is the same on the wire: a stream that is still being
        # written when it is refused makes the client itself fail
        listing = session.channel.unary_unary(path, bytes, bytes)
        try:
            await listing(b"\x3a\x00", timeout=session.seconds)
        except grpc.aio.AioRpcError as error:
            code = error.code().name
            require(code == "UNIMPLEMENTED", "WRONG_CODE", f"{path} UNIMPLEMENTED", code)
        else:
            raise Breach("REFLECTION_SERVED", f"{path} UNIMPLEMENTED", "a list of services")


async def health(session: Session) -> None:
    """The standard health service says SERVING to a member."""
    check = session.channel.unary_unary("/grpc.health.v1.Health/Check", bytes, bytes)
    try:
        answer = await check(b"", timeout=session.seconds)
    except grpc.aio.AioRpcError as error:
        raise Breach("HEALTH_REFUSED", "SERVING", error.code().name) from error
    require(answer == SERVING, "NOT_SERVING", "SERVING", answer.hex())


async def true_name(session: Session) -> None:
    """GetNode names the node and federation that the TLS identity names, its software and our contract."""
    target = session.config.target
    said = await session.ask(GET_NODE, node.GetNodeRequest())
    wanted, got = f"{target.node_id} of {target.federation}", f"{said.node_id} of {said.federation}"
    require(got == wanted, "UNTRUE_NODE", wanted, got)
    spoken = any(revision.startswith("creditexchange.v1/") for revision in said.revisions)
    require(spoken, "NO_REVISION", "a revision of creditexchange.v1", f"{list(said.revisions)}")
    require("/" in said.software, "NO_SOFTWARE", "software as name/version", said.software)


CASES = (
    Case(
        "TI-01/no-certificate",
        ("C-TI-01",),
        Text("A caller without a certificate is refused in the handshake", "无证书的调用方在握手时被拒绝"),
        Text("Require and verify client certificates on the peer port.", "在对端端口上要求并校验客户端证书。"),
        no_certificate,
    ),
    Case(
        "TI-02/foreign-ca",
        ("C-TI-01",),
        Text("A certificate of an untrusted CA is refused in the handshake", "不受信任机构签发的证书在握手时被拒绝"),
        Text(
            "Trust only the CAs of pinned members, never the system's.",
            "只信任已登记成员的签发机构，不信任系统根证书。",
        ),
        foreign_ca,
    ),
    Case(
        "TI-03/expired",
        ("C-TI-02",),
        Text("An expired certificate is refused in the handshake", "过期证书在握手时被拒绝"),
        Text("Check validity dates of client certificates.", "校验客户端证书的有效期。"),
        expired,
    ),
    Case(
        "TI-04/unpinned",
        ("C-TI-03",),
        Text("An identity that is not pinned gets CALLER_UNKNOWN", "未登记的身份得到 CALLER_UNKNOWN"),
        Text(
            "Look the SPIFFE identity up among pinned members before any method runs.",
            "在执行任何方法之前，先在已登记成员中核对 SPIFFE 身份。",
        ),
        unpinned,
    ),
    Case(
        "TI-05/plaintext",
        ("C-TI-01",),
        Text("The peer port speaks only TLS", "对端端口只接受 TLS"),
        Text("Close the plaintext listener.", "关闭明文监听。"),
        plaintext,
    ),
    Case(
        "TI-06/impostor",
        ("C-TI-04",),
        Text("A member's name from another CA is not the member", "由其他机构签发的成员名称不被认作该成员"),
        Text(
            "Bind each member to its own CA, not only to its name.", "将每个成员绑定到其自己的签发机构，而不仅是名称。"
        ),
        impostor,
    ),
    Case(
        "TI-07/server-identity",
        ("C-TI-05",),
        Text("The server certificate names the node", "服务端证书载明节点身份"),
        Text(
            "Issue the certificate with the one URI spiffe://<federation>/node/<node id>.",
            "签发证书时写入唯一 URI：spiffe://<联盟>/node/<节点号>。",
        ),
        server_identity,
    ),
    Case(
        "TI-08/no-reflection",
        ("C-TI-06",),
        Text("Server reflection is absent on the peer port", "对端端口不提供服务反射"),
        Text("Register reflection on the admin port only.", "只在管理端口注册反射服务。"),
        reflection_absent,
    ),
    Case(
        "TI-09/true-name",
        ("C-TI-07",),
        Text("GetNode agrees with the TLS identity", "GetNode 与 TLS 身份一致"),
        Text("Answer GetNode from the same configuration as the certificate.", "GetNode 应与证书使用同一配置。"),
        true_name,
    ),
    Case(
        "TI-10/health",
        ("C-TI-08",),
        Text("Health says SERVING to a member", "健康检查对成员返回 SERVING"),
        Text("Serve grpc.health.v1 on the peer port.", "在对端端口提供 grpc.health.v1。"),
        health,
    ),
)
