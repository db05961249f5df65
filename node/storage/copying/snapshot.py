# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes a store, as it was at one instant, into a SQLite file, whichever database it is in and whoever writes it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from federation.errors import StoreFault
from node.storage.copying.tables import copy_tables, found_tables, newest_tables
from node.storage.dialect.engines import reader_engine
from node.storage.dialect.place import StorePlace
from node.storage.dialect.sqlite import builder_engine, live_bytes, vacuum_into
from node.storage.fault import file_faults, place_named, store_faults
from node.storage.opening.checks import StoreOwner, identified, identify, known_revisions, require_store
from node.storage.opening.creation import make_tables

Told = Callable[[int, int], None]
"""Told how much is done, and how much there is in all."""


MEBIBYTE = 1024 * 1024


def write_snapshot(place: StorePlace, owner: StoreOwner, target: Path, told: Told) -> str:
    """Copies a store of any version that this program knows. The node may be served meanwhile, and is not held up.

    The copy is a store file of its own, of the same version, without a log beside it, and holds only what is live:
    nothing that was erased or sequenced lingers in free pages. It is durable when this returns.

    Args:
        place: the store. A log of SQLite's beside it keeps growing until the copy is made.
        owner: whose it must be.
        target: an empty file, readable by its owner only; of no use when anything is raised.
        told: told bytes or rows done and in all.

    Returns:
        The version of the tables in the copy.

    Raises:
        ConfigFault: STORE_MISSING, or as `identify`.
        StoreFault: the store cannot be read, or the copy not be written: STORE_FULL, STORE_CORRUPT, STORE_UNAVAILABLE.
    """
    require_store(place)
    engine = reader_engine(place)
    try:
        with place_named(place), store_faults(), engine.begin() as connection:
            revision = identify(connection, place, owner)
            if not isinstance(place, Path):
                _copy(connection, target, revision, told)
        if isinstance(place, Path):
            with place_named(place), store_faults():
                require_room(target.parent, live_bytes(engine))
                vacuum_into(engine, target, told)
    finally:
        engine.dispose()
    sync_file(target)
    return identified(target, owner)


def _copy(source: Connection, target: Path, revision: str, told: Told) -> None:
    """Table by table, in the one transaction of the source."""
    engine = builder_engine(target)
    try:
        with engine.begin() as made:
            make_tables(made, target, revision)
            tables = newest_tables() if revision == known_revisions()[0] else found_tables(made)
            copy_tables(source, made, tables, told)
    finally:
        engine.dispose()


def require_room(folder: Path, needed: int) -> None:
    """Sees that so many bytes fit, before a disk is filled that others may need.

    Raises:
        StoreFault: STORE_FULL, says how much is wanting.
    """
    with file_faults(folder):
        free = shutil.disk_usage(folder).free
    if free < needed:
        sizes = f"{needed / MEBIBYTE:.0f} MiB are needed and {free / MEBIBYTE:.0f} MiB are free"
        raise StoreFault("STORE_FULL", f"{folder}: {sizes}; mend: make room, or name another folder")


def sync_file(path: Path) -> None:
    """Makes the content of a file durable.

    Raises:
        StoreFault: STORE_FULL, STORE_UNAVAILABLE.
    """
    with file_faults(path):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
