# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads an audit file from its first byte to its last, and says what it proves. Needs the file and a trust folder.

A file that is not in its form, or ends early, is reported as altered: whoever sealed it did not write it so.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from federation.errors import CallerFault, EntriesFault, FieldFault, Misuse
from federation.log.checkpoint import Origin
from federation.log.entry import VerifiedEntry
from federation.rules.audit.form import (
    MAGIC,
    PART_BYTES,
    SEAL_BYTES,
    SEAL_TYPE,
    Head,
    Part,
    decode_entries,
    malformed,
    part_head,
)
from federation.rules.audit.proof import Finding, Findings, Proof, RangeCheck, Verdict, file_finding
from node.audit.trust import TrustFolder
from node.exchange.dialogue import Envelope, opened

Take = Callable[[Head, Sequence[VerifiedEntry]], None]
"""Is handed the entries of the period as they are checked; what they are worth is known after the last one."""
_FIRST = (Part.HEAD, Part.CHECKPOINT, Part.EDGE, Part.PATH)


@dataclass(slots=True)
class Checked:
    """What was found of one file.

    Attributes:
        head: what it says of itself; None when that cannot be read.
        findings: what is not proven.
        entries: how many entries of the period were read.
        compared: how many checkpoints that others saw were compared.
        covered_until_ms: until when the period is covered.
    """

    head: Head | None = None
    findings: Findings = field(default_factory=Findings)
    entries: int = 0
    compared: int = 0
    covered_until_ms: int = 0

    @property
    def verdict(self) -> Verdict:
        """Proven, altered, or could not be checked."""
        return self.findings.verdict


def check_file(path: Path, trust: TrustFolder, take: Take = lambda _head, _entries: None) -> Checked:
    """Checks one audit file.

    Args:
        path: the file.
        trust: what is trusted.
        take: handed the entries.

    Raises:
        Misuse: FILE_NOT_FOUND, FILE_UNREADABLE.
    """
    checked = Checked()
    try:
        with path.open("rb", buffering=1024 * 1024) as file:
            _Reading(file, trust, checked, take).run()
    except FileNotFoundError:
        raise Misuse("FILE_NOT_FOUND", f"there is no file {path}") from None
    except OSError as wrong:
        raise Misuse("FILE_UNREADABLE", f"{path}: {wrong.strerror}") from None
    except EntriesFault as fault:
        checked.findings.whole.append(file_finding(fault))
    return checked


class _Reading:
    """One pass over one file."""

    def __init__(self, file: BinaryIO, trust: TrustFolder, checked: Checked, take: Take) -> None:
        self._file = file
        self._trust = trust
        self._checked = checked
        self._take = take
        self._hashed = hashlib.sha256()

    def run(self) -> None:
        """Reads to the end; raises EntriesFault when the file is not in its form."""
        magic = self._file.read(len(MAGIC))
        if magic != MAGIC:
            raise malformed("this is no audit file")
        self._hashed.update(magic)
        head, checkpoint, edge, path = (self._expect(kind) for kind in _FIRST)
        said = self._checked.head = Head.parse(head)
        keys = self._trust.feed_keys(said.origin)
        proof = Proof(said, checkpoint, edge, path)
        check = RangeCheck(proof, keys, self._trust.seen.get(said.origin, {}))
        check.findings.whole.extend(self._checked.findings.whole)
        self._checked.findings = check.findings
        seal = self._entries(said, check)
        check.finish()
        self._checked.compared, self._checked.covered_until_ms = check.compared, check.covered_until_ms
        self._judge_seal(said, seal)

    def _expect(self, wanted: Part) -> bytes:
        kind, raw, body = self._part()
        if kind is not wanted:
            raise malformed(f"a part is missing before {wanted.name}" if kind else "a part is missing")
        self._hashed.update(raw + body)
        return body

    def _part(self) -> tuple[Part, bytes, bytes]:
        raw = self._file.read(PART_BYTES)
        kind, length = part_head(raw)
        body = self._file.read(length)
        if len(body) != length:
            raise malformed("the file ends before its seal")
        return kind, raw, body

    def _entries(self, head: Head, check: RangeCheck) -> bytes:
        """Takes all entries; the body of the seal after them, which is the last part."""
        while True:
            kind, raw, body = self._part()
            if kind is Part.SEAL:
                break
            if kind is not Part.ENTRIES:
                raise malformed("a part stands where entries have to be")
            self._hashed.update(raw + body)
            entries = check.take(decode_entries(body))
            self._checked.entries += len(entries)
            self._take(head, entries)
        if len(body) != SEAL_BYTES or self._file.read(1):
            raise malformed("the seal is not the last thing in the file")
        return body

    def _judge_seal(self, head: Head, seal: bytes) -> None:
        verifier = self._trust.message_key(_federation_of(head.origin), head.exporter)
        whole = self._checked.findings.whole
        if verifier is None:
            whole.append(Finding(Verdict.UNCHECKED, "AUDIT_KEY_UNKNOWN", None, f"no key for {head.exporter}"))
            return
        envelope = Envelope(SEAL_TYPE, self._hashed.digest(), seal[:4], seal[4:])
        try:
            opened(envelope, SEAL_TYPE, verifier)
            if envelope.key_id != verifier.key_id:
                raise CallerFault("SIGNATURE_INVALID")
        except CallerFault:
            detail = f"{head.exporter} did not seal these bytes"
            whole.append(Finding(Verdict.ALTERED, "AUDIT_SIGNATURE_INVALID", None, detail))


def _federation_of(origin: str) -> str:
    try:
        return Origin.parse(origin).federation
    except FieldFault:
        return ""


def all_findings(checked: Checked) -> Iterator[Finding]:
    """What was found of the whole, then of single entries as far as it was kept."""
    yield from checked.findings.whole
    yield from checked.findings.told
