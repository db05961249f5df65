# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
r"""Evidence for one record: it verifies offline against the origin's log key alone, whoever delivered it.

The text form is in the manner of c2sp.org/tlog-proof@v1, with the record beside the proof:

    creditexchange/evidence@v1
    index 73894
    leaf <base64 of 84 bytes>
    salt <base64 of 32 bytes>
    payload <base64>
    <base64 hash>                 one line per hash of the inclusion proof, from the leaf up; may be none
    <empty line>
    <signed note of the checkpoint>

The origin is the first line of the checkpoint. What parses prints back to the same bytes. All is pure.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from federation.errors import EntriesFault, FieldFault, NoteFault
from federation.log.checkpoint import Checkpoint
from federation.log.leaf import LEAF_BYTES, MAX_PAYLOAD_BYTES, SALT_BYTES, Leaf, commitment
from federation.log.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from federation.log.note import MAX_NOTE_BYTES, Note, Verifier, verify_note
from federation.log.strict import canonical_base64, canonical_number, to_base64

HEADER = "creditexchange/evidence@v1"
MAX_PATH_HASHES = 64
MAX_EVIDENCE_BYTES = 128 * 1024
"""Above what the caps of the parts add up to: 87384 for the payload, 16384 for the note, under 4 KiB for the rest."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record with its proof, not verified.

    Attributes:
        origin: origin of the feed.
        index: position of the leaf.
        leaf: the leaf, 84 bytes.
        salt: 32 bytes.
        payload: the record bytes as published, at most 65536.
        path: inclusion proof from the leaf up, at most 64 hashes of 32 bytes.
        checkpoint: the signed note whose tree the path leads to.
    """

    origin: str
    index: int
    leaf: bytes
    salt: bytes
    payload: bytes
    path: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """Return the text form, UTF-8.

        Raises:
            EntriesFault: EVIDENCE_MALFORMED, it would not be read back as the same evidence.
            NoteFault: NOTE_SIZE, NOTE_MALFORMED, CHECKPOINT_MALFORMED.
        """
        lines = [
            HEADER,
            f"index {self.index}",
            f"leaf {to_base64(self.leaf)}",
            f"salt {to_base64(self.salt)}",
            f"payload {to_base64(self.payload)}",
            *map(to_base64, self.path),
        ]
        raw = "\n".join(lines).encode() + b"\n\n" + self.checkpoint
        if Evidence.parse(raw) != self:
            raise EntriesFault("EVIDENCE_MALFORMED", "the text would be read back as other evidence", (raw,))
        return raw

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read the text form; `Evidence.parse(raw).encode() == raw`. Nothing is verified.

        Raises:
            EntriesFault: EVIDENCE_SIZE (a part is over its cap), EVIDENCE_MALFORMED. Evidence: `raw`.
            NoteFault: NOTE_SIZE, NOTE_MALFORMED, CHECKPOINT_MALFORMED.
        """
        head, gap, note = raw.partition(b"\n\n")
        if len(raw) > MAX_EVIDENCE_BYTES or len(note) > MAX_NOTE_BYTES:
            raise EntriesFault("EVIDENCE_SIZE", f"{len(raw)} bytes", (raw,))
        lines = head.split(b"\n")
        if not gap or not head.isascii() or len(lines) < 5 or lines[0] != HEADER.encode():
            raise EntriesFault("EVIDENCE_MALFORMED", f"not {HEADER} with its five lines and a checkpoint", (raw,))
        texts = [line.decode() for line in lines[1:]]
        index = canonical_number(texts[0].removeprefix("index "))
        parts = [_part(name, text) for name, text in zip(("leaf", "salt", "payload"), texts[1:4], strict=True)]
        decoded = [*parts, *map(canonical_base64, texts[4:])]
        known = [part for part in decoded if part is not None]
        if not texts[0].startswith("index ") or index is None or len(known) != len(decoded):
            raise EntriesFault("EVIDENCE_MALFORMED", "a line is not as it would be written", (raw,))
        leaf, salt, payload, *path = known
        _check_sizes(raw, (leaf, salt, payload), path)
        origin = Checkpoint.parse(Note.parse(note).text).origin
        return cls(origin, index, leaf, salt, payload, tuple(path), note)


def _part(name: str, text: str) -> bytes | None:
    return canonical_base64(text.removeprefix(f"{name} ")) if text.startswith(f"{name} ") else None


def _check_sizes(raw: bytes, parts: tuple[bytes, bytes, bytes], path: list[bytes]) -> None:
    leaf, salt, payload = parts
    if len(payload) > MAX_PAYLOAD_BYTES or len(path) > MAX_PATH_HASHES:
        raise EntriesFault("EVIDENCE_SIZE", f"payload of {len(payload)} bytes, path of {len(path)} hashes", (raw,))
    if len(leaf) != LEAF_BYTES or len(salt) != SALT_BYTES or any(len(node) != HASH_BYTES for node in path):
        raise EntriesFault("EVIDENCE_MALFORMED", "leaf, salt or a hash has another length", (raw,))


@dataclass(frozen=True, slots=True)
class VerifiedEvidence:
    """What evidence proves: this record is in the log that this checkpoint, signed by the origin, describes.

    Attributes:
        leaf: the leaf.
        payload: the record bytes, as the leaf commits to them.
        checkpoint: size and root signed.
    """

    leaf: Leaf
    payload: bytes
    checkpoint: Checkpoint


def verify_evidence(evidence: Evidence, log: Verifier) -> VerifiedEvidence:
    """Verify one record offline: checkpoint, origin, log signature, inclusion, leaf, commitment, in this order.

    Whether the record still counts is another question: an entry after it may have ended it.

    Args:
        evidence: what was delivered.
        log: the origin's log key as it was valid then.

    Raises:
        NoteFault: NOTE_SIZE, NOTE_MALFORMED, CHECKPOINT_MALFORMED; EVIDENCE_ORIGIN, evidence, checkpoint and key are
            not of one origin; NOTE_SIGNATURE_INVALID, NOTE_UNSIGNED. Evidence: the note.
        EntriesFault: EVIDENCE_PATH, the path does not lead from leaf and index to the signed root; EVIDENCE_LEAF, the
            leaf cannot be read; EVIDENCE_COMMITMENT, it does not commit to this payload. Evidence: note and leaf.
    """
    leaf, checkpoint = verify_entry(evidence, log)
    if not _commits(leaf, evidence):
        kept = (evidence.checkpoint, evidence.leaf)
        raise EntriesFault("EVIDENCE_COMMITMENT", f"entry {evidence.index} commits to another payload", kept)
    return VerifiedEvidence(leaf, evidence.payload, checkpoint)


def verify_entry(evidence: Evidence, log: Verifier) -> tuple[Leaf, Checkpoint]:
    """Verify offline that there is such an entry, whatever its record says: all of `verify_evidence` but the last step.

    Returns:
        The leaf, and size and root signed.

    Raises:
        NoteFault, EntriesFault: as `verify_evidence`, but for EVIDENCE_COMMITMENT.
    """
    checkpoint = _signed(evidence.checkpoint, log)
    if evidence.origin != checkpoint.origin:
        raise NoteFault("EVIDENCE_ORIGIN", f"expected {log.name}", (evidence.checkpoint,))
    kept = (evidence.checkpoint, evidence.leaf)
    leaf_at = leaf_hash(evidence.leaf)
    if not verify_inclusion(leaf_at, evidence.index, checkpoint.size, evidence.path, checkpoint.root):
        raise EntriesFault("EVIDENCE_PATH", f"entry {evidence.index} is not proven", kept)
    try:
        return Leaf.decode(evidence.leaf), checkpoint
    except FieldFault as fault:
        raise EntriesFault("EVIDENCE_LEAF", fault.reason, kept) from None


@lru_cache(maxsize=512)
def _signed(raw: bytes, log: Verifier) -> Checkpoint:
    """Return the checkpoint that a log key signed; remembered, since many records of a feed share one.

    Raises:
        NoteFault: as `verify_evidence`.
    """
    note = Note.parse(raw)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != log.name:
        raise NoteFault("EVIDENCE_ORIGIN", f"expected {log.name}", (raw,))
    if not verify_note(note, (log,)).signed(log):  # a cosignature alone does not make a tree the origin's
        raise NoteFault("NOTE_UNSIGNED", "no signature of the log key", (raw,))
    return checkpoint


def _commits(leaf: Leaf, evidence: Evidence) -> bool:
    try:
        expected = commitment(evidence.origin, leaf.schema, evidence.salt, evidence.payload)
    except FieldFault:  # salt or payload out of bounds
        return False
    return leaf.commitment == expected
