# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Changed rules: what they touch is decided anew, batch by batch, while new entries go on being decided."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.records.exchange import Standing
from federation.records.list_entry import ListKind
from node.assemble.serving.condition import Condition
from node.assemble.serving.loops import Bells, Loops
from node.ledger import ledger as deciding
from node.ledger.replay import Replay
from node.observe import Observer
from tests.node.ledger.conftest import AGREEMENT, put_in_force, turns
from tests.node.region.oracle import again

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

STANDARD = Path("list-standards") / "yrd-eco-environment-red@1.toml"
MEASURES = Path("measures") / "measures-310000@1.toml"


def changed(node: Node, old: str, new: str, path: Path = AGREEMENT) -> None:
    """Changes a rule file; the node has started with it, and has decided nothing yet."""
    file = node.config.rules_folder / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    node.reopen()
    node.stages.ledger.start()


@pytest.fixture
async def mirrored(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> Node:
    """Shanghai with a red and a black entry of its own, and with both and a food list of Hangzhou."""
    shanghai.stages.ledger.start()
    others = [samples.company.model_copy(update={"code": code}) for code in CODES]
    food = {"field": "food-drug", "standard": "yrd-food-drug-black@1"}
    hangzhou.publish(
        "lists",
        samples.black(1, identity=others[0]),
        samples.red(2, identity=others[1]),
        samples.black(3, identity=others[2], **food),
    )
    await world.mirror(shanghai, hangzhou, "lists")
    return shanghai


CODES = ("91330106PDY209008Q", "91330106PDY2000038", "91330100MA2PDY0152")


def test_only_what_a_changed_standard_touches_is_decided_anew(mirrored: Node) -> None:
    """The others keep the decisions that they have, which the old rules explain."""
    put_in_force(mirrored, 'registry = "shared"', 'registry = "330100"', STANDARD)

    assert [1, 2, 1] == [len(turns(mirrored, index)) for index in range(3)]
    assert (Standing.REFUSED, "NO_STANDARD") == (turns(mirrored, 1)[1][0], turns(mirrored, 1)[1][1][0])
    assert [] == again(mirrored)


def test_a_changed_measure_touches_its_kind_of_list(mirrored: Node) -> None:
    """Here the red ones alone."""
    text = (mirrored.config.rules_folder / MEASURES).read_text()
    line = next(line for line in text.splitlines() if line.startswith('list_kinds = ["red"]'))
    put_in_force(mirrored, line, line.replace(ListKind.RED, ListKind.WATCH), MEASURES)

    assert [1, 2, 1] == [len(turns(mirrored, index)) for index in range(3)]


def test_an_entry_that_comes_meanwhile_waits_for_nothing(mirrored: Node, hangzhou: Node, samples: Samples) -> None:
    """The cursor stays where it is: what is new is decided by the new rules at once."""
    before = mirrored.decision(hangzhou.origin("lists"), 0)
    changed(mirrored, '"eco-environment", ', "")
    with mirrored.stages.store.write() as unit:
        assert 3 == unit.cursor(hangzhou.origin("lists"))
    mirrored.publish("lists", samples.black(9))

    assert Standing.OWN is mirrored.decision(mirrored.origin("lists"), 0).standing
    assert before == mirrored.decision(hangzhou.origin("lists"), 0)
    assert 3 == mirrored.stages.ledger.reevaluate()
    assert 0 == mirrored.stages.ledger.reevaluate()
    assert Standing.HELD is mirrored.decision(hangzhou.origin("lists"), 0).standing


async def test_it_goes_on_where_it_was(
    mirrored: Node, world: World, hangzhou: Node, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each batch is a transaction of its own; another process goes on after the last one, feed after feed."""
    hangzhou.publish("filings", samples.filing(1))
    await world.mirror(mirrored, hangzhou, "filings")
    monkeypatch.setattr(deciding, "BATCH_ENTRIES", 1)
    changed(mirrored, '"eco-environment", ', "")
    assert [1, 1] == [mirrored.stages.ledger.reevaluate() for _ in range(2)]
    mirrored.reopen()
    mirrored.stages.ledger.start()

    assert [1, 1, 0] == [mirrored.stages.ledger.reevaluate() for _ in range(3)]
    standings = [mirrored.decision(hangzhou.origin("lists"), index).standing for index in range(3)]
    assert [Standing.HELD, Standing.HELD, Standing.REFUSED] == standings


def test_a_second_change_before_the_end_leaves_nothing_out(
    mirrored: Node, hangzhou: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first one touched and had not come to is decided by the rules in force in the end."""
    monkeypatch.setattr(deciding, "BATCH_ENTRIES", 1)
    changed(mirrored, '"eco-environment", ', "")
    mirrored.stages.ledger.reevaluate()
    changed(mirrored, 'registry = "shared"', 'registry = "330100"', STANDARD)
    mirrored.decide()

    name = mirrored.stages.foundation.book.name
    made = [mirrored.decision(hangzhou.origin("lists"), index) for index in range(3)]
    assert [True] * 3 == [name in decision.versions for decision in made]
    assert [] == again(mirrored)


def test_rules_that_cannot_be_read_any_more_touch_everything(mirrored: Node, hangzhou: Node) -> None:
    """Nobody can tell what changed since."""
    with mirrored.stages.store.write() as unit:
        unit.set_rules_digest("f" * 64)
    put_in_force(mirrored, "title_en = ", "title_en  = ", STANDARD)

    made = [mirrored.decision(hangzhou.origin("lists"), index) for index in range(3)]
    assert [mirrored.stages.foundation.book.name] * 3 == [decision.versions[-1] for decision in made]


async def test_a_black_entry_that_comes_to_count_suspends_the_red_one(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Although the change of rules touches no red entry."""
    shanghai.stages.ledger.start()
    hangzhou.publish("lists", samples.black(1))
    shanghai.publish("lists", samples.red(2))
    standard = Path("list-standards") / "yrd-eco-environment-black@2.toml"
    put_in_force(shanghai, 'registry = "shared"', 'registry = "330100"', standard)
    await world.mirror(shanghai, hangzhou, "lists")
    own = shanghai.origin("lists")
    before = shanghai.decision(own, 0).standing
    put_in_force(shanghai, 'registry = "330100"', 'registry = "shared"', standard)

    assert (Standing.OWN, Standing.HELD) == (before, shanghai.decision(own, 0).standing)
    world.audit()


def test_what_was_decided_before_there_was_a_history_is_decided_anew(mirrored: Node, hangzhou: Node) -> None:
    """A store of an older version: all decisions get their inputs, and none of the old ones becomes history."""
    origin = hangzhou.origin("lists")
    for column in ("rules", "inputs", "grounds"):
        mirrored.tamper(f"decision.{column}", origin, lambda _: None)
    with mirrored.stages.store.write() as unit:
        unit.set_rules_digest("f" * 64)
    assert {"REPLAY_BEFORE_HISTORY": 3} == dict(Replay(mirrored.reader, None, lambda _: None).run().apart)
    mirrored.decide()

    said = Replay(mirrored.reader, None, lambda _: None).run()
    assert (3, 3) == (said.decisions, said.agreed)


def test_the_first_decisions_of_a_store_are_made_once(hangzhou: Node, samples: Samples) -> None:
    """There were no rules before, and nothing that rested on them."""
    hangzhou.publish("lists", samples.black())

    assert 0 == hangzhou.stages.ledger.reevaluate()


async def test_a_served_node_goes_on_by_itself(mirrored: Node, hangzhou: Node) -> None:
    """To the end of the change, in the review that wakes every minute."""
    changed(mirrored, '"eco-environment", ', "")
    with ThreadPoolExecutor(1) as writer:
        loops = Loops(mirrored.stages, Bells(asyncio.get_running_loop()), writer, Observer("test"), Condition())
        review = asyncio.create_task(loops.review())
        async with asyncio.timeout(60):
            while mirrored.decision(hangzhou.origin("lists"), 2).standing is not Standing.REFUSED:
                await asyncio.sleep(0)
            while mirrored.decision(hangzhou.origin("lists"), 0).standing is not Standing.HELD:
                await asyncio.sleep(0)
        review.cancel()
        await asyncio.gather(review, return_exceptions=True)
