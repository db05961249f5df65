# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One clock for every process of a federation, which a test moves on: nobody waits for a minute, a night or a term.

Three numbers in a file that all of them have mapped. Calendar time is the system's with an offset, or stands still at a
moment; time that only goes on (by which timers count) has an offset of its own, so that what is due after a minute
comes at once when the clock was moved by one. Certificates go by the system's time, and are not touched.
"""

import mmap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from federation.standards.calendar import china_date

_OFFSET, _STOPPED, _AHEAD = range(3)
_BYTES = 24
_NS_PER_S = 1_000_000_000
_NS_PER_MS = 1_000_000
_time_ns, _monotonic = time.time_ns, time.monotonic


class Clock:
    """A clock in a file, which is made when it is not there."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_BYTES))
        with path.open("r+b") as file:
            self._numbers = memoryview(mmap.mmap(file.fileno(), _BYTES)).cast("q")

    def time_ns(self) -> int:
        """Takes the place of `time.time_ns`."""
        return self._numbers[_STOPPED] or _time_ns() + self._numbers[_OFFSET]

    def monotonic(self) -> float:
        """Takes the place of `time.monotonic`."""
        return _monotonic() + self._numbers[_AHEAD] / _NS_PER_S

    @property
    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        return self.time_ns() // _NS_PER_MS

    @property
    def today(self) -> date:
        """The day in China Standard Time."""
        return china_date(self.now_ms)

    def begin_at(self, moment_ms: int) -> None:
        """Begins at a moment, before anything goes by this clock."""
        self._numbers[_OFFSET] = moment_ms * _NS_PER_MS - _time_ns()

    def stop_at(self, moment_ms: int) -> None:
        """Stands still at a later moment, until it is moved on."""
        self._numbers[_AHEAD] += moment_ms * _NS_PER_MS - self.time_ns()
        self._numbers[_STOPPED] = moment_ms * _NS_PER_MS

    def forward_to(self, moment_ms: int) -> None:
        """Goes on from a later moment: nothing that timers or days bring before it is left out."""
        ahead = moment_ms * _NS_PER_MS - self.time_ns()
        self._numbers[_OFFSET] = moment_ms * _NS_PER_MS - _time_ns()
        self._numbers[_STOPPED] = 0
        self._numbers[_AHEAD] += ahead

    def forward(self, seconds: float) -> None:
        """Goes on that much later."""
        self.forward_to(self.now_ms + round(seconds * 1000))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Calendar time of this process goes by the clock within the block; timers of the tests stay as they are."""
        vars(time)["time_ns"] = self.time_ns
        try:
            yield
        finally:
            vars(time)["time_ns"] = _time_ns

    def keep(self) -> None:
        """All time of this process goes by the clock from now on."""
        vars(time).update(time_ns=self.time_ns, monotonic=self.monotonic)
