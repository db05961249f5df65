# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A bell rings in one event loop: work has come, a head has moved. It carries no data and misses nothing.

Each ring raises a number; a waiter passes the number it last saw, so that a ring between two waits is not lost. Rings
may come from any thread; waits belong to the loop.
"""

import asyncio


class Bell:
    """One thing that can happen again and again. `ring` is safe from any thread.

    Args:
        loop: the loop its waiters run in.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._rung = 0
        self._loop = loop
        self._waiters: set[asyncio.Future[None]] = set()

    @property
    def rung(self) -> int:
        """How often it rang so far; pass it to `wait`."""
        return self._rung

    def ring(self) -> None:
        """Wakes every waiter. Safe from any thread; after the loop has closed it does nothing."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._rung += 1
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def wait(self, seen: int, timeout_s: float | None = None) -> int:
        """Waits until it has rung more often than `seen`, or the time is over.

        Args:
            seen: the number last returned, or `rung` before looking for work.
            timeout_s: longest wait in seconds; None waits for ever.

        Returns:
            How often it has rung; equal to `seen` when the time was over first.
        """
        if self._rung > seen:
            return self._rung
        waiter = self._loop.create_future()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                await waiter
        except TimeoutError:
            pass
        finally:
            self._waiters.discard(waiter)
        return self._rung
