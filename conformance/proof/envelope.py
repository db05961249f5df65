# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""DSSE envelopes: signing a question, and checking an answer. Pure; safe from any thread."""

from creditexchange.v1 import envelope_pb2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.proof.note import ED25519, VerifierKey, key_id

QUESTION = "application/vnd.creditexchange.question.v1"
ANSWER = "application/vnd.creditexchange.answer.v1"


def signed_bytes(payload_type: str, payload: bytes) -> bytes:
    """Return what a DSSE signature is over."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(key: Ed25519PrivateKey, name: str, payload: bytes) -> envelope_pb2.Envelope:
    """Return an envelope of a question's bytes, signed by a message key under its name."""
    return envelope_pb2.Envelope(
        payload_type=QUESTION,
        payload=payload,
        key_id=key_id(name, ED25519, key.public_key().public_bytes_raw()),
        signature=key.sign(signed_bytes(QUESTION, payload)),
    )


def verified(envelope: envelope_pb2.Envelope, key: VerifierKey) -> bool:
    """Tell whether an envelope carries this key's signature over exactly its type and bytes."""
    return key.verifies(envelope.signature, signed_bytes(envelope.payload_type, envelope.payload))
