# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`holders`: the indexes that are held, and what they say of a subject."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from node.assemble.making.card import node_card
from node.assemble.serving.condition import Condition
from node.assemble.serving.holders.publishing import IndexPublishing
from node.assemble.serving.loops import Bells, Loops
from node.assemble.stages import Stages
from node.cli.main import run
from node.config import load_config
from node.holders.index import HeldIndex
from node.observe import Observer
from tests.node.cli.conftest import COMPANY, FEDERATION, LISTS
from tests.node.region.trouble import InLine

if TYPE_CHECKING:
    from collections.abc import Callable

    Xinqiao = Callable[..., Any]


@pytest.fixture(scope="module")
def indexed(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node that has made its own index, and holds another as that of a member."""
    node = Path(shutil.copytree(filled, tmp_path_factory.mktemp("indexed") / "node"))
    shanghai = node.parent / "shanghai"
    assert 0 == run(["init", "310000", "--federation", FEDERATION, "--node", str(shanghai), "--json"])
    card = node.parent / "card"
    card.write_text(node_card(load_config(shanghai)), encoding="utf-8")
    assert 0 == run(["peers", "add", str(card), "--node", str(node)])
    with Stages.open(load_config(node)) as stages:
        asyncio.run(_make_index(stages))
        held = stages.store.reader.holder_index("330100")
        assert held is not None
        bits = stages.store.reader.holder_bits("330100", held.index.bits_sha256)
        assert bits is not None
        with stages.store.write() as unit:
            unit.keep_holder_index(HeldIndex("310000", held.header, held.kept_at_ms), [bits])
    return node


async def _make_index(stages: Stages) -> None:
    observer = Observer("test")
    loops = Loops(stages, Bells(asyncio.get_running_loop()), InLine(), observer, Condition())
    await IndexPublishing(stages, loops, InLine(), observer).look()


def test_indexes_are_shown(xinqiao: Xinqiao, indexed: Path) -> None:
    """Own and members': when they were made, how large they are, what they cover."""
    said = xinqiao("holders", "--node", indexed, "--json").document

    assert (False, False) == (said["publish"], said["follow"])
    own, (member,) = said["own"], said["members"]
    assert ("330100", "310000") == (own["node"], member["node"])
    assert (2, 0.01, 7) == (own["keys"], own["false_positive_rate"], own["hashes"])
    assert 2 == next(feed["size"] for feed in own["feeds"] if feed["origin"] == LISTS)
    shown = xinqiao("holders", "--node", indexed).out
    assert all(words in shown for words in ("本节点索引", "1.00%", LISTS, "310000", "成员索引"))


def test_a_node_without_indexes_says_so(xinqiao: Xinqiao, empty_node: Path) -> None:
    """Neither is on by default."""
    shown = xinqiao("holders", "--node", empty_node)

    assert 0 == shown.code
    assert "未启用 / off (holders.publish)" in shown.out


def test_a_subject_is_tested_member_by_member(xinqiao: Xinqiao, indexed: Path) -> None:
    """Without the member's catalogue the index says nothing of it, and the command says why."""
    said = xinqiao("holders", "test", COMPANY, "--node", indexed, "--json")

    ((reason,),) = [member["reasons"] for member in said.document["members"]]
    assert (0, "CATALOGUE_NOT_HELD") == (said.code, reason["code"])
    assert [] == said.document["without_index"]
    shown = xinqiao("holders", "test", COMPANY, "--dataset", "lists", "--node", indexed)
    assert "须询问 / to be asked" in shown.out


def test_a_kind_that_no_index_covers_is_wrong_usage(xinqiao: Xinqiao, empty_node: Path) -> None:
    """With the kinds that there are."""
    said = xinqiao("holders", "test", COMPANY, "--dataset", "feedback", "--node", empty_node)

    assert 2 == said.code
    assert "USAGE_WRONG" in said.err
    assert "penalties" in said.err
