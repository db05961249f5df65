# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The open store: one writer, many readers.

open_store     the process that writes: holds the lock of the store until it closes or dies
open_reader    any process beside it: no lock; can neither write, nor migrate, nor checkpoint
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from federation.errors import OrderFault
from node.storage.creation import StoreOwner, check_store, require_store
from node.storage.dialect import reader_engine, writer_engine
from node.storage.fault import store_faults
from node.storage.lock import WriterLock
from node.storage.read.reader import Reader
from node.storage.write.unit import Unit


class Store:
    """A store that this process writes: the store of every stage. Close it, or use it as a context.

    Args:
        path: the file.
        owner: whose store it must be.

    Attributes:
        reader: reads, from any thread, also while a transaction is open; sees what is committed.

    Raises:
        ConfigFault: STORE_MISSING, STORE_BUSY, STORE_FOREIGN, STORE_TOO_NEW, STORE_TOO_OLD; the detail says what to do.
        StoreFault: the file cannot be read.
    """

    def __init__(self, path: Path, owner: StoreOwner) -> None:
        require_store(path)
        self._lock = WriterLock(path)
        self._writer = writer_engine(path)
        self._readers = _Readers(reader_engine(path))
        self._writing = threading.Lock()
        self._closed = False
        try:
            with store_faults(), self._writer.begin() as connection:
                check_store(connection, path, owner)
        except BaseException:
            self.close()
            raise
        self.reader = Reader(self._readers.connect)

    @contextmanager
    def write(self) -> Iterator[Unit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread.

        Raises:
            OrderFault: STORE_CLOSED; WRITE_NESTED, another transaction is open.
            StoreFault: undone; when it comes from the commit itself, the outcome is unknown until the store is read
                again. Connections are opened anew after any failure.
        """
        if self._closed:
            raise OrderFault("STORE_CLOSED", "the store was closed")
        if not self._writing.acquire(blocking=False):
            raise OrderFault("WRITE_NESTED", "a transaction is open already")
        try:
            with store_faults(), self._transaction() as connection:
                yield Unit(connection)
        finally:
            self._writing.release()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._writer.begin() as connection:
                yield connection
        except BaseException:
            self._writer.dispose()
            raise

    def close(self) -> None:
        """Closes everything; the writer last, so that it is the one that folds the log into the file. Idempotent."""
        if not self._closed:
            self._closed = True
            self._readers.close()
            self._writer.dispose()
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(path: Path, owner: StoreOwner) -> Store:
    """Opens a store for the one process that writes it. Raises as `Store`."""
    return Store(path, owner)


@contextmanager
def open_reader(path: Path, owner: StoreOwner) -> Iterator[Reader]:
    """Opens a store for reading, also while another process writes it.

    Raises:
        ConfigFault: STORE_MISSING, STORE_FOREIGN, STORE_TOO_NEW, STORE_TOO_OLD; the detail says what to do.
        StoreFault: the file cannot be read.
    """
    require_store(path)
    readers = _Readers(reader_engine(path))
    try:
        with readers.connect() as connection:
            check_store(connection, path, owner)
        yield Reader(readers.connect)
    finally:
        readers.close()


class _Readers:
    """Reading connections; after `close` none is opened any more."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._closed = False

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        if self._closed:
            raise OrderFault("STORE_CLOSED", "the store was closed")
        with store_faults(), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self._closed = True
        self._engine.dispose()
