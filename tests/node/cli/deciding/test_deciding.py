# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`explain`, `replay` and `catalogue preview` at the command line, for people and for programs."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.node.cli.conftest import LISTS, Xinqiao

MEASURES = "measures-330100@1"


@pytest.fixture
def measures(xinqiao: Xinqiao, tmp_path: Path) -> Path:
    """The measures of Hangzhou, of which those on black entries come into force later."""
    text = xinqiao("catalogue", "show", MEASURES, "--json").document["text"]
    file = tmp_path / "measures" / f"{MEASURES}.toml"
    file.parent.mkdir()
    file.write_text(text.replace("effective_from = 20", "effective_from = 29"), encoding="utf-8")
    return file


def tamper(node: Path, statement: str) -> None:
    """Changes the store behind the back of the program."""
    with closing(sqlite3.connect(node / "store.db")) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def test_explain_says_a_decision_whole(xinqiao: Xinqiao, node: Path) -> None:
    """What it means, what it was made of by digest, by which files, and since when it is so."""
    said = xinqiao("explain", "lists", 0, "--node", node).out

    for told in ("本节点的条目，在此地有效。", "An own entry; it counts here.", "规则摘要 / rules", "至今 / now", "#0"):
        assert told in said
    account = xinqiao("explain", "lists", 0, "--node", node, "--json").document["account"]
    (turn,) = account["turns"]
    assert (0, "OWN", None, True) == (turn["turn"], turn["standing"], turn["until_ms"], turn["readable"])
    assert [64, 64, 64] == [
        len(told) for told in (account["leaf_sha256"], turn["inputs"]["sha256"], turn["rules"]["sha256"])
    ]


@pytest.mark.parametrize(("lang", "told", "untold"), [("zh", "在此地有效", "counts"), ("en", "it counts here", "有效")])
def test_explain_speaks_one_language_when_asked(
    xinqiao: Xinqiao, node: Path, lang: str, told: str, untold: str
) -> None:
    """Chinese or English, and then nothing of the other but what the record itself says."""
    said = xinqiao("explain", "lists", 0, "--lang", lang, "--node", node).out
    standing = next(line for line in said.splitlines() if "OWN" in line)

    assert told in standing
    assert untold not in standing


def test_explain_tells_how_it_came(xinqiao: Xinqiao, node: Path) -> None:
    """After a removal: until when it counted, and why it does no more, with the act named among its grounds."""
    body = ("--authority", "杭州市生态环境局", "--authority-code", "11330100PDY001012R")
    xinqiao("end", "lists", 0, "--kind", "removed", *body, "--document", "1", "--date", "2026-11-02", "--node", node)
    first, second = xinqiao("explain", "lists", 0, "--node", node, "--json").document["account"]["turns"]

    assert ("OWN", "ENDED", ["ENDED_REMOVED"]) == (first["standing"], second["standing"], second["reasons"])
    assert first["until_ms"] == second["from_ms"]
    assert ["acts 1 2"] == second["inputs"]["grounds"]


def test_replay_agrees_with_what_was_decided(xinqiao: Xinqiao, node: Path) -> None:
    """All of it; for programs, and in one line for people."""
    said = xinqiao("replay", "--node", node, "--json")

    assert (0, 2, 2, True) == (said.code, *(said.document[name] for name in ("decisions", "agreed", "ok")))
    assert "✓ 一致 / agreed：2 / 2" in xinqiao("replay", "--node", node).out


def test_replay_tells_a_decision_that_was_edited(xinqiao: Xinqiao, node: Path) -> None:
    """With what is stored and what comes out, and exit code 5; the list has the length asked for."""
    tamper(node, "UPDATE decision SET standing = 'HELD'")
    said = xinqiao("replay", "--limit", 1, "--node", node, "--json")

    (finding,) = said.document["findings"]
    assert (5, {"REPLAY_DIFFERS": 2}, False) == (said.code, said.document["found"], said.document["ok"])
    assert ("HELD", "OWN", ["standing"]) == (finding["stored"], finding["again"], finding["fields"])
    shown = xinqiao("replay", "--node", node)
    assert 5 == shown.code
    assert f"✗ {LISTS} 0 #0: REPLAY_DIFFERS" in shown.out


def test_replay_can_be_narrowed(xinqiao: Xinqiao, node: Path) -> None:
    """To a day before anything was decided there is nothing; to one feed, what is decided on it."""
    before = xinqiao("replay", "--as-of", "2020-01-01", "--node", node, "--json").document
    lists = xinqiao("replay", "--origin", "lists", "--node", node, "--json").document

    assert (0, 2, LISTS) == (before["decisions"], lists["decisions"], lists["origin"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(("--origin", "subjects"), "FEED_UNKNOWN"), (("--as-of", "yesterday"), "DATE_MALFORMED")],
)
def test_replay_refuses_what_it_cannot_mean(
    xinqiao: Xinqiao, node: Path, arguments: tuple[str, ...], reason: str
) -> None:
    """A feed that nothing is decided on, and what is no day."""
    said = xinqiao("replay", *arguments, "--node", node)

    assert (2, True) == (said.code, said.err.startswith(reason))


def test_a_preview_shows_what_rules_would_change(xinqiao: Xinqiao, node: Path, measures: Path) -> None:
    """Counts, entries, measures that would go; and the node decides as before."""
    said = xinqiao("catalogue", "preview", "--rules", measures, "--node", node, "--json").document

    assert (2, [{"from": "OWN", "to": "OWN", "count": 2}]) == (said["changed"], said["steps"])
    assert [] == said["changes"][0]["measures"]["after"]
    assert said["rules"]["before"] != said["rules"]["after"]
    shown = xinqiao("catalogue", "preview", "--rules", measures, "--limit", 1, "--node", node).out
    assert "会改变 / would change: 2" in shown
    assert "-procurement-limit" in shown
    holding = xinqiao("explain", "lists", 0, "--node", node, "--json").document
    assert "procurement-limit" in holding["measures"]


def test_a_preview_of_a_folder_takes_it_for_all_of_the_rules(xinqiao: Xinqiao, node: Path, tmp_path: Path) -> None:
    """What is not in it is gone; the law that ships stays."""
    (tmp_path / "rules").mkdir()
    said = xinqiao("catalogue", "preview", "--rules", tmp_path / "rules", "--node", node, "--json").document
    same = xinqiao("catalogue", "preview", "--rules", node / "rules", "--node", node, "--json").document

    assert (2, 0) == (said["changed"], same["changed"])


def test_a_preview_of_wrong_rules_names_file_and_place(xinqiao: Xinqiao, node: Path, measures: Path) -> None:
    """Before anything is looked at."""
    measures.write_text("id = 1", encoding="utf-8")
    said = xinqiao("catalogue", "preview", "--rules", measures, "--node", node)

    assert 2 == said.code
    assert f"measures/{MEASURES}.toml" in said.err
