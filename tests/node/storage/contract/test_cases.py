# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Cases and letters are kept alike on every database."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from federation.errors import StoreFault
from federation.records.case import CaseKind, CaseState
from federation.rules.case.process import Phase
from node.cases.letter import CaseName, LetterName
from node.cases.ports import CaseFile, KeptLetter
from node.exchange.dialogue import Envelope

if TYPE_CHECKING:
    from node.storage.store import Store

NAME = CaseName("310000", "01890a5d-ac96-774b-bcce-b302099a8057")
BARE = CaseFile(NAME, "330100", CaseKind.REPAIR, "delta.example/330100/lists/1", 2**53, 5, 6)
FULL = replace(
    BARE, phase=Phase.ACCEPTED, state=CaseState.OVERDUE, sequence=7, marked=True, due_on=date(2026, 3, 2),
    overdue=True, remark="APPLICANT_NOT_SUBJECT",
)  # fmt: skip
LETTER = KeptLetter(
    LetterName(NAME, "case"), b"d" * 32, Envelope("a type", b"\x00payload", b"key!", b"s" * 64), "330100", 9
)
CARRIED = replace(LETTER, sender="a", back="b", due_ms=2**40, tries=3, reason="WHY", hop="c", receipt=b"\x00r")


def test_a_case_is_read_as_it_was_kept(store: "Store") -> None:
    """Bare, and with everything; the newer replaces the older."""
    with store.write() as unit:
        assert unit.case_file(NAME) is None
        unit.keep_case(BARE)
        assert BARE == unit.case_file(NAME)
        unit.keep_case(FULL)

    assert [FULL] == store.reader.case_files(NAME.case_id)


def test_a_letter_is_read_as_it_was_kept(store: "Store") -> None:
    """Bare, and with everything; its bytes are untouched."""
    other = replace(CARRIED, name=LetterName(CaseName("330000", NAME.case_id), "status/1"))
    with store.write() as unit:
        unit.keep_letters([LETTER, other])
        assert {LETTER.name: LETTER} == unit.letters([NAME])
        unit.keep_letters([CARRIED])
        assert {CARRIED.name: CARRIED, other.name: other} == unit.letters([NAME, other.name.case])
        assert {} == unit.letters([])

    assert [CARRIED, other] == store.reader.case_letters(NAME.case_id)


def test_evidence_stands_beside_the_letter_it_contradicts(store: "Store") -> None:
    """It is shown and counted, and neither taken for the letter nor handed on."""
    false = replace(LETTER, sha256=b"e" * 32, stands=False)
    with store.write() as unit:
        unit.keep_letters([LETTER, false])
        assert ({LETTER.name: LETTER}, 1) == (unit.letters([NAME]), unit.conflicts(NAME))

    assert {True, False} == {letter.stands for letter in store.reader.case_letters(NAME.case_id)}
    assert [] == store.reader.letters_waiting(9)


def test_what_is_due_is_found_oldest_first(store: "Store") -> None:
    """By its time, not before it, at most so many; what waits longer is told of, too."""
    times = (30, 10, None, 20)
    letters = [
        replace(LETTER, name=LetterName(NAME, f"status/{number}"), due_ms=due, sender="yrd")
        for number, due in enumerate(times)
    ]
    with store.write() as unit:
        unit.keep_letters(letters)
        assert (3, 0) == (unit.count_waiting("yrd"), unit.count_waiting("310000"))

    assert [10, 20] == [letter.due_ms for letter in store.reader.letters_due(29, 9)]
    assert [10] == [letter.due_ms for letter in store.reader.letters_due(29, 1)]
    assert [10, 20, 30] == [letter.due_ms for letter in store.reader.letters_waiting(9)]


def test_open_cases_are_found_by_entry_and_by_term(store: "Store") -> None:
    """Closed ones are not, nor those of another entry, another node, or a later day."""
    named = [replace(FULL, name=CaseName("310000", str(number))) for number in range(5)]
    closed, elsewhere, later = (
        replace(named[1], phase=Phase.CLOSED),
        replace(named[2], index=3, decided_at="330000"),
        replace(named[3], due_on=date(2026, 3, 3)),
    )
    with store.write() as unit:
        for file in (named[0], closed, elsewhere, later, replace(named[4], due_on=None)):
            unit.keep_case(file)
        assert ["0", "3", "4"] == [file.name.case_id for file in unit.open_on(FULL.origin, FULL.index)]
        assert ["0"] == [file.name.case_id for file in unit.run_out("330100", date(2026, 3, 3), 9)]
        assert ["0", "3"] == [file.name.case_id for file in unit.run_out("330100", date(2026, 3, 4), 9)]
        assert (4, 0) == (unit.count_open("310000"), unit.count_open("330100"))

    assert 4 == len(store.reader.cases(only_open=True, limit=9))
    assert 2 == len(store.reader.cases(only_open=False, limit=2))


def test_only_what_was_handed_on_is_forgotten(store: "Store") -> None:
    """Of others, done and old; not what waits, was written here, is for this node or was filed here."""
    named = [replace(CARRIED, name=LetterName(NAME, f"status/{number}"), due_ms=None) for number in range(7)]
    filed_here = replace(named[4], name=LetterName(CaseName("yrd", "x"), "case"))
    kept = [
        replace(named[0], due_ms=5),
        replace(named[1], sender=""),
        replace(named[2], destination="yrd"),
        replace(named[3], kept_at_ms=10),
        filed_here,
    ]
    with store.write() as unit:
        unit.keep_letters([*kept, named[5], named[6]])
        assert [1, 1, 0] == [unit.forget_letters("yrd", 10, 1) for _ in range(3)]
        assert {letter.name for letter in kept} == set(unit.letters([NAME, filed_here.name.case]))


def test_of_two_letters_of_one_name_one_stands(store: "Store") -> None:
    """Two processes that number a statement alike cannot both keep theirs: the second has to look again."""
    with store.write() as unit:
        unit.keep_letters([LETTER])
    with pytest.raises(StoreFault, match="STORE_CONTENDED"), store.write() as unit:
        unit.keep_letters([replace(LETTER, sha256=b"e" * 32)])

    assert [LETTER] == store.reader.case_letters(NAME.case_id)
