# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Rewrites a store's files, so that no byte of what was erased lingers in free pages, in gaps of pages or in a log.

SQLite       VACUUM with secure_delete: every page is made anew; then the log is folded into the file and cut to
             nothing. Needs room for two copies of the store, one beside it and one where temporary files go.
PostgreSQL   VACUUM FULL of every table that holds or held records, into new files, and a CHECKPOINT, so that no page of
             the old ones is written again. What the server has sampled of their columns, to plan by, goes likewise: of
             a table that is empty by now nothing else would take it away. Segments of the write-ahead log, archives
             and replicas are the database administrator's part.
"""

import psycopg
from psycopg import sql
from psycopg.errors import Diagnostic
from sqlalchemy import Dialect, Engine, LargeBinary, String, Table

from node.storage.schema import ANSWERED, DECISION, ENTRY, ERASURE, EVIDENCE, OPENING, PENDING, SUBMISSION

_POSTGRES_TABLES = (PENDING, ENTRY, SUBMISSION, DECISION, ANSWERED, OPENING, EVIDENCE, ERASURE)


def clean(engine: Engine) -> bool:
    """Rewrites the files; the caller has the store to itself.

    Args:
        engine: the one that writes.

    Returns:
        Whether all was done: False when somebody reads the SQLite file, so that its log could not be cut, or when the
        PostgreSQL role may not order a CHECKPOINT, or owns the tables but not the database, so that the samples may
        linger. To be repeated then, or left to the administrator.
    """
    return _clean_postgres(engine) if engine.dialect.name == "postgresql" else _clean_sqlite(engine)


def _clean_sqlite(engine: Engine) -> bool:
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (busy, *_) = cursor.fetchone() or (1,)
        cursor.close()
    finally:
        raw.invalidate()
        raw.close()
    return not busy


def _clean_postgres(engine: Engine) -> bool:
    raw = engine.raw_connection()
    driver = raw.driver_connection
    try:
        if not isinstance(driver, psycopg.Connection):
            return False
        driver.autocommit = True
        warned: list[Diagnostic] = []
        driver.add_notice_handler(warned.append)
        for table in _POSTGRES_TABLES:
            driver.execute(_without_samples(table, engine.dialect).encode())
            driver.execute(sql.SQL("vacuum full {}").format(sql.Identifier(table.name)))
        driver.execute("vacuum full pg_catalog.pg_statistic")  # who may not is warned, and passed over
        driver.execute(
            sql.SQL("analyze {}").format(sql.SQL(", ").join(sql.Identifier(t.name) for t in _POSTGRES_TABLES))
        )
        driver.execute("checkpoint")
    except psycopg.errors.InsufficientPrivilege:
        return False
    finally:
        raw.invalidate()
        raw.close()
    return not any(said.severity_nonlocalized == "WARNING" for said in warned)


def _without_samples(table: Table, dialect: Dialect) -> str:
    """Gives each column that may tell something the type that it has: the server forgets what it sampled of it."""
    told = [column for column in table.columns if isinstance(column.type, LargeBinary | String)]
    retyped = (f"alter column {column.name} type {column.type.compile(dialect)}" for column in told)
    return f"alter table {table.name} {', '.join(retyped)}"
