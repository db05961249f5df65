# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What an audit file proves: that the feed held exactly these entries in this period. One pass; memory stays flat.

Three answers, never two: proven; altered, which somebody signed for or a hash shows; could not be checked, with what is
missing. The checks, in their order, each with the reasons that it finds:

 1 AUDIT_FILE_MALFORMED      the file is in its form, and whole (altered)
 2 AUDIT_KEY_UNKNOWN         the trust directory knows the feed's owner and the exporter (unchecked)
 3 NOTE_*, CHECKPOINT_*      the checkpoint is the feed's, signed by its log key (altered)
 4 AUDIT_ROOT_DIFFERS        the leaves, between the edge before and the path after them, lead to its root (altered)
 5 AUDIT_FORK                checkpoints that others saw lie on the same tree (altered)
 6 AUDIT_PERIOD_INCOMPLETE   neighbours lie outside the period (altered)
   AUDIT_PERIOD_OPEN         the feed's clock has spoken after the period's end (unchecked)
 7 LEAF_*, PAYLOAD_*         each entry keeps the rules of entries; times never fall (altered)
   AUDIT_PAYLOAD_ABSENT      each payload is there (unchecked)
   AUDIT_ENTRY_UNKNOWN       each entry is of a kind that this version knows (unchecked)
 8 AUDIT_SIGNATURE_INVALID   the exporter sealed all of it (altered)

What it cannot prove: that what was logged is true, and that nothing was done that was never logged. The other side's
log speaks to that, see pairing.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from federation.errors import EntriesFault, FieldFault, NoteFault
from federation.log.checkpoint import FeedKeys, SignedCheckpoint, open_checkpoint
from federation.log.entry import PayloadState, RawEntry, VerifiedEntry, check_entries
from federation.log.leaf import Leaf
from federation.log.merkle import HASH_BYTES, CompactRange, leaf_hash, verify_consistency
from federation.rules.audit.form import Head, malformed

MOST_TOLD = 1000
"""Findings of single entries that are told; all are counted."""
_LATER_VERSION = frozenset({"LEAF_VERSION", "LEAF_KIND"})


class Verdict(StrEnum):
    """What was found of a log."""

    PROVEN = "proven"
    ALTERED = "altered"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not proven.

    Attributes:
        verdict: altered, or unchecked.
        reason: stable code.
        index: the entry; None for the whole.
        detail: one English sentence, free of personal data; may be empty.
    """

    verdict: Verdict
    reason: str
    index: int | None = None
    detail: str = ""


@dataclass(slots=True)
class Findings:
    """What was found so far, of the whole and of single entries."""

    whole: list[Finding] = field(default_factory=list)
    told: list[Finding] = field(default_factory=list)
    altered_entries: int = 0
    unchecked_entries: int = 0

    def of_entry(self, verdict: Verdict, reason: str, index: int) -> None:
        """Counts what was found of one entry, and keeps it while there is room."""
        if verdict is Verdict.ALTERED:
            self.altered_entries += 1
        else:
            self.unchecked_entries += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(Finding(verdict, reason, index))

    @property
    def log_verdict(self) -> Verdict:
        """What can be said of the log as a whole, single entries left aside."""
        verdicts = {finding.verdict for finding in self.whole}
        return next((each for each in (Verdict.ALTERED, Verdict.UNCHECKED) if each in verdicts), Verdict.PROVEN)

    @property
    def verdict(self) -> Verdict:
        """What can be said of all of it."""
        if self.altered_entries:
            return Verdict.ALTERED
        if self.unchecked_entries and self.log_verdict is Verdict.PROVEN:
            return Verdict.UNCHECKED
        return self.log_verdict


@dataclass(frozen=True, slots=True)
class Proof:
    """The parts that stand before the entries, as they were read."""

    head: Head
    checkpoint: bytes
    edge: bytes
    path: bytes


class RangeCheck:
    """Checks the entries of one file as they are read: `take` each part in order, then `finish`.

    Args:
        proof: what stands before the entries.
        keys: the feed's keys; None when they are not known: then nothing of the log is proven.
        seen: roots that others saw the feed sign, by size.
    """

    def __init__(self, proof: Proof, keys: FeedKeys | None, seen: Mapping[int, bytes]) -> None:
        self.findings = Findings()
        self.compared = 0
        self._proof = proof
        self._head = proof.head
        self._seen = seen
        self._range = _edge(proof)
        self._path = _path(proof.path)
        self._last_ms = 0
        self._signed = self._open(keys)

    @property
    def covered_until_ms(self) -> int:
        """Until when the period is covered: its end, or the last word of the feed's clock where that is earlier."""
        if self._head.end > self._head.stop:
            return self._head.until_ms
        said_s = self._signed.cosigned_at_s if self._signed is not None else None
        return min(self._head.until_ms, (said_s or 0) * 1000)

    def take(self, entries: Sequence[RawEntry]) -> tuple[VerifiedEntry, ...]:
        """Checks the next entries.

        Returns:
            Those of the period; one with a fault is told among the findings, and is quarantined.

        Raises:
            EntriesFault: AUDIT_FILE_MALFORMED, more entries than the head names.
        """
        at = self._range.size
        if at + len(entries) > self._head.end:
            raise malformed("more entries than the head names")
        self._grow([leaf_hash(entry.leaf) for entry in entries])
        verified, self._last_ms = check_entries(self._head.origin, at, self._last_ms, entries)
        within = []
        for entry in verified:
            if self._head.first <= entry.index < self._head.stop:
                self._judge(entry)
                within.append(entry)
            else:
                self._judge_neighbour(entry)
        return tuple(within)

    def finish(self) -> None:
        """Judges the whole, after the last entry.

        Raises:
            EntriesFault: AUDIT_FILE_MALFORMED, fewer entries than the head names.
        """
        head, signed = self._head, self._signed
        if self._range.size != head.end:
            raise malformed("fewer entries than the head names")
        if (head.begin == head.first and head.first) or (head.end == head.stop and head.stop < head.size):
            self._found(Verdict.ALTERED, "AUDIT_PERIOD_INCOMPLETE", "a neighbour is missing")
        if signed is None:
            return
        root = signed.checkpoint.root
        if not verify_consistency(head.end, head.size, self._range.root(), root, self._path):
            self._found(Verdict.ALTERED, "AUDIT_ROOT_DIFFERS", f"the entries do not lead to the root at {head.size}")
        if self.covered_until_ms < head.until_ms:
            self._found(
                Verdict.UNCHECKED, "AUDIT_PERIOD_OPEN", "the feed's clock has not spoken since the period ended"
            )

    def _open(self, keys: FeedKeys | None) -> SignedCheckpoint | None:
        if keys is None:
            self._found(Verdict.UNCHECKED, "AUDIT_KEY_UNKNOWN", f"no key for {self._head.origin}")
            return None
        try:
            signed = open_checkpoint(self._proof.checkpoint, keys)
        except NoteFault as fault:
            self._found(Verdict.ALTERED, fault.reason, fault.detail)
            return None
        if signed.checkpoint.size != self._head.size:
            self._found(Verdict.ALTERED, "AUDIT_ROOT_DIFFERS", "the checkpoint is of another size")
            return None
        self._compare(signed.checkpoint.size, signed.checkpoint.root)
        return signed

    def _grow(self, hashes: Sequence[bytes]) -> None:
        """Extends the tree, with a stop at each size of which others saw a root."""
        at, end = self._range.size, self._range.size + len(hashes)
        for size in sorted(size for size in self._seen if at < size <= end and size != self._head.size):
            self._range = self._range.extended(hashes[self._range.size - at : size - at])
            self._compare(size, self._range.root())
        self._range = self._range.extended(hashes[self._range.size - at :])

    def _compare(self, size: int, root: bytes) -> None:
        known = self._seen.get(size)
        if known is None:
            return
        self.compared += 1
        if known != root:
            self._found(Verdict.ALTERED, "AUDIT_FORK", f"others saw another root at size {size}")

    def _judge(self, entry: VerifiedEntry) -> None:
        if entry.fault is not None:
            later = entry.fault in _LATER_VERSION
            reason = "AUDIT_ENTRY_UNKNOWN" if later else entry.fault
            self.findings.of_entry(Verdict.UNCHECKED if later else Verdict.ALTERED, reason, entry.index)
        elif entry.state not in {PayloadState.PRESENT, PayloadState.NONE}:
            self.findings.of_entry(Verdict.UNCHECKED, "AUDIT_PAYLOAD_ABSENT", entry.index)

    def _judge_neighbour(self, entry: VerifiedEntry) -> None:
        time_ms = _time_of(entry.raw_leaf)
        before = entry.index < self._head.first
        outside = time_ms is not None and (
            time_ms < self._head.from_ms if before else time_ms >= self._head.until_ms and entry.fault != "LEAF_TIME"
        )
        if not outside:
            self._found(Verdict.ALTERED, "AUDIT_PERIOD_INCOMPLETE", f"entry {entry.index} may be of the period")

    def _found(self, verdict: Verdict, reason: str, detail: str) -> None:
        self.findings.whole.append(Finding(verdict, reason, None, detail))


def _edge(proof: Proof) -> CompactRange:
    try:
        edge = CompactRange.from_bytes(proof.edge)
    except FieldFault:
        raise malformed("the edge cannot be read") from None
    if edge.size != proof.head.begin:
        raise malformed("the edge is of another size")
    return edge


def _path(raw: bytes) -> tuple[bytes, ...]:
    if len(raw) % HASH_BYTES:
        raise malformed("the path cannot be read")
    return tuple(raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES))


def _time_of(raw: bytes) -> int | None:
    try:
        return Leaf.decode(raw).time_ms
    except FieldFault:
        return None


def file_finding(fault: EntriesFault) -> Finding:
    """What is said of a file that is not in its form: whoever sealed it did not write it so."""
    return Finding(Verdict.ALTERED, fault.reason, None, fault.detail)
