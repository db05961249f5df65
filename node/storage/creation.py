# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes stores, brings old ones up, and refuses those that are not to be opened. The steps are alembic's.

A new store is made under another name and put in place when it is whole, so that a crash leaves no half of one.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select

from federation.errors import ConfigFault, StoreFault
from node.storage.dialect import postgres
from node.storage.dialect.engines import (
    check_foreign_keys,
    is_ours,
    mark_application,
    migrator_engine,
    reader_engine,
    writer_engine,
)
from node.storage.dialect.place import PostgresPlace, StorePlace
from node.storage.dialect.rows import insert_rows
from node.storage.fault import file_faults, place_named, store_faults
from node.storage.lease import is_led
from node.storage.lock import WriterLock, is_locked
from node.storage.marks import UNFINISHED, marks_of, refuse_unfinished
from node.storage.schema import META

MIGRATIONS = Path(__file__).parent / "migrations"
"""The steps: beside this file, also in an installed package."""

_OWNER_ONLY = 0o600
_BY_EFFECTIVE_USER = os.access in os.supports_effective_ids
_FEDERATION = "federation"
_NODE_ID = "node_id"


@dataclass(frozen=True, slots=True)
class StoreOwner:
    """Whose store it is: part of every own origin in it, and so never changed."""

    federation: str
    node_id: str


def create_store(place: StorePlace, owner: StoreOwner, unfinished: str | None = None) -> None:
    """Makes an empty store; a file is readable by its owner only.

    Args:
        place: where; the folder, or the database, exists.
        owner: whose it is.
        unfinished: token of the move that will fill it; until its end it cannot be opened.

    Raises:
        ConfigFault: STORE_EXISTS, something is there and stays as it is; STORE_BUSY.
        StoreFault: it could not be made; nothing is left at `place`.
    """
    if isinstance(place, Path):
        _create_file(place, owner, unfinished)
    else:
        _create_schema(place, owner, unfinished)


def _create_file(path: Path, owner: StoreOwner, unfinished: str | None) -> None:
    with writing_alone(path):
        if path.exists():
            raise _exists(path)
        part = path.with_name(f"{path.name}.part")
        with file_faults(path):
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
            with migrating(part) as connection:
                _fill(connection, part, owner, unfinished)
            part.rename(path)
            sync_folder(path.parent)


def _create_schema(place: PostgresPlace, owner: StoreOwner, unfinished: str | None) -> None:
    """One transaction: PostgreSQL undoes tables, too."""
    with migrating(place) as connection:
        if postgres.exists(connection):
            raise _exists(place)
        _fill(connection, place, owner, unfinished)


def _exists(place: StorePlace) -> ConfigFault:
    return ConfigFault("STORE_EXISTS", f"{place} is there already and is not overwritten")


def _fill(connection: Connection, place: StorePlace, owner: StoreOwner, unfinished: str | None) -> None:
    """Makes the tables of this version, and writes down whose store it is."""
    make_tables(connection, place)
    mark = [] if unfinished is None else [(UNFINISHED, unfinished)]
    insert_rows(connection, META, [(_FEDERATION, owner.federation), (_NODE_ID, owner.node_id), *mark])


def make_tables(connection: Connection, place: StorePlace, revision: str = "head") -> None:
    """Makes the empty tables of a version in an empty place, and marks it as ours; whose it is, is still to be said."""
    if isinstance(place, PostgresPlace):
        mark_application(connection, place)
    command.upgrade(_steps(connection), revision)
    if isinstance(place, Path):
        mark_application(connection, place)


def known_revisions() -> list[str]:
    """The versions of the tables that this program knows, newest first."""
    return [step.revision for step in ScriptDirectory.from_config(_steps()).walk_revisions()]


def migrate_store(
    place: StorePlace, owner: StoreOwner, prepare: Callable[[str], None] = lambda _: None
) -> tuple[str, str]:
    """Brings a store of an older version of this program up to this one, in one transaction: all or nothing.

    Args:
        place: where it is.
        owner: whose it must be.
        prepare: called with the version before anything is changed, while nobody else can write; what it raises ends
            the migration. Not called when there is nothing to do.

    Returns:
        The version it was of, and the one it is of now; equal when there was nothing to do.

    Raises:
        ConfigFault: as `check_store`, except STORE_TOO_OLD; STORE_MISSING; STORE_BUSY.
        StoreFault: the store is as it was before.
    """
    require_store(place)
    newest = known_revisions()[0]
    with writing_alone(place):
        found = identified(place, owner)
        if found != newest:
            prepare(found)
            with migrating(place) as connection:
                command.upgrade(_steps(connection), "head")
                check_store(connection, place, owner)
    return found, newest


def require_store(place: StorePlace) -> None:
    """Sees that the store is there: opening must never make one.

    Raises:
        ConfigFault: STORE_MISSING.
        StoreFault: STORE_UNAVAILABLE, the database does not answer.
    """
    if isinstance(place, Path) and place.is_dir():
        raise ConfigFault(
            "STORE_MISSING", f"{place} is a folder, not a store; mend: move it away, bring the store back"
        )
    if not (place.is_file() if isinstance(place, Path) else _has_schema(place)):
        raise ConfigFault(
            "STORE_MISSING",
            f"{place} is not there; mend: bring it back, or xinqiao store restore BACKUP. A new one under the same id "
            "would contradict what was signed",
        )


def require_writable(place: StorePlace) -> None:
    """Sees that a file may be written: SQLite opens one that may only be read, and fails at the first write.

    Raises:
        StoreFault: STORE_UNAVAILABLE.
    """
    if isinstance(place, Path) and not os.access(place, os.R_OK | os.W_OK, effective_ids=_BY_EFFECTIVE_USER):
        raise StoreFault("STORE_UNAVAILABLE", f"{place} may not be written; mend: chmod 600, chown to who runs this")


def _has_schema(place: PostgresPlace) -> bool:
    with _session(place) as connection:
        return postgres.exists(connection)


def is_served(place: StorePlace) -> bool:
    """Whether some process holds the right to write a file, or leads in a database.

    Raises:
        StoreFault: the database does not answer.
    """
    if isinstance(place, Path):
        return is_locked(place)
    with _session(place) as connection:
        return postgres.exists(connection) and is_led(connection)


def identified(place: StorePlace, owner: StoreOwner) -> str:
    """The version of a store that is there; changes nothing.

    Raises:
        ConfigFault: as `identify`.
        StoreFault: it cannot be read.
    """
    engine = reader_engine(place)
    try:
        with place_named(place), store_faults(), engine.begin() as connection:
            return identify(connection, place, owner)
    finally:
        engine.dispose()


@contextmanager
def _session(place: StorePlace) -> Iterator[Connection]:
    """One transaction over a connection of its own."""
    engine = writer_engine(place)
    try:
        with place_named(place), store_faults(), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def check_store(connection: Connection, place: StorePlace, owner: StoreOwner) -> None:
    """Sees that a store is of this program, this version and this node, and closed to others.

    Raises:
        ConfigFault: as `identify`, or STORE_TOO_OLD; the detail says what to do.
    """
    if identify(connection, place, owner) != known_revisions()[0]:
        raise ConfigFault("STORE_TOO_OLD", f"{place} is of an older version; mend: xinqiao store migrate")


def identify(connection: Connection, place: StorePlace, owner: StoreOwner) -> str:
    """Sees that a store is of this program and this node, of a version that this program knows, and closed to others.

    Returns:
        The version of its tables.

    Raises:
        ConfigFault: STORE_FOREIGN, STORE_TOO_NEW, STORE_TOO_OPEN, STORE_UNFINISHED; the detail says what to do.
    """
    if not is_ours(connection):
        raise ConfigFault("STORE_FOREIGN", f"{place} is not a store of this program; mend: name the right file")
    found = MigrationContext.configure(connection).get_current_revision()
    if found not in known_revisions():
        raise ConfigFault(
            "STORE_TOO_NEW", f"{place} was written by a newer version; mend: run that version or a later one"
        )
    names = dict(connection.execute(select(META.c.name, META.c.value)).all())
    found_owner = StoreOwner(names.get(_FEDERATION, ""), names.get(_NODE_ID, ""))
    if found_owner != owner:
        whose = f"{found_owner.federation}/{found_owner.node_id}, not of {owner.federation}/{owner.node_id}"
        raise ConfigFault("STORE_FOREIGN", f"{place} is the store of {whose}; mend: name the right file or node id")
    if isinstance(place, Path) and stat.S_IMODE(place.stat().st_mode) & 0o077:
        raise ConfigFault("STORE_TOO_OPEN", f"others can read or write {place}; mend: chmod 600 {place}")
    refuse_unfinished(marks_of(connection), place)
    return found


def _steps(connection: Connection | None = None) -> Config:
    """How alembic is told where the steps are, and over which connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def writing_alone(place: StorePlace) -> Iterator[None]:
    """Keeps other processes from writing: by the lock of a file; in a database, by refusing while one leads.

    Raises:
        ConfigFault: STORE_BUSY.
        StoreFault: STORE_UNAVAILABLE, the lock cannot be made, or the database does not answer.
    """
    if isinstance(place, PostgresPlace):
        if is_served(place):
            raise ConfigFault("STORE_BUSY", f"{place} is in use; mend: stop the node first")
        yield
        return
    lock = WriterLock(place)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def migrating(place: StorePlace) -> Iterator[Connection]:
    """One transaction without foreign keys, which are checked as a whole before its end."""
    engine = migrator_engine(place)
    try:
        with place_named(place), store_faults(), engine.begin() as connection:
            yield connection
            if not check_foreign_keys(connection):
                raise StoreFault("STORE_CORRUPT", "rows belong to feeds that are not there")
    finally:
        engine.dispose()


def sync_folder(folder: Path) -> None:
    """Makes the new name itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
