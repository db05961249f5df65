# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Own entries as they come back: what of each is kept, under which key, and which waiting row it was."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from federation.errors import FieldFault
from federation.log.entry import PayloadState, VerifiedEntry
from federation.log.leaf import KINDS_WITH_PAYLOAD, Committer, Leaf, LeafKind
from federation.records.act import Annotation, Ending
from federation.records.codec import decode
from node.entry.pending import Pending
from node.follow.taking import followed_row
from node.intake import key_of
from node.log import Waiting
from node.refill.store import Restored

_ABSENT = frozenset({PayloadState.WITHHELD, PayloadState.ERASED, PayloadState.LOST})


def by_commitment(origin: str, waiting: Sequence[Waiting]) -> Mapping[bytes, Pending]:
    """Waiting rows by what their entry commits to: salted, and so the very row that was published, or none."""
    committer = Committer(origin)
    return {
        committer.commitment(item.pending.schema, item.pending.salt, item.pending.payload): item.pending
        for item in waiting
    }


def restored(entry: VerifiedEntry, pending: Pending | None) -> Restored:
    """The own row of a verified entry; the waiting row that it is lends its payload and key.

    An own payload that a mirror withholds, has lost, or gives wrongly is LOST here: another mirror may have it. So is
    one that it calls erased, until the ERASE that names it has come back: a mirror's word erases nothing.
    """
    if pending is not None and entry.leaf is not None:
        found = replace(entry, state=PayloadState.PRESENT, salt=pending.salt, payload=pending.payload, fault=None)
        return Restored(followed_row(found), pending.key, pending.digest)
    if entry.state in _ABSENT or is_wrong(entry):
        return Restored(followed_row(_lost(entry)), None, b"")
    row = followed_row(entry)
    if entry.state is not PayloadState.PRESENT or entry.leaf is None:
        return Restored(row, None, b"")
    return Restored(row, _key(entry.leaf, entry.payload), hashlib.sha256(entry.payload).digest())


def is_wrong(entry: VerifiedEntry) -> bool:
    """Whether the leaf is sound, and what came as its payload is not: the mirror's fault, never the entry's."""
    return entry.fault is not None and entry.fault.startswith("PAYLOAD_")


def _lost(entry: VerifiedEntry) -> VerifiedEntry:
    carries = entry.leaf is not None and entry.leaf.kind in KINDS_WITH_PAYLOAD
    state = PayloadState.LOST if carries else PayloadState.NONE
    return replace(entry, state=state, salt=b"", payload=b"", fault=None)


def _key(leaf: Leaf, payload: bytes) -> bytes | None:
    """The key that a record is submitted under, made of the record itself; None for acts, which are given theirs."""
    if leaf.kind not in {LeafKind.ADD, LeafKind.AMEND}:
        return None
    try:
        record = decode(leaf.schema, payload)
    except FieldFault:
        return None
    return None if isinstance(record, Ending | Annotation) else key_of(record.key)
