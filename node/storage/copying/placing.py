# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Puts a whole, checked SQLite file where a node's store belongs; what was there keeps existing under another name.

A file is put in place by names alone, each step durable before the next; a crash leaves:

1. the old file gets its other name      no store: nothing can be served, and restoring again goes on from here
2. its log gets the name that belongs    as above. A log must never stand beside a file that it is not of
   to it
3. the new file gets the store's name    the new store

A schema is renamed and filled in one transaction of PostgreSQL: all or nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from federation.errors import ConfigFault
from node.storage.copying.snapshot import Told
from node.storage.copying.tables import copy_tables, newest_tables
from node.storage.dialect import postgres
from node.storage.dialect.engines import is_ours, reader_engine, settle
from node.storage.dialect.place import PostgresPlace, StorePlace
from node.storage.fault import file_faults, store_faults
from node.storage.lease import take_leases
from node.storage.opening.checks import require_store, sync_folder
from node.storage.opening.creation import make_tables, migrating

_HOLDER = "xinqiao store restore"
_LOG = "-wal"
_LOG_INDEX = "-shm"
_MAX_NAME_CHARACTERS = 63


def is_vacant(place: StorePlace) -> bool:
    """Whether nothing at all is where the store belongs.

    Raises:
        StoreFault: the database does not answer.
    """
    if isinstance(place, Path):
        return not place.exists() and not place.is_symlink()
    try:
        require_store(place)
    except ConfigFault:
        return True
    return False


def aside_of(place: StorePlace, stamp: str) -> str:
    """The name that what is in a place gets when it is replaced; `stamp` tells several apart."""
    if isinstance(place, Path):
        return f"{place.name}.replaced-{stamp}"
    suffix = f"_replaced_{stamp.lower()}"
    return place.schema[: _MAX_NAME_CHARACTERS - len(suffix)] + suffix


def put_in_place(made: Path, place: StorePlace, aside: str, told: Told) -> None:
    """Makes a file the store of a node.

    Args:
        made: a whole store file of this version; gone afterwards when `place` is a file, untouched else. In the folder
            of `place` when that is a file, and nothing has it open.
        place: where it belongs; whoever calls keeps other writers out.
        aside: the name that what is there gets.
        told: told rows done and in all.

    Raises:
        ConfigFault: STORE_BUSY, a node was started on the database meanwhile.
        StoreFault: what was there is there still, or has its other name.
    """
    if isinstance(place, Path):
        with file_faults(place):
            _rename(made, place, aside)
    else:
        _load(made, place, aside, told)


def _rename(made: Path, place: Path, aside: str) -> None:
    kept = place.with_name(aside)
    if place.exists():
        place.rename(kept)
        sync_folder(place.parent)
    log = place.with_name(place.name + _LOG)
    if log.exists() and log.stat().st_size:
        log.rename(kept.with_name(kept.name + _LOG))
    log.unlink(missing_ok=True)
    place.with_name(place.name + _LOG_INDEX).unlink(missing_ok=True)
    sync_folder(place.parent)
    made.rename(place)
    sync_folder(place.parent)


def _load(made: Path, place: PostgresPlace, aside: str, told: Told) -> None:
    with _reading(made) as source, migrating(place) as target:
        if postgres.exists(target):
            if is_ours(target) and not take_leases(target, _HOLDER):  # held until the end: nobody starts meanwhile
                raise ConfigFault("STORE_BUSY", f"{place} is in use; mend: stop the node first")
            postgres.set_aside(target, place, aside)
        make_tables(target, place)
        copy_tables(source, target, newest_tables(), told)
        settle(target, [table.name for table in newest_tables()])


@contextmanager
def _reading(path: Path) -> Iterator[Connection]:
    engine = reader_engine(path)
    try:
        with store_faults(), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
