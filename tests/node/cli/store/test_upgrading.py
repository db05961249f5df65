# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A store of the first version is refused with the command that mends it, and brought up whole or not at all."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from node.storage.opening.checks import known_revisions

Refused = Callable[..., str]
Xinqiao = Callable[..., Any]
NEWEST = known_revisions()[0]


def dump(path: Path) -> list[str]:
    """Everything in a store file."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize(
    "words",
    [("status",), ("list",), ("verify",), ("serve",), ("query", "91330106PDY209008Q"), ("feeds", "--create")],
    ids=" ".join,
)
def test_an_old_store_names_the_command_that_mends_it(
    xinqiao: Xinqiao, old_node: Path, refused: Refused, words: tuple[str, ...]
) -> None:
    """Whatever is asked of it, in both languages; it is not touched."""
    before = (old_node / "store.db").read_bytes()

    line = refused(xinqiao(*words, "--node", old_node), 2, "STORE_TOO_OLD")

    assert "mend: xinqiao store migrate" in line
    assert "须先升级" in line
    assert before == (old_node / "store.db").read_bytes()


def test_an_old_store_is_brought_up_whole(xinqiao: Xinqiao, old_node: Path, node: Path) -> None:
    """Everything in it is there afterwards and verifies, and a backup of how it was stands beside it."""
    before = dump(old_node / "store.db")

    said = xinqiao("store", "migrate", "--node", old_node, "--json")

    assert (0, "0001", NEWEST) == (said.code, said.document["before"], said.document["after"])
    assert before == dump(Path(said.document["backup"]))
    for words in (("list",), ("feeds",)):
        assert xinqiao(*words, "--node", node, "--json").out == xinqiao(*words, "--node", old_node, "--json").out
    now, then = (xinqiao("explain", "lists", "0", "--node", folder, "--json").document for folder in (node, old_node))
    (turn,) = then["account"]["turns"]  # what was decided before inputs were kept
    assert (None, None) == (turn["inputs"]["sha256"], turn["rules"]["sha256"])
    assert {**now, "account": None} == {**then, "account": None}
    found = xinqiao("verify", "--node", old_node, "--json").document
    assert {"entries": 9, "skipped": 0, "findings": 0, "ok": True} == found


def test_a_store_that_was_brought_up_goes_on(xinqiao: Xinqiao, old_node: Path, table: Callable[..., Path]) -> None:
    """What is imported now is published, and a second upgrade has nothing to do."""
    assert 0 == xinqiao("migrate", "--node", old_node).code

    said = xinqiao("import", table({"code": "91330100716105852F", "number": "3"}), "--node", old_node, "--json")

    assert 0 == said.code
    assert {"before": NEWEST, "after": NEWEST, "backup": None} == xinqiao(
        "migrate", "--node", old_node, "--json"
    ).document
    assert xinqiao("verify", "--node", old_node, "--json").document["ok"]


def test_an_upgrade_that_fails_leaves_store_and_backup(xinqiao: Xinqiao, old_node: Path, refused: Refused) -> None:
    """The store is what it was, and the line names the backup, which can be restored."""
    with closing(sqlite3.connect(old_node / "store.db")) as connection:
        connection.execute("CREATE TABLE erasure (in_the_way INTEGER)")  # the last table that the step makes
        connection.commit()
    before = dump(old_node / "store.db")

    said = xinqiao("store", "migrate", "--node", old_node)

    assert (3, "STORE_UNAVAILABLE") == (said.code, said.err.split()[0])
    assert "the store is as it was" in said.err
    assert before == dump(old_node / "store.db")
    (saved,) = (old_node / "backups").glob("*.db")
    assert str(saved) in said.err
    assert before == dump(saved)


def test_no_backup_is_made_when_none_is_wanted(xinqiao: Xinqiao, old_node: Path) -> None:
    """Only when that is said."""
    said = xinqiao("store", "migrate", "--no-backup", "--node", old_node, "--json")

    assert (0, None) == (said.code, said.document["backup"])
    assert not (old_node / "backups").exists()


def test_an_upgrade_without_its_backup_does_not_begin(xinqiao: Xinqiao, old_node: Path) -> None:
    """When the backup cannot be made the store is not touched."""
    before = (old_node / "store.db").read_bytes()
    (old_node / "backups").write_bytes(b"in the way")

    said = xinqiao("store", "migrate", "--node", old_node)

    assert (3, 1) == (said.code, len(said.err.splitlines()))
    assert before == (old_node / "store.db").read_bytes()


def test_a_backup_of_an_old_store_is_brought_up_when_it_is_restored(
    xinqiao: Xinqiao, old_node: Path, node: Path, tmp_path: Path
) -> None:
    """Backups made before an upgrade stay good."""
    made = xinqiao("store", "backup", tmp_path / "old.db", "--node", old_node, "--json").document

    said = xinqiao("store", "restore", made["backup"], "--replace", "--node", node, "--json")

    assert (0, "0001") == (said.code, said.document["migrated_from"])
    assert xinqiao("verify", "--node", node, "--json").document["ok"]


def test_the_version_of_a_store_can_be_asked(xinqiao: Xinqiao, old_node: Path) -> None:
    """Also of one that cannot be opened yet."""
    assert {"store": str(old_node / "store.db"), "revision": "0001", "newest": NEWEST} == xinqiao(
        "store", "--node", old_node, "--json"
    ).document
    assert "xinqiao store migrate" in xinqiao("store", "--node", old_node).out


@pytest.mark.slow
def test_an_upgrade_that_is_killed_leaves_the_old_store_or_the_new(xinqiao: Xinqiao, old_node: Path) -> None:
    """At any moment; the next attempt ends it."""
    words = [sys.executable, "-m", "node", "store", "migrate", "--node", str(old_node)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and not any((old_node / "backups").glob("*.json")):
            time.sleep(0.001)  # not in the way of what is waited for
        process.kill()

    said = xinqiao("store", "migrate", "--node", old_node, "--json")

    assert (0, NEWEST) == (said.code, said.document["after"])
    assert xinqiao("verify", "--node", old_node, "--json").document["ok"]
