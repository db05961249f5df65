# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An entry before it is sequenced: no index, no time. What intake decides on and the sequencer reads.

Tuples with names, since a bulk import makes two of them for each row of a file.
"""

import hashlib
from typing import NamedTuple

from federation.log.leaf import LeafKind


class Checked(NamedTuple):
    """A submission that may be published: what is needed to do so, without its record.

    Attributes:
        key: SHA-256 of the idempotency key.
        digest: SHA-256 of the payload.
        kind: ADD, or for an act END or ANNOTATE.
        ref: index of the entry acted on; None unless it is an act.
        subject: number of whom it is about, empty when about nobody.
        personal: whether that is a natural person.
        warnings: reason codes of what is doubtful.
    """

    key: bytes
    digest: bytes
    kind: LeafKind
    schema: int
    ref: int | None
    payload: bytes
    subject: str
    personal: bool
    warnings: tuple[str, ...]


class Pending(NamedTuple):
    """A record that waits to be sequenced.

    Attributes:
        key: SHA-256 of the idempotency key.
        digest: SHA-256 of the payload, checked again before it is signed.
        subject: number of whom it is about, empty when about nobody.
        personal: whether that is a natural person.
    """

    key: bytes
    digest: bytes
    kind: LeafKind
    schema: int
    ref: int | None
    salt: bytes
    payload: bytes
    subject: str
    personal: bool


def seal_of(pending: Pending) -> bytes:
    """SHA-256 over everything a pending row says, so that any change of it in the store is seen before it is signed.

    The payload is in it by its digest; every other part has a fixed length, or its length before it.
    """
    ref = b"" if pending.ref is None else b"%d" % pending.ref
    plain = b"%d %d %s %d %d " % (pending.kind, pending.schema, ref, pending.personal, len(pending.salt))
    return hashlib.sha256(
        b"".join((plain, pending.salt, pending.key, pending.digest, pending.subject.encode()))
    ).digest()
