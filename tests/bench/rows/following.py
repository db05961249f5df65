# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Following, whole: from an empty mirror to all entries of a source verified and durable."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from node.assemble.interpreter import settle_interpreter
from node.assemble.stages import Stages, standard_clock
from node.assemble.writer import WriterThread
from node.config import Config
from node.follow.follower import Follower
from node.follow.ports import FollowedPeer, FollowSurroundings
from node.observe import Observer
from node.rpc.client import PeerClient
from node.rpc.trust import Trust

LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class Followed:
    """What following cost.

    Attributes:
        seconds: from the start to the last commit, the connection included.
        batches: how many transactions were committed on the way.
    """

    seconds: float
    batches: int


def follow_whole(config: Config, wanted: Mapping[str, int]) -> Followed:
    """Follows feeds over the wire into a store, by the product's own stages, until all is there.

    Args:
        config: of the mirror, which nobody serves; it has one peer with an address.
        wanted: origins, and how many entries each has.

    Raises:
        AssertionError: a follower ended.
    """
    return asyncio.run(_follow(config, wanted))


async def _follow(config: Config, wanted: Mapping[str, int]) -> Followed:
    (peer,) = [peer for peer in config.peer if peer.address]
    observer = Observer(config.node.id)
    batches = 0

    def advanced(_: str) -> None:
        nonlocal batches
        batches += 1

    with Stages.open(config) as stages, WriterThread() as writer:
        settle_interpreter()  # as a node that is served does
        began = perf_counter()
        client = PeerClient(peer.id, str(peer.address), Trust.of(config, observer), config.follow.call_timeout_s)
        around = FollowSurroundings(stages.store.led, writer, standard_clock, observer, advanced)
        tasks = []
        for origin in wanted:
            keys = stages.foundation.members.feed_keys(origin)
            assert keys is not None
            tasks.append(asyncio.create_task(Follower(FollowedPeer(keys, peer.id, client), around).run()))
        while not all(_complete(stages, origin) >= size for origin, size in wanted.items()):
            assert not any(task.done() for task in tasks)
            await asyncio.sleep(LOOK_S)
        seconds = perf_counter() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await client.close()
    return Followed(seconds, batches)


def _complete(stages: Stages, origin: str) -> int:
    """How many entries of a feed are complete in the store."""
    view = stages.store.reader.feed(origin)
    return 0 if view is None else view.size
