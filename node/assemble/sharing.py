# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Checks parts of a store on every core: here, and in processes of their own. They load this file and what it needs."""

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import ExitStack
from functools import cache
from multiprocessing import get_context

from federation.errors import StoreFault
from node.assemble.interpreter import settle_interpreter
from node.storage.dialect.place import StorePlace
from node.storage.opening.checks import StoreOwner
from node.storage.read.reader import Reader
from node.storage.store import open_reader
from node.verify.part import check_part
from node.verify.ports import Part, PartReport, PartsChecked

AHEAD = 8
"""Reports that may wait for the ones before them, for each process."""
_Told = PartReport | tuple[str, str]
"""What a process says of a part: a report, or reason and detail of a fault of the store."""


class Shared:
    """Checks parts here, and in other processes as soon as those have started. A context manager.

    Args:
        place: the store.
        owner: whose it is.
        reader: the store, as it is read here.
        processes: how many others; one fewer than there are processors.
    """

    def __init__(self, place: StorePlace, owner: StoreOwner, reader: Reader, processes: int | None = None) -> None:
        self._place = place
        self._owner = owner
        self._reader = reader
        self._processes = max(1, (os.cpu_count() or 2) - 1) if processes is None else processes

    def __enter__(self) -> PartsChecked:
        # started by exec, never by fork: this process has threads
        self._pool = ProcessPoolExecutor(self._processes, get_context("spawn"), _settle)
        self._started = self._pool.submit(_warm, self._place, self._owner)
        return self._checked

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _checked(self, parts: Iterable[Part]) -> Iterator[PartReport]:
        """Reports in the order of the parts; whoever is free takes the next part."""
        rest = iter(parts)
        waiting: deque[tuple[Part, Future[_Told] | PartReport]] = deque()
        more = True
        while more or waiting:
            if waiting and _is_ready(waiting[0][1]):
                yield self._report(*waiting.popleft())
                continue
            part = next(rest, None) if more and len(waiting) < AHEAD * (self._processes + 1) else None
            if part is not None:
                waiting.append((part, self._begun(part, waiting)))
            elif waiting and len(waiting) >= AHEAD * (self._processes + 1):
                yield self._report(*waiting.popleft())
            else:
                more = False
                if waiting:
                    yield self._report(*waiting.popleft())

    def _begun(
        self, part: Part, waiting: Iterable[tuple[Part, "Future[_Told] | PartReport"]]
    ) -> "Future[_Told] | PartReport":
        """Hands a part to a process that has room for one, else checks it here."""
        busy = sum(isinstance(told, Future) and not told.done() for _, told in waiting)
        if self._started.done() and not self._started.exception() and busy < 2 * self._processes:
            return self._pool.submit(_check, self._place, self._owner, part)
        return check_part(self._reader, part)

    def _report(self, part: Part, told: "Future[_Told] | PartReport") -> PartReport:
        """The report of a part; of one whose process died, made here."""
        if isinstance(told, PartReport):
            return told
        try:
            said = told.result()
        except BrokenExecutor:
            return check_part(self._reader, part)
        if isinstance(said, PartReport):
            return said
        raise StoreFault(*said)


def _is_ready(told: "Future[_Told] | PartReport") -> bool:
    return isinstance(told, PartReport) or told.done()


def _settle() -> None:
    """What a process does first: Ctrl-C is its parent's to handle, and what it has loaded stays."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settle_interpreter()


@cache
def _opened(place: StorePlace, owner: StoreOwner) -> tuple[ExitStack, Reader]:
    """The store, opened once in each process and kept open until its end."""
    closing = ExitStack()
    return closing, closing.enter_context(open_reader(place, owner))


def _warm(place: StorePlace, owner: StoreOwner) -> None:
    _opened(place, owner)


def _check(place: StorePlace, owner: StoreOwner, part: Part) -> _Told:
    try:
        return check_part(_opened(place, owner)[1], part)
    except StoreFault as fault:
        return fault.reason, fault.detail
