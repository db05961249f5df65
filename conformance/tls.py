# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Bare connections: what a node does with a certificate, without one, or without TLS at all.

gRPC reports a refused handshake and a dead node alike, so these probes speak TLS themselves and look for the one thing
that only an accepting node sends: its HTTP/2 SETTINGS frame. Every wait is bounded by the deadline given.
"""

import asyncio
import ssl
from dataclasses import dataclass

from conformance.config import Target
from conformance.settings.table import Credential

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
_SETTINGS = 4
_HEADER = 9


@dataclass(frozen=True)
class Greeting:
    """What a node did with a bare connection.

    Attributes:
        served: true when it sent an HTTP/2 SETTINGS frame, that is, took the connection.
        why: what happened otherwise, for people.
        certificate: the server's certificate (DER) where TLS got that far, else empty.
    """

    served: bool
    why: str
    certificate: bytes = b""


def client_context(target: Target, credential: Credential | None) -> ssl.SSLContext:
    """Return a TLS context that checks the target's chain and name and shows the certificate given.

    Raises:
        OSError: a file cannot be read; `ssl.SSLError` when certificate and key do not belong together.
    """
    context = ssl.create_default_context(cafile=str(target.ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    if credential is not None:
        context.load_cert_chain(str(credential.certificate), str(credential.key))
    return context


async def greet(address: str, target: Target, context: ssl.SSLContext | None) -> Greeting:
    """Connect, send an HTTP/2 preface, and see whether the node takes the connection.

    Args:
        address: host:port.
        target: name to expect and deadline.
        context: TLS to speak; None for plain TCP.

    Returns:
        What the node did. Never raises for what the node does.
    """
    try:
        async with asyncio.timeout(target.deadline_seconds):
            return await _greet(address, target.tls_name, context)
    except TimeoutError:
        return Greeting(False, "no answer in time")
    except ssl.SSLError as refused:
        return Greeting(False, f"TLS: {refused.reason or refused}")
    except OSError as refused:
        return Greeting(False, f"connection: {refused.strerror or refused}")


async def _greet(address: str, name: str, context: ssl.SSLContext | None) -> Greeting:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    tls_name = name if context else None
    reader, writer = await asyncio.open_connection(host, int(port), ssl=context, server_hostname=tls_name)
    try:
        tls = writer.get_extra_info("ssl_object")
        certificate = tls.getpeercert(binary_form=True) if tls else b""
        writer.write(_PREFACE)
        try:
            header = await reader.readexactly(_HEADER)
        except asyncio.IncompleteReadError:
            return Greeting(False, "closed by the node", certificate)
        except OSError as refused:
            return Greeting(False, f"refused by the node: {refused.strerror or refused}", certificate)
        served = header[3] == _SETTINGS
        return Greeting(served, "served" if served else "other bytes than HTTP/2", certificate)
    finally:
        # Aborting is enough here: a polite TLS farewell would wait for a node that has just refused us.
        writer.transport.abort()
