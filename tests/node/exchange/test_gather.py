# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Many callers, one step: who comes together goes together, and each gets what is its own."""

import asyncio
from collections.abc import Sequence

import pytest

from node.exchange.gather import MAX_GROUP, RELIEF_S, Gatherer


class Steps:
    """A step that doubles numbers, waits at a gate where there is one, and fails on the number -13."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.gates: list[asyncio.Event] = []

    async def __call__(self, items: Sequence[int]) -> Sequence[int]:
        """Twice each."""
        self.groups.append(list(items))
        if self.gates:
            await self.gates.pop(0).wait()
        if -13 in items:
            raise ValueError
        return [2 * item for item in items]


async def test_who_comes_together_goes_together() -> None:
    """The first alone and at once; those who come meanwhile, in their order, in one step."""
    steps = Steps()
    steps.gates = [asyncio.Event()]
    gate, gatherer = steps.gates[0], Gatherer(steps)
    first = asyncio.create_task(gatherer.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(gatherer.ask(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    gate.set()

    assert [2, 4, 6, 8] == await asyncio.gather(first, *others)
    assert [[1], [2, 3, 4]] == steps.groups


async def test_a_step_has_a_most() -> None:
    """However many wait."""
    steps = Steps()
    results = await asyncio.gather(*map(Gatherer(steps).ask, range(2 * MAX_GROUP + 1)))

    assert list(range(0, 4 * MAX_GROUP + 2, 2)) == results
    assert [MAX_GROUP, MAX_GROUP, 1] == [len(group) for group in steps.groups]


async def test_a_failed_step_fails_for_its_callers_alone() -> None:
    """Each of the group gets what it raised; the next group does not."""
    gatherer = Gatherer(Steps())
    failed = await asyncio.gather(*map(gatherer.ask, (12, -13, 14)), return_exceptions=True)

    assert [ValueError] * 3 == [type(error) for error in failed]
    assert 2 == await gatherer.ask(1)


async def test_a_caller_that_left_is_left_out() -> None:
    """Before its step began; the others are served."""
    steps = Steps()
    steps.gates = [asyncio.Event()]
    gate, gatherer = steps.gates[0], Gatherer(steps)
    tasks = [asyncio.create_task(gatherer.ask(1))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(gatherer.ask(number)) for number in (2, 3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.sleep(0)
    gate.set()

    assert (2, 6) == (await tasks[0], await tasks[2])
    assert [[1], [3]] == steps.groups
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]


async def test_who_waits_behind_a_slow_step_gets_another() -> None:
    """Though the slow one never ends; but no more of them than were allowed."""
    steps = Steps()
    slow = [asyncio.Event(), asyncio.Event()]
    steps.gates = list(slow)
    gatherer = Gatherer(steps, most_steps=2)
    first = asyncio.create_task(gatherer.ask(1))
    while len(steps.groups) < 1:
        await asyncio.sleep(0)
    second = asyncio.create_task(gatherer.ask(2))
    async with asyncio.timeout(10):
        while len(steps.groups) < 2:
            await asyncio.sleep(0.001)
    third = asyncio.create_task(gatherer.ask(3))
    slow[1].set()

    async with asyncio.timeout(10):
        assert (4, 6) == (await second, await third)
    assert not first.done()
    slow[0].set()
    assert 2 == await first


async def test_who_comes_when_a_step_is_slow_already_gets_another() -> None:
    """Nobody was waiting when it became slow, and nobody waits for its end."""
    steps = Steps()
    slow = asyncio.Event()
    steps.gates = [slow]
    gatherer = Gatherer(steps, most_steps=2)
    first = asyncio.create_task(gatherer.ask(1))
    await asyncio.sleep(2 * RELIEF_S)

    async with asyncio.timeout(10):
        assert [4, 6] == [await gatherer.ask(item) for item in (2, 3)]
    assert not first.done()
    slow.set()
    assert 2 == await first


async def test_whoever_asks_at_the_moment_a_step_ends_is_served() -> None:
    """Nobody waits for a worker that has just found nothing more to do: not until somebody else asks, nor for ever."""

    async def step(items: Sequence[int]) -> Sequence[int]:
        return items

    gatherer = Gatherer(step)

    async with asyncio.timeout(10):
        assert [1, 2, 3] == [await gatherer.ask(item) for item in (1, 2, 3)]
