# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Many callers, one step: what waits while a step is at work goes into the next one together.

A lone caller is served at once and alone. Where several come together, the next step waits for a moment, so that groups
grow with the load, and the price of a step (a hop to another thread, a transaction, a durable commit) is shared.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar, cast

MAX_GROUP = 128
"""Most callers in one step, so that none waits long behind others."""
LINGER_S = 0.004
"""Pause after a step that had several callers: those who are on their way come along with the next."""
RELIEF_S = 0.05
"""When a step takes longer than this, those who wait behind it, and those who come later, get a step beside it."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Gatherer(Generic[Item, Result]):
    """Gathers the items of callers into steps. For one event loop.

    Args:
        step: takes one to `MAX_GROUP` items; awaits a result for each, in order. When it raises, every caller of the
            group gets what it raised.
        most_steps: most steps at work at once, where one is slow.
    """

    def __init__(self, step: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]], most_steps: int = 1) -> None:
        self._step = step
        self._most_steps = most_steps
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._working: set[asyncio.Task[None]] = set()
        self._slow: set[asyncio.Task[None]] = set()

    async def ask(self, item: Item) -> Result:
        """The result for one item; a caller that is cancelled before its step began is left out of it."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._working == self._slow:
            self._begin()
        return await future

    def _begin(self) -> None:
        """Begins to work, beside whoever does."""
        if self._waiting and len(self._working) < self._most_steps:
            task = asyncio.create_task(self._work())
            self._working.add(task)
            task.add_done_callback(self._working.discard)

    def _relieve(self, slow: "asyncio.Task[None]") -> None:
        """A step takes long: those who wait get another, and so do those who come later."""
        self._slow.add(slow)
        self._begin()

    async def _work(self) -> None:
        """Step after step, while somebody waits."""
        loop, task = asyncio.get_running_loop(), cast("asyncio.Task[None]", asyncio.current_task())
        try:
            while group := self._group():
                relief = loop.call_later(RELIEF_S, self._relieve, task)
                try:
                    await self._serve(group)
                finally:
                    relief.cancel()
                    self._slow.discard(task)
                if len(group) > 1:
                    await asyncio.sleep(LINGER_S)
        finally:
            # at once, not when the loop comes to the task's end: whoever asks in between would wait for nobody
            self._working.discard(task)

    async def _serve(self, group: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        """One step; each of the group gets its result, or what the step raised."""
        try:
            results = await self._step([item for item, _ in group])
            for (_, future), result in zip(group, results, strict=True):
                if not future.done():
                    future.set_result(result)
        except BaseException as error:
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                raise

    def _group(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        group: list[tuple[Item, asyncio.Future[Result]]] = []
        while self._waiting and len(group) < MAX_GROUP:
            item, future = self._waiting.popleft()
            if not future.done():
                group.append((item, future))
        return group
