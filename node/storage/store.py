# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The open store: one writer, many readers.

open_store     a process that writes: of a file the only one, which holds its lock until it closes or dies
open_reader    any process beside it: no lock; can neither write, nor migrate, nor checkpoint

Several processes may write one PostgreSQL database. Then one of them leads: it alone sequences, follows and decides,
through `Store.led`; the others take in what is submitted and logged.
"""

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from federation.errors import OrderFault, StoreFault
from node.storage.dialect.cleaning import clean
from node.storage.dialect.engines import reader_engine, writer_engine
from node.storage.dialect.place import StorePlace
from node.storage.fault import place_named, store_faults
from node.storage.lease import give_leases_back, hold_leases, take_leases
from node.storage.opening.checks import StoreOwner, check_store, require_store, require_writable
from node.storage.opening.lock import WriterLock
from node.storage.opening.marks import claim_writing
from node.storage.read.reader import Reader
from node.storage.register import REGISTER_NAME, Register
from node.storage.write.unit import Unit


class Store:
    """A store that this process writes: the store of every stage. Close it, or use it as a context.

    Args:
        place: the file, or the schema.
        owner: whose store it must be.
        register: file that erasures are written down in, outside the store; None is `erasures.jsonl` beside a file,
            and keeps none for a database.

    Attributes:
        reader: reads, from any thread, also while a transaction is open; sees what is committed.
        register: that register.

    Raises:
        ConfigFault: STORE_MISSING, STORE_BUSY, STORE_FOREIGN, STORE_TOO_NEW, STORE_TOO_OLD, STORE_TOO_OPEN,
            STORE_UNFINISHED, STORE_MOVED; the detail says what to do.
        StoreFault: the store cannot be read.
    """

    def __init__(self, place: StorePlace, owner: StoreOwner, register: Path | None = None) -> None:
        require_store(place)
        require_writable(place)
        beside = place.with_name(REGISTER_NAME) if isinstance(place, Path) else None
        found = register or beside
        self.register = None if found is None else Register(found)
        self._lock = WriterLock(place) if isinstance(place, Path) else None
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"
        self._writer = writer_engine(place)
        self._readers = _Readers(reader_engine(place))
        self._writing = threading.Lock()
        self._closed = False
        self._led = False
        try:
            with place_named(place), store_faults(), self._writer.begin() as connection:
                check_store(connection, place, owner)
                claim_writing(connection, place)
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
                again. STORE_CONTENDED: undone, and worth trying again at once. Connections are opened anew after any
                failure.
        """
        with self._write() as connection:
            yield Unit(connection, self.register)

    @property
    def led(self) -> "Store | _Led":
        """The store as whoever leads may write it; a file, which has one writer, is the same either way."""
        return self if self._lock is not None else _Led(self)

    @property
    def is_shared(self) -> bool:
        """Whether other processes may write it, too."""
        return self._lock is None

    def lead(self) -> bool:
        """Takes the right to sequence, follow and decide, or renews it: to be renewed every second. From one thread.

        Returns:
            False when another process leads. Of a file always True.
        """
        if self._lock is None:
            with self._write() as connection:
                self._led = take_leases(connection, self._holder)
            return self._led
        return True

    def resign(self) -> None:
        """Lets another process lead at once. Without effect when this one does not."""
        if self._led:
            self._led = False
            with self._write() as connection:
                give_leases_back(connection, self._holder)

    @contextmanager
    def write_led(self) -> Iterator[Unit]:
        """As `write`, while nobody else can take over.

        Raises:
            OrderFault: LEASE_LOST, another process leads now.
        """
        with self._write() as connection:
            hold_leases(connection, self._holder)
            yield Unit(connection, self.register)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        if self._closed:
            raise OrderFault("STORE_CLOSED", "the store was closed")
        if not self._writing.acquire(blocking=False):
            raise OrderFault("WRITE_NESTED", "a transaction is open already")
        try:
            with store_faults(), self._transaction() as connection:
                yield connection
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

    def clean(self) -> bool:
        """Rewrites the files, so that no byte of what was erased lingers; takes as long as copying the store.

        Returns:
            False when somebody reads it, or the database's role may not do all of it.

        Raises:
            StoreFault: STORE_FULL, there is no room; the store is as it was.
        """
        with self._writing, store_faults():
            return clean(self._writer)

    def close(self) -> None:
        """Closes everything; the writer last, so that it is the one that folds the log into the file. Idempotent."""
        if not self._closed:
            with suppress(StoreFault):  # a database that is away sees for itself when the lease has run out
                self.resign()
            self._closed = True
            self._readers.close()
            self._writer.dispose()
            if self._lock is not None:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Led:
    """A store that other processes may write, as whoever leads writes it."""

    def __init__(self, store: Store) -> None:
        self.write = store.write_led


def open_store(place: StorePlace, owner: StoreOwner, register: Path | None = None) -> Store:
    """Opens a store for writing. Arguments and faults as of `Store`."""
    return Store(place, owner, register)


@contextmanager
def open_reader(place: StorePlace, owner: StoreOwner) -> Iterator[Reader]:
    """Opens a store for reading, also while another process writes it.

    Raises:
        ConfigFault: as `Store`, except STORE_BUSY and STORE_MOVED.
        StoreFault: the store cannot be read.
    """
    require_store(place)
    readers = _Readers(reader_engine(place))
    try:
        with place_named(place), readers.connect() as connection:
            check_store(connection, place, owner)
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
