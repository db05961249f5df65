# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The store that a move reads: nobody else writes it from the move's first step to its last."""

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, select

from federation.errors import ConfigFault, OrderFault
from node.storage.dialect.engines import writer_engine
from node.storage.dialect.place import StorePlace
from node.storage.dialect.rows import replace_rows
from node.storage.fault import store_faults
from node.storage.lease import give_leases_back, take_leases
from node.storage.opening.checks import StoreOwner, check_store, require_store
from node.storage.opening.lock import WriterLock
from node.storage.opening.marks import MOVED_TO, MOVING, marks_of
from node.storage.schema import FEED, META

RENEW_S = 1.0


class Source:
    """Holds a store for one move: a file by its lock; a database by the leases, and by the rows of all feeds.

    Args:
        place: the store.
        owner: whose it must be.

    Attributes:
        place: the store.

    Raises:
        ConfigFault: STORE_MISSING, STORE_BUSY, STORE_FOREIGN, STORE_TOO_NEW, STORE_TOO_OLD, STORE_UNFINISHED.
        StoreFault: it cannot be read.
    """

    def __init__(self, place: StorePlace, owner: StoreOwner) -> None:
        require_store(place)
        self.place = place
        self._lock = WriterLock(place) if isinstance(place, Path) else None
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"
        self._engine = writer_engine(place)
        self._keeper = writer_engine(place)
        self._kept_at = 0.0
        try:
            with store_faults(), self._engine.begin() as connection:
                check_store(connection, place, owner)
            self.keep()
        except BaseException:
            self.close()
            raise

    def keep(self) -> None:
        """Renews the right to be the only writer; to be called at least every few seconds. Without effect on a file.

        Raises:
            ConfigFault: STORE_BUSY, another process leads.
            OrderFault: LEASE_LOST, another process has taken over meanwhile.
        """
        if self._lock is not None or time.monotonic() - self._kept_at < RENEW_S:
            return
        with store_faults(), self._keeper.begin() as connection:
            led = take_leases(connection, self._holder)
        if not led and self._kept_at:
            raise OrderFault("LEASE_LOST", "another process writes the store that is being moved")
        if not led:
            raise ConfigFault("STORE_BUSY", f"{self.place} is in use; mend: stop the node first")
        self._kept_at = time.monotonic()

    def token(self) -> tuple[str, bool]:
        """The token of the move from this store, kept durably with the first call; and whether the move has ended."""
        with store_faults(), self._engine.begin() as connection:
            marks = marks_of(connection)
            if MOVED_TO in marks:
                return marks[MOVED_TO].partition(" ")[0], True
            if MOVING in marks:
                return marks[MOVING], False
            token = secrets.token_hex(16)
            replace_rows(connection, META, [(MOVING, token)])
        return token, False

    @contextmanager
    def held(self) -> Iterator[Connection]:
        """One transaction over the whole move, in which nobody else writes; what is marked in it is durable at its end.

        Raises:
            StoreFault: somebody is writing and does not end.
        """
        with store_faults(), self._engine.begin() as connection:
            connection.execute(select(FEED.c.feed).with_for_update()).all()
            yield connection

    def close(self) -> None:
        """Lets others write again."""
        self._engine.dispose()
        if self._kept_at:
            with store_faults(), self._keeper.begin() as connection:
                give_leases_back(connection, self._holder)
        self._keeper.dispose()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def mark_moved(connection: Connection, token: str, place: StorePlace) -> None:
    """Marks a source as moved: durable with the caller's transaction, and from then on nobody writes it."""
    replace_rows(connection, META, [(MOVED_TO, f"{token} {place}")])
