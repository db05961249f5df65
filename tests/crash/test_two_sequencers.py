# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Two sequencers over one store, as when somebody removes the lock of a running node: one history all the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

import pytest

from federation.errors import StoreFault
from federation.log.note import Note

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

ROUNDS = 25


@dataclass
class Keeper:
    """Holds the text of every note that left, by size."""

    texts: dict[int, str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def keep(self, node: Node) -> None:
        """Takes the note that a node serves now."""
        note = node.publisher.checkpoint("x", node.origin("lists"))
        text = Note.parse(note).text
        size = int(text.split("\n")[1])
        with self.lock:
            assert self.texts.setdefault(size, text) == text


@pytest.fixture
def twins(hangzhou: Node) -> tuple[Node, Node]:
    """Two processes' worth of one node: the lock of the store was removed between them."""
    path = hangzhou.config.store_path
    path.with_name(f"{path.name}.lock").unlink()
    return hangzhou, type(hangzhou)(hangzhou.config, hangzhou.clock)


@pytest.mark.slow
def test_both_publish_into_one_history(world: World, twins: tuple[Node, Node], samples: Samples) -> None:
    """At once, each its own submissions and what the other left waiting: every record once, one note for each size."""
    keeper = Keeper()

    def work(node: Node, first: int) -> None:
        for number in range(ROUNDS):
            node.offer("lists", node.item(samples.black(2 * number + first)))
            node.stages.sequencer(node.origin("lists")).sequence()
            keeper.keep(node)
            node.stages.sequencer(node.origin("lists")).beat()
            keeper.keep(node)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work, node, first) for first, node in enumerate(twins)]:
            done.result()
    one, other = twins
    lists = one.origin("lists")
    published = [stored.entry.payload for stored in one.reader.entries(lists, 0, 1 << 30)]
    other.stages.store.close()

    assert sorted(published) == sorted(one.accepted[lists] + other.accepted[lists])
    assert 2 * ROUNDS == len(published)
    assert set(keeper.texts) <= set(range(2 * ROUNDS + 1))
    one.accepted[lists] = published
    one.decide()
    world.audit()


@pytest.mark.parametrize("act", ["sequence", "beat"])
def test_whoever_read_an_older_head_loses(world: World, twins: tuple[Node, Node], samples: Samples, act: str) -> None:
    """A head read before the other moved it: compare and swap refuses, nothing of the loser stays, and it goes on."""
    one, other = twins
    lists = one.origin("lists")
    one.publish("lists", samples.black(0))
    with one.stages.store.write() as unit:
        before = unit.log_head(lists)
    one.stages.sequencer(lists).sequence()
    other.stages.sequencer(lists).load()
    other.publish("lists", samples.black(1))
    newest = other.publisher.checkpoint("x", lists)
    one.offer("lists", one.item(samples.black(2)))
    one.trouble.twists["log_head"] = lambda _: before
    with pytest.raises(StoreFault, match=r"HEAD_MOVED|STORE_CONFLICT|HEAD_CORRUPT|TILE_MISMATCH"):
        getattr(one.stages.sequencer(lists), act)()
    one.trouble.twists.clear()

    assert newest == one.publisher.checkpoint("x", lists)
    one.stages.publish_pending()
    other.stages.store.close()
    assert 3 == one.reader.follow_range(lists).size
    one.accepted[lists] = [stored.entry.payload for stored in one.reader.entries(lists, 0, 9)]
    one.decide()
    world.audit()
