# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""DSSE envelopes: signing a question or a letter, and checking an answer or a letter. Pure; safe from any thread."""

from hashlib import sha256

from creditexchange.v1 import envelope_pb2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.proof.note import ED25519, VerifierKey, key_id

QUESTION = "application/vnd.creditexchange.question.v1"
ANSWER = "application/vnd.creditexchange.answer.v1"
CASE = "application/vnd.creditexchange.case.v1"
STATUS = "application/vnd.creditexchange.case-status.v1"
WITHDRAWAL = "application/vnd.creditexchange.case-withdrawal.v1"
RECEIPT = "application/vnd.creditexchange.case-receipt.v1"


def signed_bytes(payload_type: str, payload: bytes) -> bytes:
    """Return what a DSSE signature is over."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(key: Ed25519PrivateKey, name: str, payload: bytes, payload_type: str = QUESTION) -> envelope_pb2.Envelope:
    """Return an envelope of some bytes, a question's unless said otherwise, signed by a message key under its name."""
    return envelope_pb2.Envelope(
        payload_type=payload_type,
        payload=payload,
        key_id=key_id(name, ED25519, key.public_key().public_bytes_raw()),
        signature=key.sign(signed_bytes(payload_type, payload)),
    )


def verified(envelope: envelope_pb2.Envelope, key: VerifierKey) -> bool:
    """Tell whether an envelope carries this key's signature over exactly its type and bytes."""
    return key.verifies(envelope.signature, signed_bytes(envelope.payload_type, envelope.payload))


def letter_sha256(letter: envelope_pb2.Envelope) -> bytes:
    """Return what a receipt names a letter by: SHA-256 over the bytes that its signature covers."""
    return sha256(signed_bytes(letter.payload_type, letter.payload)).digest()
