# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Signed notes, verifier keys and checkpoints (c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature).

Two ways to read, on purpose: `head_of` takes what is needed from a note and forgives its form, so that one fault is
named by one case; `strict` forgives nothing and is used by the case that judges the form. Pure; safe from any thread.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from conformance.breach import Breach, require

ED25519 = 0x01
COSIGNATURE = 0x04
IN_EFFECT = 0xFF
CONTEXTS = {COSIGNATURE: "cosignature/v1", IN_EFFECT: "creditexchange/in-effect/1"}
MAX_NOTE = 16384
MAX_SIZE = 1 << 63
_SIGNATURE = re.compile(r"\u2014 (?P<name>[^\s+]+) (?P<blob>[A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_VKEY = re.compile(r"(?P<name>[^\s+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/]+={0,2})", re.ASCII)


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return the 4 byte id of a key under a name: SHA-256(name || 0x0A || kind || public key)[:4].

    Kind 0xff is followed by the name of its use and a line feed, which keeps it apart from other uses of that kind.
    """
    use = f"{CONTEXTS[kind]}\n".encode() if kind == IN_EFFECT else b""
    return sha256(name.encode() + b"\n" + bytes([kind]) + use + public).digest()[:4]


@dataclass(frozen=True)
class VerifierKey:
    """A public key with the name it signs under.

    Attributes:
        name: signer's name as it stands on signature lines.
        kind: 0x01 (Ed25519), 0x04 (timestamped cosignature), or 0xff (a clock key's statement of what is in effect).
        public: 32 bytes.
    """

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Key id under this name, 4 bytes."""
        return key_id(self.name, self.kind, self.public)

    def named(self, name: str) -> "VerifierKey":
        """Return the same key under another name; its id follows from the name."""
        return VerifierKey(name, self.kind, self.public)

    def stating(self) -> "VerifierKey":
        """Return a clock key in the role in which it states what is in effect."""
        return VerifierKey(self.name, IN_EFFECT, self.public)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether an Ed25519 signature over the message is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def verifier_key(text: str) -> VerifierKey:
    """Read a verifier key `<name>+<8 hex>+<base64(kind || key)>`.

    Args:
        text: the key's text.

    Returns:
        The key.

    Raises:
        ValueError: the text is malformed, the kind unknown, or the id does not fit; the message says which.
    """
    match = _VKEY.fullmatch(text)
    if match is None:
        raise ValueError("must read <name>+<8 hex>+<base64>")
    try:
        blob = b64decode(match["key"], validate=True)
    except Base64Error as wrong:
        raise ValueError("the key is not base64") from wrong
    if len(blob) != 33 or blob[0] not in {ED25519, COSIGNATURE}:
        raise ValueError("the key must be 33 bytes of kind 0x01 or 0x04")
    key = VerifierKey(match["name"], blob[0], blob[1:])
    if key.id.hex() != match["id"]:
        raise ValueError(f"the key id should read {key.id.hex()}")
    return key


@dataclass(frozen=True)
class Head:
    """What a checkpoint says.

    Attributes:
        origin: first line.
        size: number of leaves.
        root: 32 bytes.
    """

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True)
class Signature:
    """One signature line: the signer's name, key id, and what follows it."""

    name: str
    key_id: bytes
    blob: bytes


def _cut(note: bytes) -> tuple[str, list[str]]:
    try:
        text = note.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise Breach("CHECKPOINT_MALFORMED", "UTF-8 text", "other bytes") from wrong
    at = text.rfind("\n\n")
    require(at > 0 and text.endswith("\n"), "CHECKPOINT_MALFORMED", "text, a blank line, signature lines", repr(text))
    return text[: at + 1], text[at + 2 : -1].split("\n")


def head_of(note: bytes) -> Head:
    """Read origin, size and root from a note, forgiving its form and checking no signature.

    Raises:
        Breach: CHECKPOINT_MALFORMED when even that cannot be read.
    """
    lines = _cut(note[:MAX_NOTE])[0].split("\n")
    try:
        head = Head(lines[0], int(lines[1]), b64decode(lines[2]))
    except (IndexError, ValueError) as wrong:
        raise Breach("CHECKPOINT_MALFORMED", "origin, size and root lines", repr(lines[:4])) from wrong
    require(0 <= head.size < MAX_SIZE, "CHECKPOINT_MALFORMED", "a size below 2^63", repr(lines[1]))
    return head


def strict(note: bytes) -> Head:
    """Read a checkpoint whose every byte is as the wire form says.

    Raises:
        Breach: CHECKPOINT_MALFORMED, with the rule that was broken.
    """
    code = "CHECKPOINT_MALFORMED"
    require(len(note) <= MAX_NOTE, code, f"at most {MAX_NOTE} bytes", f"{len(note)} bytes")
    text, signatures = _cut(note)
    require(all(c == "\n" or c.isprintable() for c in text), code, "no control characters", repr(text))
    lines = text.split("\n")
    require(len(lines) == 4, code, "exactly three lines: origin, size, root", f"{len(lines) - 1} lines")
    origin, size, root = lines[:3]
    require(bool(_SIZE.fullmatch(size)), code, "a decimal size without sign or leading zero", repr(size))
    raw = _exact_base64(root)
    require(raw is not None and len(raw) == 32, code, "32 bytes in canonical base64", repr(root))
    for line in signatures:
        match = _SIGNATURE.fullmatch(line)
        good = match is not None and _exact_base64(match["blob"]) is not None
        require(good, code, "lines `\u2014 <name> <base64>`", repr(line))
    return Head(origin, int(size), raw or b"")


def _exact_base64(text: str) -> bytes | None:
    try:
        raw = b64decode(text, validate=True)
    except Base64Error:
        return None
    return raw if b64encode(raw).decode() == text else None


def signatures_of(note: bytes) -> tuple[str, tuple[Signature, ...]]:
    """Return the signed text of a note and those of its signature lines that can be read."""
    text, lines = _cut(note[:MAX_NOTE])
    found = []
    for line in lines:
        match = _SIGNATURE.fullmatch(line)
        blob = _exact_base64(match["blob"]) if match else None
        if match and blob and len(blob) > 4:
            found.append(Signature(match["name"], blob[:4], blob[4:]))
    return text, tuple(found)


def timed(text: str, at: int, kind: int) -> bytes:
    """Return what a key that states times signs: its use, the time, and the text of the note."""
    return f"{CONTEXTS[kind]}\ntime {at}\n{text}".encode()


def log_signed(note: bytes, key: VerifierKey) -> bool:
    """Tell whether a note carries a signature of this key, and none under its name and id that fails."""
    text, signatures = signatures_of(note)
    own = [line.blob for line in signatures if (line.name, line.key_id) == (key.name, key.id)]
    return bool(own) and all(key.verifies(blob, text.encode()) for blob in own)


def cosigned_at(note: bytes, key: VerifierKey) -> int | None:
    """Return the newest time (seconds since 1970) this key stated on a note; None when it never did.

    A key of kind 0x04 states that it saw the head, and one of kind 0xff that what is below it is in effect.

    Raises:
        Breach: COSIGNATURE_INVALID when a line under the key's name and id does not verify.
    """
    text, signatures = signatures_of(note)
    times = []
    for line in signatures:
        if (line.name, line.key_id) != (key.name, key.id):
            continue
        at = int.from_bytes(line.blob[:8], "big")
        message = timed(text, at, key.kind)
        good = len(line.blob) == 72 and key.verifies(line.blob[8:], message)
        require(good, "COSIGNATURE_INVALID", f"a cosignature of {key.name} that verifies", "one that does not")
        times.append(at)
    return max(times, default=None)
