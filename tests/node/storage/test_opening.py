# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Making, opening, locking and migrating stores: what is not to be opened is refused, and says what to do."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.schema import CreateIndex, CreateTable

from federation.errors import ConfigFault, OrderFault, StoreFault
from node.storage.opening import checks
from node.storage.opening.checks import StoreOwner, known_revisions
from node.storage.opening.creation import create_store, migrate_store
from node.storage.schema import METADATA
from node.storage.store import open_reader, open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.storage.store import Store
    from tests.node.storage.conftest import Child


NEWEST = known_revisions()[0]
NEXT_STEP = """
from alembic import op

revision, down_revision = "0999", "{}"


def upgrade():
    for statement in "{}".split(";"):
        op.execute(statement)
"""


def change(path: Path, statement: str) -> None:
    """Change a store behind its back."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_new_store_is_closed_to_others(path: Path, store: Store) -> None:
    """The file, what SQLite puts beside it, and the lock: 0600."""
    with store.write() as unit:
        unit.set_rules_digest("x")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == dict.fromkeys(("store.db", "store.db-wal", "store.db-shm", "store.db.lock"), 0o600)


def test_a_store_is_never_overwritten(path: Path, owner: StoreOwner) -> None:
    """What is there stays as it is, store or not."""
    path.write_bytes(b"precious")
    with pytest.raises(ConfigFault, match="STORE_EXISTS"):
        create_store(path, owner)
    assert path.read_bytes() == b"precious"


def test_the_rest_of_a_creation_that_died_is_no_hindrance(tmp_path: Path, owner: StoreOwner) -> None:
    """A half-made store never has the store's name."""
    (tmp_path / "store.db.part").write_bytes(b"half")
    create_store(tmp_path / "store.db", owner)
    with open_store(tmp_path / "store.db", owner) as store:
        assert store.reader.feeds() == []


def test_opening_never_makes_a_store(tmp_path: Path, owner: StoreOwner) -> None:
    """A wrong path is refused, and nothing is left there."""
    for door in (open_store, open_reader):
        with pytest.raises(ConfigFault, match="STORE_MISSING"), door(tmp_path / "no.db", owner):
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_a_fault_of_ours(tmp_path: Path, owner: StoreOwner) -> None:
    """No foreign exception crosses the door."""
    with pytest.raises(StoreFault, match="STORE_UNAVAILABLE"):
        create_store(tmp_path / "no" / "store.db", owner)


@pytest.mark.parametrize("other", [StoreOwner("delta.example", "330100"), StoreOwner("other.example", "310000")])
def test_the_store_of_another_node_is_refused(path: Path, other: StoreOwner) -> None:
    """For writing and for reading, naming whose it is."""
    for door in (open_store, open_reader):
        with pytest.raises(ConfigFault, match=r"STORE_FOREIGN: .*delta\.example/310000"), door(path, other):
            pass


def test_a_database_of_another_program_is_refused(tmp_path: Path, owner: StoreOwner) -> None:
    """A good SQLite file without our mark."""
    path = tmp_path / "other.db"
    change(path, "CREATE TABLE meta (name, value)")
    for door in (open_store, open_reader):
        with pytest.raises(ConfigFault, match="STORE_FOREIGN"), door(path, owner):
            pass


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, owner: StoreOwner) -> None:
    """As damaged, without a foreign exception."""
    path = tmp_path / "text.db"
    path.write_bytes(b"no database" * 500)
    for door in (open_store, open_reader):
        with pytest.raises(StoreFault, match="STORE_CORRUPT"), door(path, owner):
            pass


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "STORE_TOO_NEW"),
        ("DELETE FROM alembic_version", "STORE_TOO_NEW"),
    ],
)
def test_a_store_of_another_version_is_refused(path: Path, owner: StoreOwner, statement: str, reason: str) -> None:
    """Also by a migration: it never goes back, and never guesses."""
    change(path, statement)
    for door in (open_store, open_reader):
        with pytest.raises(ConfigFault, match=reason), door(path, owner):
            pass
    with pytest.raises(ConfigFault, match=reason):
        migrate_store(path, owner)


WITHOUT_HISTORY = (
    "drop table past_decision",
    "drop table rule_set",
    "drop table rule_file",
    *(f"alter table decision drop column {name}" for name in ("turn", "rules", "inputs", "grounds")),
)
"""Makes a store one of the version before 0007."""
WITHOUT_HOLDERS = ("drop table holder_index", "drop table holder_piece")


def test_records_of_subjects_are_read_again_for_ties(path: Path, owner: StoreOwner) -> None:
    """A store from before the table reads those feeds from their beginning; others stay where they are."""
    row = "insert into feed values ({0}, 'o{0}', 'o', '{1}', 0, 9, x'', 0, 9, null, null, 0, 9)"
    for number, dataset in enumerate(("subjects", "lists"), 1):
        change(path, row.format(number, dataset))
    for statement in ("drop table tie", "drop table opening", "drop table bar", *WITHOUT_HOLDERS, *WITHOUT_HISTORY):
        change(path, statement)
    change(path, "update alembic_version set version_num = '0005'")

    assert migrate_store(path, owner) == ("0005", NEWEST)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select dataset, applied from feed").fetchall() == [("subjects", 0), ("lists", 9)]


def test_the_known_versions_are_those_of_the_steps() -> None:
    """The names of the files say what alembic reads in them, in its order."""
    config = Config()
    config.set_main_option("script_location", str(checks.MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    assert known_revisions() == [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]


def test_a_store_that_is_up_to_date_needs_no_migration(path: Path, owner: StoreOwner) -> None:
    """Nothing happens."""
    assert migrate_store(path, owner) == (NEWEST, NEWEST)


@pytest.fixture
def next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Adds one more step to this program, given as its statement, which ends with the test."""

    def add(statement: str) -> None:
        steps = tmp_path / "migrations"
        shutil.copytree(checks.MIGRATIONS, steps)
        (steps / "versions" / "s0999_next.py").write_text(NEXT_STEP.format(NEWEST, statement))
        monkeypatch.setattr(checks, "MIGRATIONS", steps)

    return add


def test_an_older_store_is_refused_until_it_is_migrated(
    path: Path, owner: StoreOwner, next_step: Callable[[str], None]
) -> None:
    """It is brought up as a whole, and keeps what is in it."""
    with open_store(path, owner) as store, store.write() as unit:
        unit.set_rules_digest("kept")
    next_step("CREATE TABLE more (one INTEGER)")
    for door in (open_store, open_reader):
        with pytest.raises(ConfigFault, match="STORE_TOO_OLD"), door(path, owner):
            pass
    done = [migrate_store(path, owner), migrate_store(path, owner)]
    assert done == [(NEWEST, "0999"), ("0999", "0999")]
    with open_store(path, owner) as store, store.write() as unit:
        assert unit.rules_digest() == "kept"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM meta; SELECT broken", "STORE_UNAVAILABLE"),
        ("INSERT INTO tile VALUES (7, 0, 0, x'00')", "STORE_CORRUPT"),
    ],
)
def test_a_migration_that_fails_changes_nothing(
    path: Path, owner: StoreOwner, next_step: Callable[[str], None], statement: str, reason: str
) -> None:
    """Also when the statement before the failing one went well, and when rows are left without their feed."""
    with closing(sqlite3.connect(path)) as connection:
        before = list(connection.iterdump())
    next_step(statement)
    with pytest.raises(StoreFault, match=reason):
        migrate_store(path, owner)
    with closing(sqlite3.connect(path)) as connection:
        assert list(connection.iterdump()) == before


def test_the_steps_lead_to_the_tables_that_the_code_knows(path: Path) -> None:
    """Alembic sees no difference between a migrated store and the tables in the code."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()
    assert differences == []


def test_the_steps_make_the_very_statements_that_the_code_would(path: Path) -> None:
    """Constraints, partial indexes and WITHOUT ROWID included, which alembic's own comparison leaves out."""
    dialect = create_engine("sqlite://").dialect
    tables = METADATA.tables.values()
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in tables]
    made += [str(CreateIndex(index).compile(dialect=dialect)) for table in tables for index in table.indexes]
    expected = {" ".join(sql.split()) for sql in made}
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name != 'alembic_version'"
        ).fetchall()
    assert {" ".join(sql.split()) for (sql,) in rows} == expected


def test_a_second_process_is_refused_and_told_who_holds_the_store(
    path: Path, owner: StoreOwner, child: Callable[[Callable[[int], None]], Child]
) -> None:
    """Until the first one dies, however it dies; readers are not kept out."""

    def hold(tell: int) -> None:
        with open_store(path, owner):
            os.write(tell, b"!")
            signal.pause()

    holder = child(hold)
    assert holder.heard(1) == b"!"
    with pytest.raises(ConfigFault, match=f"STORE_BUSY: .*process {holder.pid};"):
        open_store(path, owner)
    with pytest.raises(ConfigFault, match="STORE_BUSY"):
        migrate_store(path, owner)
    with open_reader(path, owner) as reader:
        assert reader.feeds() == []
    holder.kill()
    with open_store(path, owner) as store:
        assert store.reader.feeds() == []


def test_a_store_that_could_not_be_opened_is_not_held(path: Path, owner: StoreOwner) -> None:
    """The lock is given up with the attempt."""
    with pytest.raises(ConfigFault):
        open_store(path, StoreOwner("other.example", "310000"))
    open_store(path, owner).close()


def test_a_closed_store_stays_closed(path: Path, owner: StoreOwner) -> None:
    """Neither writer nor reader comes back without the lock; closing again does nothing."""
    store = open_store(path, owner)
    store.close()
    store.close()
    with pytest.raises(OrderFault, match="STORE_CLOSED"), store.write():
        pass
    with pytest.raises(OrderFault, match="STORE_CLOSED"):
        store.reader.feeds()


def test_a_closed_store_is_one_file(path: Path, owner: StoreOwner) -> None:
    """The log is folded in, so that a copy of the file is a copy of the store; only the lock file stays beside it."""
    with open_store(path, owner) as store, store.write() as unit:
        unit.set_rules_digest("x")
    assert sorted(file.name for file in path.parent.iterdir()) == ["store.db", "store.db.lock"]


def test_a_reader_alone_changes_nothing(
    path: Path, owner: StoreOwner, child: Callable[[Callable[[int], None]], Child]
) -> None:
    """It sees what a writer that died had committed, and does not fold it into the file: that is the next writer's."""

    def commit(tell: int) -> None:
        with open_store(path, owner) as store:
            with store.write() as unit:
                unit.quarantine("delta.example/330100/lists/1", "CHECKPOINT_FORK")
            os.write(tell, b"!")
            signal.pause()

    writer = child(commit)
    assert writer.heard(1) == b"!"
    writer.kill()
    before = path.read_bytes()
    with open_reader(path, owner) as reader:
        assert reader.quarantines() == {"delta.example/330100/lists/1": "CHECKPOINT_FORK"}
    assert path.read_bytes() == before
