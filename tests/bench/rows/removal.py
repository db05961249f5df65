# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A removal at the origin until it has its effect two hops away, at 100 changes a second: origin, hub, city.

Changes come by the clock whether or not earlier ones are through, and each counts from when it was due, so that waiting
for a slow node is part of the time. The effect is there when the city's store holds the decision: it is looked for
every few milliseconds.
"""

import asyncio
import shutil
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from node.assemble.desk import Desk, open_desk
from node.config import CONFIG_NAME, Config
from node.intake import Accepted
from node.observe import Observer
from node.rpc.client import LocalClient
from node.rpc.trust import Trust
from tests.bench.ground import UNLIMITED, Ground
from tests.bench.measure import Goal, Outcome, quantile
from tests.bench.programs import Served
from tests.flow.world import Node, Region, black, removal, submitted, until

GOAL = Goal(at_most=1.0)
A_SECOND = 100
CHANGES = 2000
LOOK_S = 0.008
PATIENCE_S = 60.0
ORIGIN, HUB, CITY = "330100", "yrd", "310000"
FEED = f"{ORIGIN}/lists/1"


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the row: one stretch of many changes, since a p99 needs them all."""
    with _chain(ground) as chain:
        took = chain.remove_all()
    p50, p99 = quantile(took, 0.5), quantile(took, 0.99)
    note = f"p50 {1000 * p50:.0f} ms, worst {1000 * max(took):.0f} ms"
    samples = {"seconds": [round(one, 4) for one in took]}
    path = f"移出 removal to effect two hops away, {A_SECOND} a second: p99"
    return [Outcome(path, "s", p99, None, p99, GOAL, len(took), note, samples)]


def profile(ground: Ground, target: Path) -> None:
    """Profiles the city."""
    with _chain(ground, target) as chain:
        chain.remove_all()


@contextmanager
def _chain(ground: Ground, profile: Path | None = None) -> Iterator["_Chain"]:
    """Three served nodes, with entries that the city recognises."""
    changes, folder = ground.plan.calls(CHANGES), ground.plan.folder / "chain"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    region = Region(folder)
    nodes = _joined(region)
    nodes[0].submit("lists", *(submitted(black(number)) for number in range(changes)))
    with ExitStack() as closing:
        starting = [Served(node.folder, node.log, profile if node is nodes[-1] else None) for node in nodes]
        for served in starting:
            closing.callback(served.stop)
        for served in starting:
            served.ready()
        chain = _Chain(nodes[0], nodes[-1], region.origin(FEED), changes)
        chain.await_recognition()
        yield chain


def _joined(region: Region) -> Sequence[Node]:
    """Origin, hub and city, each following the one before; the city knows the origin by its keys alone."""
    origin, hub, city = (region.node(node_id) for node_id in (ORIGIN, HUB, CITY))
    with (origin.folder / CONFIG_NAME).open("a", encoding="utf-8") as config:
        config.write(UNLIMITED)
    region.pin(origin, hub)
    region.pin(hub, origin, FEED)
    region.pin(hub, city)
    region.pin(city, origin, indirect=True)
    region.pin(city, hub, FEED)
    return origin, hub, city


@dataclass(frozen=True, slots=True)
class _Chain:
    """Where removals are made, and where they are looked for."""

    origin: Node
    city: Node
    feed: str
    changes: int

    def await_recognition(self) -> None:
        """Waits until the city has decided on every entry."""
        with open_desk(self.city.config) as desk:
            last = self.changes - 1
            until(lambda: _standing(desk, self.feed, last) == "RECOGNISED", "recognition in the city", PATIENCE_S)

    def remove_all(self) -> list[float]:
        """Removes every entry, one after the other by the clock; the seconds until each has its effect.

        Raises:
            AssertionError: some never had.
        """
        first = time.monotonic() + 0.5
        due = [first + number / A_SECOND for number in range(self.changes)]
        with ThreadPoolExecutor(1) as looking:
            seen = looking.submit(self._look)
            asyncio.run(_submit(self.origin.config, due))
            return [there - then for there, then in zip(seen.result(), due, strict=True)]

    def _look(self) -> list[float]:
        """When the city's store held each decision: entries are looked for in the order of their removal."""
        waiting = deque(range(self.changes))
        end = time.monotonic() + self.changes / A_SECOND + PATIENCE_S
        found = []
        with open_desk(self.city.config) as desk:
            while waiting:
                if _standing(desk, self.feed, waiting[0]) == "ENDED":
                    found.append(time.monotonic())
                    waiting.popleft()
                else:
                    assert time.monotonic() < end, f"{len(waiting)} removals have no effect in the city"
                    time.sleep(LOOK_S)
        return found


async def _submit(config: Config, due: Sequence[float]) -> None:
    """Submits each removal when it is due, as a business system does: through the local port."""
    client = LocalClient(config.listen.local, Trust.of(config, Observer(config.node.id)), PATIENCE_S)
    try:
        async with asyncio.TaskGroup() as group:
            for index, then in enumerate(due):
                await asyncio.sleep(max(0.0, then - time.monotonic()))
                group.create_task(_remove(client, index))
    finally:
        await client.close()


async def _remove(client: LocalClient, index: int) -> None:
    """Removes one entry; it must be accepted."""
    (outcome,) = await client.submit("lists", [removal(index)])
    assert isinstance(outcome, Accepted), outcome


def _standing(desk: Desk, origin: str, index: int) -> str:
    """What a node makes of an entry now; empty while nothing is decided."""
    decision = desk.reader.decision(origin, index)
    return "" if decision is None else decision.standing
