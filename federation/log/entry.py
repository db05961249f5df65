# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Entries: leaves with what is known of their payloads, as received and as verified, and the rules between.

An entry that is in the log but breaks a rule is not the end of its feed: it is quarantined. Its bytes are kept, its
fault is named, it has no effect, and the good entries after it count. What only a peer's lie can explain (entries that
do not lead to the signed root) is not judged here but in feed.py. The rules, in their order:

    LEAF_LENGTH, LEAF_VERSION, LEAF_KIND, LEAF_FIELD    the leaf can be read
    LEAF_TIME                     its time is not before that of an earlier readable leaf
    LEAF_REF                      `ref` is present exactly for AMEND, ANNOTATE, END and ERASE, and less than the index
    PAYLOAD_STATE                 NONE exactly for kinds without payload; salt and payload exactly when PRESENT
    PAYLOAD_SALT, PAYLOAD_SIZE    the salt is 32 bytes, the payload at most 65536
    PAYLOAD_COMMITMENT            salt and payload hash to the commitment

Whether `ref` names an entry that may be acted on so needs the feed's past, and is not judged here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from federation.errors import FieldFault
from federation.log.leaf import (
    KINDS_WITH_PAYLOAD,
    KINDS_WITH_REF,
    MAX_PAYLOAD_BYTES,
    SALT_BYTES,
    Committer,
    Leaf,
)


class PayloadState(StrEnum):
    """What can be said of the payload of an entry. "Payload missing" is never "record absent"."""

    PRESENT = "present"  # salt and payload are here
    WITHHELD = "withheld"  # the reader may not have it
    ERASED = "erased"  # salt and payload were destroyed by order
    NONE = "none"  # the kind of leaf has no payload
    LOST = "lost"  # whoever served it ought to have it and has not; ask the origin
    QUARANTINED = "quarantined"  # only ever set here: the entry has a fault


@dataclass(slots=True)
class RawEntry:
    """An entry as received, nothing checked. A value like any other: not frozen only since millions are made.

    Attributes:
        leaf: the leaf's bytes.
        state: what the server says of the payload.
        salt: 32 bytes when present, else empty.
        payload: the record bytes when present, else empty.
    """

    leaf: bytes
    state: PayloadState
    salt: bytes
    payload: bytes


@dataclass(slots=True)
class VerifiedEntry:
    """An entry that the signed root commits to. A value like any other: not frozen only since millions are made.

    Attributes:
        index: position in the feed.
        leaf: the leaf; None when it cannot be read.
        raw_leaf: the leaf's bytes, as the tree commits to them.
        state: `QUARANTINED` exactly when there is a fault, else as received.
        salt: as received.
        payload: as received; matches the commitment when the state is PRESENT.
        fault: reason code why the entry has no effect; None for a good one.
    """

    index: int
    leaf: Leaf | None
    raw_leaf: bytes
    state: PayloadState
    salt: bytes
    payload: bytes
    fault: str | None


def check_entries(
    origin: str, first_index: int, last_time_ms: int, entries: Sequence[RawEntry]
) -> tuple[tuple[VerifiedEntry, ...], int]:
    """Judge consecutive entries by the rules above; the first one broken is an entry's fault.

    Args:
        origin: origin of the feed.
        first_index: index of the first entry.
        last_time_ms: newest time of the readable leaves before.
        entries: the entries, in order.

    Returns:
        The verified entries, and the newest time after them.
    """
    committer = Committer(origin)
    plain = _plain(committer, first_index, last_time_ms, entries)
    if plain is not None:
        return plain, plain[-1].leaf.time_ms if plain and plain[-1].leaf else last_time_ms
    verified = []
    for index, raw in enumerate(entries, first_index):
        leaf, fault = _read(raw.leaf)
        if leaf is not None:
            fault = _leaf_fault(leaf, index, last_time_ms) or _payload_fault(committer, leaf, raw)
            last_time_ms = max(last_time_ms, leaf.time_ms)
        state = raw.state if fault is None else PayloadState.QUARANTINED
        verified.append(VerifiedEntry(index, leaf, raw.leaf, state, raw.salt, raw.payload, fault))
    return tuple(verified), last_time_ms


def _plain(
    committer: Committer, first_index: int, last_time_ms: int, entries: Sequence[RawEntry]
) -> tuple[VerifiedEntry, ...] | None:
    """Return consecutive entries that all have their payload and break no rule, at half the price; None for others."""
    leaves = Leaf.decode_all([raw.leaf for raw in entries])
    if leaves is None or {raw.state for raw in entries} != {PayloadState.PRESENT}:
        return None
    times = [leaf.time_ms for leaf in leaves]
    if times != sorted(times) or times[0] < last_time_ms:
        return None
    if any(_leaf_fault(leaf, index, 0) for index, leaf in enumerate(leaves, first_index)):
        return None
    sound = {leaf.kind for leaf in leaves} <= KINDS_WITH_PAYLOAD and {len(raw.salt) for raw in entries} == {SALT_BYTES}
    if not sound or max(len(raw.payload) for raw in entries) > MAX_PAYLOAD_BYTES:
        return None
    commit = committer.commitment
    committed = [commit(leaf.schema, raw.salt, raw.payload) for leaf, raw in zip(leaves, entries, strict=True)]
    if committed != [leaf.commitment for leaf in leaves]:
        return None
    return tuple(
        VerifiedEntry(index, leaf, raw.leaf, raw.state, raw.salt, raw.payload, None)
        for index, (leaf, raw) in enumerate(zip(leaves, entries, strict=True), first_index)
    )


def _read(raw: bytes) -> tuple[Leaf | None, str | None]:
    """Return the leaf, or why it cannot be read: a number from a later version must not end the feed."""
    try:
        return Leaf.decode(raw), None
    except FieldFault as fault:
        return None, fault.reason


def _leaf_fault(leaf: Leaf, index: int, last_time_ms: int) -> str | None:
    """Return the fault of a readable leaf in its place, None for none."""
    if leaf.time_ms < last_time_ms:
        return "LEAF_TIME"
    if leaf.ref is None:
        return "LEAF_REF" if leaf.kind in KINDS_WITH_REF else None
    return None if leaf.kind in KINDS_WITH_REF and leaf.ref < index else "LEAF_REF"


def _payload_fault(committer: Committer, leaf: Leaf, raw: RawEntry) -> str | None:
    """Return the fault of what came as payload, None for none."""
    if raw.state is not PayloadState.PRESENT:
        return _absence_fault(leaf, raw)
    if leaf.kind not in KINDS_WITH_PAYLOAD:
        return "PAYLOAD_STATE"
    if len(raw.salt) != SALT_BYTES:
        return "PAYLOAD_SALT"
    if len(raw.payload) > MAX_PAYLOAD_BYTES:
        return "PAYLOAD_SIZE"
    matches = committer.commitment(leaf.schema, raw.salt, raw.payload) == leaf.commitment
    return None if matches else "PAYLOAD_COMMITMENT"


def _absence_fault(leaf: Leaf, raw: RawEntry) -> str | None:
    """Return the fault of an entry that came without payload, None for none."""
    if raw.salt or raw.payload or raw.state is PayloadState.QUARANTINED:
        return "PAYLOAD_STATE"
    fits = (raw.state is PayloadState.NONE) != (leaf.kind in KINDS_WITH_PAYLOAD)
    return None if fits else "PAYLOAD_STATE"
