# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An answer sealed to its requester (wire form, section 7): a hub carries it and reads nothing of it.

HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, to the question's
`reply_key`. `info` is the domain, exchange id and SHA-256 of the question's signed payload, each of the two after its
length in bytes as an unsigned 32-bit integer, big endian: what is sealed for one question opens for no other. `aad` is
empty. The sealed bytes are the KEM's output of 32 bytes, then the ciphertext. What is sealed:

    u32 length | key id (4) | signature (64) | signed payload of the answer | zeros up to the size class

The length is that of the three parts after it. Size classes are 4 KiB, doubled up to 512 KiB, and from there the
multiples of 512 KiB, so that the size tells little of how much is held. The envelope around the sealed bytes is signed
by the responder like any other: whoever seals nonsense has signed it.
"""

from federation.errors import FieldFault

SEALED_ANSWER_TYPE = "application/vnd.creditexchange.sealed-answer.v1"
REPLY_KEY_BYTES = 32
_DOMAIN = b"creditexchange/sealed-answer/1\x00"
_SMALLEST = 4 * 1024
_STEP = 512 * 1024
_LENGTH_BYTES = 4


def sealing_info(exchange_id: str, question_sha256: bytes) -> bytes:
    """What binds a sealed answer to its question."""
    parts = (exchange_id.encode(), question_sha256)
    return _DOMAIN + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def size_class(length: int) -> int:
    """The size that so many bytes are padded to, at least 4 KiB."""
    if length > _STEP:
        return -(-length // _STEP) * _STEP
    size = _SMALLEST
    while size < length:
        size *= 2
    return size


def padded(content: bytes) -> bytes:
    """The content with its length before it, and zeros after it."""
    framed = len(content).to_bytes(_LENGTH_BYTES, "big") + content
    return framed.ljust(size_class(len(framed)), b"\x00")


def unpadded(raw: bytes) -> bytes:
    """The content of padded bytes; `padded(unpadded(raw)) == raw`.

    Raises:
        FieldFault: PADDING_WRONG.
    """
    length = int.from_bytes(raw[:_LENGTH_BYTES], "big")
    content = raw[_LENGTH_BYTES : _LENGTH_BYTES + length]
    if padded(content) != raw:
        raise FieldFault("payload", "PADDING_WRONG")
    return content
