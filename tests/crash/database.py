# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A database that fails at chosen moments, below everything of ours: before or after any statement or commit.

It is the real database with real transactions. A failure before a statement or commit means that it was not done; one
after it, that it was done and reported as failed. The error is the driver's own, so that it goes the whole way up.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from node.storage.store import Store

_CHANGING = frozenset({"INSERT", "UPDATE", "DELETE", "do_commit"})


@dataclass
class Plan:
    """At which moments the writing connection of a store fails.

    Moments are before and after each statement that changes something and each commit, and before all others.

    Attributes:
        at: numbers of the moments to fail at, counted from 0 since `begin`.
        lasting: whether it fails ever after, as for a process that has died.
        moments: what passed since, by what was done there.
        fired: how often it failed.
    """

    at: frozenset[int] = frozenset()
    lasting: bool = False
    moments: list[str] = field(default_factory=list)
    fired: int = 0

    def begin(self, *at: int, lasting: bool = False) -> None:
        """Fails at these moments, counted from now."""
        self.at, self.fired, self.lasting = frozenset(at), 0, lasting
        self.moments.clear()

    @property
    def dead(self) -> bool:
        """Whether the process has died."""
        return self.lasting and self.fired > 0

    def moment(self, what: str) -> None:
        """Passes one moment, or fails."""
        number = len(self.moments)
        self.moments.append(what)
        if number in self.at or self.dead:
            self.fired += 1
            raise _disk_error()

    def watch(self, store: Store) -> None:
        """Lets the store's writer fail as planned; to be called for every store that is opened."""
        dialect: Any = store._writer.dialect  # below every door of ours
        for name in ("do_execute", "do_execute_no_params", "do_executemany", "do_commit"):
            setattr(dialect, name, self._around(name, getattr(dialect, name)))

    def _around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def around(*given: Any) -> Any:  # noqa: ANN401 - whatever the driver takes
            what = name if name == "do_commit" else str(given[1]).split(maxsplit=1)[0]
            self.moment(f"before {what}")
            result = call(*given)
            if what in _CHANGING:
                self.moment(f"after {what}")
            return result

        return around


def _disk_error() -> sqlite3.OperationalError:
    """The driver's error for a disk that fails."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_IOERR, "SQLITE_IOERR"
    return error
