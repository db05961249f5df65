# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`store move` and `feed refill` at the command line: one object on standard output, one line for an error."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from node.config import load_config
from tests.node.cli.conftest import LISTS


def test_a_node_moves_to_another_file(xinqiao: Callable[..., Any], node: Path, tmp_path: Path) -> None:
    """The object tells every root; from then on all commands use the new store, and it is whole."""
    said = xinqiao("store", "move", "--to", tmp_path / "new.db", "--node", node, "--json")

    assert {LISTS: 2} == {
        feed["origin"]: feed["size"] for feed in said.document["feeds"] if "/lists/" in feed["origin"]
    }
    assert (2, False) == (said.document["rows"]["decision"], said.document["resumed"])
    assert str(tmp_path / "new.db") == load_config(node).store.path
    assert xinqiao("verify", "--node", node, "--json").document["ok"]
    assert xinqiao("status", "--node", node, "--json").document["ok"]


def test_people_are_shown_the_roots(xinqiao: Callable[..., Any], node: Path) -> None:
    """And nothing but the result stands on standard output."""
    said = xinqiao("store", "move", "--to", node / "new.db", "--node", node)

    assert 0 == said.code
    assert LISTS in said.out
    assert "new.db" == load_config(node).store.path


def test_a_place_that_is_taken_is_refused(xinqiao: Callable[..., Any], node: Path) -> None:
    """With a line that says what to mend; the node stays where it was."""
    said = xinqiao("store", "move", "--to", node / "store.db", "--node", node)

    assert 2 == said.code
    assert said.err.startswith("STORE_EXISTS ")
    assert "mend:" in said.err
    assert "store.db" == load_config(node).store.path


def test_a_refill_needs_a_member(xinqiao: Callable[..., Any], node: Path) -> None:
    """One that is pinned with an address."""
    said = xinqiao("feed", "refill", "--from", "yrd", "--node", node)

    assert 2 == said.code
    assert said.err.startswith("MEMBER_UNKNOWN ")
