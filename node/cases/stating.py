# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements of the deciding node about one case: numbered, signed, and given to the post with what they are about."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from federation.errors import OrderFault
from federation.records.case import CaseOutcome, CaseState, CaseStatus
from federation.rules.case.process import Illegal, after
from node.cases.letter import write_letter
from node.cases.ports import CaseFile, KeptLetter, kept
from node.identity.keys import KeyRing


class Deadline(Protocol):
    """The last day of a term."""

    @property
    def day(self) -> date:
        """The term ends at 24:00 of it."""
        ...

    @property
    def provisional(self) -> bool:
        """Whether it may still move."""
        ...


@dataclass(frozen=True, slots=True)
class Word:
    """What is stated beside the state; attributes as in `CaseStatus`."""

    outcome: CaseOutcome | None = None
    reasons: tuple[str, ...] = ()
    explanation: str | None = None
    document_number: str | None = None


@dataclass(slots=True)
class Stating:
    """States on one case within one transaction; the letters are to be kept in that transaction, with the case.

    Attributes:
        keys: the message key signs.
        now_ms: the time.
        case_sha256: what the statements name the case by.
        back: who brought the case; empty for one that was filed here.
        letters: what was stated.
    """

    keys: KeyRing
    now_ms: int
    case_sha256: bytes
    back: str
    letters: list[KeptLetter]

    def state(self, file: CaseFile, state: CaseState, due: Deadline | None = None, word: Word = Word()) -> CaseFile:
        """Makes the next statement about a case.

        Returns:
            The case after it.

        Raises:
            OrderFault: CASE_STATE_ILLEGAL, whoever calls has not asked `after`.
        """
        phase = after(file.phase, state)
        if isinstance(phase, Illegal):
            raise OrderFault(phase.reason, f"{state} after {file.phase}")
        status = CaseStatus(
            case_id=file.name.case_id,
            filed_at=file.name.filed_at,
            case_sha256=self.case_sha256,
            decided_at=self.keys.node_id,
            sequence=file.sequence + 1,
            state=state,
            stated_at_ms=self.now_ms,
            due_on=due.day if due is not None else None,
            due_provisional=due is not None and due.provisional,
            outcome=word.outcome,
            reasons=word.reasons,
            explanation=word.explanation,
            document_number=word.document_number,
        )
        self._hand_on(status, file)
        sequence, due_on = status.sequence, status.due_on
        return replace(file, phase=phase, state=state, sequence=sequence, due_on=due_on, changed_at_ms=self.now_ms)

    def _hand_on(self, status: CaseStatus, file: CaseFile) -> None:
        """Adds the letter; one for this node itself has arrived."""
        letter = write_letter(status, self.keys.federation, self.keys)
        due_ms = None if file.name.filed_at == self.keys.node_id else self.now_ms
        self.letters.append(kept(letter, self.now_ms, due_ms, back=self.back))
