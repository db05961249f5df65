# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A store with something in every kind of table, and places to move it to."""

import hashlib
import itertools
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import select

from federation.log.checkpoint import FeedKeys
from federation.log.entry import PayloadState, RawEntry, check_entries
from federation.log.feed import FollowState
from federation.log.leaf import Leaf, LeafKind, commitment
from federation.log.merkle import CompactRange, leaf_hash
from federation.log.tile import extend_tiles
from federation.records.case import CaseKind
from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset
from node.acknowledge.behind import Ahead
from node.acknowledge.statement import Stage, Stated
from node.cases.letter import CaseName, LetterName
from node.cases.ports import CaseFile, KeptLetter
from node.demo.postgres import TemporaryPostgres
from node.entry.evidence import Evidence
from node.entry.holding import Decision
from node.entry.pending import Pending
from node.exchange.bars import Bar, BarKind
from node.exchange.dialogue import Envelope
from node.exchange.exchange_log import Remembered
from node.follow.ports import FollowedRow, Health
from node.holders.index import CHUNK_BYTES, pieces_of
from node.ledger.rules import RuleSet
from node.storage.dialect.engines import reader_engine
from node.storage.dialect.place import PostgresPlace, StorePlace
from node.storage.moving.move import Moved, MoveProgress, move_store
from node.storage.schema import LEASE, META, METADATA
from node.storage.store import Store, open_store
from tests.node.storage.conftest import FOREIGN, OWN, OWNER, OwnFeed
from tests.node.storage.indexing import indexed

SIGNED = Envelope("a letter", b"payload", b"k" * 4, b"s" * 64)
Rows: TypeAlias = dict[str, list[tuple[Any, ...]]]
_NUMBERS = itertools.count()


def rows_of(place: StorePlace) -> Rows:
    """Every row of a store, but for leases and for what `meta` says of the move."""
    engine = reader_engine(place)
    try:
        with engine.begin() as connection:
            found = {
                table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for table in METADATA.sorted_tables
                if table is not LEASE
            }
    finally:
        engine.dispose()
    found[META.name] = [row for row in found[META.name] if row[0] in {"federation", "node_id", "rules_digest"}]
    return found


def decision(index: int, turn: int, rules: int) -> Decision:
    """A decision on an entry of another member, with what it was made of."""
    said = (Standing.HELD, ("SUSPENDED",), (), ("rules@1",), None, 9)
    return Decision(FOREIGN, index, Dataset.LISTS, "甲", "black", *said, turn, rules, b"i" * 32, (f"acts 1 {turn}",))


def own_keys(feed: OwnFeed) -> FeedKeys:
    """The keys of an own feed."""
    return feed.sequencer._feed_keys


def fill(store: Store, count: int) -> FeedKeys:
    """Puts entries, acts, pending rows and all that is kept beside feeds into a store; gives the own feed's keys."""
    feed = OwnFeed(store)
    for start in range(0, count, 1000):
        feed.publish(*(feed.pending(b"record %d" % number) for number in range(start, min(count, start + 1000))))
    feed.pend(
        Pending(
            b"k" * 32, hashlib.sha256(b"waiting").digest(), LeafKind.ADD, 4, None, b"s" * 32, b"waiting", "甲", True
        )
    )
    mirrored(store, FOREIGN, count // 2)
    with store.write() as unit:
        unit.keep_evidence(FOREIGN, Evidence("330100", "ENTRIES_ROOT", "somewhere", (b"one", b"two")), 7)
        unit.keep_health(FOREIGN, "330100", Health(None, 3, "ENTRIES_ROOT"))
        unit.keep_stated(FOREIGN, [Stated("yrd", Stage.IN_EFFECT, count // 2, 9, b"a statement")], 11)
        unit.keep_ahead(FOREIGN, Ahead(count, b"a note", "yrd", 12))
        unit.set_rules_digest("a digest")
        rules = unit.keep_rules(RuleSet("310000", {"rules/a": b"a file"}), 9)
        for turn in range(2):
            unit.keep_decisions([decision(index, turn, rules) for index in range(5)])
        unit.remember({"an exchange": Remembered(b"q" * 32, b"answer")}, 9)
        case = CaseName("330100", "a case")
        unit.keep_letters(
            [KeptLetter(LetterName(case, "case"), b"d" * 32, SIGNED, "310000", 9, "yrd", "", 10, 1, "LATE")]
        )
        unit.keep_holder_index(indexed("yrd", bytes(3 * CHUNK_BYTES)), pieces_of(bytes(3 * CHUNK_BYTES)))
        unit.keep_bar(Bar(BarKind.OFFICER, "330100/017", 9, "a reason", "somebody", 10, "another"))
        unit.keep_case(CaseFile(case, "310000", CaseKind.OBJECTION, OWN, 3, 9, 9, due_on=date(2026, 11, 30)))
    return own_keys(feed)


def mirrored(store: Store, origin: str, count: int) -> None:
    """Mirrors entries of every kind and state: present, withheld, erased, lost, quarantined, endings."""
    entries: list[RawEntry] = []
    for index in range(count):
        salt = hashlib.sha256(b"%d" % index).digest()
        kind = LeafKind.END if index % 7 == 6 else LeafKind.ADD
        ref = index - 3 if kind is LeafKind.END else None
        leaf = Leaf(kind, 1000 + index, 4, ref, commitment(origin, 4, salt, b"record")).encode()
        if index % 5 == 4:
            entries.append(RawEntry(leaf, list(PayloadState)[index % 6], b"", b""))
        else:
            entries.append(RawEntry(leaf, PayloadState.PRESENT, salt, b"record" if index % 11 else b"another"))
    verified, time_ms = check_entries(origin, 0, 0, entries)
    hashes = [leaf_hash(entry.leaf) for entry in entries]
    rows = [FollowedRow(entry, "甲" if entry.state is PayloadState.PRESENT else "", False) for entry in verified]
    with store.write() as unit:
        tiles = extend_tiles(0, hashes, lambda level, index: unit.tile(origin, level, index))
        unit.mirror(origin, rows, tiles, FollowState(CompactRange.empty().extended(hashes), time_ms, None))


def move(before: StorePlace, after: StorePlace, told: Callable[[MoveProgress], None] = lambda _: None) -> Moved:
    """Moves a store of this test's owner."""
    return move_store((before, after), OWNER, lambda _: None, told)


def changed(path: Path, statement: str, *values: object) -> None:
    """Changes a file behind the back of the program."""
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement, values).rowcount > 0


def executed(path: Path, statement: str) -> None:
    """Changes the making of a file behind the back of the program."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


class Interrupted(Exception):
    """As if the process had died."""


def interrupt(at: int) -> Callable[[MoveProgress], None]:
    """What ends a move when it tells of its progress once more than so often."""
    told: list[MoveProgress] = []

    def tell(progress: MoveProgress) -> None:
        told.append(progress)
        if len(told) > at:
            raise Interrupted

    return tell


@pytest.fixture(scope="session")
def beginnings(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small store with something in every kind of table, and the empty target of a move that has just begun."""
    folder = tmp_path_factory.mktemp("begun")
    source, target = Path(shutil.copy2(empty, folder / "store.db")), folder / "elsewhere.db"
    with open_store(source, OWNER) as store:
        fill(store, 40)
    with pytest.raises(Interrupted):
        move(source, target, interrupt(0))
    return source, target


@pytest.fixture
def source(beginnings: tuple[Path, Path], tmp_path: Path) -> Path:
    """Such a store of its own, closed."""
    return Path(shutil.copy2(beginnings[0], tmp_path))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A place where nothing is."""
    return tmp_path / "elsewhere.db"


@pytest.fixture
def begun(beginnings: tuple[Path, Path], target: Path) -> Path:
    """The same place, where a move from the source has just begun."""
    return Path(shutil.copy2(beginnings[1], target))


@pytest.fixture
def database(postgres: TemporaryPostgres) -> PostgresPlace:
    """A database where nothing is."""
    return PostgresPlace(postgres.make_database(f"moving_{next(_NUMBERS)}"), "node")
