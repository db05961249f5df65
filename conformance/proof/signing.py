# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes what `note` reads: checkpoints with a log signature, and timed signatures of a clock key. Pure."""

from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from conformance.proof.note import ED25519, key_id, timed


def checkpoint(origin: str, size: int, root: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the signed note of a feed's size and root; the log key signs under the feed's origin."""
    text = f"{origin}\n{size}\n{b64encode(root).decode()}\n"
    return f"{text}\n{_line(origin, ED25519, key.public_key(), key.sign(text.encode()))}".encode()


def stated(
    note: bytes, name: str, key: Ed25519PrivateKey, kind: int, at: int, claimed: Ed25519PublicKey | None = None
) -> bytes:
    """Return a note with one more line: what a clock key states of it, at a time in seconds since 1970.

    The line bears the id of the key that signs, or, for a forgery, that of the key `claimed`.
    """
    text = note.decode()
    text = text[: text.rindex("\n\n") + 1]
    signature = at.to_bytes(8, "big") + key.sign(timed(text, at, kind))
    return note + _line(name, kind, claimed or key.public_key(), signature).encode()


def _line(name: str, kind: int, key: Ed25519PublicKey, signature: bytes) -> str:
    mark = key_id(name, kind, key.public_bytes_raw())
    return f"\u2014 {name} {b64encode(mark + signature).decode()}\n"
