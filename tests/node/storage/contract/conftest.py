# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The contract of the store holds on every database: SQLite, the system's PostgreSQL, and the one of the test extra."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from node.storage.dialect.place import PostgresPlace, StorePlace
from node.storage.opening.checks import StoreOwner
from node.storage.opening.creation import create_store

if TYPE_CHECKING:
    from node.demo.postgres import TemporaryPostgres

EMPTY = "empty_store"
_NUMBERS = itertools.count()


@pytest.fixture(scope="session", params=["sqlite", "system", "package"])
def server(
    request: pytest.FixtureRequest, postgres_servers: "Callable[[str], TemporaryPostgres]"
) -> "TemporaryPostgres | None":
    """The server that the stores are on, with a database that holds an empty one to be copied; None for SQLite."""
    if request.param == "sqlite":
        return None
    running = postgres_servers(request.param)
    create_store(PostgresPlace(running.make_database(EMPTY), "node"), StoreOwner("delta.example", "310000"))
    return running


@pytest.fixture
def place(server: "TemporaryPostgres | None", path: Path) -> StorePlace:
    """An empty store of its own."""
    if server is None:
        return path
    name = f"store_{next(_NUMBERS)}"
    copy = sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(EMPTY))
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(copy)
    return PostgresPlace(server.url(name), "node")
