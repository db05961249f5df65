# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Compares the audit files of two or more nodes, exchange by exchange; memory stays flat.

Each file is checked whole first, and its entries are sorted by exchange as they come; what both sides said then stands
side by side. A log that is not proven counts for nobody and against nobody: its exchanges could not be checked.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from federation.errors import FieldFault, Misuse
from federation.log.checkpoint import Origin
from federation.log.entry import PayloadState, VerifiedEntry
from federation.records.codec import EXCHANGE_SCHEMA, decode
from federation.records.exchange import Exchange
from federation.rules.audit.form import Head
from federation.rules.audit.pairing import SOUND, AuditedLog, Judge, Pair, PairClass, Terms
from federation.rules.audit.proof import Verdict
from federation.rules.audit.row import ID_BYTES, LOG_AT, SIDE_AT, row_of
from federation.rules.audit.tally import Tally
from node.audit.checking import Checked, check_file
from node.audit.sorting import Sorter
from node.audit.trust import TrustFolder

MAX_AUDIT_FILES = 200
MOST_UNREADABLE = 100_000
"""Times of entries without a readable payload that are kept for each log; beyond that the log is not proven."""
Told = Callable[[Pair], None]


@dataclass(slots=True)
class FileSide:
    """One file, as it was found.

    Attributes:
        path: the file.
        checked: what it proves.
        exchanges: entries of exchanges that were read.
        others: entries that tell something else.
        unreadable_ms: times of entries that could not be read.
        is_unreadable: whether there are too many of them, or one of which not even the time is known.
    """

    path: Path
    checked: Checked = field(default_factory=Checked)
    exchanges: int = 0
    others: int = 0
    unreadable_ms: list[int] = field(default_factory=list)
    is_unreadable: bool = False

    @property
    def owner(self) -> str:
        """Node id of the log's owner; empty when the file does not say."""
        try:
            return "" if self.checked.head is None else Origin.parse(self.checked.head.origin).node_id
        except FieldFault:
            return ""

    @property
    def audited(self) -> AuditedLog:
        """The log, as far as it is proven."""
        head, findings = self.checked.head, self.checked.findings
        sound = {Verdict.PROVEN} if not _is_open(self.checked) else {Verdict.PROVEN, Verdict.UNCHECKED}
        proven = head is not None and not self.is_unreadable and findings.log_verdict in sound
        from_ms = 0 if head is None else head.from_ms
        times = sorted(self.unreadable_ms)
        return AuditedLog(self.owner or str(self.path), proven, from_ms, self.checked.covered_until_ms, times)


def _is_open(checked: Checked) -> bool:
    """Whether all that is missing is the end of the period: what comes before it is proven all the same."""
    return {finding.reason for finding in checked.findings.whole} == {"AUDIT_PERIOD_OPEN"}


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What came of comparing.

    Attributes:
        sides: the files.
        tally: exchanges by class.
    """

    sides: Sequence[FileSide]
    tally: Tally

    @property
    def is_sound(self) -> bool:
        """Whether every exchange could be checked, and nothing is wrong with any."""
        return all(found in SOUND for _, _, found in self.tally.classes)


def reconcile(paths: Sequence[Path], trust: TrustFolder, terms: Terms, told: Told) -> Reconciliation:
    """Compares files.

    Args:
        paths: two files or more, each of another node.
        trust: what is trusted.
        terms: what times may differ by.
        told: told every exchange that is not of class MATCHED, in order of exchange ids.

    Raises:
        Misuse: FILE_NOT_FOUND, FILE_UNREADABLE; AUDIT_FILES_WRONG, two files are of one node, or too many.
        WorldFault: FILE_UNWRITABLE, there is no room to sort.
    """
    if not 1 < len(paths) <= MAX_AUDIT_FILES:
        raise Misuse("AUDIT_FILES_WRONG", f"2 to {MAX_AUDIT_FILES} files are compared")
    sides = [FileSide(path) for path in paths]
    with Sorter() as sorter:
        for number, side in enumerate(sides):
            side.checked = check_file(side.path, trust, _taking(side, number, sorter))
        owners = [side.owner for side in sides if side.owner]
        if len(set(owners)) < len(owners):
            raise Misuse("AUDIT_FILES_WRONG", "two of the files are logs of one node")
        judge = Judge({number: side.audited for number, side in enumerate(sides)}, terms)
        tally = _compared(sorter.rows(), judge, owners_of(sides), told)
    return Reconciliation(sides, tally)


def owners_of(sides: Sequence[FileSide]) -> Sequence[str]:
    """Whose log each file holds, by the file's number."""
    return [side.audited.owner for side in sides]


def _taking(side: FileSide, number: int, sorter: Sorter) -> Callable[[Head, Sequence[VerifiedEntry]], None]:
    """What takes the entries of one file."""

    def take(_head: Head, entries: Sequence[VerifiedEntry]) -> None:
        for entry in entries:
            leaf = entry.leaf
            if leaf is None or entry.fault is not None or entry.state is not PayloadState.PRESENT:
                _not_read(side, entry)
                continue
            if leaf.schema != EXCHANGE_SCHEMA:
                side.others += 1
                continue
            try:
                record = decode(leaf.schema, entry.payload)
            except FieldFault:
                _not_read(side, entry)
                continue
            if isinstance(record, Exchange):
                side.exchanges += 1
                sorter.add(row_of(record, number, entry.index, leaf.time_ms))

    return take


def _not_read(side: FileSide, entry: VerifiedEntry) -> None:
    """Notes when an entry that cannot be read was logged."""
    if entry.leaf is None or len(side.unreadable_ms) >= MOST_UNREADABLE:
        side.is_unreadable = True
    else:
        side.unreadable_ms.append(entry.leaf.time_ms)


def _compared(rows: Iterator[bytes], judge: Judge, owners: Sequence[str], told: Told) -> Tally:
    tally = Tally()
    for _, group in groupby(rows, itemgetter(slice(0, ID_BYTES))):
        together = list(group)
        apart = judge.plainly_matched(*together) if len(together) == 2 else None
        if apart is None:
            _judge(judge.judge(together), tally, told)
            continue
        first, second = together
        asked, said = (first, second) if first[SIDE_AT] == 1 else (second, first)
        tally.add(owners[asked[LOG_AT]], owners[said[LOG_AT]], PairClass.MATCHED)
        tally.stood_apart(apart)
    return tally


def _judge(pair: Pair, tally: Tally, told: Told) -> None:
    tally.add(pair.requester, pair.responder, pair.found)
    if pair.found in SOUND and pair.apart_ms is not None:
        tally.stood_apart(pair.apart_ms)
    if pair.found is not PairClass.MATCHED:
        told(pair)
