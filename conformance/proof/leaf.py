# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Leaves of 84 bytes and payload commitments (wire form, section 2). Pure; safe from any thread."""

import struct
from dataclasses import dataclass
from hashlib import sha256

from conformance.breach import require

NO_REF = 2**64 - 1
ADD, AMEND, ANNOTATE, END, ERASE, STATE, PAD, EPOCH = range(1, 9)
KINDS = frozenset(range(1, 9))
ACTS = frozenset({AMEND, ANNOTATE, END, ERASE})
WITH_PAYLOAD = frozenset({ADD, AMEND, ANNOTATE, END})
_FORM = struct.Struct(">BBQHQ32s32s")


@dataclass(frozen=True)
class Leaf:
    """The fields of a leaf.

    Attributes:
        version: 1.
        kind: 1 ADD to 8 EPOCH.
        time_ms: milliseconds since 1970, the origin's clock.
        schema: what the payload is; 0 when there is none.
        ref: index acted on, or `NO_REF`.
        commitment: 32 bytes.
        tag: 32 bytes, zero unless the feed's policy allows linkage.
    """

    version: int
    kind: int
    time_ms: int
    schema: int
    ref: int
    commitment: bytes
    tag: bytes


def parse(raw: bytes) -> Leaf:
    """Read a leaf's fields.

    Raises:
        Breach: LEAF_MALFORMED when it is not 84 bytes long.
    """
    require(len(raw) == _FORM.size, "LEAF_MALFORMED", "84 bytes", f"{len(raw)} bytes")
    return Leaf(*_FORM.unpack(raw))


def commitment(origin: str, schema: int, salt: bytes, payload: bytes) -> bytes:
    """Return the commitment to a payload of one feed under its salt."""
    name = origin.encode()
    start = b"creditexchange/payload/1\0" + struct.pack(">H", len(name)) + name
    return sha256(start + struct.pack(">H", schema) + salt + struct.pack(">Q", len(payload)) + payload).digest()
