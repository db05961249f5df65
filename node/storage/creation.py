# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes stores, brings old ones up, and refuses those that are not to be opened. The steps are alembic's.

A new store is made under another name and put in place when it is whole, so that a crash leaves no half of one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select

from federation.errors import ConfigFault, StoreFault
from node.storage.dialect import check_foreign_keys, insert_rows, is_ours, mark_application, migrator_engine
from node.storage.fault import store_faults
from node.storage.lock import WriterLock
from node.storage.schema import META

MIGRATIONS = Path(__file__).parent / "migrations"
"""The steps: beside this file, also in an installed package."""

_OWNER_ONLY = 0o600
_FEDERATION = "federation"
_NODE_ID = "node_id"


@dataclass(frozen=True, slots=True)
class StoreOwner:
    """Whose store it is: part of every own origin in it, and so never changed."""

    federation: str
    node_id: str


def create_store(path: Path, owner: StoreOwner) -> None:
    """Makes an empty store, readable by its owner only.

    Args:
        path: where; the folder exists.
        owner: whose it is.

    Raises:
        ConfigFault: STORE_EXISTS, the file is there and stays as it is; STORE_BUSY.
        StoreFault: it could not be made; nothing is left at `path`.
    """
    with _locked(path):
        if path.exists():
            raise ConfigFault("STORE_EXISTS", f"{path} is there already and is not overwritten")
        part = path.with_name(f"{path.name}.part")
        try:
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
            with _migrating(part) as connection:
                command.upgrade(_steps(connection), "head")
                mark_application(connection)
                insert_rows(connection, META, [(_FEDERATION, owner.federation), (_NODE_ID, owner.node_id)])
            part.rename(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise StoreFault("STORE_UNAVAILABLE", f"{path} cannot be made: {error.strerror}") from None


def migrate_store(path: Path, owner: StoreOwner) -> bool:
    """Brings a store of an older version of this program up to this one, in one transaction: all or nothing.

    Returns:
        False when there was nothing to do.

    Raises:
        ConfigFault: as `check_store`, except STORE_TOO_OLD; STORE_MISSING; STORE_BUSY.
        StoreFault: the store is as it was before.
    """
    require_store(path)
    with _locked(path), _migrating(path) as connection:
        try:
            check_store(connection, path, owner)
        except ConfigFault as fault:
            if fault.reason != "STORE_TOO_OLD":
                raise
        else:
            return False
        command.upgrade(_steps(connection), "head")
        check_store(connection, path, owner)
    return True


def require_store(path: Path) -> None:
    """Sees that the file is there: opening must never make one.

    Raises:
        ConfigFault: STORE_MISSING.
    """
    if not path.is_file():
        raise ConfigFault(
            "STORE_MISSING",
            f"{path} is not there; mend: bring it back. A new one under the same id would contradict what was signed",
        )


def check_store(connection: Connection, path: Path, owner: StoreOwner) -> None:
    """Sees that a store is of this program, this version and this node.

    Raises:
        ConfigFault: STORE_FOREIGN, STORE_TOO_NEW, STORE_TOO_OLD; the detail says what to do.
    """
    if not is_ours(connection):
        raise ConfigFault("STORE_FOREIGN", f"{path} is not a store of this program; mend: name the right file")
    found = MigrationContext.configure(connection).get_current_revision()
    known = [step.revision for step in ScriptDirectory.from_config(_steps()).walk_revisions()]
    if found not in known:
        raise ConfigFault(
            "STORE_TOO_NEW", f"{path} was written by a newer version; mend: run that version or a later one"
        )
    if found != known[0]:
        raise ConfigFault("STORE_TOO_OLD", f"{path} is of an older version; mend: keep a copy of it, then migrate it")
    names = dict(connection.execute(select(META.c.name, META.c.value)).all())
    found_owner = StoreOwner(names.get(_FEDERATION, ""), names.get(_NODE_ID, ""))
    if found_owner != owner:
        whose = f"{found_owner.federation}/{found_owner.node_id}, not of {owner.federation}/{owner.node_id}"
        raise ConfigFault("STORE_FOREIGN", f"{path} is the store of {whose}; mend: name the right file or node id")


def _steps(connection: Connection | None = None) -> Config:
    """How alembic is told where the steps are, and over which connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = WriterLock(path)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _migrating(path: Path) -> Iterator[Connection]:
    """One transaction without foreign keys, which are checked as a whole before its end."""
    engine = migrator_engine(path)
    try:
        with store_faults(), engine.begin() as connection:
            yield connection
            if not check_foreign_keys(connection):
                raise StoreFault("STORE_CORRUPT", f"{path}: rows belong to feeds that are not there")
    finally:
        engine.dispose()


def _sync_folder(folder: Path) -> None:
    """Makes the new name itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
