# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The other side of follow and import: the same rows, inserted by bare sqlite3.

The tables and indexes are the product's own; the durability is the same (WAL, synchronous=FULL), and so is the number
of rows in a transaction. Nothing is verified, hashed or signed, no foreign key is looked up. Reading the rows from
where they are is not counted.
"""

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

SETTINGS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA wal_autocheckpoint = 4000")
FOLLOWED: Mapping[str, str] = {"entry": "feed, idx", "act": "feed, idx", "tile": "feed, level, idx"}
"""Tables that following fills, and the order in which their rows came."""
IMPORTED: Mapping[str, str] = {**FOLLOWED, "submission": "feed, idx", "decision": "feed, idx"}


def insert_again(source: Path, target: Path, tables: Mapping[str, str], batch: int) -> float:
    """Inserts the rows of some tables of a store into a new database.

    Args:
        source: a finished store.
        target: where the new database goes; removed before and after.
        tables: which tables, each with the order of its rows.
        batch: rows of each table in one transaction.

    Returns:
        Seconds for inserts and commits.
    """
    _remove(target)
    with closing(sqlite3.connect(source)) as held, closing(sqlite3.connect(target, isolation_level=None)) as made:
        for setting in SETTINGS:
            made.execute(setting)
        _make_tables(held, made, tables)
        cursors = {table: held.execute(_selecting(table, order)) for table, order in tables.items()}
        seconds = 0.0
        while rows := {table: got for table, cursor in cursors.items() if (got := cursor.fetchmany(batch))}:
            began = time.perf_counter()
            made.execute("BEGIN IMMEDIATE")
            for table, some in rows.items():
                made.executemany(_inserting(table, len(some[0])), some)
            made.execute("COMMIT")
            seconds += time.perf_counter() - began
    _remove(target)
    return seconds


def _make_tables(held: sqlite3.Connection, made: sqlite3.Connection, tables: Mapping[str, str]) -> None:
    """Makes the tables with their indexes as the store has them."""
    wanted = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC"
    for table in tables:
        for (sql,) in held.execute(wanted, (table,)):
            made.execute(sql)


def _selecting(table: str, order: str) -> str:
    return f"SELECT * FROM {table} ORDER BY {order}"  # noqa: S608 - names of ours


def _inserting(table: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"  # noqa: S608 - names of ours


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
