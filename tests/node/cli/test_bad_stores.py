# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A store that cannot be used ends every command in one line in both languages that says what to mend."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from node.demo.postgres import TemporaryPostgres

Xinqiao = Callable[..., Any]
NOBODY = 65534


def change(store: Path, statement: str) -> None:
    """Changes a store behind its back."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute(statement)
        connection.commit()


def overwritten(store: Path) -> None:
    """Every page but the first two says something else."""
    content = store.read_bytes()
    store.write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))


def of_another_program(store: Path) -> None:
    """A good SQLite file that is not ours."""
    store.unlink()
    change(store, "CREATE TABLE meta (name, value)")


def a_folder(store: Path) -> None:
    """A folder by the store's name."""
    store.unlink()
    store.mkdir()


BAD_STORES: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "missing": (lambda store: store.unlink(), 2, "STORE_MISSING"),
    "a folder": (a_folder, 2, "STORE_MISSING"),
    "empty": (lambda store: store.write_bytes(b""), 2, "STORE_FOREIGN"),
    "no database": (lambda store: store.write_bytes(b"precious words" * 500), 3, "STORE_CORRUPT"),
    "of another program": (of_another_program, 2, "STORE_FOREIGN"),
    "of another node": (
        lambda store: change(store, "UPDATE meta SET value = '310000' WHERE name = 'node_id'"),
        2,
        "STORE_FOREIGN",
    ),
    "newer": (lambda store: change(store, "UPDATE alembic_version SET version_num = '9999'"), 2, "STORE_TOO_NEW"),
    "older": (lambda store: change(store, "UPDATE alembic_version SET version_num = '0001'"), 2, "STORE_TOO_OLD"),
    "open to others": (lambda store: store.chmod(0o644), 2, "STORE_TOO_OPEN"),
    "cut short": (lambda store: os.truncate(store, store.stat().st_size - 8192), 3, "STORE_CORRUPT"),
    "damaged pages": (overwritten, 3, "STORE_CORRUPT"),
}


def clear(said: Any, code: int, reason: str) -> None:  # noqa: ANN401 - what a command said, as the fixture types it
    """One line: reason, Chinese, English, what is wrong, what to mend."""
    assert (code, reason) == (said.code, said.err.split()[0].rstrip(":")), said.err
    assert 1 == len(said.err.splitlines())
    assert "mend: " in said.err
    assert any("\u4e00" <= character <= "\u9fff" for character in said.err)


@pytest.mark.parametrize("words", [("status",), ("serve",), ("store", "backup")], ids=" ".join)
@pytest.mark.parametrize("kind", BAD_STORES)
def test_a_bad_store_is_told_clearly(xinqiao: Xinqiao, node: Path, kind: str, words: tuple[str, ...]) -> None:
    """By reading, serving and backing up alike; an old one can still be backed up."""
    spoil, code, reason = BAD_STORES[kind]
    spoil(node / "store.db")

    said = xinqiao(*words, "--node", node)

    if (words, kind) == (("store", "backup"), "older"):
        assert 0 == said.code
    else:
        clear(said, code, reason)
        assert not list((node / "backups").glob("*"))


@pytest.fixture
def unprivileged(node: Path) -> Iterator[tuple[Path, Callable[[], Any]]]:
    """The node where nobody in particular owns it, and a way to be nobody in particular for a while."""
    if os.geteuid() != 0:
        yield node, lambda: contextmanager(iter)([None])
        return
    place = Path(tempfile.mkdtemp(prefix="xinqiao-nobody-"))
    folder = place / "node"
    shutil.copytree(node, folder)
    place.chmod(0o755)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)

    @contextmanager
    def nobody() -> Iterator[None]:
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)

    yield folder, nobody
    shutil.rmtree(place)


@pytest.mark.parametrize(
    ("name", "mode", "words"),
    [
        ("store.db", 0o000, ("status",)),
        ("store.db", 0o000, ("serve",)),
        ("store.db", 0o400, ("serve",)),
        ("store.db.lock", 0o000, ("serve",)),
        (".", 0o500, ("store", "backup", "HERE")),
        (".", 0o500, ("store", "restore", "SAVED", "--replace")),
    ],
    ids=str,
)
def test_what_may_not_be_read_or_written_is_told_clearly(
    xinqiao: Xinqiao, unprivileged: tuple[Path, Callable[[], Any]], name: str, mode: int, words: tuple[str, ...]
) -> None:
    """STORE_UNAVAILABLE, names the file; the store is not touched."""
    folder, as_nobody = unprivileged
    saved = folder / "backups" / "saved.db"
    with as_nobody():
        saved.parent.mkdir()
        assert 0 == xinqiao("store", "backup", saved, "--node", folder).code
    before = (folder / "store.db").read_bytes()
    given = [saved if word == "SAVED" else folder if word == "HERE" else word for word in words]
    (folder / name).chmod(mode)

    with as_nobody():
        said = xinqiao(*given, "--node", folder)

    (folder / name).chmod(0o700)
    clear(said, 3, "STORE_UNAVAILABLE")
    assert str(folder) in said.err
    assert before == (folder / "store.db").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("words", ["serve", "store backup", "store migrate"])
def test_a_file_system_that_cannot_be_written_is_told_clearly(node: Path, words: str) -> None:
    """STORE_UNAVAILABLE, what the system says, and what to mend."""
    program = f"{sys.executable} -m node {words} --node {node}"
    script = f"mount --bind {node} {node} && mount -o remount,bind,ro {node} && {{ {program}; echo $?; }}"
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("nothing can be mounted here")

    assert ("3", "STORE_UNAVAILABLE") == (done.stdout.split()[-1], done.stderr.split()[0])
    assert 1 == len(done.stderr.splitlines())
    assert "mend: " in done.stderr


def test_a_database_that_is_away_is_told_clearly(
    xinqiao: Xinqiao, node: Path, tmp_path: Path, postgres: TemporaryPostgres
) -> None:
    """No server there, and a server without the store; neither says the address, which may be secret."""
    config = node / "xinqiao.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(f'{text}\n[store]\npostgres = "postgresql:///secret?host={tmp_path}"\n', encoding="utf-8")
    away = xinqiao("status", "--node", node)
    config.write_text(f'{text}\n[store]\npostgres = "{postgres.make_database("secret")}"\n', encoding="utf-8")
    without = xinqiao("status", "--node", node)

    clear(away, 3, "STORE_UNAVAILABLE")
    clear(without, 2, "STORE_MISSING")
    assert "secret" not in away.err + without.err
