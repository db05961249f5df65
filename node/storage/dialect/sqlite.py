# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A SQLite file: one writer, readers beside it, durable commits."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

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


def is_ours(connection: Connection) -> bool:
    """Whether the file is marked as a store of this program."""
    return bool(connection.exec_driver_sql("PRAGMA application_id").scalar_one() == APPLICATION_ID)


def mark_application(connection: Connection) -> None:
    """Marks the file as ours."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def check_foreign_keys(connection: Connection) -> bool:
    """Whether every row belongs to a row that is there."""
    return connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None
