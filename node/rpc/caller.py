# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Who calls: read off the certificate of the connection, never off a message.

The TLS handshake proves that the caller holds the key of a certificate from *some* trusted authority. That is not
enough: any member's authority could name any node. Here the leaf must come directly from the authority pinned for the
very node it names, and be in time; so does every later look, since a connection may outlive its certificate.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from federation.errors import AccessFault
from node.identity.certificates import SpiffeId, issued_by, spiffe_id
from node.rpc.trust import Trust

REMEMBER_S = 10
"""A look is remembered this long, so that a withdrawn authority counts no longer after at most as many seconds."""
_MAX_REMEMBERED = 4096
_TLS_VERSIONS = {b"TLSv1.2", b"TLSv1.3"}

Authorities = Callable[[SpiffeId], tuple[x509.Certificate, ...]]
AuthContext = Mapping[str, Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Caller:
    """A proven caller.

    Attributes:
        node_id: the member.
        business: name of the member's business system; empty for the node itself.
    """

    node_id: str
    business: str = ""

    def __str__(self) -> str:
        return f"{self.node_id}/{self.business}" if self.business else self.node_id


_CURRENT: ContextVar[Caller] = ContextVar("caller")


def current_caller() -> Caller:
    """The caller of the call being served; only inside a servicer behind the guard."""
    return _CURRENT.get()


def set_current_caller(caller: Caller) -> None:
    """Sets the caller for the task that serves one call."""
    _CURRENT.set(caller)


def members(trust: Trust) -> Authorities:
    """Admits pinned members' nodes, each under its own pinned authority."""

    def authorities(claimed: SpiffeId) -> tuple[x509.Certificate, ...]:
        pinned = trust.authority(claimed.node_id)
        wanted = claimed.federation == trust.own.federation and not claimed.business
        return pinned.certificates if pinned is not None and wanted else ()

    return authorities


def household(trust: Trust) -> Authorities:
    """Admits this node itself and its business systems, under its own authority."""

    def authorities(claimed: SpiffeId) -> tuple[x509.Certificate, ...]:
        own = SpiffeId(claimed.federation, claimed.node_id) == trust.own
        return trust.own_authority().certificates if own else ()

    return authorities


class Doorkeeper:
    """Tells callers by their certificates. For one event loop.

    Args:
        authorities: the pinned authorities for a claimed identity; none means that it is not admitted.
        now: the time, with its zone.
    """

    def __init__(self, authorities: Authorities, now: Callable[[], datetime]) -> None:
        self._authorities = authorities
        self._now = now
        self._remembered: dict[bytes, tuple[Caller, float]] = {}

    def identify(self, auth: AuthContext) -> Caller:
        """The caller of a connection.

        Args:
            auth: gRPC's auth context of the connection.

        Raises:
            AccessFault: CALLER_UNKNOWN, whatever is wrong; which is not told.
        """
        pem = _first(auth, "x509_pem_cert")
        if not pem or _first(auth, "ssl_tls_version") not in _TLS_VERSIONS:
            raise AccessFault("CALLER_UNKNOWN", "no certificate, or TLS below 1.2")
        fingerprint = hashlib.sha256(pem).digest()
        now = self._now()
        known = self._remembered.get(fingerprint)
        if known is not None and now.timestamp() < known[1]:
            return known[0]
        caller, until = self._look(pem, now)
        if len(self._remembered) >= _MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[fingerprint] = (caller, until)
        return caller

    def _look(self, pem: bytes, now: datetime) -> tuple[Caller, float]:
        """Checks a certificate afresh; also until when that may be remembered."""
        try:
            leaf = x509.load_pem_x509_certificate(pem)
        except (ValueError, x509.InvalidVersion):
            raise AccessFault("CALLER_UNKNOWN", "the certificate cannot be read") from None
        claimed = spiffe_id(leaf)
        if claimed is None or not issued_by(leaf, self._authorities(claimed), now):
            raise AccessFault("CALLER_UNKNOWN", f"not admitted: {claimed}")
        until = min(now.timestamp() + REMEMBER_S, leaf.not_valid_after_utc.timestamp())
        return Caller(claimed.node_id, claimed.business), until


def _first(auth: AuthContext, key: str) -> bytes:
    return next(iter(auth.get(key, ())), b"")
