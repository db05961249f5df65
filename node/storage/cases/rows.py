# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Cases and letters as rows and back, and what is read of them outside a transaction of the writer."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from federation.records.case import CaseKind, CaseState
from federation.rules.case.process import Phase
from node.cases.letter import CaseName, LetterName
from node.cases.ports import CaseFile, KeptLetter
from node.exchange.dialogue import Envelope
from node.storage.schema import CASE_FILE, CASE_LETTER

Connect = Callable[[], AbstractContextManager[Connection]]


def file_row(file: CaseFile) -> tuple[object, ...]:
    """A case, in the order of the table's columns."""
    return (
        *file.name,
        file.decided_at,
        file.kind.value,
        file.origin,
        file.index,
        file.filed_at_ms,
        file.changed_at_ms,
        file.phase.value,
        None if file.state is None else file.state.value,
        file.sequence,
        file.marked,
        None if file.due_on is None else file.due_on.isoformat(),
        file.overdue,
        file.remark or None,
    )


def file_of(row: Row[Any]) -> CaseFile:
    """The case of a row."""
    return CaseFile(
        name=CaseName(row.filed_at, row.case_id),
        decided_at=row.decided_at,
        kind=CaseKind(row.kind),
        origin=row.origin,
        index=row.idx,
        filed_at_ms=row.filed_at_ms,
        changed_at_ms=row.changed_at_ms,
        phase=Phase(row.phase),
        state=None if row.state is None else CaseState(row.state),
        sequence=row.sequence,
        marked=row.marked,
        due_on=None if row.due_on is None else date.fromisoformat(row.due_on),
        overdue=row.overdue,
        remark=row.remark or "",
    )


def letter_row(letter: KeptLetter) -> tuple[object, ...]:
    """A letter, in the order of the table's columns."""
    return (
        *letter.name.case,
        letter.name.part,
        letter.sha256,
        letter.stands,
        letter.envelope.payload_type,
        letter.envelope.to_bytes(),
        letter.destination,
        letter.kept_at_ms,
        letter.sender or None,
        letter.back or None,
        letter.due_ms,
        letter.tries,
        letter.reason or None,
        letter.hop or None,
        letter.receipt or None,
    )


def letter_of(row: Row[Any]) -> KeptLetter:
    """The letter of a row."""
    return KeptLetter(
        name=LetterName(CaseName(row.filed_at, row.case_id), row.part),
        sha256=row.sha256,
        envelope=Envelope.from_bytes(row.kind, row.envelope),
        destination=row.destination,
        kept_at_ms=row.kept_at_ms,
        sender=row.sender or "",
        back=row.back or "",
        due_ms=row.due_ms,
        tries=row.tries,
        reason=row.reason or "",
        hop=row.hop or "",
        receipt=row.receipt or b"",
        stands=row.stands,
    )


class CaseRows:
    """A `CaseReader`. Each call sees one consistent state; safe from any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def cases(self, *, only_open: bool, limit: int) -> Sequence[CaseFile]:
        """Cases filed or decided here, newest first, at most `limit`."""
        wanted = select(CASE_FILE).order_by(CASE_FILE.c.filed_at_ms.desc(), CASE_FILE.c.case_id).limit(limit)
        if only_open:
            wanted = wanted.where(CASE_FILE.c.phase != Phase.CLOSED.value)
        with self._connect() as connection:
            return [file_of(row) for row in connection.execute(wanted)]

    def case_files(self, case_id: str) -> Sequence[CaseFile]:
        """The cases under an id: one, unless two nodes chose the same."""
        wanted = select(CASE_FILE).where(CASE_FILE.c.case_id == case_id).order_by(CASE_FILE.c.filed_at)
        with self._connect() as connection:
            return [file_of(row) for row in connection.execute(wanted)]

    def case_letters(self, case_id: str) -> Sequence[KeptLetter]:
        """Every letter under a case id, evidence included, in the order they were kept."""
        wanted = (
            select(CASE_LETTER)
            .where(CASE_LETTER.c.case_id == case_id)
            .order_by(CASE_LETTER.c.filed_at, CASE_LETTER.c.kept_at_ms, CASE_LETTER.c.part)
        )
        with self._connect() as connection:
            return [letter_of(row) for row in connection.execute(wanted)]

    def letters_due(self, now_ms: int, limit: int) -> Sequence[KeptLetter]:
        """Letters to be handed on by now, oldest first, at most `limit`."""
        wanted = select(CASE_LETTER).where(CASE_LETTER.c.due_ms <= now_ms).order_by(CASE_LETTER.c.due_ms).limit(limit)
        with self._connect() as connection:
            return [letter_of(row) for row in connection.execute(wanted)]

    def letters_waiting(self, limit: int) -> Sequence[KeptLetter]:
        """Letters that wait to be handed on, due or not, those that are due first, at most `limit`."""
        wanted = select(CASE_LETTER).where(CASE_LETTER.c.due_ms.is_not(None)).order_by(CASE_LETTER.c.due_ms)
        with self._connect() as connection:
            return [letter_of(row) for row in connection.execute(wanted.limit(limit))]
