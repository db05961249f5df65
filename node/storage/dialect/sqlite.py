# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A SQLite file: one writer, readers beside it, durable commits."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

APPLICATION_ID = 0x58515331
"""Marks a SQLite file as a store of this program: "XQS1"."""

_BOTH = ("PRAGMA busy_timeout = 5000", "PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF")
_WRITER = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a checkpoint that left the process must survive power loss
    "PRAGMA wal_autocheckpoint = 4000",  # pages: 16 MiB, so that a bulk import is not all checkpoints
    "PRAGMA journal_size_limit = 67108864",  # bytes: a log swollen by one slow reader shrinks again
    "PRAGMA secure_delete = FAST",  # what was sequenced or erased does not linger in free pages that are written anyway
)
_READER = ("PRAGMA query_only = ON",)
_MIGRATOR = ("PRAGMA foreign_keys = OFF",)  # tables are rebuilt by copying; the check follows in one go
LOOK_EVERY = 10_000
"""How many steps of SQLite's machine pass between two looks at how far a copy has come: about a millisecond."""
READERS = 4
EXTRA_READERS = 12


def writer_engine(path: Path) -> Engine:
    """The one connection that writes: WAL, FULL, BEGIN IMMEDIATE. The file must exist."""
    return _engine(path, "rw", "BEGIN IMMEDIATE", (*_BOTH, *_WRITER))


def migrator_engine(path: Path) -> Engine:
    """As `writer_engine`, without enforcing foreign keys: call `check_foreign_keys` before the commit."""
    return _engine(path, "rw", "BEGIN IMMEDIATE", (*_BOTH, *_WRITER, *_MIGRATOR))


def reader_engine(path: Path) -> Engine:
    """A small pool of connections that can neither write nor checkpoint, beside a writer in any process."""
    return _engine(path, "ro", "BEGIN", (*_BOTH, *_READER))


def _engine(path: Path, mode: str, begin: str, settings: Sequence[str]) -> Engine:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    alone = mode == "rw"

    def connect() -> sqlite3.Connection:
        # transactions are ours to begin; connections move between threads through the pool, one thread at a time
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=1 if alone else READERS,
        max_overflow=0 if alone else EXTRA_READERS,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _set(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        for setting in settings:
            connection.execute(setting)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def builder_engine(path: Path) -> Engine:
    """For filling a new file that is thrown away when anything fails: no log, nothing durable until it is synced."""
    return _engine(path, "rw", "BEGIN IMMEDIATE", ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF"))


def live_bytes(engine: Engine) -> int:
    """How long a file would be that held no free pages."""
    with engine.begin() as connection:
        names = ("page_count", "freelist_count", "page_size")
        pages, free, size = (int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in names)
    return (pages - free) * size


def vacuum_into(engine: Engine, target: Path, told: Callable[[int, int], None]) -> None:
    """Writes what one instant of a store held into an empty file, beside a writer that goes on writing.

    Only what is live is written: nothing that was deleted lingers in the copy. The copy is one file without a log, and
    is not durable until the caller syncs it.

    Args:
        engine: of readers of the store.
        target: the empty file.
        told: told bytes done and in all, now and then; what it raises ends the copying.

    Raises:
        sqlite3.Error: the store or the target is no good.
    """
    total = live_bytes(engine)
    raised: list[BaseException] = []

    def look() -> bool:
        try:
            told(min(target.stat().st_size, total), total)
        except BaseException as error:
            raised.append(error)  # SQLite would swallow it: raised again below
        return bool(raised)

    pooled = engine.raw_connection()
    connection = cast("sqlite3.Connection", pooled.driver_connection)
    try:
        connection.execute("PRAGMA query_only = OFF")  # VACUUM INTO asks for it; the file stays open for reading only
        connection.set_progress_handler(look, LOOK_EVERY)
        connection.execute("VACUUM INTO ?", (str(target.absolute()),))
    except sqlite3.OperationalError:
        if raised:
            raise raised[0] from None
        raise
    finally:
        connection.close()
        pooled.invalidate()
    told(total, total)


def is_ours(connection: Connection) -> bool:
    """Whether the file is marked as a store of this program."""
    return bool(connection.exec_driver_sql("PRAGMA application_id").scalar_one() == APPLICATION_ID)


def mark_application(connection: Connection) -> None:
    """Marks the file as ours."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def check_foreign_keys(connection: Connection) -> bool:
    """Whether every row belongs to a row that is there."""
    return connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None
