# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL database: durable commits, bounded waits, one schema for each store.

Writers work under READ COMMITTED and lock the row of a feed before they read what they change, so that commits of one
feed follow each other; readers see one state, under REPEATABLE READ, and cannot write. A server that went away costs
one failed call: the pool drops its connections, and the next call opens new ones.
"""

from collections.abc import Iterable, Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import QueuePool

from node.storage.dialect.place import PostgresPlace

APPLICATION_MARK = "xinqiao store XQS1"
"""Comment on a schema that marks it as a store of this program."""

CONNECT_S = 10
WRITERS = 1
READERS = 4
EXTRA_READERS = 12
_BOTH = {
    "client_encoding": "UTF8",
    "timezone": "UTC",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "10min",
}
_WRITER = {
    "synchronous_commit": "on",  # a checkpoint that left the process must survive power loss
    "default_transaction_isolation": "read committed",
}
_READER = {
    "default_transaction_isolation": "repeatable read",
    "default_transaction_read_only": "on",
    "statement_timeout": "10min",
}


def writer_engine(place: PostgresPlace) -> Engine:
    """The one connection of this process that writes."""
    return _engine(place, _WRITER, "xinqiao writer", WRITERS, 0)


def reader_engine(place: PostgresPlace) -> Engine:
    """A small pool of connections that cannot write."""
    return _engine(place, _READER, "xinqiao reader", READERS, EXTRA_READERS)


def _engine(place: PostgresPlace, settings: Mapping[str, str], name: str, size: int, extra: int) -> Engine:
    wanted = {**_BOTH, **settings, "search_path": f'"{place.schema}"'}
    options = " ".join(f"-c {key}={value.replace(' ', chr(92) + ' ')}" for key, value in wanted.items())
    given = {key: str(value) for key, value in conninfo_to_dict(place.url).items() if value is not None}
    added = {"connect_timeout": str(CONNECT_S), "application_name": name}
    options = f"{given.get('options', '')} {options}".strip()
    conninfo = make_conninfo(**{**added, **given, "options": options})

    def connect() -> "psycopg.Connection[object]":
        return psycopg.connect(conninfo)

    return create_engine(
        "postgresql+psycopg://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=extra,
        hide_parameters=True,
    )


def exists(connection: Connection) -> bool:
    """Whether the schema is there and holds anything, so that it may be a store."""
    wanted = text("select exists (select from pg_tables where schemaname = current_schema())")
    return bool(connection.execute(wanted).scalar_one())


def is_ours(connection: Connection) -> bool:
    """Whether the schema is marked as a store of this program."""
    wanted = text("select obj_description(oid) from pg_namespace where nspname = current_schema()")
    return connection.execute(wanted).scalar_one_or_none() == APPLICATION_MARK


def make_schema(connection: Connection, place: PostgresPlace) -> None:
    """Makes the schema unless it is there, and marks it as ours."""
    quoted = connection.dialect.identifier_preparer.quote_identifier(place.schema)
    connection.execute(text(f"create schema if not exists {quoted}"))
    connection.execute(text(f"comment on schema {quoted} is '{APPLICATION_MARK}'"))


def set_aside(connection: Connection, place: PostgresPlace, name: str) -> None:
    """Gives the schema another name, with everything in it."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    connection.execute(text(f"alter schema {quote(place.schema)} rename to {quote(name)}"))


def settle(connection: Connection, tables: Iterable[str]) -> None:
    """Moves the sequence of feed numbers behind the numbers that are there, and gathers what plans rest on."""
    numbering = "select setval(pg_get_serial_sequence('feed', 'feed'), coalesce(max(feed), 0) + 1, false) from feed"
    connection.execute(text(numbering))
    connection.execute(text(f"analyze {', '.join(tables)}"))
