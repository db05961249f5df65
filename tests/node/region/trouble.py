# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A clock that stands, an executor that waits for nobody, and a store that fails on command."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from federation.errors import StoreFault
from node.storage.opening.checks import StoreOwner
from node.storage.store import Store
from node.storage.write.unit import Unit

FIRST_DAY = date(2026, 3, 2)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.to(FIRST_DAY)

    def __call__(self) -> int:
        """Milliseconds since the epoch."""
        return self.now_ms

    def to(self, day: date) -> None:
        """Noon of a day in China."""
        self.now_ms = int(datetime.combine(day, time(4), UTC).timestamp() * 1000)

    def forward(self, **amount: int) -> None:
        """Moves by an amount as `timedelta` takes it; backwards when negative."""
        self.now_ms += timedelta(**amount) // timedelta(milliseconds=1)


class Trouble:
    """Where a store fails: every call of a unit is a point, and so are the moments before and after each commit.

    A failure before a call or a commit leaves nothing; one after a commit comes although everything was kept.

    Attributes:
        at: number of the point to fail at, from 0; None for never.
        lasting: whether the store stays away after it, as for a process that has died.
        points: how many were passed so far.
        twists: what is done to the result of a call, by its name.
    """

    def __init__(self) -> None:
        self.twists: dict[str, Callable[[Any], Any]] = {}
        self.mend()

    def mend(self) -> None:
        """Fails no more."""
        self.arm(None)

    def arm(self, at: int | None, *, lasting: bool = True) -> None:
        """Fails at a point, counted from now."""
        self.at, self.lasting, self.points, self.fired = at, lasting, 0, False

    def point(self) -> None:
        """Passes one point, or fails."""
        if (self.fired and self.lasting) or self.points == self.at:
            self.fired = True
            self.points += 1
            raise StoreFault("STORE_UNAVAILABLE", "the test says so")
        self.points += 1

    def watched(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """A unit's method that fails, or lies, on command."""

        def watching(*args: object, **named: object) -> Any:  # noqa: ANN401 - whatever the call gives
            self.point()
            return self.twists.get(name, lambda result: result)(call(*args, **named))

        return watching


class FaultyStore(Store):
    """A real store with trouble."""

    def __init__(self, path: Path, owner: StoreOwner, trouble: Trouble) -> None:
        super().__init__(path, owner)
        self._trouble = trouble

    @contextmanager
    def write(self) -> Iterator[Unit]:
        """One transaction, as far as the trouble lets it come."""
        with super().write() as unit:
            for name, call in list(vars(unit).items()):
                setattr(unit, name, self._trouble.watched(name, call))
            yield unit
            self._trouble.point()
        self._trouble.point()


class InLine(Executor):
    """Runs everything at once, in the thread that asks."""

    def submit(self, step: Callable[..., Any], /, *args: Any, **named: Any) -> "Future[Any]":  # noqa: ANN401
        """The result, or the fault, in a future that is done."""
        done: Future[Any] = Future()
        try:
            done.set_result(step(*args, **named))
        except Exception as error:  # the future carries it
            done.set_exception(error)
        return done
