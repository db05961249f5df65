# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Feeds in memory: leaves with their payloads, and checkpoints signed on demand."""

import secrets
import struct
import time
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.conformance.reference import tree
from tests.conformance.reference.fault import Fault

NOBODY = 2**64 - 1
PRESENT, WITHHELD, ERASED, NONE = 1, 2, 3, 4


@dataclass
class Item:
    """One entry: 84 bytes of leaf, and what may be said beside it."""

    leaf: bytes
    salt: bytes
    payload: bytes
    state: int = PRESENT


@dataclass
class Feed:
    """An append-only list of items."""

    origin: str
    dataset: int
    open: bool = True
    items: list[Item] = field(default_factory=list)

    def add(self, kind: int, schema: int, payload: bytes, ref: int = NOBODY, state: int = PRESENT) -> None:
        """Append an entry a millisecond after the one before."""
        salt = secrets.token_bytes(32)
        bare = schema == 0
        at = time.time_ns() // 1_000_000 - 60_000 + len(self.items)
        name = self.origin.encode()
        words = b"creditexchange/payload/1\0" + len(name).to_bytes(2, "big") + name + schema.to_bytes(2, "big")
        sealed = sha256(words + salt + len(payload).to_bytes(8, "big") + payload).digest()
        leaf = struct.pack(">BBQHQ", 1, kind, at, schema, ref) + (bytes(32) if bare else sealed) + bytes(32)
        self.items.append(Item(leaf, salt, payload, NONE if bare else state))

    def leaves(self, size: int) -> tuple[bytes, ...]:
        """Return the first leaves."""
        return tuple(item.leaf for item in self.items[:size])


@dataclass(frozen=True)
class Keys:
    """The node's three keys."""

    log: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    clock: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    message: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)


def verifier(name: str, kind: int, key: Ed25519PrivateKey) -> str:
    """Return the text `<name>+<8 hex>+<base64>` of a key."""
    blob = bytes([kind]) + key.public_key().public_bytes_raw()
    mark = sha256(name.encode() + b"\n" + blob).hexdigest()[:8]
    return f"{name}+{mark}+{b64encode(blob).decode()}"


def _line(name: str, kind: int, key: Ed25519PrivateKey, signature: bytes) -> str:
    return signature_line(name, bytes.fromhex(verifier(name, kind, key).split("+")[1]), signature)


def signature_line(name: str, mark: bytes, signature: bytes) -> str:
    """Return one signature line of a note; `mark` is the key id."""
    return f"\u2014 {name} {b64encode(mark + signature).decode()}\n"


def checkpoint(feed: Feed, node: str, keys: Keys, faults: frozenset[Fault], *, forked: bool = False) -> bytes:
    """Return the signed note over a whole feed; `forked` signs another root of the same size."""
    leaves = feed.leaves(len(feed.items))
    root = sha256(b"another").digest() if forked else tree.root(leaves)
    size = f"0{len(leaves)}" if Fault.SIZE_PADDED in faults else str(len(leaves))
    extension = "extension\n" if Fault.EXTENSION_LINE in faults else ""
    text = f"{feed.origin}\n{size}\n{b64encode(root).decode()}\n{extension}"
    broken = Fault.LOG_SIGNATURE_BROKEN in faults
    broken |= Fault.LOG_UNSIGNED in faults and "/_exchange/" in feed.origin
    signature = keys.log.sign(text.encode() + (b"!" if broken else b""))
    name = node if Fault.LOG_SIGNED_AS_NODE in faults else feed.origin
    return f"{text}\n{_line(name, 1, keys.log, signature)}{_cosigned(text, node, keys, faults)}".encode()


def _cosigned(text: str, node: str, keys: Keys, faults: frozenset[Fault]) -> str:
    if Fault.CLOCK_SILENT in faults:
        return ""
    at = int(time.time()) - 7200 * (Fault.CLOCK_STOPPED in faults) + 7200 * (Fault.CLOCK_AHEAD in faults)
    said = at + 1 if Fault.CLOCK_BROKEN in faults else at
    signature = keys.clock.sign(f"cosignature/v1\ntime {said}\n{text}".encode())
    return _line(node, 4, keys.clock, at.to_bytes(8, "big") + signature)
