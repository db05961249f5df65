# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What only one process of a node does: sequence, follow and decide, for as long as it leads.

Of a node on SQLite the one process that serves it leads from its start to its end. On PostgreSQL several may serve it:
each asks every second for the lease of the own feeds; one has it, and the others answer questions and wait. One that
leads renews it every second. Whoever cannot renew it in time stops its loops, and before that writes nothing more: the
store sees to that in every transaction (`node/storage/lease.py`). A leader that dies is followed within six seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from federation.errors import Fault, OrderFault
from node.observe import Observer

RENEW_S = 1.0
Running = Mapping[str, Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True)
class Leader:
    """What a leader does.

    Attributes:
        lead: takes or renews the right to lead; False when another process has it.
        prepare: checks everything before the first step as leader.
        loops: what runs while leading, by name; made anew each time.
        forget: drops what was known as leader: it may be another process's past when this one leads again.
    """

    lead: Callable[[], Awaitable[bool]]
    prepare: Callable[[], Awaitable[None]]
    loops: Callable[[], Running]
    forget: Callable[[], None]


class Leading:
    """Leads while it can. In one event loop.

    Args:
        leader: what a leader does.
        observer: hears of it.
        is_shared: whether another process may ever lead.
    """

    def __init__(self, leader: Leader, observer: Observer, *, is_shared: bool) -> None:
        self._leader = leader
        self._observer = observer
        self._is_shared = is_shared
        self.leads = False

    async def begin(self) -> None:
        """Takes the lead if it is free, before anything is served: what an operator has to mend is said now.

        Raises:
            Fault: what `prepare` found.
        """
        if await self._leader.lead():
            await self._leader.prepare()
            self.leads = True

    async def run(self) -> None:
        """Leads, or waits for its turn, until cancelled.

        Raises:
            Exception: a loop broke in a way nobody foresaw: a supervisor has to start the process anew.
        """
        while True:
            if self.leads or await self._taken_over():
                await self._while_leading()
            await asyncio.sleep(RENEW_S)

    async def _taken_over(self) -> bool:
        """Whether this process leads now, with everything checked; what it finds wrong it leaves to others."""
        try:
            if not await self._leader.lead():
                return False
            await self._leader.prepare()
        except Fault as fault:
            self._observer.stage_failed("lead", fault)
            return False
        self.leads = True
        return True

    async def _while_leading(self) -> None:
        """Runs the loops until the lead is lost."""
        self._observer.leading()
        tasks = {asyncio.create_task(loop, name=name) for name, loop in self._leader.loops().items()}
        renewing = asyncio.create_task(self._renewed(), name="renew")
        try:
            while not renewing.done():
                done, _ = await asyncio.wait({*tasks, renewing}, return_when=asyncio.FIRST_COMPLETED)
                tasks -= done
                for task in done - {renewing}:
                    self._look(task)
        finally:
            self.leads = False
            for task in {*tasks, renewing}:
                task.cancel()
            await asyncio.gather(*tasks, renewing, return_exceptions=True)
        self._leader.forget()
        self._observer.no_longer_leading()

    async def _renewed(self) -> None:
        """Renews the lead until it is lost; a store that is away for a moment is asked again."""
        while not self._is_shared:
            await asyncio.Event().wait()
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                if not await self._leader.lead():
                    return
            except OrderFault:
                return
            except Fault as fault:
                self._observer.stage_failed("lead", fault)

    def _look(self, task: "asyncio.Task[Any]") -> None:
        """A loop that ended: a quarantined feed's ends in order; anything else is a defect and is raised."""
        error = task.exception()
        if error is not None and not (isinstance(error, OrderFault) and error.reason == "LEASE_LOST"):
            self._observer.stage_failed(task.get_name(), error)
            raise error
