# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the stages of cases keep, and the store they need."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from federation.records.case import CaseKind, CaseState
from federation.rules.case.process import Phase
from node.cases.letter import CaseName, Letter, LetterName
from node.entry.holding import HeldEntry
from node.exchange.dialogue import Envelope
from node.intake import IntakeUnit


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A letter as it is kept.

    Attributes:
        sender: who brought it; empty for one of this node's own.
        back: for a statement, who brought the case that it answers; empty when nobody did.
        due_ms: when to hand it on next; None when there is nothing to do: it has arrived, or the next hop has it.
        tries: how often that failed.
        reason: why it failed last; empty when it did not.
        hop: who has it now; empty while nobody has said so.
        receipt: what that node signed; empty likewise.
        stands: False for other bytes under a name that was taken: kept as evidence, and for nothing else.
    """

    name: LetterName
    sha256: bytes
    envelope: Envelope
    destination: str
    kept_at_ms: int
    sender: str = ""
    back: str = ""
    due_ms: int | None = None
    tries: int = 0
    reason: str = ""
    hop: str = ""
    receipt: bytes = b""
    stands: bool = True


def kept(letter: Letter, now_ms: int, due_ms: int | None, *, sender: str = "", back: str = "") -> KeptLetter:
    """A letter as it is first kept."""
    return KeptLetter(
        letter.name, letter.sha256, letter.envelope, letter.destination, now_ms, sender=sender, back=back, due_ms=due_ms
    )


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case that was filed here, or is decided here, or both.

    Attributes:
        decided_at: the deciding node.
        state: the newest statement that counts; None before the first.
        sequence: its number; 0 before the first.
        marked: whether the entry bears this case's mark, put there by this node.
        due_on: last day for the next step; None when no term runs, or it was stated to have run out.
        overdue: whether it was.
        remark: reason code of what whoever decides should look at; empty when there is nothing.
    """

    name: CaseName
    decided_at: str
    kind: CaseKind
    origin: str
    index: int
    filed_at_ms: int
    changed_at_ms: int
    phase: Phase = Phase.FILED
    state: CaseState | None = None
    sequence: int = 0
    marked: bool = False
    due_on: date | None = None
    overdue: bool = False
    remark: str = ""


class CaseUnit(IntakeUnit, Protocol):
    """One transaction, which is one of the intake too."""

    def letters(self, cases: Collection[CaseName]) -> Mapping[LetterName, KeptLetter]:
        """Every letter of some cases that stands."""
        ...

    def keep_letters(self, letters: Sequence[KeptLetter]) -> None:
        """Adds letters, or replaces what is kept of them.

        StoreFault STORE_CONTENDED when another process has just kept another one of a name: try the step again.
        """
        ...

    def conflicts(self, case: CaseName) -> int:
        """How many letters of a case are kept as evidence."""
        ...

    def count_waiting(self, sender: str) -> int:
        """How many letters that a node brought wait to be handed on."""
        ...

    def count_open(self, filed_at: str) -> int:
        """How many open cases there are that were filed at a node."""
        ...

    def forget_letters(self, home: str, before_ms: int, limit: int) -> int:
        """Forgets letters that were only handed on here, and kept before a time, at most `limit`; tells how many.

        Never one that waits, that a case of this node rests on, or that was written here.
        """
        ...

    def case_file(self, case: CaseName) -> CaseFile | None:
        """One case, kept from other writers until the commit; None when neither filed nor decided here."""
        ...

    def keep_case(self, file: CaseFile) -> None:
        """Adds a case, or replaces what is kept of it."""
        ...

    def open_on(self, origin: str, index: int) -> Sequence[CaseFile]:
        """The open cases about an entry, by name."""
        ...

    def run_out(self, decided_at: str, day: date, limit: int) -> Sequence[CaseFile]:
        """Open cases that a node decides whose last day is before a day, at most `limit`."""
        ...

    def held_at(self, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
        """The entries at some indexes, in order of index; missing ones are left out."""
        ...

    def black_counts(self, subjects: Iterable[str]) -> frozenset[str]:
        """Those of the subjects on whom a black decision counts here."""
        ...

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on, each in the order of the feed."""
        ...


class CaseStore(Protocol):
    """Where cases are kept."""

    def write(self) -> AbstractContextManager[CaseUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...


class CaseReader(Protocol):
    """Reads cases; safe from any thread."""

    def cases(self, *, only_open: bool, limit: int) -> Sequence[CaseFile]:
        """Cases filed or decided here, newest first, at most `limit`."""
        ...

    def case_files(self, case_id: str) -> Sequence[CaseFile]:
        """The cases under an id: one, unless two nodes chose the same."""
        ...

    def case_letters(self, case_id: str) -> Sequence[KeptLetter]:
        """Every letter under a case id, evidence included, in the order they were kept."""
        ...

    def letters_due(self, now_ms: int, limit: int) -> Sequence[KeptLetter]:
        """Letters to be handed on by now, oldest first, at most `limit`."""
        ...

    def letters_waiting(self, limit: int) -> Sequence[KeptLetter]:
        """Letters that wait to be handed on, due or not, those that are due first, at most `limit`."""
        ...
