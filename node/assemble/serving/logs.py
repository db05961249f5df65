# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The exchange log of a served node, behind one watch: while it cannot be written, nothing is answered or asked.

A log that fails once makes the node read-only, so that `status` and health say so at once, whether or not anything else
is to be written. From then on the watch tries to write by itself, with growing pauses; when it can, the node goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from typing import Protocol, TypeVar

from federation.errors import StoreFault
from federation.records.exchange import AccessKind
from federation.rules.exchange import Accessed
from node.assemble.serving.condition import Condition
from node.assemble.serving.loops import FIRST_PAUSE_S, LONGEST_PAUSE_S
from node.bell import Bell
from node.exchange.exchange_log import ExchangeLog, Logged, ToLog, stands
from node.exchange.gather import Gatherer

Result = TypeVar("Result")
LOG_WITHIN_S = 30.0
_HOUR_MS = 60 * 60 * 1000
_MOST_READERS = 4096
_LOOP = "log"


class Act(Protocol):
    """Runs a step in the writer thread."""

    def __call__(self, step: Callable[..., Result], *args: object) -> Awaitable[Result]:
        """Awaits the step's result."""
        ...


class LogWatch:
    """The exchange log, and whether it can be written.

    Args:
        log: the log.
        origin: its feed.
        condition: told when the log fails, and when it can be written again.
        failed: rings when it fails.
    """

    def __init__(self, log: ExchangeLog, origin: str, condition: Condition, failed: Bell) -> None:
        self._log = log
        self._origin = origin
        self._condition = condition
        self._failed = failed

    def require(self) -> None:
        """Sees that the exchange log may be written.

        Raises:
            StoreFault: EXCHANGE_LOG_UNAVAILABLE, the node is read-only.
        """
        try:
            self._condition.require_writable()
        except StoreFault as fault:
            raise StoreFault("EXCHANGE_LOG_UNAVAILABLE", fault.detail) from fault

    def log_all(self, entries: Sequence[ToLog]) -> list[Logged]:
        """As `ExchangeLog.log_all`; in the writer thread."""
        try:
            return self._log.log_all(entries)
        except StoreFault as fault:
            if fault.reason == "EXCHANGE_LOG_UNAVAILABLE":
                self._condition.failed(_LOOP, self._origin, StoreFault(fault.detail))
                self._failed.ring()
            raise

    async def run(self, act: Act) -> None:
        """Tries to write after each failure until it succeeds, for ever."""
        seen = 0
        while True:
            await self._failed.wait(seen)
            seen, pause = self._failed.rung, FIRST_PAUSE_S
            while not await self._writes(act):
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            self._condition.succeeded(_LOOP, self._origin)

    async def _writes(self, act: Act) -> bool:
        try:
            await act(self._log.try_to_write)
        except StoreFault:
            return False
        return True


class ThreadedLog:
    """The requester's side of the exchange log, in the writer thread; closed while the node is read-only.

    What waits together shares a transaction.
    """

    def __init__(self, watch: LogWatch, act: Act) -> None:
        async def step(entries: Sequence[ToLog]) -> Sequence[Logged]:
            return await act(watch.log_all, entries)

        self._watch = watch
        self._gatherer = Gatherer(step)

    def require(self) -> None:
        """As `LogWatch.require`."""
        self._watch.require()

    async def log(self, entry: ToLog) -> bytes | None:
        """As `ExchangeLog.log`."""
        self._watch.require()
        return stands(await self._gatherer.ask(entry))


class WriterLog:
    """The responder's side of the exchange log; closed while the node is read-only.

    It is written in the writer thread, and awaited by the thread that answers.
    """

    def __init__(self, watch: LogWatch, writer: Executor) -> None:
        self._watch = watch
        self._writer = writer

    def log_all(self, entries: Sequence[ToLog]) -> Sequence[Logged]:
        """As `ExchangeLog.log_all`."""
        self._watch.require()
        return self._writer.submit(self._watch.log_all, entries).result()


class AccessLog:
    """What is logged before somebody is told something without an exchange between members.

    Args:
        log: the own side's log.
        entry: makes the entry of an access.
        loop: where `log` runs.
    """

    def __init__(self, log: ThreadedLog, entry: Callable[[Accessed], ToLog], loop: asyncio.AbstractEventLoop) -> None:
        self._log = log
        self._entry = entry
        self._loop = loop
        self._read: dict[tuple[str, str], int] = {}

    async def log(self, accessed: Accessed) -> None:
        """Logs one access; durable when it returns.

        Raises:
            StoreFault: EXCHANGE_LOG_UNAVAILABLE; nothing may be told.
        """
        await self._log.log(self._entry(accessed))

    def log_from_thread(self, accessed: Accessed) -> None:
        """As `log`, from any thread but the loop's own."""
        logging = asyncio.run_coroutine_threadsafe(self.log(accessed), self._loop)
        try:
            logging.result(LOG_WITHIN_S)
        except TimeoutError:
            logging.cancel()
            raise StoreFault("EXCHANGE_LOG_UNAVAILABLE", f"not written within {LOG_WITHIN_S:.0f} s") from None

    def log_read(self, caller: str, origin: str, now_ms: int) -> None:
        """Logs that a member reads a log, once an hour: who follows it would read of its own reading for ever."""
        hour = now_ms // _HOUR_MS
        if self._read.get((caller, origin)) != hour:
            self.log_from_thread(Accessed(AccessKind.READ, caller, origin))
            if len(self._read) >= _MOST_READERS:
                self._read.clear()
            self._read[caller, origin] = hour
