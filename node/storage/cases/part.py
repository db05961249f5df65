# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the stages of cases write."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, delete, func, select, tuple_
from sqlalchemy.exc import IntegrityError

from federation.errors import StoreFault
from federation.rules.case.process import Phase
from node.cases.letter import CaseName, LetterName
from node.cases.ports import CaseFile, KeptLetter
from node.storage.cases.rows import file_of, file_row, letter_of, letter_row
from node.storage.dialect.rows import replace_rows
from node.storage.schema import CASE_FILE, CASE_LETTER

_OPEN = CASE_FILE.c.phase != Phase.CLOSED.value


class CasePart:
    """The methods of a `CaseUnit` that are not those of other stages."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def letters(self, cases: Collection[CaseName]) -> Mapping[LetterName, KeptLetter]:
        """Every letter of some cases that stands; of few enough for one statement."""
        filed = CASE_LETTER.c.filed_at.in_({case.filed_at for case in cases})
        named = CASE_LETTER.c.case_id.in_({case.case_id for case in cases})
        rows = self._connection.execute(select(CASE_LETTER).where(filed, named, CASE_LETTER.c.stands))
        return {letter.name: letter for letter in map(letter_of, rows) if letter.name.case in cases}

    def keep_letters(self, letters: Sequence[KeptLetter]) -> None:
        """Adds letters, or replaces what is kept of them.

        Raises:
            StoreFault: STORE_CONTENDED, another process has just kept another letter of the same name; tried again,
                the step sees it.
        """
        try:
            replace_rows(self._connection, CASE_LETTER, [letter_row(letter) for letter in letters])
        except IntegrityError:
            raise StoreFault("STORE_CONTENDED", "another letter of this name was kept meanwhile") from None

    def conflicts(self, case: CaseName) -> int:
        """How many letters of a case are kept as evidence."""
        named = (CASE_LETTER.c.filed_at == case.filed_at) & (CASE_LETTER.c.case_id == case.case_id)
        wanted = select(func.count()).select_from(CASE_LETTER).where(named, ~CASE_LETTER.c.stands)
        return int(self._connection.execute(wanted).scalar_one())

    def count_waiting(self, sender: str) -> int:
        """How many letters that a node brought wait to be handed on."""
        waits = (CASE_LETTER.c.sender == sender) & CASE_LETTER.c.due_ms.is_not(None)
        return int(self._connection.execute(select(func.count()).select_from(CASE_LETTER).where(waits)).scalar_one())

    def count_open(self, filed_at: str) -> int:
        """How many open cases there are that were filed at a node."""
        wanted = select(func.count()).select_from(CASE_FILE).where(CASE_FILE.c.filed_at == filed_at, _OPEN)
        return int(self._connection.execute(wanted).scalar_one())

    def forget_letters(self, home: str, before_ms: int, limit: int) -> int:
        """Forgets letters that were only handed on here, and kept before a time, at most `limit`; tells how many."""
        foreign = (
            (CASE_LETTER.c.destination != home) & (CASE_LETTER.c.filed_at != home) & CASE_LETTER.c.sender.is_not(None)
        )
        old = foreign & CASE_LETTER.c.due_ms.is_(None) & (CASE_LETTER.c.kept_at_ms < before_ms)
        key = (CASE_LETTER.c.filed_at, CASE_LETTER.c.case_id, CASE_LETTER.c.part, CASE_LETTER.c.sha256)
        found = self._connection.execute(select(*key).where(old).order_by(CASE_LETTER.c.kept_at_ms).limit(limit)).all()
        if found:
            self._connection.execute(delete(CASE_LETTER).where(tuple_(*key).in_([tuple(row) for row in found])))
        return len(found)

    def case_file(self, case: CaseName) -> CaseFile | None:
        """One case, kept from other writers until the commit; None when neither filed nor decided here."""
        wanted = select(CASE_FILE).where(CASE_FILE.c.filed_at == case.filed_at, CASE_FILE.c.case_id == case.case_id)
        row = self._connection.execute(wanted.with_for_update()).one_or_none()
        return None if row is None else file_of(row)

    def keep_case(self, file: CaseFile) -> None:
        """Adds a case, or replaces what is kept of it."""
        replace_rows(self._connection, CASE_FILE, [file_row(file)])

    def open_on(self, origin: str, index: int) -> Sequence[CaseFile]:
        """The open cases about an entry, by name."""
        wanted = (
            select(CASE_FILE)
            .where(CASE_FILE.c.origin == origin, CASE_FILE.c.idx == index, _OPEN)
            .order_by(CASE_FILE.c.filed_at, CASE_FILE.c.case_id)
        )
        return [file_of(row) for row in self._connection.execute(wanted)]

    def run_out(self, decided_at: str, day: date, limit: int) -> Sequence[CaseFile]:
        """Open cases that a node decides whose last day is before a day, at most `limit`."""
        wanted = (
            select(CASE_FILE)
            .where(CASE_FILE.c.due_on < day.isoformat(), CASE_FILE.c.decided_at == decided_at, _OPEN)
            .order_by(CASE_FILE.c.due_on, CASE_FILE.c.filed_at, CASE_FILE.c.case_id)
            .limit(limit)
            .with_for_update()
        )
        return [file_of(row) for row in self._connection.execute(wanted)]
