# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Rewrites a store's files, so that no byte of what was erased lingers in free pages, in gaps of pages or in a log.

SQLite       VACUUM with secure_delete: every page is made anew; then the log is folded into the file and cut to
             nothing. Needs room for two copies of the store, one beside it and one where temporary files go.
PostgreSQL   VACUUM FULL of every table that holds or held records, into new files, and a CHECKPOINT, so that no page of
             the old ones is written again. Segments of the write-ahead log, archives and replicas are the database
             administrator's part.
"""

import psycopg
from sqlalchemy import Engine

from node.storage.schema import ANSWERED, DECISION, ENTRY, ERASURE, EVIDENCE, OPENING, PENDING, SUBMISSION

_POSTGRES_TABLES = (PENDING, ENTRY, SUBMISSION, DECISION, ANSWERED, OPENING, EVIDENCE, ERASURE)


def clean(engine: Engine) -> bool:
    """Rewrites the files; the caller has the store to itself.

    Args:
        engine: the one that writes.

    Returns:
        Whether all was done: False when somebody reads the SQLite file, so that its log could not be cut, or when the
        PostgreSQL role may not order a CHECKPOINT. To be repeated then, or left to the administrator.
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
        for table in _POSTGRES_TABLES:
            driver.execute(psycopg.sql.SQL("vacuum full {}").format(psycopg.sql.Identifier(table.name)))
        try:
            driver.execute("checkpoint")
        except psycopg.errors.InsufficientPrivilege:
            return False
    finally:
        raw.invalidate()
        raw.close()
    return True
