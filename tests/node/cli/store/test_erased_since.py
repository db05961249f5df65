# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A backup that is older than an erasure brings nothing of it back."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

Xinqiao = Callable[..., Any]


def test_what_was_erased_since_is_destroyed_before_the_backup_is_the_store(
    xinqiao: Xinqiao, node: Path, saved: Path
) -> None:
    """The entry is ERASED, and neither its salt nor its payload is anywhere in the restored file."""
    with closing(sqlite3.connect(saved)) as backup:
        wanted = "select salt, payload from entry join feed using (feed) where origin like '%/lists/1' and idx = 0"
        secrets = [bytes(value) for value in backup.execute(wanted).fetchone()]
    said = xinqiao("erase", "lists", 0, "--ground", "invented ground", "--node", node)
    assert 0 == said.code, said.err
    shutil.rmtree(node / "backups", ignore_errors=True)

    said = xinqiao("store", "restore", saved, "--replace", "--node", node, "--json")

    assert 0 == said.code, said.err
    content = (node / "store.db").read_bytes()
    assert [] == [secret for secret in secrets if secret in content]
    assert 0 == xinqiao("verify", "--node", node).code
