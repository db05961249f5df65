# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands about erasure: orders, who has acknowledged, terms, and the clean-up."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

Xinqiao = Callable[..., Any]
Serving = Callable[[Path], AbstractContextManager[object]]
GROUND = ("--ground", "《个人信息保护法》第四十七条")
LISTS = "delta.example/330100/lists/1"


def test_an_erased_entry_is_told_as_erased_everywhere(xinqiao: Xinqiao, node: Path) -> None:
    """By explain, list, proof and query; verify finds the store whole, and importing again is refused."""
    said = xinqiao("erase", "lists", 0, *GROUND, "--node", node, "--json")
    assert (0, [{"index": 0, "outcome": "ordered", "others": []}]) == (said.code, said.document["erasures"])

    explained = xinqiao("explain", "lists", 0, "--node", node, "--json").document
    assert ("ENDED", ["ERASED"]) == (explained["standing"], [reason["code"] for reason in explained["reasons"]])
    assert [] == xinqiao("query", "91330106PDY209008Q", "--node", node, "--json").document["holdings"]
    assert 0 == xinqiao("verify", "--node", node, "--json").code


def test_importing_an_erased_record_again_is_refused(xinqiao: Xinqiao, node: Path, table: Callable[..., Path]) -> None:
    """The row is refused with its reason, and nothing of it is stored."""
    xinqiao("erase", "lists", 0, *GROUND, "--node", node, "--json")

    said = xinqiao("import", table({}), "--node", node, "--json")

    assert 4 == said.code
    assert "RECORD_ERASED" in said.out


def test_erasing_twice_or_nothing_is_told(xinqiao: Xinqiao, node: Path) -> None:
    """An order that was given before is no error; an index that is not there is refused."""
    xinqiao("erase", "lists", 0, *GROUND, "--node", node, "--json")

    said = xinqiao("erase", "lists", 0, 9, *GROUND, "--node", node, "--json")

    assert 4 == said.code
    refused = {"index": 9, "outcome": "refused", "reason": "ENTRY_NOT_FOUND"}
    assert [{"index": 0, "outcome": "repeated"}, refused] == said.document["erasures"]
    shown = xinqiao("erase", "lists", 0, 1, 9, *GROUND, "--node", node)
    assert all(words in shown.out for words in ("此前已下令", "已下令 / ordered", "ENTRY_NOT_FOUND"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("310000/lists/1", 0, *GROUND), "FEED_NOT_OWN"),
        (("_catalogue", 0, *GROUND), "FEED_NOT_ERASABLE"),
        (("lists", 0, "--ground", " "), "GROUND_MISSING"),
        (("lists", 0), "USAGE_WRONG"),
    ],
)
def test_an_order_that_cannot_be_taken_says_why(
    xinqiao: Xinqiao, node: Path, words: tuple[object, ...], reason: str
) -> None:
    """Whose entry it is, or what is missing, and what to mend."""
    said = xinqiao("erase", *words, "--node", node)

    assert (2, reason) == (said.code, said.err.split(" ")[0].rstrip(":"))


def test_status_tells_erasures_and_their_mirrors(xinqiao: Xinqiao, node: Path) -> None:
    """None yet; then ordered and published; a feed that nobody mirrors has nobody to wait for."""
    assert "没有下令" in xinqiao("status", "--erasures", "--node", node).out
    xinqiao("erase", "lists", 1, *GROUND, "--node", node, "--json")

    said = xinqiao("status", "--erasures", "--node", node, "--json")

    (erasure,) = said.document["erasures"]
    assert (0, True) == (said.code, said.document["acknowledged"])
    assert (LISTS, 1, 2, False, []) == tuple(
        erasure[name] for name in ("origin", "index", "erase_index", "pending", "mirrors")
    )
    assert "330100/lists/1 1" in xinqiao("status", "--erasures", "--node", node).out


def test_cleaning_says_what_it_came_to(xinqiao: Xinqiao, node: Path) -> None:
    """Lengths before and after; the store is whole afterwards."""
    xinqiao("erase", "lists", 0, *GROUND, "--node", node, "--json")

    said = xinqiao("store", "clean", "--node", node, "--json")

    assert (0, True) == (said.code, said.document["clean"])
    assert said.document["after_bytes"] > 0
    assert "✓" in xinqiao("store", "clean", "--node", node).out
    assert 0 == xinqiao("verify", "--node", node, "--json").code


def test_retention_counts_and_erases_only_when_told(
    xinqiao: Xinqiao, empty_node: Path, table: Callable[..., Path]
) -> None:
    """An entry removed from its list whose five years are over, beside one that is still young."""
    old = {"number": "杭环信〔2018〕1号", "day": "2018/03/02"}
    assert 0 == xinqiao("import", table(old, {}), "--node", empty_node, "--json").code
    body = ("--authority", "杭州市生态环境局", "--authority-code", "11330100PDY001012R")
    ended = ("--kind", "removed", *body, "--document", "杭环移1号", "--date", "2020-01-02")
    assert 0 == xinqiao("end", "lists", 0, *ended, "--node", empty_node, "--json").code

    counted = xinqiao("retention", "--node", empty_node, "--json").document
    ran = xinqiao("retention", "--run", "--node", empty_node, "--json").document
    after = xinqiao("retention", "--dry-run", "--node", empty_node, "--json").document

    row = {"term": "retention-330000@1/lists", "dataset": "lists", "past": 1}
    assert ([{**row, "ordered": 0}], False) == (counted["terms"], counted["run"])
    assert ([{**row, "ordered": 1}], True) == (ran["terms"], ran["run"])
    assert [] == after["terms"]
    assert "没有超过" in xinqiao("retention", "--node", empty_node).out
    assert 2 == xinqiao("retention", "--run", "--dry-run", "--node", empty_node).code


@pytest.mark.slow
def test_a_served_node_takes_orders_and_cannot_be_cleaned(
    xinqiao: Xinqiao, new_node: Callable[[str], Path], table: Callable[..., Path], serving: Serving
) -> None:
    """Through its local port, and so does retention; the clean-up says to stop it first."""
    node = new_node("330100")
    xinqiao("import", table({}), "--node", node, "--json")
    with serving(node):
        said = xinqiao("erase", "lists", 0, *GROUND, "--node", node, "--json")
        cleaned = xinqiao("store", "clean", "--node", node)

    assert (0, "ordered") == (said.code, said.document["erasures"][0]["outcome"])
    assert (2, True) == (cleaned.code, "STORE_BUSY" in cleaned.err)
    assert "ERASED" in xinqiao("explain", "lists", 0, "--node", node, "--json").out
