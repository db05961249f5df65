# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The node's keys: log, clock, message and TLS, each a PKCS#8 PEM file readable by its owner only.

A `Signer` hides where a key lives, so that an HSM can take the place of a file. Keys are created by one explicit
command and never overwritten.
"""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from federation.errors import ConfigFault
from federation.log.note import COSIGNATURE, ED25519, Verifier

KEY_NAMES = ("log", "clock", "message")


@dataclass(frozen=True, slots=True)
class FileSigner:
    """Signs with an Ed25519 key held in memory. Safe from any thread."""

    private_key: Ed25519PrivateKey

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature over the exact message."""
        return self.private_key.sign(message)

    @property
    def public_key(self) -> bytes:
        """The 32 raw bytes of the public key."""
        return self.private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def write_secret(path: Path, content: bytes) -> None:
    """Writes a new file that only its owner can read (0600), durably; an existing file is never touched.

    Raises:
        ConfigFault: KEY_EXISTS when the file is there.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigFault("KEY_EXISTS", f"{path.name} is there already and is not overwritten") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def create_signer(path: Path) -> FileSigner:
    """Makes a new Ed25519 key and keeps it in `path` (0600).

    Raises:
        ConfigFault: KEY_EXISTS.
    """
    key = Ed25519PrivateKey.generate()
    write_secret(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return FileSigner(key)


def read_secret(path: Path) -> bytes:
    """Reads a file that must belong to this user and be closed to all others.

    Raises:
        ConfigFault: KEY_MISSING, KEY_TOO_OPEN (says the command that mends it) or KEY_FOREIGN.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        raise ConfigFault("KEY_MISSING", f"{path} is not there; `xinqiao init` makes it") from None
    if status.st_uid != os.geteuid():
        raise ConfigFault("KEY_FOREIGN", f"{path} belongs to another user")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise ConfigFault("KEY_TOO_OPEN", f"others can read {path}; mend: chmod 600 {path}")
    return path.read_bytes()


def load_or_make_secret(path: Path, size: int) -> bytes:
    """A secret of so many random bytes, made where it is not there yet (0600).

    Raises:
        ConfigFault: as `read_secret`; KEY_MALFORMED, it is of another size.
    """
    if not path.exists():
        with suppress(ConfigFault):  # another process of this node has just made it
            write_secret(path, os.urandom(size))
    content = read_secret(path)
    if len(content) != size:
        raise ConfigFault("KEY_MALFORMED", f"{path} is not {size} bytes long")
    return content


def load_signer(path: Path) -> FileSigner:
    """Loads an Ed25519 key.

    Raises:
        ConfigFault: as `read_secret`, or KEY_MALFORMED.
    """
    content = read_secret(path)
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        raise ConfigFault("KEY_MALFORMED", f"{path} is not an unencrypted PKCS#8 PEM key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigFault("KEY_MALFORMED", f"{path} is not an Ed25519 key")
    return FileSigner(key)


@dataclass(frozen=True)
class KeyRing:
    """The three signing keys of a node, and the names they sign under."""

    federation: str
    node_id: str
    log: FileSigner
    clock: FileSigner
    message: FileSigner

    @classmethod
    def load(cls, directory: Path, federation: str, node_id: str) -> Self:
        """Loads `log.pem`, `clock.pem` and `message.pem`.

        Raises:
            ConfigFault: a key is missing, malformed or open to others.
        """
        return cls(federation, node_id, *(load_signer(directory / f"{name}.pem") for name in KEY_NAMES))

    @property
    def name(self) -> str:
        """`<federation>/<node id>`, the name of the clock and message keys."""
        return f"{self.federation}/{self.node_id}"

    def log_verifier(self, origin: str) -> Verifier:
        """The verifier of one own feed; its name is the origin."""
        return Verifier(origin, ED25519, self.log.public_key)

    @property
    def clock_verifier(self) -> Verifier:
        """The verifier of the clock key."""
        return Verifier(self.name, COSIGNATURE, self.clock.public_key)

    @cached_property
    def message_verifier(self) -> Verifier:
        """The verifier of the message key; made once, since every question and answer states its key id."""
        return Verifier(self.name, ED25519, self.message.public_key)
