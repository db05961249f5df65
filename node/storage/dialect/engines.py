# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The connections of a place, whichever database it is in."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, Engine, func, literal_column, select

from node.storage.dialect import postgres, sqlite
from node.storage.dialect.place import StorePlace


def writer_engine(place: StorePlace) -> Engine:
    """The one connection of this process that writes. Opening never makes a store."""
    return sqlite.writer_engine(place) if isinstance(place, Path) else postgres.writer_engine(place)


def migrator_engine(place: StorePlace) -> Engine:
    """As `writer_engine`, for changing tables: call `check_foreign_keys` before the commit."""
    return sqlite.migrator_engine(place) if isinstance(place, Path) else postgres.writer_engine(place)


def reader_engine(place: StorePlace) -> Engine:
    """A small pool of connections that cannot write."""
    return sqlite.reader_engine(place) if isinstance(place, Path) else postgres.reader_engine(place)


def is_ours(connection: Connection) -> bool:
    """Whether what is connected to is marked as a store of this program."""
    return postgres.is_ours(connection) if _is_postgres(connection) else sqlite.is_ours(connection)


def mark_application(connection: Connection, place: StorePlace) -> None:
    """Marks a place as ours; makes the schema where there is none."""
    if isinstance(place, Path):
        sqlite.mark_application(connection)
    else:
        postgres.make_schema(connection, place)


def check_foreign_keys(connection: Connection) -> bool:
    """Whether every row belongs to a row that is there; PostgreSQL has seen to it already."""
    return _is_postgres(connection) or sqlite.check_foreign_keys(connection)


def settle(connection: Connection, tables: Iterable[str]) -> None:
    """After rows were copied with their numbers: new feeds get numbers of their own, and plans know the tables."""
    if _is_postgres(connection):
        postgres.settle(connection, tables)


def clock_ms(connection: Connection) -> int:
    """Milliseconds since 1970-01-01T00:00:00Z by the clock of the database, which all its processes share."""
    if _is_postgres(connection):
        seconds = connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one()
    else:
        days = func.julianday("now") - literal_column("2440587.5")
        seconds = connection.execute(select(days * literal_column("86400.0"))).scalar_one()
    return int(float(seconds) * 1000)


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
