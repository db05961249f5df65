# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The leaf: 84 fixed bytes that the tree commits to, and the salted commitment to a payload inside it.

    u8 version = 1 | u8 kind | u64 time_ms | u16 schema | u64 ref | 32 bytes commitment | 32 bytes tag      big endian

The commitment hides the payload as long as the salt is secret; when salt and payload are destroyed, the leaf says
nothing more and the log still verifies. Wire form: section 2 of the wire and log format.
"""

import struct
from collections.abc import Sequence
from enum import IntEnum
from hashlib import sha256
from typing import NamedTuple, Self

from federation.errors import FieldFault

LEAF_VERSION = 1
LEAF_BYTES = 84
NO_REF = 2**64 - 1
SALT_BYTES = 32
MAX_PAYLOAD_BYTES = 65536
NO_COMMITMENT = bytes(32)
"""Commitment of a leaf of a kind that has nothing to commit to."""

_FORM = struct.Struct(">BBQHQ32s32s")
_LENGTH = struct.Struct(">Q")
_DOMAIN = b"creditexchange/payload/1\x00"


class LeafKind(IntEnum):
    """What an entry does."""

    ADD = 1  # a new record
    AMEND = 2  # a whole new record replaces `ref`
    ANNOTATE = 3  # something to know about `ref`, for instance an objection under way
    END = 4  # `ref` stops counting
    ERASE = 5  # payload and salt of `ref` were destroyed
    STATE = 6  # the commitment is the root of the current-state map
    PAD = 7  # nothing
    EPOCH = 8  # the commitment is the hash of the final checkpoint; the feed continues under the next epoch


KINDS_WITH_PAYLOAD = frozenset({LeafKind.ADD, LeafKind.AMEND, LeafKind.ANNOTATE, LeafKind.END})
KINDS_WITH_REF = frozenset({LeafKind.AMEND, LeafKind.ANNOTATE, LeafKind.END, LeafKind.ERASE})

_KINDS = {int(kind): kind for kind in LeafKind}


class _Fields(NamedTuple):
    kind: LeafKind
    time_ms: int
    schema: int
    ref: int | None
    commitment: bytes
    tag: bytes = bytes(32)


class Leaf(_Fields):
    """One leaf. A tuple, since millions are read: a third of the price of a dataclass.

    Attributes:
        kind: what the entry does.
        time_ms: when it was sequenced, milliseconds since 1970 UTC, 0 to 2**63 - 1; never falls within a feed.
        schema: number of the payload's schema, 0 to 65535.
        ref: index of the entry acted on; None when there is none. Whether it suits the kind is the follower's question.
        commitment: 32 bytes, see `commitment`.
        tag: 32 bytes, zero unless the feed's policy allows linkage.

    Raises:
        FieldFault: LEAF_FIELD, a value does not fit its place in the wire form.
    """

    __slots__ = ()

    def __new__(
        cls, kind: LeafKind, time_ms: int, schema: int, ref: int | None, commitment: bytes, tag: bytes = bytes(32)
    ) -> Self:
        """Check that each value fits its place."""
        if not 0 <= time_ms < 2**63:
            raise FieldFault("time_ms", "LEAF_FIELD", "out of range")
        if not 0 <= schema < 2**16:
            raise FieldFault("schema", "LEAF_FIELD", "out of range")
        if ref is not None and not 0 <= ref < NO_REF:
            raise FieldFault("ref", "LEAF_FIELD", "out of range")
        if not len(commitment) == len(tag) == 32:
            raise FieldFault("commitment", "LEAF_FIELD", "commitment and tag are 32 bytes each")
        return super().__new__(cls, kind, time_ms, schema, ref, commitment, tag)

    def encode(self) -> bytes:
        """Return the 84 bytes of wire form."""
        ref = NO_REF if self.ref is None else self.ref
        return _FORM.pack(LEAF_VERSION, self.kind, self.time_ms, self.schema, ref, self.commitment, self.tag)

    @classmethod
    def decode(cls, raw: bytes) -> Self:
        """Read a leaf; `Leaf.decode(raw).encode() == raw`.

        Raises:
            FieldFault: LEAF_LENGTH (not 84 bytes), LEAF_VERSION or LEAF_KIND (a number this version does not know),
                LEAF_FIELD (a time beyond 2**63 - 1).
        """
        if len(raw) != LEAF_BYTES:
            raise FieldFault("leaf", "LEAF_LENGTH", f"{len(raw)} bytes instead of {LEAF_BYTES}")
        version, number, time_ms, schema, ref, committed, tag = _FORM.unpack(raw)
        if version != LEAF_VERSION:
            raise FieldFault("version", "LEAF_VERSION", f"version {version} is not known")
        kind = _KINDS.get(number)
        if kind is None:
            raise FieldFault("kind", "LEAF_KIND", f"kind {number} is not known")
        if time_ms >= 2**63:
            raise FieldFault("time_ms", "LEAF_FIELD", "out of range")
        # the other fields cannot be out of range: their places in the form are as wide as they are
        return cls._make((kind, time_ms, schema, None if ref == NO_REF else ref, committed, tag))

    @classmethod
    def decode_all(cls, raws: Sequence[bytes]) -> list[Self] | None:
        """Read many leaves, at half the price of `decode`; None when that would refuse any of them."""
        taken = leaf_fields(raws)
        if taken is None:
            return None
        kinds, made = _KINDS, tuple.__new__
        return [
            made(cls, (kinds[kind], time_ms, schema, None if ref == NO_REF else ref, committed, tag))
            for _, kind, time_ms, schema, ref, committed, tag in taken
        ]


LeafFields = tuple[int, int, int, int, int, bytes, bytes]
"""A leaf's numbers and bytes as they stand in the wire form: version, kind, time, schema, ref, commitment, tag."""


def leaf_fields(raws: Sequence[bytes]) -> list[LeafFields] | None:
    """Take many leaves apart, at a third of the price of `Leaf.decode`; None when that would refuse any of them."""
    if not set(map(len, raws)) <= {LEAF_BYTES}:
        return None
    fields: list[LeafFields] = list(map(_FORM.unpack, raws))
    if not {field[0] for field in fields} <= {LEAF_VERSION} or not {field[1] for field in fields} <= _KINDS.keys():
        return None
    return None if max((field[2] for field in fields), default=0) >= 2**63 else fields


class Committer:
    """Computes commitments of one feed in bulk: what is the same for all records is put together once per schema.

    Keeps the first bytes of each schema it was asked for (about 100 bytes; at most 65536 of them). Not for use from
    several threads at once.
    """

    def __init__(self, origin: str) -> None:
        name = origin.encode()
        if len(name) >= 2**16:
            raise FieldFault("origin", "COMMITMENT_INPUT", "longer than 65535 bytes")
        self._origin = _DOMAIN + len(name).to_bytes(2, "big") + name
        self._heads: dict[int, bytes] = {}

    def commitment(self, schema: int, salt: bytes, payload: bytes) -> bytes:
        """Return the commitment to one payload. Arguments are trusted to be in bounds: see `commitment`."""
        head = self._heads.get(schema)
        if head is None:
            head = self._heads[schema] = self._origin + schema.to_bytes(2, "big")
        # one call over joined bytes: copying a begun hash costs more than hashing those bytes again
        return sha256(head + salt + _LENGTH.pack(len(payload)) + payload).digest()


def commitment(origin: str, schema: int, salt: bytes, payload: bytes) -> bytes:
    r"""Return SHA-256("creditexchange/payload/1\0" || u16 len, origin || u16 schema || salt || u64 len || payload).

    Args:
        origin: origin of the feed; a payload moved to another feed has another commitment.
        schema: number of the payload's schema, 0 to 65535.
        salt: 32 random bytes, never shared between records.
        payload: the record bytes as published, at most 65536.

    Raises:
        FieldFault: COMMITMENT_INPUT, an argument is out of bounds.
    """
    if len(salt) != SALT_BYTES or len(payload) > MAX_PAYLOAD_BYTES or not 0 <= schema < 2**16:
        raise FieldFault("payload", "COMMITMENT_INPUT", "salt, payload or schema is out of bounds")
    return Committer(origin).commitment(schema, salt, payload)
