# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading files in a process of its own, while this one publishes what was read before.

The other process runs this module, is started afresh (never forked: this one may have threads), has no keys, no store
and no terminal, and gets its orders over a socket pair, over which batches come back. It is one batch ahead at most,
since it waits while nobody takes what it has. When this process ends, in whatever way, its next message finds nobody
and it ends too; it leaves nothing behind. Messages are pickled by this program on both ends; nobody else holds one.
"""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from multiprocessing.connection import Connection, Pipe
from typing import Any

from federation.errors import Fault, UnreachableFault
from federation.log.leaf import LeafKind
from node.assemble.bulk.rows import Batch, Opened, Order, Ready, read
from node.entry.pending import Checked

_END_S = 5.0


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Looks for rings of garbage once in 100,000 objects, and not among those that were there before.

    Rows and records hold no rings. Looking through all that lives after every 700 of them took a fifth of the time.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class _Word(IntEnum):
    """What a message is."""

    OPENED = 0
    BATCH = 1
    FAILED = 2
    DONE = 3


class FileReader:
    """Another process, which reads file after file: started for the first, ended by `close`. For one thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection[Any, Any] | None = None

    @contextmanager
    def reading(self, order: Order) -> Iterator[Iterator[Opened | Batch]]:
        """As `rows.read`, in the other process, which lives on for the next file if this one is read to its end.

        Raises:
            Fault: as `rows.read`.
            UnreachableFault: READING_STOPPED, the process ended before the file did.
        """
        connection = self._connection or self._started()
        with suppress(ConnectionError):  # one that has died is told where it is listened to
            connection.send(order)
        ended = False

        def received() -> Iterator[Opened | Batch]:
            nonlocal ended
            yield from _received(connection)
            ended = True

        try:
            yield received()
        finally:
            if not ended:
                self.close()

    def _started(self) -> "Connection[Any, Any]":
        ours, theirs = Pipe()
        with theirs:
            self._process = _start(theirs.fileno())
        self._connection = ours
        return ours

    def close(self) -> None:
        """Ends the other process, which keeps nothing. Idempotent."""
        if self._connection is not None and self._process is not None:
            self._connection.close()
            self._process.kill()
            self._process.wait(_END_S)
        self._connection = self._process = None


def _start(handle: int) -> subprocess.Popen[bytes]:
    """This program again, with the modules that this one has; out of reach of the terminal's Ctrl-C, which is ours."""
    words = [sys.executable, "-P", "-m", __name__, str(handle)]
    return subprocess.Popen(  # noqa: S603 - this program itself
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(handle,),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    )


def _received(connection: "Connection[Any, Any]") -> Iterator[Opened | Batch]:
    """What the other process says, until it is done."""
    while True:
        try:
            word, *said = connection.recv()
        except (EOFError, ConnectionError):
            detail = (
                "the process that reads the file ended early; the rows before are kept; mend: import the file again"
            )
            raise UnreachableFault("READING_STOPPED", detail) from None
        match word:
            case _Word.OPENED:
                yield Opened(*said)
            case _Word.BATCH:
                rows, warnings, ready, refused = said
                yield Batch(rows, warnings, list(map(_lifted, ready)), refused)
            case _Word.FAILED:
                fault, reason, detail = said
                raise fault(reason, detail)
            case _:
                return


def main(handle: int) -> None:
    """Carries out the orders that come over a socket, until nobody gives any or listens."""
    with suppress(EOFError, ConnectionError), Connection(handle) as connection, collecting_rarely():
        while True:
            _carry_out(connection.recv(), connection)


def _carry_out(order: Order, connection: "Connection[Any, Any]") -> None:
    try:
        for item in read(order, lambda: time.time_ns() // 1_000_000):
            connection.send(_opened(item) if isinstance(item, Opened) else _flat(item))
    except Fault as fault:
        connection.send((_Word.FAILED.value, type(fault), fault.reason, fault.detail))
    else:
        connection.send((_Word.DONE.value,))


def _opened(item: Opened) -> tuple[object, ...]:
    return _Word.OPENED.value, *item


def _flat(batch: Batch) -> tuple[object, ...]:
    """A batch in plain tuples, which cost half of what tuples with names do on their way; a table holds no acts."""
    ready = [
        (row.number, row.cells, row.key, c.key, c.digest, c.schema, c.payload, c.subject, c.personal, c.warnings)
        for row in batch.ready
        for c in (row.checked,)
    ]
    return _Word.BATCH.value, batch.rows, batch.warnings, ready, batch.refused


def _lifted(flat: tuple[Any, ...]) -> Ready:
    """A row of a flat batch."""
    number, cells, own, key, digest, schema, payload, subject, personal, warnings = flat
    checked = Checked(key, digest, LeafKind.ADD, schema, None, payload, subject, personal, warnings)
    return Ready(number, cells, own, checked)


if __name__ == "__main__":
    main(int(sys.argv[1]))
