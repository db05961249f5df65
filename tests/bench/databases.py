# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The databases under test: what a measurement must know of where a node keeps its store, and nothing else does.

A further database is one more class here, with its own raw insert beside baselines/insert.py.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from node.config import Config
from tests.bench.baselines.insert import insert_again


class Database(Protocol):
    """Where nodes keep their stores."""

    def copy(self, folder: Path, target: Path) -> None:
        """Copies a node that nobody serves, its store included, to a folder that is not there."""
        ...

    def drop(self, folder: Path) -> None:
        """Removes a node, its store included."""
        ...

    def insert_again(self, config: Config, target: Path, tables: Mapping[str, str], batch: int) -> float:
        """Inserts the rows of some tables of a node's store raw into a new store; as `insert.insert_again`."""
        ...


class Sqlite:
    """A file in the node's folder."""

    def copy(self, folder: Path, target: Path) -> None:
        """As `Database.copy`."""
        shutil.copytree(folder, target)

    def drop(self, folder: Path) -> None:
        """As `Database.drop`."""
        shutil.rmtree(folder, ignore_errors=True)

    def insert_again(self, config: Config, target: Path, tables: Mapping[str, str], batch: int) -> float:
        """As `Database.insert_again`."""
        return insert_again(config.store_path, target, tables, batch)


DATABASES: Mapping[str, Database] = {"sqlite": Sqlite()}
"""By the name that `--database` takes."""
