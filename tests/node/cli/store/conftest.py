# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A node with a backup, and a node whose store is of the first version."""

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import Connection, Engine

from node.storage.copying.tables import copy_tables, found_tables
from node.storage.dialect.sqlite import builder_engine, reader_engine, writer_engine
from node.storage.opening.creation import make_tables

Xinqiao = Callable[..., Any]
FIRST = "0001"


class Said(Protocol):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def refused() -> Callable[[Said, int, str], str]:
    """Sees one line that begins with a reason and says what to mend, and nothing else; returns it."""

    def seen(said: Said, code: int, reason: str) -> str:
        assert (code, reason, "") == (said.code, said.err.split()[0].rstrip(":"), said.out)
        assert 1 == len(said.err.splitlines())
        assert "mend: " in said.err
        return said.err

    return seen


@pytest.fixture
def saved(xinqiao: Xinqiao, node: Path, tmp_path: Path) -> Path:
    """A backup of the node with entries, somewhere else."""
    said = xinqiao("store", "backup", tmp_path / "saved.db", "--node", node, "--json")
    assert 0 == said.code, said.err
    return tmp_path / "saved.db"


@pytest.fixture(scope="session")
def first_version(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The node with entries, its store made by the first step alone and filled with the same rows."""
    folder = tmp_path_factory.mktemp("first") / "node"
    shutil.copytree(filled, folder)
    (folder / "store.db").unlink()
    os.close(os.open(folder / "store.db", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(_begun(reader_engine(filled / "store.db"))) as source:
        target = _begun(builder_engine(folder / "store.db"))
        make_tables(target, folder / "store.db", FIRST)
        copy_tables(source, target, found_tables(target), lambda _done, _total: None)
        target.commit()
        target.close()
    writer_engine(folder / "store.db").connect().close()  # as every store that was ever opened: with a log beside it
    return folder


def _begun(engine: Engine) -> Connection:
    connection = engine.connect()
    connection.begin()
    return connection


@pytest.fixture
def old_node(first_version: Path, tmp_path: Path) -> Path:
    """A copy of the node of the first version."""
    return Path(shutil.copytree(first_version, tmp_path / "old"))
