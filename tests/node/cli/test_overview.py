# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a node holds, what counts, and whether its store is whole."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

Xinqiao = Callable[..., Any]
LISTS = "delta.example/330100/lists/1"


def change(node: Path, statement: str) -> None:
    """Changes the store behind the node's back."""
    with closing(sqlite3.connect(node / "store.db")) as store, store:
        store.execute(statement)


def test_status_of_a_healthy_node(xinqiao: Xinqiao, node: Path) -> None:
    """Counts, nothing pending, no problem, not served."""
    said = xinqiao("status", "--node", node, "--json")

    state = said.document
    assert (0, "330100", False, True, []) == (said.code, state["id"], state["serving"], state["ok"], state["problems"])
    assert (0, 0) == (state["entries"]["pending"], state["entries"]["mirrored"])


def test_feeds_are_listed_with_size_and_key(xinqiao: Xinqiao, node: Path) -> None:
    """Each feed: own, size, freshness, verifier key."""
    feeds = {feed["origin"]: feed for feed in xinqiao("feeds", "--node", node, "--json").document["feeds"]}

    lists = feeds[LISTS]
    assert (True, "lists", 2, 2, "fresh", None) == tuple(
        lists[name] for name in ("own", "dataset", "size", "held", "freshness", "quarantine")
    )
    assert lists["key"].startswith(f"{LISTS}+")


def test_keys_are_shown_on_demand(xinqiao: Xinqiao, node: Path) -> None:
    """--keys prints the verifier keys for people to copy, each on a line of its own."""
    with_keys = xinqiao("feeds", "--keys", "--node", node).out

    assert 1 == sum(line.startswith(f"{LISTS}+") for line in with_keys.splitlines())
    assert f"{LISTS}+" not in xinqiao("feeds", "--node", node).out


def test_releasing_a_feed_that_is_not_quarantined(xinqiao: Xinqiao, node: Path) -> None:
    """Nothing is released, and that is said."""
    said = xinqiao("feeds", "--release", LISTS, "--node", node, "--json")

    assert {"origin": LISTS, "released": False} == said.document


def test_a_quarantined_feed_is_told_and_can_be_released(xinqiao: Xinqiao, node: Path) -> None:
    """Status names the quarantined feed as a problem, until an operator releases it."""
    change(node, f"UPDATE feed SET quarantine = 'FORK_DETECTED' WHERE origin = '{LISTS}'")  # noqa: S608 - a constant

    before = xinqiao("status", "--node", node, "--json").document
    released = xinqiao("feeds", "--release", LISTS, "--node", node, "--json").document
    after = xinqiao("status", "--node", node, "--json").document

    assert ([{"place": LISTS, "reason": "FORK_DETECTED"}], False) == (before["problems"], before["ok"])
    assert (True, []) == (released["released"], after["problems"])


def test_a_mirror_that_was_never_heard_is_a_problem(xinqiao: Xinqiao, node: Path) -> None:
    """A foreign feed without a cosigned checkpoint is named in the status, since nothing may rest on it."""
    change(node, "UPDATE feed SET owner = '330000', note = NULL, complete_size = 0 WHERE origin LIKE '%/_exchange/1'")

    said = xinqiao("status", "--node", node, "--json").document

    assert [{"place": "delta.example/330100/_exchange/1", "reason": "FEED_NOT_HEARD"}] == said["problems"]
    assert said["ok"] is False


def test_list_shows_what_counts(xinqiao: Xinqiao, node: Path) -> None:
    """Each entry that counts, and the sum by list, origin and standing."""
    *entries, last = xinqiao("list", "--node", node, "--json").documents

    assert [("black", LISTS, 0, "OWN"), ("black", LISTS, 1, "OWN")] == [
        (entry["list"], entry["origin"], entry["index"], entry["standing"]) for entry in entries
    ]
    assert {"summary": [{"list": "black", "origin": LISTS, "standing": "OWN", "count": 2}], "total": 2} == last


def test_list_all_shows_what_does_not_count_too(xinqiao: Xinqiao, node: Path, ended: None) -> None:
    """An ended entry is left out, and shown with its reason by --all."""
    counting = xinqiao("list", "--node", node, "--json").documents[:-1]
    everything = xinqiao("list", "--all", "--node", node, "--json").documents[:-1]

    assert [1] == [entry["index"] for entry in counting]
    assert {0: ("ENDED", ["ENDED_REMOVED"]), 1: ("OWN", [])} == {
        entry["index"]: (entry["standing"], entry["reasons"]) for entry in everything
    }


@pytest.fixture
def ended(xinqiao: Xinqiao, node: Path) -> None:
    """The first entry is ended."""
    words = ("--authority", "杭州市生态环境局", "--authority-code", "11330100PDY001012R", "--document", "移出1号")
    assert 0 == xinqiao("end", "lists", 0, "--kind", "removed", *words, "--date", "2026-11-02", "--node", node).code


def test_a_whole_store_verifies(xinqiao: Xinqiao, node: Path) -> None:
    """No finding, 0, and the number of entries that were checked."""
    said = xinqiao("verify", "--node", node, "--json")

    assert (0, 0, True) == (said.code, said.document["findings"], said.document["ok"])
    assert said.document["entries"] >= 2


@pytest.mark.parametrize(
    ("statement", "index", "reason"),
    [
        ("UPDATE entry SET payload = CAST(payload || x'00' AS BLOB) WHERE {of} AND idx = 1", 1, "PAYLOAD_COMMITMENT"),
        (
            "UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE {of} AND idx = 1) WHERE {of} AND idx = 0",
            0,
            "LEAF_MISMATCH",
        ),
        ("DELETE FROM entry WHERE {of} AND idx = 0", 0, "ENTRY_MISSING"),
        ("UPDATE entry SET subject = '91330100716105852F' WHERE {of} AND idx = 1", 1, "COLUMN_MISMATCH"),
    ],
    ids=("payload", "leaf", "row", "column"),
)
def test_a_changed_store_is_found_out(xinqiao: Xinqiao, node: Path, statement: str, index: int, reason: str) -> None:
    """Whatever is changed behind the node's back, `verify` names feed and index, and ends with 5."""
    change(node, statement.format(of=f"feed = (SELECT feed FROM feed WHERE origin = '{LISTS}')"))  # noqa: S608

    said = xinqiao("verify", "--node", node, "--json")

    findings = [(one.get("origin"), one.get("index"), one.get("reason")) for one in said.documents[:-1]]
    assert (5, False) == (said.code, said.documents[-1]["ok"])
    assert (LISTS, index, reason) in findings


def test_findings_are_told_to_people_too(xinqiao: Xinqiao, node: Path) -> None:
    """Without --json a finding is a line with feed and index."""
    change(node, "UPDATE entry SET payload = x'00' WHERE idx = 1 AND subject IS NOT NULL")

    said = xinqiao("verify", "--node", node)

    assert (5, True) == (said.code, f"{LISTS} 1" in said.out)


@pytest.mark.parametrize("command", ["status", "feeds", "list", "peers", "verify"])
def test_tables_for_people_are_in_both_languages(xinqiao: Xinqiao, node: Path, command: str) -> None:
    """Without --json every overview is a table with Chinese and English headings."""
    said = xinqiao(command, "--node", node)

    assert (0, "", True) == (said.code, said.err, " / " in said.out)


def test_the_node_folder_can_come_from_the_environment(
    xinqiao: Xinqiao, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """XINQIAO_NODE stands for --node."""
    monkeypatch.setenv("XINQIAO_NODE", str(node))

    assert "330100" == xinqiao("status", "--json").document["id"]


def test_a_feed_added_to_the_configuration_is_created(xinqiao: Xinqiao, empty_node: Path) -> None:
    """`feeds --create` makes what the configuration has and the store has not, names it, and does so once."""
    config = empty_node / "xinqiao.toml"
    config.write_text(f'{config.read_text(encoding="utf-8")}\n[[feed]]\nname = "more"\ndataset = "lists"\n', "utf-8")

    first = xinqiao("feeds", "--create", "--node", empty_node, "--json")
    second = xinqiao("feeds", "--create", "--node", empty_node, "--json")

    held = [feed["origin"] for feed in xinqiao("feeds", "--node", empty_node, "--json").document["feeds"]]
    assert {"created": ["delta.example/330100/more/1"]} == first.document
    assert {"created": []} == second.document
    assert "delta.example/330100/more/1" in held


def test_created_feeds_are_told_to_people_too(xinqiao: Xinqiao, empty_node: Path) -> None:
    """Without --json, that nothing was missing is said in both languages."""
    said = xinqiao("feeds", "--create", "--node", empty_node)

    assert (0, "没有缺少的数据流 / No feed was missing\n") == (said.code, said.out)


def test_creating_goes_with_nothing_else(xinqiao: Xinqiao, empty_node: Path) -> None:
    """An option that would be left unheeded beside --create is refused."""
    said = xinqiao("feeds", "--create", "--keys", "--node", empty_node)

    assert (2, "USAGE_WRONG") == (said.code, said.err.split()[0])
