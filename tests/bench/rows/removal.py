# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A removal at the origin until it has its effect two hops away, at 100 changes a second: origin, hub, city.

Changes come by the clock whether or not earlier ones are through, and each counts from when it was due, so that waiting
for a slow node is part of the time. The effect is there when the city's store holds the decision: it is looked for
every few milliseconds.
"""

import asyncio
import shutil
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from node.assemble.desk import open_desk
from node.config import Config
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


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the row: all changes are one stretch, cut into rounds for the ratios alone."""
    changes = ground.plan.calls(CHANGES)
    with _Chain(ground.plan.folder / "chain", changes) as chain:
        took = chain.remove_all()
    p50, p99 = quantile(took, 0.5), quantile(took, 0.99)
    note = f"p50 {1000 * p50:.0f} ms, worst {1000 * max(took):.0f} ms"
    samples = {"seconds": [round(one, 4) for one in took]}
    path = f"移出 removal to effect two hops away, {A_SECOND} a second: p99"
    return [Outcome(path, "s", p99, None, p99, GOAL, changes, note, samples)]


def profile(ground: Ground, target: Path) -> None:
    """Profiles the city."""
    with _Chain(ground.plan.folder / "chain", ground.plan.calls(CHANGES), target) as chain:
        chain.remove_all()


class _Chain(ExitStack):
    """Three served nodes, with entries that the city recognises."""

    def __init__(self, folder: Path, entries: int, profile: Path | None = None) -> None:
        super().__init__()
        self._entries = entries
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        region = Region(folder)
        origin, hub, city = (region.node(node_id) for node_id in (ORIGIN, HUB, CITY))
        with (origin.folder / "xinqiao.toml").open("a", encoding="utf-8") as config:
            config.write(UNLIMITED)
        region.pin(origin, hub)
        region.pin(hub, origin, f"{ORIGIN}/lists/1")
        region.pin(hub, city)
        region.pin(city, origin, indirect=True)
        region.pin(city, hub, f"{ORIGIN}/lists/1")
        self._origin, self._city = origin, city
        self._feed = region.origin(f"{ORIGIN}/lists/1")
        origin.submit("lists", *(submitted(black(number)) for number in range(entries)))
        starting = [Served(node.folder, node.log, profile if node is city else None) for node in (origin, hub, city)]
        for served in starting:
            self.callback(served.stop)
        for served in starting:
            served.ready()
        until(lambda: city.standing(self._feed, entries - 1) == "RECOGNISED", "recognition in the city", PATIENCE_S)

    def remove_all(self) -> list[float]:
        """Removes every entry, one after the other by the clock; the seconds until each has its effect."""
        first = time.monotonic() + 0.5
        due = [first + number / A_SECOND for number in range(self._entries)]
        seen = _Seen(self._city, self._feed, self._entries)
        looking = threading.Thread(target=seen.look)
        looking.start()
        asyncio.run(_submit(self._origin.config, due))
        looking.join()
        return [there - then for there, then in zip(seen.at, due, strict=True)]


async def _submit(config: Config, due: Sequence[float]) -> None:
    """Submits each removal when it is due, as a business system does: through the local port."""
    client = LocalClient(config.listen.local, Trust.of(config, Observer(config.node.id)), PATIENCE_S)
    try:
        async with asyncio.TaskGroup() as group:
            for index, then in enumerate(due):
                await asyncio.sleep(max(0.0, then - time.monotonic()))
                group.create_task(client.submit("lists", [removal(index)]))
    finally:
        await client.close()


class _Seen:
    """When the city's store held each decision: entries are looked for in the order of their removal."""

    def __init__(self, city: Node, origin: str, entries: int) -> None:
        self._config = city.config
        self._origin = origin
        self._entries = entries
        self.at: list[float] = []

    def look(self) -> None:
        """Looks until every entry has ended, or patience has."""
        waiting = deque(range(self._entries))
        end = time.monotonic() + self._entries / A_SECOND + PATIENCE_S
        with open_desk(self._config) as desk:
            while waiting and time.monotonic() < end:
                decision = desk.reader.decision(self._origin, waiting[0])
                if decision is not None and decision.standing == "ENDED":
                    self.at.append(time.monotonic())
                    waiting.popleft()
                else:
                    time.sleep(LOOK_S)
