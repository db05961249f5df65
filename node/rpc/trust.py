# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""TLS material of this node and of its pinned peers, reread when a file changes, so that nothing needs a restart.

A change that cannot be used (half written, key and certificate of different pairs) is logged and the last good material
stays in force until the file changes again. Safe from any thread: gRPC asks from its own threads at every handshake.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, Self, TypeVar

from cryptography import x509

from federation.errors import ConfigFault
from node.config import Config
from node.identity.certificates import SpiffeId, load_certificates, load_key, spiffe_id
from node.identity.keys import read_secret
from node.observe import Observer

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Pinned:
    """Certificates of an authority: as PEM for the handshake, and parsed."""

    pem: bytes
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate chain and its private key, both PEM; made for each other."""

    chain_pem: bytes
    key_pem: bytes


class _Watched(Generic[Content]):
    """Content made from files, made anew when one of them changes."""

    def __init__(self, paths: tuple[Path, ...], load: Callable[[], Content], observer: Observer) -> None:
        self._paths = paths
        self._load = load
        self._observer = observer
        self._lock = Lock()
        self._stamps = self._look()
        self._content = load()

    def current(self) -> Content:
        """The newest usable content; the same object while nothing has changed."""
        with self._lock:
            stamps = self._look()
            if stamps != self._stamps:
                self._stamps = stamps
                try:
                    self._content = self._load()
                except ConfigFault as fault:
                    self._observer.stage_failed("tls", fault)
            return self._content

    def _look(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(map(_stamp, self._paths))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


class Trust:
    """Whom this node's TLS trusts, and as whom it shows itself. Safe from any thread.

    Args:
        own: this node.
        keys_folder: folder with `tls.pem`, `tls.key` and `ca.pem`.
        pins: each peer's authority: PEM text, or the path of a PEM file.
        observer: hears of changes that cannot be used.

    Raises:
        ConfigFault: CERTIFICATE_MISSING, CERTIFICATE_MALFORMED, CERTIFICATE_MISMATCH (key and certificate, or
            certificate and node id, do not belong together), or as `read_secret`.
    """

    def __init__(self, own: SpiffeId, keys_folder: Path, pins: Mapping[str, str | Path], observer: Observer) -> None:
        self.own = own
        self._folder = keys_folder
        self._pair = _Watched((keys_folder / "tls.pem", keys_folder / "tls.key"), self._load_pair, observer)
        ca_path = keys_folder / "ca.pem"
        self._own_authority = _Watched((ca_path,), lambda: _load_pinned(ca_path), observer)
        self._peers = {peer: _watched_pin(pin, observer) for peer, pin in pins.items()}

    @classmethod
    def of(cls, config: Config, observer: Observer) -> Self:
        """The trust that a configuration describes."""
        pins = {peer.id: _pin(peer.ca, config.folder) for peer in config.peer}
        return cls(SpiffeId(config.node.federation, config.node.id), config.keys_folder, pins, observer)

    def pair(self) -> KeyPair:
        """The node's certificate and key."""
        return self._pair.current()

    def own_authority(self) -> Pinned:
        """The node's own authority, which its business systems' certificates come from."""
        return self._own_authority.current()

    def authority(self, peer: str) -> Pinned | None:
        """A peer's pinned authority; None for a node that is not pinned."""
        watched = self._peers.get(peer)
        return watched.current() if watched is not None else None

    def peers_roots(self) -> bytes:
        """Every pinned authority as one PEM text; with no peer pinned, the own one, so that a handshake has a root."""
        pems = [watched.current().pem for watched in self._peers.values()]
        return b"\n".join(pems) or self.own_authority().pem

    def _load_pair(self) -> KeyPair:
        path = self._folder / "tls.pem"
        chain = _read(path)
        leaf = load_certificates(chain, str(path))[0]
        if load_key(self._folder / "tls.key").public_key() != leaf.public_key():
            raise ConfigFault("CERTIFICATE_MISMATCH", f"{path} is not for the key in tls.key")
        if spiffe_id(leaf) != self.own:
            raise ConfigFault("CERTIFICATE_MISMATCH", f"{path} does not name {self.own}")
        return KeyPair(chain, read_secret(self._folder / "tls.key"))


def _pin(ca: str, folder: Path) -> str | Path:
    return ca if "-----BEGIN" in ca else folder / ca


def _watched_pin(pin: str | Path, observer: Observer) -> _Watched[Pinned]:
    if isinstance(pin, Path):
        return _Watched((pin,), lambda: _load_pinned(pin), observer)
    return _Watched((), lambda: _pinned(pin.encode(), "peer.ca"), observer)


def _load_pinned(path: Path) -> Pinned:
    return _pinned(_read(path), str(path))


def _pinned(pem: bytes, name: str) -> Pinned:
    return Pinned(pem, load_certificates(pem, name))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigFault("CERTIFICATE_MISSING", f"{path}: {error.strerror}") from None
