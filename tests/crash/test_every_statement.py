# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements and commits of a node's day fail, or are done and reported as failed; and then the reload too.

A normal day is recorded first; then, day after day, each of its moments fails once, at the driver. Whoever is told of a
fault repeats the call, as callers do. The oracle: every store verifies, what was accepted is there once and in order,
decisions are what a fresh judgement says, mirrors are their origins, and of each feed and size one note was ever seen.
Every second moment is tried in one of three ways; with `XINQIAO_CRASH=all`, every one in all three.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from federation.errors import StoreFault
from tests.crash.database import Plan
from tests.crash.story import Day, mirroring

if TYPE_CHECKING:
    from tests.crash.story import Step
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

PARTS = 4
DAYS_A_WORLD = 12
TRIES = 4


@dataclass(frozen=True)
class Choice:
    """Which moments fail, and how: every one so far apart, from the first; deaths last; a second fault may follow."""

    first: int
    apart: int
    lasting: bool = False
    gaps: int = 0

    def moments(self, count: int, part: int) -> range:
        """This part's share of the moments of a day; of all of them when nothing is to be left out."""
        if os.environ.get("XINQIAO_CRASH") == "all":
            return range(part, count, PARTS)
        return range(self.first + part * self.apart, count, PARTS * self.apart)


# together they fail every second moment in one way; with XINQIAO_CRASH=all, every one in every way
ONCE = Choice(0, 4)
DIES = Choice(2, 8, lasting=True)
TWICE = Choice(6, 8, gaps=8)


@dataclass
class Stage:
    """Two nodes, of which one has a database that fails."""

    world: World
    samples: Samples
    side: str
    day: int = 0
    plan: Plan = field(default_factory=Plan)
    died: bool = False

    async def set_up(self) -> None:
        """Fresh nodes, introduced to each other, with a first day behind them."""
        self.world.clear()
        self.day = 0
        self.hangzhou, self.shanghai = self.world.node("330100"), self.world.node("310000")
        await self.world.mirror(self.shanghai, self.hangzhou)
        self.plan.begin()
        self.plan.watch(self.failing.stages.store)
        await self.live()

    @property
    def failing(self) -> Node:
        """The node whose database fails."""
        return self.hangzhou if self.side == "origin" else self.shanghai

    def steps(self) -> tuple[list[Step], list[Step]]:
        """The day of the node that fails, with what comes before it."""
        self.day += 1
        before = Day(self.hangzhou, self.samples, self.day).steps
        if self.side == "origin":
            return [], before
        return before, mirroring(self.world, self.shanghai, self.hangzhou, self.plan)

    async def live(self, *at: int, lasting: bool = False) -> int:
        """One day; gives the number of its moments."""
        before, steps = self.steps()
        for step in before:
            await step()
        self.plan.begin(*at, lasting=lasting)
        self.died = False
        for step in steps:
            await self.repeated(step)
        moments = len(self.plan.moments)
        assert self.plan.fired or not at or self.died
        self.plan.begin()
        self.failing.decide()
        self.world.audit()
        return moments

    async def repeated(self, step: Step) -> None:
        """Does a step, again and again until it is done; what could leave the node after a fault is kept."""
        for _ in range(TRIES):
            try:
                await step()
                told = False
            except StoreFault:
                told = True
            self.world.see()
            if self.plan.dead:
                self.died = True
                self.plan.begin()
                self.failing.reopen()
                self.plan.watch(self.failing.stages.store)
            elif not told:
                return
        raise AssertionError("the step was never done")


@pytest.fixture
def stage(world: World, samples: Samples, side: str) -> Stage:
    """Where it happens."""
    return Stage(world, samples, side)


async def run_days(stage: Stage, part: int, choice: Choice) -> None:
    """Days on which one part of the moments fails, each once, and with gaps also one after it."""
    await stage.set_up()
    for day, at in enumerate(choice.moments(await stage.live(), part)):
        if day % DAYS_A_WORLD == DAYS_A_WORLD - 1:
            await stage.set_up()
        second = (at + 1 + day % choice.gaps,) if choice.gaps else ()
        await stage.live(at, *second, lasting=choice.lasting)


pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("side", ["origin", "mirror"]),
    pytest.mark.parametrize("part", range(PARTS)),
]


async def test_a_moment_fails_and_the_process_lives_on(stage: Stage, part: int) -> None:
    """A fault, also one reported of what was done: the same process goes on with what is durable."""
    await run_days(stage, part, ONCE)


async def test_the_process_dies_at_a_moment(stage: Stage, part: int) -> None:
    """The next one goes on where the store stands."""
    await run_days(stage, part, DIES)


async def test_the_reload_fails_too(stage: Stage, part: int) -> None:
    """A second fault at one of the eight moments after the first: nothing is built on what is not known."""
    await run_days(stage, part, TWICE)
