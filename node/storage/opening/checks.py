# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What holds before a store is opened: it is there, of this program, this version and this node, and closed to others.

Every command comes through here, so this asks the store itself, without the library that makes and upgrades its tables.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from federation.errors import ConfigFault, StoreFault
from node.storage.dialect import postgres
from node.storage.dialect.engines import is_ours, reader_engine, writer_engine
from node.storage.dialect.place import PostgresPlace, StorePlace
from node.storage.fault import place_named, store_faults
from node.storage.lease import is_led
from node.storage.opening.lock import WriterLock, is_locked
from node.storage.opening.marks import marks_of, refuse_unfinished
from node.storage.schema import META

MIGRATIONS = Path(__file__).parents[1] / "migrations"
"""The steps: beside this package, also in an installed package."""

FEDERATION = "federation"
NODE_ID = "node_id"
_VERSION = table("alembic_version", column("version_num"))
_BY_EFFECTIVE_USER = os.access in os.supports_effective_ids


@dataclass(frozen=True, slots=True)
class StoreOwner:
    """Whose store it is: part of every own origin in it, and so never changed."""

    federation: str
    node_id: str


def known_revisions() -> list[str]:
    """The versions of the tables that this program knows, newest first: the steps bear them in their names."""
    steps = sorted((MIGRATIONS / "versions").glob("s[0-9]*_*.py"), reverse=True)
    return [step.name.partition("_")[0].removeprefix("s") for step in steps]


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
    with session(place) as connection:
        return postgres.exists(connection)


def is_served(place: StorePlace) -> bool:
    """Whether some process holds the right to write a file, or leads in a database.

    Raises:
        StoreFault: the database does not answer.
    """
    if isinstance(place, Path):
        return is_locked(place)
    with session(place) as connection:
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
def session(place: StorePlace) -> Iterator[Connection]:
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
    found = _revision(connection)
    if found not in known_revisions():
        raise ConfigFault(
            "STORE_TOO_NEW", f"{place} was written by a newer version; mend: run that version or a later one"
        )
    names = dict(connection.execute(select(META.c.name, META.c.value)).all())
    found_owner = StoreOwner(names.get(FEDERATION, ""), names.get(NODE_ID, ""))
    if found_owner != owner:
        whose = f"{found_owner.federation}/{found_owner.node_id}, not of {owner.federation}/{owner.node_id}"
        raise ConfigFault("STORE_FOREIGN", f"{place} is the store of {whose}; mend: name the right file or node id")
    if isinstance(place, Path) and stat.S_IMODE(place.stat().st_mode) & 0o077:
        raise ConfigFault("STORE_TOO_OPEN", f"others can read or write {place}; mend: chmod 600 {place}")
    refuse_unfinished(marks_of(connection), place)
    return found


def _revision(connection: Connection) -> str | None:
    """The version that the last step wrote down; None when no step ever ran."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none()


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


def sync_folder(folder: Path) -> None:
    """Makes the new name itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
