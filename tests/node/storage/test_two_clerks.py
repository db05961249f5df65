# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Two processes that serve one node on PostgreSQL get the same case at once: one statement of a number, one state."""

import itertools
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from federation.errors import StoreFault
from federation.records.case import CaseKind
from node.cases.letter import CaseName, LetterName
from node.cases.ports import CaseFile, KeptLetter
from node.exchange.dialogue import Envelope
from node.storage.dialect.place import PostgresPlace
from node.storage.opening.checks import StoreOwner
from node.storage.opening.creation import create_store
from node.storage.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.demo.postgres import TemporaryPostgres

NAME = CaseName("330100", "01890a5d-ac96-774b-bcce-b302099a8057")
STATUS = KeptLetter(
    LetterName(NAME, "status/1"), b"d" * 32, Envelope("t", b"payload", b"key!", b"s" * 64), "330100", 9, due_ms=9
)
FILE = CaseFile(NAME, "310000", CaseKind.OBJECTION, "delta.example/310000/lists/1", 0, 1, 1)
_NUMBERS = itertools.count()


@pytest.fixture
def clerks(postgres: "TemporaryPostgres", owner: StoreOwner) -> "Iterator[tuple[Store, Store]]":
    """Two stores in one schema, as two processes open it."""
    place = PostgresPlace(postgres.make_database(f"clerks_{next(_NUMBERS)}"), "node")
    create_store(place, owner)
    with open_store(place, owner) as one, open_store(place, owner) as other:
        yield one, other


def test_the_second_statement_of_a_number_waits_and_is_undone(clerks: tuple[Store, Store]) -> None:
    """Until the first is durable; tried again, it finds what stands."""
    one, other = clerks
    told: list[str] = []

    def second() -> None:
        try:
            with other.write() as unit:
                unit.keep_letters([replace(STATUS, sha256=b"e" * 32)])
        except StoreFault as fault:
            told.append(fault.reason)

    late = threading.Thread(target=second)
    with one.write() as unit:
        unit.keep_letters([STATUS])
        late.start()
        late.join(0.2)
        assert late.is_alive(), "it waits for who came first"
    late.join()

    assert ["STORE_CONTENDED"] == told
    with other.write() as unit:
        assert {STATUS.name: STATUS} == unit.letters([NAME])


def test_a_case_is_one_processs_until_its_commit(clerks: tuple[Store, Store]) -> None:
    """What the second makes of it rests on what the first has kept."""
    one, other = clerks
    with one.write() as unit:
        unit.keep_case(FILE)
    seen: list[CaseFile | None] = []

    def second() -> None:
        with other.write() as unit:
            seen.append(unit.case_file(NAME))

    late = threading.Thread(target=second)
    with one.write() as unit:
        file = unit.case_file(NAME)
        assert file is not None
        late.start()
        late.join(0.2)
        assert late.is_alive(), "it waits for who came first"
        unit.keep_case(replace(file, sequence=1))
    late.join()

    assert [replace(FILE, sequence=1)] == seen
