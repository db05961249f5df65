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

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from federation.errors import StoreFault
from node.storage.dialect.place import StorePlace

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
_MENDING = {
    "STORE_FULL": "; mend: make room where the store lies. Nothing that was accepted is lost",
    "STORE_CORRUPT": "; mend: xinqiao verify says where; xinqiao store restore BACKUP --replace brings a whole one",
}
_RIGHTS = "; mend: let the user that runs this read and write the store and its folder"
_MENDING_OF_CODES = {
    sqlite3.SQLITE_CANTOPEN: _RIGHTS,
    sqlite3.SQLITE_READONLY: _RIGHTS,
    sqlite3.SQLITE_PERM: _RIGHTS,
    sqlite3.SQLITE_BUSY: "; mend: end what else works on the store",
    sqlite3.SQLITE_IOERR: "; mend: see to the disk that the store lies on",
}
_AWAY = "; mend: see that the database answers. Nothing that was accepted is lost"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


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
        primary = code & _PRIMARY_CODE
        reason = _REASONS.get(code) or _REASONS.get(primary, "STORE_UNAVAILABLE")
        return _told(reason, name, _MENDING_OF_CODES.get(primary, ""))
    if isinstance(origin, psycopg.Error):
        state = origin.sqlstate or ""
        reason = "STORE_CONFLICT" if state.startswith(_INTEGRITY) else _STATES.get(state, "STORE_UNAVAILABLE")
        away = _AWAY if isinstance(origin, psycopg.OperationalError) else ""
        return _told(reason, f"{type(origin).__name__} {state}".rstrip(), away)
    return StoreFault("STORE_UNAVAILABLE", f"the database layer says {type(origin or error).__name__}")


def _told(reason: str, name: str, mending: str = "") -> StoreFault:
    """A fault by the name that the database has for it, with what to do about it."""
    return StoreFault(reason, f"the database says {name}{_MENDING.get(reason, mending)}")


@contextmanager
def place_named(place: StorePlace) -> Iterator[None]:
    """Puts the name of the place before what is said of it: for opening, when it is not clear yet what is meant."""
    try:
        yield
    except StoreFault as fault:
        raise StoreFault(fault.reason, f"{place}: {fault.detail}") from None


@contextmanager
def file_faults(path: Path) -> Iterator[None]:
    """Turns what the system raises inside the block, about a file or those beside it, into StoreFault.

    STORE_FULL where there is no room, else STORE_UNAVAILABLE; the detail names the file and says what to mend.
    """
    try:
        yield
    except OSError as error:
        said = f"{error.filename or path}: {error.strerror}"
        if error.errno in _NO_ROOM:
            raise StoreFault("STORE_FULL", f"{said}; mend: make room there") from None
        detail = f"{said}; mend: let the user that runs this read and write there"
        raise StoreFault("STORE_UNAVAILABLE", detail) from None
