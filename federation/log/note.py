# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
r"""Signed notes (c2sp.org/signed-note): Ed25519 signatures and timed cosignatures (c2sp.org/tlog-cosignature).

    <text, ends with a newline>
    <empty line>
    — <name> <base64(key id[4] || signature)>          one line per signature, at most 64

    key id = SHA-256(name || 0x0A || kind || public key)[:4]
    kind 0x01   64 bytes: Ed25519 over the text
    kind 0x04   u64 time, then 64 bytes: Ed25519 over "cosignature/v1\ntime <time>\n" + text
    kind 0xff   as 0x04, over "creditexchange/in-effect/1\ntime <time>\n" + text; its name and \n follow the 0xff in
                the key id. A mirror cosigns by 0x04 what it holds, and so what is in effect there, too

What parses prints back to the same bytes. Secret keys never come here: a `Signer` is handed in. All is pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from federation.errors import ConfigFault, FieldFault, NoteFault
from federation.log.strict import canonical_base64, to_base64

MAX_NOTE_BYTES = 16 * 1024
MAX_SIGNATURE_LINES = 64
ED25519 = 0x01
COSIGNATURE = 0x04
IN_EFFECT = 0xFF
_CONTEXTS = {COSIGNATURE: "cosignature/v1", IN_EFFECT: "creditexchange/in-effect/1"}
"""What a timed signature begins with, so that none can be taken for one of another kind."""

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")  # and what UTF-8 cannot write
_DASH = "\u2014 "
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8


class Signer(Protocol):
    """Holds one Ed25519 secret key; the node owns the implementations."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of a message (RFC 8032). Callable from any thread."""
        ...


def _is_name(name: str) -> bool:
    """Tell whether this can be a key name: not empty, no spaces of any script, no plus, no control characters."""
    return bool(name) and "+" not in name and not any(sign.isspace() for sign in name) and not _CONTROL.search(name)


@dataclass(frozen=True)
class Verifier:
    """One public key in one role.

    Attributes:
        name: key name; for a log key the origin, for clock and mirror keys `<federation>/<node id>`.
        kind: `ED25519` (0x01), `COSIGNATURE` (0x04), or `IN_EFFECT` (0xff), which is made of a cosigner's key alone.
        public_key: 32 bytes.

    Raises:
        FieldFault: VERIFIER_MALFORMED.
    """

    name: str
    kind: int
    public_key: bytes

    def __post_init__(self) -> None:
        """Check each attribute."""
        if not _is_name(self.name):
            raise FieldFault("name", "VERIFIER_MALFORMED", "empty, or with a space, a plus or a control character")
        if self.kind not in (ED25519, *_CONTEXTS) or len(self.public_key) != 32:
            raise FieldFault("public_key", "VERIFIER_MALFORMED", "not an Ed25519 key of type 0x01 or 0x04")

    @cached_property
    def key_id(self) -> bytes:
        """The four bytes that, with the name, point to this key on a signature line."""
        return sha256(self.name.encode() + b"\n" + self._type + self.public_key).digest()[:4]

    @property
    def _type(self) -> bytes:
        """The signature type: one byte, and after 0xff the name that keeps it apart from other such types."""
        own = f"{_CONTEXTS[IN_EFFECT]}\n".encode() if self.kind == IN_EFFECT else b""
        return bytes([self.kind]) + own

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.public_key)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a verifier key text, `<name>+<8 hex id>+<base64(kind || key)>`, exactly as `text` writes it.

        Raises:
            FieldFault: VERIFIER_MALFORMED.
        """
        name, _, rest = text.partition("+")
        key = canonical_base64(rest.partition("+")[2])
        if not key:
            raise FieldFault("verifier", "VERIFIER_MALFORMED", "not of the form <name>+<id>+<base64 key>")
        verifier = cls(name, key[0], key[1:])
        if verifier.text() != text:
            raise FieldFault("verifier", "VERIFIER_MALFORMED", f"the key id is not {verifier.key_id.hex()}")
        return verifier

    def text(self) -> str:
        """Return the verifier key text."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(self._type + self.public_key)}"

    def renamed(self, name: str) -> Self:
        """Return the same key under another name, hence with another key id: one log key serves many origins."""
        return replace(self, name=name)

    def in_effect(self) -> Self:
        """Return the key in the role in which a cosigner states that a text is in effect."""
        return replace(self, kind=IN_EFFECT)

    def accepts(self, text: str, signature: bytes) -> bool:
        """Tell whether the bytes after the key id are this key's signature over a note text."""
        time_s = self.time_of(signature)
        if len(signature) != (_SIGNATURE_BYTES if time_s is None else _TIME_BYTES + _SIGNATURE_BYTES):
            return False
        if time_s is not None and time_s >= 2**63:  # the limit of c2sp.org/tlog-cosignature
            return False
        message = text.encode() if time_s is None else _timed(text, time_s, self.kind)
        try:
            self._key.verify(signature[-_SIGNATURE_BYTES:], message)
        except InvalidSignature:
            return False
        return True

    def time_of(self, signature: bytes) -> int | None:
        """Return the time in a cosignature, seconds since 1970 UTC; None for a key that states no time."""
        return int.from_bytes(signature[:_TIME_BYTES], "big") if self.kind in _CONTEXTS else None


def _timed(text: str, time_s: int, kind: int) -> bytes:
    return f"{_CONTEXTS[kind]}\ntime {time_s}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature line, not verified.

    Attributes:
        name: key name.
        key_id: four bytes.
        signature: what follows the key id, at least one byte.
    """

    name: str
    key_id: bytes
    signature: bytes

    @classmethod
    def parse(cls, line: str) -> Self | None:
        """Read a line without its newline; None when it is malformed."""
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        raw = canonical_base64(encoded)
        if not line.startswith(_DASH) or not _is_name(name) or raw is None or len(raw) < 5:
            return None
        return cls(name, raw[:4], raw[4:])

    def text(self) -> str:
        """Return the line with its newline."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signature lines, not verified: trust nothing in it before `verify_note`.

    Attributes:
        text: what is signed, with its final newline.
        signatures: 1 to 64 lines, in their order.
    """

    text: str
    signatures: tuple[SignatureLine, ...]

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read a note; `Note.parse(raw).encode() == raw`.

        Raises:
            NoteFault: NOTE_SIZE (over 16 KiB or 64 signature lines), NOTE_MALFORMED. Evidence: `raw`.
        """
        if len(raw) > MAX_NOTE_BYTES:
            raise NoteFault("NOTE_SIZE", f"{len(raw)} bytes", (raw,))
        try:
            whole = raw.decode()
        except UnicodeDecodeError:
            raise NoteFault("NOTE_MALFORMED", "not UTF-8", (raw,)) from None
        # the last empty line separates: a text may itself contain empty lines
        gap = whole.rfind("\n\n")
        if gap < 0 or not whole.endswith("\n") or _CONTROL.search(whole):
            raise NoteFault("NOTE_MALFORMED", "no signature lines after an empty line, or control characters", (raw,))
        lines = whole[gap + 2 : -1].split("\n")
        if len(lines) > MAX_SIGNATURE_LINES:
            raise NoteFault("NOTE_SIZE", f"{len(lines)} signature lines", (raw,))
        signatures = [line for line in map(SignatureLine.parse, lines) if line is not None]
        if len(signatures) != len(lines):
            raise NoteFault("NOTE_MALFORMED", "a signature line is malformed", (raw,))
        return cls(whole[: gap + 1], tuple(signatures))

    def encode(self) -> bytes:
        """Return the note's bytes.

        Raises:
            NoteFault: NOTE_SIZE, NOTE_MALFORMED: what was put together would not be read back as the same note.
        """
        raw = (self.text + "\n" + "".join(line.text() for line in self.signatures)).encode()
        if Note.parse(raw) != self:
            raise NoteFault("NOTE_MALFORMED", "the note would be read back as another one", (raw,))
        return raw


def sign_note(text: str, name: str, signer: Signer, public_key: bytes) -> SignatureLine:
    """Sign a note text with an Ed25519 key (type 0x01).

    Args:
        text: what to sign; ends with a newline.
        name: key name.
        signer: holds the secret key.
        public_key: the key's 32 public bytes.

    Raises:
        FieldFault: VERIFIER_MALFORMED, name or key cannot be used.
        ConfigFault: SIGNER_MISMATCH, what the signer returned does not verify under the public key.
    """
    return _checked(Verifier(name, ED25519, public_key), text, signer.sign(text.encode()))


def cosign_note(
    text: str, name: str, signer: Signer, public_key: bytes, time_s: int, kind: int = COSIGNATURE
) -> SignatureLine:
    """Cosign a checkpoint text with a time (type 0x04, or 0xff).

    Args:
        text: checkpoint text.
        name: key name.
        signer: holds the secret key.
        public_key: the key's 32 public bytes.
        time_s: time stated, seconds since 1970 UTC, 0 to 2**63 - 1.
        kind: `COSIGNATURE`, or `IN_EFFECT`.

    Raises:
        FieldFault: VERIFIER_MALFORMED; COSIGNATURE_TIME, the time is out of bounds.
        ConfigFault: SIGNER_MISMATCH, what the signer returned does not verify under the public key.
    """
    if not 0 <= time_s < 2**63:
        raise FieldFault("time_s", "COSIGNATURE_TIME", "out of range")
    signature = time_s.to_bytes(_TIME_BYTES, "big") + signer.sign(_timed(text, time_s, kind))
    return _checked(Verifier(name, kind, public_key), text, signature)


def _checked(verifier: Verifier, text: str, signature: bytes) -> SignatureLine:
    """Return the line, but verify first: a signature that fails makes peers reject the whole note."""
    if not verifier.accepts(text, signature):
        raise ConfigFault("SIGNER_MISMATCH", f"the signer for {verifier.name} does not hold the key configured")
    return SignatureLine(verifier.name, verifier.key_id, signature)


@dataclass(frozen=True, slots=True)
class Verified:
    """Which known keys signed a note.

    Attributes:
        signers: keys of type 0x01 whose signature is on the note.
        cosigners: keys of type 0x04 and 0xff with the newest time each has stated on the note.
    """

    signers: tuple[Verifier, ...]
    cosigners: tuple[tuple[Verifier, int], ...]

    def signed(self, verifier: Verifier) -> bool:
        """Tell whether this key signed the text."""
        return verifier in self.signers

    def cosigned_at_s(self, verifier: Verifier) -> int | None:
        """Return the newest time this key stated, seconds since 1970 UTC; None when it did not cosign."""
        return dict(self.cosigners).get(verifier)


def verify_note(note: Note, verifiers: Sequence[Verifier]) -> Verified:
    """Verify every signature of a known key; lines of unknown keys are ignored.

    Args:
        note: the note.
        verifiers: the known keys.

    Raises:
        NoteFault: NOTE_SIGNATURE_INVALID, a line with a known name and key id does not verify (it rejects the whole
            note); NOTE_UNSIGNED, no known key signed. Evidence: the note.
    """
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    newest: dict[Verifier, int] = {}
    for line in note.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            continue
        if not verifier.accepts(note.text, line.signature):
            raise NoteFault("NOTE_SIGNATURE_INVALID", f"signature of {line.name} fails", (note.encode(),))
        newest[verifier] = max(verifier.time_of(line.signature) or 0, newest.get(verifier, 0))
    if not newest:
        raise NoteFault("NOTE_UNSIGNED", "no signature of a known key", (note.encode(),))
    signers = tuple(verifier for verifier in newest if verifier.kind == ED25519)
    times = tuple((verifier, time) for verifier, time in newest.items() if verifier.kind in _CONTEXTS)
    return Verified(signers, times)
