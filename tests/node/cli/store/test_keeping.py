# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`backup` and `restore`: what an operator relies on, and what is refused."""

from __future__ import annotations

import hashlib
import json
import signal
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from node.assemble.making.feeds import create_feeds
from node.config import load_config
from node.demo.zygote import Forked
from node.storage.opening.checks import known_revisions

if TYPE_CHECKING:
    from node.demo.postgres import TemporaryPostgres

Refused = Callable[..., str]
Xinqiao = Callable[..., Any]
NEWEST = known_revisions()[0]
Serving = Callable[[Path], AbstractContextManager[tuple[Forked, dict[str, Any]]]]


def listed(xinqiao: Xinqiao, node: Path) -> list[dict[str, Any]]:
    """What counts at a node."""
    documents: list[dict[str, Any]] = xinqiao("list", "--node", node, "--json").documents
    return documents


def test_a_backup_says_what_it_is(xinqiao: Xinqiao, node: Path, saved: Path) -> None:
    """The manifest carries checksum, owner, version and every checkpoint; nobody else can read any of it."""
    manifest = json.loads(saved.with_name("saved.db.json").read_text(encoding="utf-8"))

    content = saved.read_bytes()
    assert {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} == manifest["store"]
    assert ("delta.example", "330100", 1) == (manifest["federation"], manifest["node_id"], manifest["format"])
    (lists,) = [feed for feed in manifest["feeds"] if "/lists/" in feed["origin"]]
    assert (2, 2) == (lists["size"], lists["held"])
    assert lists["note"].startswith("delta.example/330100/lists/1\n2\n")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in saved.parent.glob("saved.db*")}
    assert {0o600} == modes


def test_a_backup_holds_no_keys_unless_asked(xinqiao: Xinqiao, node: Path, saved: Path) -> None:
    """With --with-keys everything that makes the node is beside it."""
    assert ["saved.db", "saved.db.json"] == sorted(path.name for path in saved.parent.glob("saved.db*"))

    said = xinqiao("backup", node.parent / "all.db", "--with-keys", "--node", node, "--json")

    with tarfile.open(said.document["keys"]) as archive:
        assert {"xinqiao.toml", "keys/log.pem", "keys/ca.key", "rules"} <= set(archive.getnames())
    assert 0o600 == stat.S_IMODE(Path(said.document["keys"]).stat().st_mode)


def test_a_backup_goes_into_the_nodes_folder_by_itself(xinqiao: Xinqiao, node: Path) -> None:
    """Named by node and time, in `backups`, which only the owner may enter; or into a folder that is named."""
    own = Path(xinqiao("store", "backup", "--node", node, "--json").document["backup"])
    second = Path(xinqiao("store", "backup", "--node", node, "--json").document["backup"])
    named = Path(xinqiao("store", "backup", node.parent, "--node", node, "--json").document["backup"])

    assert (node / "backups", node / "backups", node.parent) == (own.parent, second.parent, named.parent)
    assert own != second
    assert own.name.startswith("330100-20")
    assert 0o700 == stat.S_IMODE(own.parent.stat().st_mode)


def test_a_backup_is_never_overwritten(xinqiao: Xinqiao, node: Path, saved: Path, refused: Refused) -> None:
    """Neither its store file nor its manifest."""
    before = saved.read_bytes()
    refused(xinqiao("store", "backup", saved, "--node", node), 2, "BACKUP_EXISTS")
    saved.rename(saved.with_name("other.db"))
    refused(xinqiao("store", "backup", saved, "--node", node), 2, "BACKUP_EXISTS")

    assert before == saved.with_name("other.db").read_bytes()


@pytest.mark.parametrize("target", ["no/such/folder.db", "saved.json", "x.part"])
def test_a_backup_that_cannot_be_named_so_leaves_nothing(
    xinqiao: Xinqiao, node: Path, tmp_path: Path, target: str
) -> None:
    """A folder that is not there, and names that a manifest has."""
    before = sorted(tmp_path.rglob("*"))

    said = xinqiao("store", "backup", tmp_path / target, "--node", node)

    assert said.code in {2, 3}
    assert 1 == len(said.err.splitlines())
    assert before == sorted(tmp_path.rglob("*"))


@pytest.mark.slow
def test_a_full_disk_leaves_no_half_backup(node: Path, tmp_path: Path) -> None:
    """STORE_FULL, says how much is wanting; nothing is left on the disk."""
    small = tmp_path / "small"
    small.mkdir()
    program = f"{sys.executable} -m node store backup {small} --node {node}"
    script = f"mount -t tmpfs -o size=100k none {small} && {{ {program}; echo $?; ls -A {small} | wc -l; }}"
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("no small disk can be mounted here")

    assert ["3", "0"] == done.stdout.split()
    assert done.stderr.startswith("STORE_FULL")
    assert "MiB are needed" in done.stderr


def test_a_restored_store_is_the_one_that_was_backed_up(xinqiao: Xinqiao, node: Path, saved: Path) -> None:
    """Also when the store is lost altogether: what counts is what counted, and `verify` finds nothing."""
    before = listed(xinqiao, node)
    for file in node.glob("store.db*"):
        file.unlink()

    said = xinqiao("store", "restore", saved, "--node", node, "--json")

    assert (0, None, None) == (said.code, said.document["kept"], said.document["migrated_from"])
    assert before == listed(xinqiao, node)
    assert xinqiao("verify", "--node", node, "--json").document["ok"]
    assert not list(node.glob("store.db.*[!k]"))


def test_a_restore_that_died_between_two_names_goes_on(xinqiao: Xinqiao, node: Path, saved: Path) -> None:
    """The old store has its other name, its log has not, and half a copy lies about: the same command ends it."""
    (node / "store.db").rename(node / "store.db.replaced-x")
    (node / "store.db-wal").write_bytes(b"the log of another file" * 300)
    (node / "store.db.restoring").write_bytes(b"half")

    said = xinqiao("store", "restore", saved, "--node", node)

    assert 0 == said.code, said.err
    assert xinqiao("verify", "--node", node, "--json").document["ok"]
    assert not (node / "store.db.restoring").exists()


def test_people_are_told_that_a_backup_is_an_old_copy(xinqiao: Xinqiao, node: Path, saved: Path) -> None:
    """In both languages, with the command that brings back what is wanting."""
    said = xinqiao("restore", saved, "--replace", "--node", node)

    assert 0 == said.code
    for words in ("镜像", "asks its mirrors", "xinqiao feed refill --from PEER"):
        assert words in said.out


def test_a_store_that_is_there_is_not_replaced_unasked(
    xinqiao: Xinqiao, node: Path, saved: Path, refused: Refused
) -> None:
    """With --replace it is kept whole under another name."""
    before = (node / "store.db").read_bytes()
    refused(xinqiao("store", "restore", saved, "--node", node), 2, "STORE_EXISTS")
    assert before == (node / "store.db").read_bytes()

    said = xinqiao("store", "restore", saved, "--replace", "--node", node, "--json")

    assert before == Path(said.document["kept"]).read_bytes()


def test_backing_up_a_served_node(
    xinqiao: Xinqiao, node: Path, serving: Serving, table: Callable[..., Path], tmp_path: Path, refused: Refused
) -> None:
    """It goes on serving and takes more in; restoring is refused until it is stopped."""
    with serving(node) as (process, _):
        backup = tmp_path / "online.db"
        made = xinqiao("store", "backup", backup, "--node", node, "--json")
        more = xinqiao("import", table({"code": "91330100716105852F", "number": "3"}), "--node", node, "--json")
        refused(xinqiao("store", "restore", backup, "--replace", "--node", node), 2, "STORE_BUSY")
        refused(xinqiao("store", "migrate", "--node", node), 2, "STORE_BUSY")
        process.send_signal(signal.SIGTERM)
        process.wait(20)

    assert (0, 0) == (made.code, more.code)
    assert 0 == xinqiao("store", "restore", backup, "--replace", "--node", node).code
    assert xinqiao("verify", "--node", node, "--json").document["ok"]


def other_node(folder: Path) -> None:
    """The node becomes another one."""
    config = folder / "xinqiao.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('id = "330100"', 'id = "330200"'), encoding="utf-8")


def change_manifest(saved: Path, old: str, new: str) -> None:
    """Says something else in the manifest."""
    manifest = saved.with_name(f"{saved.name}.json")
    text = manifest.read_text(encoding="utf-8")
    assert old in text
    manifest.write_text(text.replace(old, new), encoding="utf-8")


def flip(path: Path) -> None:
    """One bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


BAD_BACKUPS: dict[str, tuple[Callable[[Path, Path], object], int, str]] = {
    "cut short": (lambda saved, _: saved.write_bytes(saved.read_bytes()[:-4096]), 3, "BACKUP_DAMAGED"),
    "one bit": (lambda saved, _: flip(saved), 3, "BACKUP_DAMAGED"),
    "store file gone": (lambda saved, _: saved.unlink(), 3, "BACKUP_DAMAGED"),
    "manifest gone": (lambda saved, _: saved.with_name("saved.db.json").unlink(), 2, "BACKUP_MISSING"),
    "manifest cut short": (
        lambda saved, _: saved.with_name("saved.db.json").write_text('{"format": 1'),
        3,
        "BACKUP_DAMAGED",
    ),
    "manifest of another shape": (
        lambda saved, _: saved.with_name("saved.db.json").write_text('{"format": 1, "program": 3}'),
        3,
        "BACKUP_DAMAGED",
    ),
    "manifest no object": (lambda saved, _: saved.with_name("saved.db.json").write_text("7"), 3, "BACKUP_DAMAGED"),
    "manifest of a newer program": (
        lambda saved, _: change_manifest(saved, '"format": 1', '"format": 2'),
        2,
        "BACKUP_TOO_NEW",
    ),
    "newer tables": (
        lambda saved, _: change_manifest(saved, f'"{known_revisions()[0]}"', '"9999"'),
        2,
        "STORE_TOO_NEW",
    ),
    "another size in the manifest": (
        lambda saved, _: change_manifest(saved, '"held": 2', '"held": 3'),
        3,
        "BACKUP_DAMAGED",
    ),
    "of another node": (lambda _, node: other_node(node), 2, "STORE_FOREIGN"),
}


@pytest.mark.parametrize("kind", BAD_BACKUPS)
def test_a_bad_backup_changes_nothing(xinqiao: Xinqiao, node: Path, saved: Path, kind: str, refused: Refused) -> None:
    """It is refused with its own reason; the store that is there stays, and nothing is left beside it."""
    spoil, code, reason = BAD_BACKUPS[kind]
    spoil(saved, node)
    before = (node / "store.db").read_bytes()

    said = xinqiao("store", "restore", saved, "--replace", "--node", node)

    refused(said, code, reason)
    assert before == (node / "store.db").read_bytes()
    assert [] == [path for path in node.iterdir() if "restor" in path.name or "replaced" in path.name]


def test_a_backup_signed_by_other_keys_is_refused(
    xinqiao: Xinqiao, node: Path, saved: Path, tmp_path: Path, refused: Refused
) -> None:
    """Checksums can be made by anyone; the node's signature cannot."""
    other = tmp_path / "other"
    assert 0 == xinqiao("init", "330100", "--federation", "delta.example", "--node", other).code

    said = xinqiao("store", "restore", saved, "--replace", "--node", other)

    assert "delta.example/330100/" in refused(said, 3, "STORE_CORRUPT")


def test_the_register_of_erasures_goes_with_the_backup(
    xinqiao: Xinqiao, node: Path, tmp_path: Path, refused: Refused
) -> None:
    """Restoring adds its lines to the node's, each once; a line that a crash left half is none; a change is told."""
    line = '{{"origin":"delta.example/330100/lists/1","index":{},"time_ms":7}}\n'
    register = node / "erasures.jsonl"
    register.write_text(line.format(100) + line.format(101) + '{"ori', encoding="utf-8")
    register.chmod(0o600)
    assert 0 == xinqiao("store", "backup", tmp_path / "saved.db", "--node", node).code
    register.write_text(line.format(101) + line.format(102) + '{"or', encoding="utf-8")

    said = xinqiao("store", "restore", tmp_path / "saved.db", "--replace", "--node", node)

    assert 0 == said.code, said.err
    assert [line.format(index) for index in (101, 102, 100)] == register.read_text().splitlines(keepends=True)
    flip(tmp_path / "saved.db.erasures.jsonl")
    refused(xinqiao("store", "restore", tmp_path / "saved.db", "--replace", "--node", node), 3, "BACKUP_DAMAGED")


def test_a_backup_brings_nothing_back_that_was_erased(xinqiao: Xinqiao, node: Path, saved: Path) -> None:
    """What was erased after the backup is destroyed again before anything is served, byte for byte."""
    name = "杭州湖畔蓝星印染有限公司".encode()
    assert name in saved.read_bytes()
    for index in (0, 1):
        assert 0 == xinqiao("erase", "lists", index, "--ground", "第四十七条", "--node", node).code

    said = xinqiao("store", "restore", saved, "--replace", "--node", node, "--json")

    assert (0, 2) == (said.code, said.document["erased"])
    assert [] == xinqiao("query", "91330106PDY209008Q", "--node", node, "--json").document["holdings"]
    assert xinqiao("verify", "--node", node, "--json").document["ok"]
    assert name not in (node / "store.db").read_bytes()


def test_a_node_may_be_restored_into_a_folder_of_its_own(
    xinqiao: Xinqiao, node: Path, saved: Path, tmp_path: Path
) -> None:
    """A new machine: the archive of keys is unpacked, the store restored, and the node is there."""
    everything = xinqiao("backup", tmp_path / "all.db", "--with-keys", "--node", node, "--json").document
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    subprocess.run(["tar", "-xf", everything["keys"], "-C", fresh], check=True)  # as an operator does

    assert 0 == xinqiao("store", "restore", everything["backup"], "--node", fresh).code
    assert listed(xinqiao, node) == listed(xinqiao, fresh)
    assert [] == list(create_feeds(load_config(fresh)))


def test_from_sqlite_to_postgresql_and_back(
    xinqiao: Xinqiao,
    node: Path,
    saved: Path,
    table: Callable[..., Path],
    postgres: TemporaryPostgres,
    tmp_path: Path,
) -> None:
    """A backup is the same whatever database it is of, and goes into whatever database the configuration names."""
    config = node / "xinqiao.toml"
    file_based = config.read_text(encoding="utf-8")
    url = postgres.make_database("restored")
    config.write_text(f'{file_based}\n[store]\npostgres = "{url}"\n', encoding="utf-8")

    assert 0 == xinqiao("store", "restore", saved, "--node", node).code
    assert 2 == xinqiao("store", "restore", saved, "--node", node).code
    row = {"code": "91330100716105852F", "number": "3"}
    assert 0 == xinqiao("import", table(row), "--node", node, "--json").code
    assert 0 == xinqiao("store", "backup", tmp_path / "of-postgres.db", "--node", node).code
    replaced = xinqiao("store", "restore", saved, "--replace", "--node", node, "--json").document["kept"]
    config.write_text(file_based, encoding="utf-8")
    back = xinqiao("store", "restore", tmp_path / "of-postgres.db", "--replace", "--node", node, "--json")

    assert replaced.startswith("xinqiao_replaced_")
    assert (0, 3) == (back.code, len([one for one in listed(xinqiao, node) if one.get("index") is not None]))
    assert xinqiao("verify", "--node", node, "--json").document["ok"]
