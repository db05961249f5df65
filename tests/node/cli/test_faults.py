# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""An operator's mistake ends in one line that says what to mend, never in a trace."""

import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

Xinqiao = Callable[..., Any]


class Said(Protocol):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


NODE_COMMANDS = [
    ("status",),
    ("feeds",),
    ("list",),
    ("query", "91330100716105852F"),
    ("explain", "lists", "0"),
    ("proof", "lists", "0"),
    ("verify",),
    ("serve",),
    ("peers",),
    ("peers", "card"),
]


def told(said: Said, code: int, reason: str) -> None:
    """One line on standard error that begins with the reason; nothing else."""
    assert (code, "", reason) == (said.code, said.out, said.err.split()[0].rstrip(":"))
    assert 1 == len(said.err.splitlines())
    assert "Traceback" not in said.err


@pytest.mark.parametrize("words", NODE_COMMANDS, ids=" ".join)
def test_without_a_node_every_command_says_so(xinqiao: Xinqiao, tmp_path: Path, words: tuple[str, ...]) -> None:
    """In a folder without a node, each command that needs one says that there is none."""
    told(xinqiao(*words, "--node", tmp_path), 2, "CONFIG_MISSING")


def test_a_key_that_others_can_read_is_refused(xinqiao: Xinqiao, empty_node: Path) -> None:
    """A key file with wrong permissions is refused, with the command that mends it."""
    key = empty_node / "keys" / "log.pem"
    key.chmod(0o644)

    said = xinqiao("status", "--node", empty_node)

    told(said, 2, "KEY_TOO_OPEN")
    assert f"chmod 600 {key}" in said.err


def test_an_unknown_key_in_the_configuration_is_refused(xinqiao: Xinqiao, empty_node: Path) -> None:
    """A key that the configuration does not know is named, and nothing is opened."""
    config = empty_node / "xinqiao.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("[listen]", "[listen]\npeerz = 1", 1), encoding="utf-8"
    )

    said = xinqiao("serve", "--node", empty_node)

    told(said, 2, "CONFIG_INVALID")
    assert "peerz" in said.err


def test_a_configuration_that_is_no_toml_is_refused(xinqiao: Xinqiao, empty_node: Path) -> None:
    """A broken file is named."""
    (empty_node / "xinqiao.toml").write_text("[node", encoding="utf-8")

    told(xinqiao("status", "--node", empty_node), 2, "CONFIG_MALFORMED")


def test_a_store_of_another_node_is_refused(xinqiao: Xinqiao, empty_node: Path, tmp_path: Path) -> None:
    """The store of one node does not serve another."""
    other = tmp_path / "other"
    assert 0 == xinqiao("init", "310000", "--federation", "delta.example", "--node", other).code
    shutil.copy(other / "store.db", empty_node / "store.db")

    told(xinqiao("status", "--node", empty_node), 2, "STORE_FOREIGN")


def test_a_missing_store_is_refused(xinqiao: Xinqiao, empty_node: Path) -> None:
    """A node without its store is not silently given an empty one: that would fork its feeds."""
    for file in empty_node.glob("store.db*"):
        file.unlink()

    said = xinqiao("serve", "--node", empty_node)

    assert (2, 1) == (said.code, len(said.err.splitlines()))
    assert not (empty_node / "store.db").exists()


@pytest.mark.parametrize(
    ("code", "reason"), [("91330100716105852A", "CODE_CHECK"), ("12", "CODE_LENGTH"), ("", "CODE_EMPTY")]
)
def test_a_bad_code_is_refused(xinqiao: Xinqiao, empty_node: Path, code: str, reason: str) -> None:
    """A code that breaks its standard is not searched for."""
    told(xinqiao("query", code, "--node", empty_node), 2, reason)


@pytest.mark.parametrize("command", ["explain", "proof"])
def test_an_unknown_own_feed_is_refused(xinqiao: Xinqiao, empty_node: Path, command: str) -> None:
    """A feed that the node has not is told as unknown."""
    told(xinqiao(command, "gossip", "0", "--node", empty_node), 2, "FEED_UNKNOWN")


@pytest.mark.parametrize("command", ["explain", "proof"])
def test_a_feed_that_is_not_held_is_refused(xinqiao: Xinqiao, empty_node: Path, command: str) -> None:
    """A foreign feed that is not mirrored here is not found."""
    told(xinqiao(command, "310000/lists/1", "0", "--node", empty_node), 2, "FEED_NOT_FOUND")


@pytest.mark.parametrize("command", ["explain", "proof"])
def test_an_index_beyond_the_feed_is_refused(xinqiao: Xinqiao, empty_node: Path, command: str) -> None:
    """An entry that is not there is not found."""
    told(xinqiao(command, "lists", "99", "--node", empty_node), 2, "ENTRY_NOT_FOUND")


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("status", "--nonsense"),
        ("query",),
        ("explain", "lists", "-1"),
        ("explain", "lists", "first"),
        ("import", "x.csv", "--kind", "gossip"),
        ("end", "lists", "0", "--kind", "removed"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line(xinqiao: Xinqiao, words: tuple[str, ...]) -> None:
    """What cannot be parsed is told in one line, with the way to the help."""
    said = xinqiao(*words)

    told(said, 2, "USAGE_WRONG")
    assert "--help" in said.err


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "FILE_NOT_FOUND"), ("名片".encode("gb18030"), "CARD_MALFORMED")], ids=("none", "gbk")
)
def test_a_card_that_cannot_be_read_is_said(
    xinqiao: Xinqiao, empty_node: Path, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    """A card that is not there, or is no text, is told as such; nothing is pinned."""
    card = tmp_path / "member.card"
    if content is not None:
        card.write_bytes(content)

    told(xinqiao("peers", "add", card, "--node", empty_node), 2, reason)
    assert [] == xinqiao("peers", "--node", empty_node, "--json").document["peers"]


def test_the_program_runs_as_a_module(tmp_path: Path) -> None:
    """`python -m node` is the same program: same line, same exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "node", "status", "--node", str(tmp_path)], capture_output=True, check=False
    )

    assert (2, b"") == (done.returncode, done.stdout)
    assert done.stderr.startswith(b"CONFIG_MISSING")
    assert b"Traceback" not in done.stderr


def test_garbage_is_looked_for_once_the_command_is_loaded(xinqiao: Xinqiao, tmp_path: Path) -> None:
    """A process that loaded the program without looking looks again while its command runs."""
    gc.disable()
    try:
        xinqiao("status", "--node", tmp_path)
        looked = gc.isenabled()
    finally:
        gc.unfreeze()
        gc.enable()

    assert looked


def test_a_folder_that_cannot_be_made_is_said(xinqiao: Xinqiao, tmp_path: Path) -> None:
    """What the system refuses is one line with 3, not a trace."""
    file = tmp_path / "file"
    file.write_bytes(b"")

    said = xinqiao("init", "330100", "--federation", "delta.example", "--node", file / "node")

    assert (3, "", 1) == (said.code, said.out, len(said.err.splitlines()))


def test_a_terminal_without_chinese_gets_escapes(tmp_path: Path) -> None:
    """An encoding that lacks a character is no reason to fail."""
    done = subprocess.run(
        [sys.executable, "-m", "node", "check-code", "91330100716105852A", "--json"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        check=False,
    )

    assert (4, b"") == (done.returncode, done.stderr)
    assert "代码" in json.loads(done.stdout)["codes"][0]["zh"]
