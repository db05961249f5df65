# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""No foreign exception crosses the door of the store: each becomes the most specific of our faults.

    STORE_FULL          the disk, or the size the file may grow to, is full
    STORE_CORRUPT       the file is damaged, or no database
    STORE_CONFLICT      what should be new is there already, or what it belongs to is not
    STORE_CONTENDED     another process was in the way; undone, and worth trying again at once
    STORE_UNAVAILABLE   everything else: locked too long, no permission, input or output error, a database that is away

A fault's detail names the database's own error and never a value: values may be personal. Foreign errors are cut off
for the same reason, since some of them quote what they could not read.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from federation.errors import StoreFault

_PRIMARY_CODE = 0xFF
_REASONS = {
    sqlite3.SQLITE_FULL: "STORE_FULL",
    sqlite3.SQLITE_IOERR_SHMSIZE: "STORE_FULL",  # what it says when it opens a store on a full disk
    sqlite3.SQLITE_CORRUPT: "STORE_CORRUPT",
    sqlite3.SQLITE_NOTADB: "STORE_CORRUPT",
    sqlite3.SQLITE_CONSTRAINT: "STORE_CONFLICT",
}

_STATES = {
    "53100": "STORE_FULL",
    "XX001": "STORE_CORRUPT",
    "XX002": "STORE_CORRUPT",
    "40001": "STORE_CONTENDED",
    "40P01": "STORE_CONTENDED",
}
"""SQLSTATE codes (PostgreSQL manual, appendix A)."""
_INTEGRITY = "23"
_MENDING = {"STORE_FULL": "; mend: make room where the store lies. Nothing that was accepted is lost"}


@contextmanager
def store_faults() -> Iterator[None]:
    """Turns what the database raises inside the block into StoreFault; everything else passes."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error) as error:
        raise _fault_of(error) from None


def _fault_of(error: Exception) -> StoreFault:
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        if isinstance(origin, sqlite3.OperationalError) and not hasattr(origin, "sqlite_errorcode"):
            return StoreFault(
                "STORE_CORRUPT", "a stored text cannot be decoded"
            )  # the one error the driver makes itself
        code = getattr(origin, "sqlite_errorcode", 0)
        name = getattr(origin, "sqlite_errorname", type(origin).__name__)
        return _told(_REASONS.get(code) or _REASONS.get(code & _PRIMARY_CODE, "STORE_UNAVAILABLE"), name)
    if isinstance(origin, psycopg.Error):
        state = origin.sqlstate or ""
        reason = "STORE_CONFLICT" if state.startswith(_INTEGRITY) else _STATES.get(state, "STORE_UNAVAILABLE")
        return _told(reason, f"{type(origin).__name__} {state}".rstrip())
    return StoreFault("STORE_UNAVAILABLE", f"the database layer says {type(origin or error).__name__}")


def _told(reason: str, name: str) -> StoreFault:
    """A fault by the name that the database has for it."""
    return StoreFault(reason, f"the database says {name}{_MENDING.get(reason, '')}")
