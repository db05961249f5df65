# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A served node is killed at seeded moments while records pour in and a member follows and watches.

A keeper, beside the follower, holds every note that came over the wire: of each size there is one text, ever.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from federation.errors import Fault, UnreachableFault
from federation.log.note import Note
from node.intake import Accepted, Duplicate
from node.observe import Observer
from node.rpc.client import LocalClient, PeerClient
from node.rpc.trust import Trust
from tests.flow.world import Node, black, submitted, until

if TYPE_CHECKING:
    from tests.flow.world import Region

pytestmark = pytest.mark.slow

LISTS = "flow.example/330100/lists/1"
BATCH = 20
ROUNDS = 4
LONGEST_S = 0.8


@dataclass
class Keeper:
    """A member that watches a feed and holds every note that it was ever told."""

    member: Node
    origin: Node
    texts: dict[int, str] = field(default_factory=dict)
    notes: int = 0

    async def watch(self) -> None:
        """Watches until cancelled, through every death of the origin."""
        trust = Trust.of(self.member.config, Observer("keeper"))
        client = PeerClient(self.origin.id, self.origin.config.listen.peers, trust, 2.0)
        try:
            while True:
                with suppress(Fault):
                    async for note in client.watch(LISTS):
                        self._keep(Note.parse(note).text)
                await asyncio.sleep(0.01)
        finally:
            await client.close()

    def _keep(self, text: str) -> None:
        self.notes += 1
        size = int(text.split("\n")[1])
        assert self.texts.setdefault(size, text) == text, "two checkpoints of one size have left"


@dataclass
class Load:
    """A business system that submits without end, and repeats what was not acknowledged."""

    node: Node
    acknowledged: list[bytes] = field(default_factory=list)

    async def submit(self) -> None:
        """Submits until cancelled."""
        trust = Trust.of(self.node.config, Observer("load"))
        number = 0
        while True:
            batch = [submitted(black(number + each)) for each in range(BATCH)]
            client = LocalClient(self.node.config.listen.local, trust, 2.0)
            try:
                while True:
                    outcomes = await client.submit("lists", batch)
                    assert all(isinstance(outcome, Accepted | Duplicate) for outcome in outcomes)
                    self.acknowledged += [item.payload for item in batch]
                    number += BATCH
                    batch = [submitted(black(number + each)) for each in range(BATCH)]
            except UnreachableFault:
                await asyncio.sleep(0.02)
            finally:
                await client.close()


async def test_a_node_killed_under_load_loses_nothing_and_forks_nothing(region: Region) -> None:
    """Every acknowledged record is published once, in order; the follower ends with the same feed."""
    origin, hub = region.node("330100"), region.node("yrd")
    region.pin(hub, origin, "330100/lists/1")
    region.pin(origin, hub)
    keeper, load, chance = Keeper(hub, origin), Load(origin), random.Random(20261122)
    await asyncio.gather(asyncio.to_thread(origin.serve), asyncio.to_thread(hub.serve))
    tasks = [asyncio.create_task(keeper.watch()), asyncio.create_task(load.submit())]
    await asyncio.to_thread(until, lambda: keeper.notes, "the first note")
    for _ in range(ROUNDS):
        await asyncio.sleep(chance.uniform(0.0, LONGEST_S))
        await asyncio.to_thread(origin.kill)
        taken, told = len(load.acknowledged), keeper.notes
        await asyncio.to_thread(origin.serve)
        await asyncio.to_thread(until, lambda taken=taken: len(load.acknowledged) > taken, "submitting goes on")
        await asyncio.to_thread(until, lambda told=told: keeper.notes > told, "watching goes on")
    tasks[1].cancel()
    await asyncio.gather(tasks[1], return_exceptions=True)
    sent = len(load.acknowledged)
    await asyncio.to_thread(until, lambda: sent <= hub.size(LISTS) == origin.size(LISTS), "all of it at the follower")
    tasks[0].cancel()
    (ended,) = await asyncio.gather(tasks[0], return_exceptions=True)

    assert isinstance(ended, asyncio.CancelledError)
    assert keeper.notes > ROUNDS
    held = origin.ask(lambda desk: [entry.payload for entry in desk.reader.held(LISTS, 0, 1 << 20)])
    assert held[:sent] == load.acknowledged
    assert sent <= len(held) <= sent + BATCH
    region.check()
