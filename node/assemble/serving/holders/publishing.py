# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The loop that keeps the own holder index right, in a node whose configuration asks for one."""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import TypeVar

from federation.errors import Fault
from node.assemble.serving.loops import Loops
from node.assemble.stages import Stages
from node.holders.building import Building, Making, covered_feeds, restated, still_right
from node.holders.index import HeldIndex
from node.observe import Observer

PAUSE_S = 0.02
"""Between two batches, so that the job takes no more than its share of a busy node."""
Result = TypeVar("Result")


class IndexPublishing:
    """Makes the own index. In one event loop; needs the lead.

    Args:
        stages: rules, keys and store.
        loops: run steps in the writer thread.
        readers: where entries are read.
        observer: hears of new indexes, and of faults.
    """

    def __init__(self, stages: Stages, loops: Loops, readers: Executor, observer: Observer) -> None:
        foundation = stages.foundation
        self._stages = stages
        self._loops = loops
        self._readers = readers
        self._observer = observer
        self._home = foundation.config.node.id
        self._every_s = foundation.config.holders.every_s
        self._making = Making(foundation.keys, foundation.config.holders.false_positive_rate, os.urandom)

    async def run(self) -> None:
        """Looks, for ever."""
        while True:
            try:
                await self.look()
            except Fault as fault:
                self._observer.stage_failed("holder index", fault)
            await asyncio.sleep(self._every_s)

    async def look(self) -> None:
        """Makes the index anew when it is not right any more, or states once more that it is; drops it without feeds.

        Raises:
            Fault: it is as it was.
        """
        reader, now_ms = self._stages.store.reader, self._stages.foundation.clock()
        held = await self._read(reader.holder_index, self._home)
        feeds = await self._read(covered_feeds, reader, self._home)
        if not feeds:
            await self._loops.act(drop_but, self._stages, lambda node_id: node_id != self._home)
        elif held is not None and still_right(held, feeds, self._making, now_ms):
            await self._loops.act(self._keep, restated(held, self._making, now_ms), None)
        else:
            building = await self._read(Building, reader, feeds, self._making, now_ms)
            await self._read_all(building.batches())
            made, pieces = await self._read(building.ended, 0 if held is None else held.index.as_of_ms)
            await self._loops.act(self._keep, made, pieces)
            self._observer.index_published(made.index.keys, made.index.bits // 8)

    async def _read_all(self, batches: Iterator[int]) -> None:
        while await self._read(next, batches, None) is not None:
            await asyncio.sleep(PAUSE_S)

    async def _read(self, step: Callable[..., Result], *args: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._readers, step, *args)

    def _keep(self, held: HeldIndex, pieces: Sequence[bytes] | None) -> None:
        with self._stages.store.led.write() as unit:
            unit.keep_holder_index(held, pieces)


def drop_unwanted(stages: Stages) -> None:
    """Drops indexes that the configuration does not ask for any more; in the writer thread, of whoever leads."""
    config = stages.foundation.config
    followed = {peer.id for peer in config.peer} if config.holders.follow else set[str]()
    drop_but(stages, {*followed, *((config.node.id,) if config.holders.publish else ())}.__contains__)


def drop_but(stages: Stages, wanted: Callable[[str], bool]) -> None:
    """Drops the indexes of nodes that are not wanted; nothing is written where there are none."""
    unwanted = [held.node_id for held in stages.store.reader.holder_indexes() if not wanted(held.node_id)]
    if unwanted:
        with stages.store.led.write() as unit:
            unit.drop_holder_indexes(unwanted)
