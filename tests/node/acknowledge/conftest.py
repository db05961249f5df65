# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes that state to one another in one process, over real stores and keys."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from node.assemble.serving.condition import Condition
from node.assemble.serving.doors import Forks
from node.assemble.serving.loops import Bells, Loops
from node.assemble.serving.stating.acknowledging import Acknowledging
from node.observe import Observer
from tests.node.region.trouble import InLine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from federation.log.checkpoint import FeedKeys
    from tests.node.region.member import Node
    from tests.node.region.world import World


class Heard(Observer):
    """An observer that remembers what it was told of statements."""

    def __init__(self) -> None:
        super().__init__("test")
        self.said: list[tuple[str, ...]] = []

    def not_acknowledged(self, origin: str, member: str, reason: str) -> None:
        """Remembered."""
        self.said.append((member, reason))

    def escalated(self, count: int) -> None:
        """Remembered."""
        self.said.append((str(count),))

    def withheld(self, origin: str, peer: str, size: int) -> None:
        """Remembered."""
        self.said.append((peer, str(size)))


@dataclass
class Party:
    """A node with what states on its behalf."""

    node: Node
    bells: Bells
    loops: Loops
    stating: Acknowledging
    forks: Forks

    async def tell(self, caller: str, origin: str, note: bytes) -> bytes:
        """What the node answers to a member that shows it a checkpoint."""
        self.forks.compare_known(origin, note)
        return self.stating.acknowledged(caller, origin, note)

    def keys(self, origin: str) -> FeedKeys:
        """The keys of a feed, as the node has pinned them."""
        keys = self.node.stages.foundation.members.feed_keys(origin)
        assert keys is not None
        return keys

    def stated(self, origin: str) -> dict[tuple[str, int], int]:
        """Sizes that members have stated, by member and stage."""
        return {(each.member, each.stage.value): each.size for each in self.node.reader.stated(origin, 99)}


def party(node: Node) -> Party:
    """A node that can state, and be stated to; in the running loop."""
    loop = asyncio.get_running_loop()
    bells = Bells(loop)
    loops = Loops(node.stages, bells, InLine(), Heard(), Condition())
    stating = Acknowledging(node.stages, bells, loops, loop)
    members = node.stages.foundation.members
    return Party(node, bells, loops, stating, Forks(node.publisher, members, Heard(), stating.heard))


@asynccontextmanager
async def going_on(
    *always: Coroutine[object, object, None],
) -> AsyncIterator[Callable[..., Coroutine[object, object, None]]]:
    """Runs what goes on for ever until the block ends; gives what waits until something is so."""

    async def until(ready: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not ready():
                assert not [task for task in tasks if task.done()]
                await asyncio.sleep(0.005)

    tasks = [asyncio.create_task(one) for one in always]
    yield until
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def hub(world: World) -> Node:
    """The hub between the two cities."""
    return world.node("yrd")
