# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An entry before it is sequenced: no index, no time. What intake writes and the sequencer reads."""

from dataclasses import dataclass

from federation.log.leaf import LeafKind


@dataclass(frozen=True, slots=True)
class Pending:
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
