# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The daily loop that erases what is past its term, in a node whose configuration asks for it."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor

from federation.errors import Fault
from federation.standards.calendar import china_date
from node.assemble.serving.loops import Bells, Loops
from node.assemble.stages import Stages
from node.erase.order import Ordered
from node.erase.retention import Due, Terms, due_in
from node.observe import Observer

LOOK_EVERY_S = 3600.0
PAUSE_S = 0.05
"""Between two batches, so that the job takes no more than its share of a busy node."""


class Retaining:
    """Erases by term. In one event loop; needs the lead.

    Args:
        stages: rules, store, and the eraser.
        bells: rung where something is to be published.
        loops: run steps in the writer thread.
        readers: where entries are read.
        observer: hears what was erased, and of faults.
    """

    def __init__(self, stages: Stages, bells: Bells, loops: Loops, readers: Executor, observer: Observer) -> None:
        self._stages = stages
        self._bells = bells
        self._loops = loops
        self._readers = readers
        self._observer = observer

    async def run(self) -> None:
        """Looks once on each calendar day in China, for ever; without effect unless it is configured."""
        done = None
        while self._stages.foundation.config.retention.enforce:
            day = china_date(self._stages.foundation.clock())
            if day != done:
                try:
                    await self._look(Terms(self._stages.foundation.book.retention, self._home, day))
                    done = day
                except Fault as fault:
                    self._observer.stage_failed("retention", fault)
            await asyncio.sleep(LOOK_EVERY_S)
        await asyncio.Event().wait()

    @property
    def _home(self) -> str:
        return self._stages.foundation.config.node.id

    async def _look(self, terms: Terms) -> None:
        """One pass over every own feed."""
        for section in self._stages.foundation.config.feed:
            batches = due_in(self._stages.store.reader, self._stages.foundation.origin(section.name), terms)
            while (batch := await self._next(batches)) is not None:
                for due in batch:
                    await self._loops.act(self._order, due)
                await asyncio.sleep(PAUSE_S)

    async def _next(self, batches: Iterator[Sequence[Due]]) -> Sequence[Due] | None:
        return await asyncio.get_running_loop().run_in_executor(self._readers, next, batches, None)

    def _order(self, due: Due) -> None:
        outcomes = self._stages.eraser.order(due.origin, due.indexes, due.ground, with_acts=True)
        count = sum(isinstance(outcome, Ordered) for outcome in outcomes)
        if count:
            self._observer.past_term(due.origin, due.term.name, count)
            self._bells.queue(due.origin).ring()
