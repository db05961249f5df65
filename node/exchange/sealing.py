# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Seals answers to the key of their question, and opens them (form: federation/rules/routing/sealed.py)."""

from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from federation.errors import FieldFault, PeerFault
from federation.log.note import Verifier
from federation.rules.exchange import ANSWER_TYPE
from federation.rules.routing.sealed import (
    REPLY_KEY_BYTES,
    SEALED_ANSWER_TYPE,
    padded,
    sealing_info,
    unpadded,
)
from node.exchange.dialogue import HEAD_BYTES, Asked, Envelope, opened, seal
from node.identity.keys import KeyRing

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_PROBE = X25519PrivateKey.from_private_bytes(bytes(range(32)))


def check_reply_key(raw: bytes) -> None:
    """Sees that answers can be sealed to a key; an empty one asks for an answer in the clear.

    Raises:
        FieldFault: QUESTION_INVALID, it is no key, or one that would seal to everybody (of low order).
    """
    if not raw:
        return
    try:
        if len(raw) != REPLY_KEY_BYTES:
            raise ValueError(len(raw))
        _PROBE.exchange(X25519PublicKey.from_public_bytes(raw))
    except ValueError:
        raise FieldFault("reply_key", "QUESTION_INVALID", "no X25519 public key of 32 bytes") from None


def sealed_answer(asked: Asked, answer: Envelope, keys: KeyRing) -> Envelope:
    """A signed answer as it leaves: sealed to the question's key, if any; `check_reply_key` let it pass."""
    raw = asked.question.reply_key
    if not raw:
        return answer
    info = sealing_info(asked.question.exchange_id, asked.sha256)
    sealed = _SUITE.encrypt(padded(answer.to_bytes()), X25519PublicKey.from_public_bytes(raw), info=info)
    return seal(SEALED_ANSWER_TYPE, sealed, keys)


class ReplyKey:
    """A key that is made for one question, and forgotten with its answer."""

    def __init__(self, private: X25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def fresh(cls) -> Self:
        """A new one."""
        return cls(X25519PrivateKey.generate())

    @property
    def public(self) -> bytes:
        """What the question names."""
        return self._private.public_key().public_bytes_raw()

    def open(self, asked: Asked, envelope: Envelope, verifier: Verifier) -> Envelope:
        """The signed answer in a sealed one; nothing in it is verified yet.

        Raises:
            PeerFault: ANSWER_NOT_SEALED; ANSWER_INVALID, it was sealed to another key, for another question, or is not
                in its form.
            CallerFault: SIGNATURE_INVALID, the responder did not sign what came.
        """
        kept = (envelope.to_bytes(),)
        if envelope.payload_type == ANSWER_TYPE:
            raise PeerFault("ANSWER_NOT_SEALED", "the answer came in the clear", kept)
        raw = opened(envelope, SEALED_ANSWER_TYPE, verifier)
        info = sealing_info(asked.question.exchange_id, asked.sha256)
        try:
            content = unpadded(_SUITE.decrypt(raw, self._private, info=info))
        except (InvalidTag, ValueError, FieldFault):
            raise PeerFault("ANSWER_INVALID", "the answer does not open with the question's key", kept) from None
        if len(content) <= HEAD_BYTES:
            raise PeerFault("ANSWER_INVALID", "no answer is sealed in it", kept)
        return Envelope.from_bytes(ANSWER_TYPE, content)
