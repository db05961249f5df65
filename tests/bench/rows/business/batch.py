# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What counts for ten thousand codes: one call of a business system at the local port, logged before it is told.

Every code is held, and none stands twice while there are enough. Both ends are measured: the node finds and tells, the
business system reads every result.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

from node.config import Config
from node.observe import Observer
from node.query.business import MAX_CODES
from node.rpc.loop.client import BusinessClient
from node.rpc.trust import Trust
from tests.bench.ground import BIG, Ground
from tests.bench.measure import Goal, Outcome
from tests.bench.rows.asking import codes

GOAL = Goal(at_least=15_000, aim=50_000)
TIMEOUT_S = 60.0


class _System:
    """A business system, in an event loop of its own."""

    def __init__(self, config: Config, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._client = runner.run(_connected(config))

    def check(self, asked: Sequence[str]) -> float:
        """Asks about all; the seconds for it."""
        began = perf_counter()
        told = self._runner.run(self._client.batch_check(asked))
        assert len(told.results) == len(asked)
        return perf_counter() - began

    def close(self) -> None:
        """Lets go of the connection."""
        self._runner.run(self._client.close())


async def _connected(config: Config) -> BusinessClient:
    return BusinessClient(config.listen.local, Trust.of(config, Observer(config.node.id)), TIMEOUT_S)


@contextmanager
def _system(config: Config) -> Iterator[_System]:
    with asyncio.Runner() as runner:
        system = _System(config, runner)
        try:
            yield system
        finally:
            system.close()


def _drawn(ground: Ground, seed: int) -> Sequence[str]:
    """Codes of one call."""
    many = ground.plan.calls(MAX_CODES)
    return list(dict.fromkeys(codes(ground.plan.scale, 8 * many, seed)))[:many]


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the row."""
    config, speeds = ground.config(BIG), []
    with ground.served(config), _system(config) as system:
        system.check(_drawn(ground, 0))
        for seed in range(1, ground.plan.rounds + 1):
            asked = _drawn(ground, seed)
            speeds.append(len(asked) / system.check(asked))
    middle, path = median(speeds), f"批查 batch check of {len(asked):,} codes by a business system"
    return [Outcome(path, "codes/s", middle, None, middle, GOAL, len(speeds), samples={"ours": speeds})]


def profile(ground: Ground, target: Path) -> None:
    """Profiles the node."""
    config = ground.config(BIG)
    with ground.served(config, profile=target), _system(config) as system:
        for seed in range(10):
            system.check(_drawn(ground, seed))
