# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes stores, and brings old ones up. The steps are alembic's.

A new store is made under another name and put in place when it is whole, so that a crash leaves no half of one.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from federation.errors import ConfigFault, StoreFault
from node.storage.dialect import postgres
from node.storage.dialect.engines import check_foreign_keys, mark_application, migrator_engine
from node.storage.dialect.place import PostgresPlace, StorePlace
from node.storage.dialect.rows import insert_rows
from node.storage.fault import file_faults, place_named, store_faults
from node.storage.opening import checks
from node.storage.opening.checks import (
    FEDERATION,
    NODE_ID,
    StoreOwner,
    check_store,
    identified,
    known_revisions,
    require_store,
    sync_folder,
    writing_alone,
)
from node.storage.opening.marks import UNFINISHED
from node.storage.schema import META

_OWNER_ONLY = 0o600


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
    insert_rows(connection, META, [(FEDERATION, owner.federation), (NODE_ID, owner.node_id), *mark])


def make_tables(connection: Connection, place: StorePlace, revision: str = "head") -> None:
    """Makes the empty tables of a version in an empty place, and marks it as ours; whose it is, is still to be said."""
    if isinstance(place, PostgresPlace):
        mark_application(connection, place)
    command.upgrade(_steps(connection), revision)
    if isinstance(place, Path):
        mark_application(connection, place)


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


def _steps(connection: Connection | None = None) -> Config:
    """How alembic is told where the steps are, and over which connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(checks.MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


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
