# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is looked at before any case. Most failures are mistakes of configuration: each gets one line with its cure."""

import asyncio
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from conformance.config import Config
from conformance.settings.peered import Peering
from conformance.settings.table import Credential
from conformance.tls import client_context, greet


@dataclass(frozen=True)
class Problem:
    """One thing to mend.

    Attributes:
        what: what was found.
        mend: what to do.
    """

    what: str
    mend: str


async def preflight(address: str, config: Config) -> tuple[Problem, ...]:
    """Look at address, material and the way to the target.

    Args:
        address: host:port.
        config: the checked configuration.

    Returns:
        What to mend; empty when the cases can be put.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        return (
            Problem(f"target {address!r} is not HOST:PORT", "give --target as host:port, for instance 127.0.0.1:8443"),
        )
    problems = list(_material(config)) or await _way(address, config)
    if not problems and config.peer is not None:
        problems = await _peering(config, config.peer)
    return tuple(problems)


def _material(config: Config) -> list[Problem]:
    now = datetime.now(UTC)
    problems = []
    for member, who in (("identity", config.identity), ("coordinator", config.coordinator), ("relay", config.relay)):
        ours = None if who is None else _certificate(who.credential)
        if who is not None and ours is None:
            problems.append(_unusable(member, who.credential))
        elif ours is not None and not ours.not_valid_before_utc <= now <= ours.not_valid_after_utc:
            wrong = f"[{member}] certificate is not valid now"
            problems.append(Problem(wrong, "issue a new one, or set this clock right"))
    for name, credential in config.strangers.items():
        theirs = _certificate(credential)
        if theirs is None:
            problems.append(_unusable(f"strangers.{name}", credential))
        elif (theirs.not_valid_after_utc < now) != (name == "expired"):
            wanted = "must have ended" if name == "expired" else "has ended"
            problems.append(Problem(f"[strangers.{name}] certificate {wanted}", "issue another one"))
    return problems


async def _peering(config: Config, peer: Peering) -> list[Problem]:
    """Look at what is needed to be a peer: our address, the folder of our feeds, and the target's local port."""
    problems = []
    host, _, port = peer.listen.rpartition(":")
    try:
        with socket.create_server((host.strip("[]"), int(port))):
            pass
    except (OSError, ValueError, OverflowError) as taken:
        what = f"[peer] listen {peer.listen} cannot be listened at: {taken}"
        problems.append(Problem(what, "give the host:port that the target has pinned for us, and free it"))
    try:
        peer.state.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        problems.append(Problem(f"[peer] state {peer.state} cannot be made: {wrong.strerror}", "give another folder"))
    local = peer.local
    if _certificate(local.credential) is None:
        return [*problems, _unusable("peer.local", local.credential)]
    seen = await greet(local.address, config.target, client_context(config.target, local.credential))
    if not seen.served:
        mend = (
            "give the address of the target's local port, and a certificate that the target issued to a business system"
        )
        problems.append(Problem(f"[peer.local] {local.address} takes no connection: {seen.why}", mend))
    return problems


def _unusable(table: str, credential: Credential) -> Problem:
    what = f"[{table}] {credential.certificate.name} and {credential.key.name} do not belong together, or are not PEM"
    return Problem(what, "give the certificate and the private key that belongs to it, both as unencrypted PEM")


def _certificate(credential: Credential) -> x509.Certificate | None:
    """Return the first certificate of a file when the key belongs to it."""
    try:
        certificate = x509.load_pem_x509_certificate(credential.certificate.read_bytes())
        key = load_pem_private_key(credential.key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        return None
    return certificate if certificate.public_key() == key.public_key() else None


async def _way(address: str, config: Config) -> list[Problem]:
    target = config.target
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(target.deadline_seconds):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        writer.transport.abort()
    except (OSError, TimeoutError) as gone:
        return [Problem(f"{address} cannot be reached: {gone}", "start the node, open the port, or mend --target")]
    try:
        context = client_context(target, config.identity.credential)
    except (ssl.SSLError, OSError) as wrong:
        return [
            Problem(f"[target] ca {target.ca.name} cannot be used: {wrong}", "give the PEM file of the target's CA")
        ]
    seen = await greet(address, target, context)
    if seen.served:
        return []
    mend = (
        f"check that [target] ca issued the server's certificate, that it names {target.tls_name}, "
        "and that the target has pinned [identity]"
    )
    return [Problem(f"no TLS connection as {config.identity.node_id}: {seen.why}", mend)]
