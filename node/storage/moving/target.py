# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The store that a move fills: new, or what an interrupted move from the same source left."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, delete, select

from federation.errors import ConfigFault, StoreFault
from node.storage.dialect import postgres
from node.storage.dialect.engines import is_ours, reader_engine, settle, writer_engine
from node.storage.dialect.place import PostgresPlace, StorePlace
from node.storage.dialect.rows import insert_rows
from node.storage.fault import store_faults
from node.storage.opening.checks import StoreOwner, check_store
from node.storage.opening.creation import create_store
from node.storage.opening.lock import WriterLock
from node.storage.opening.marks import MOVED_FROM, UNFINISHED, marks_of
from node.storage.schema import META, METADATA

_BESIDE = ("", "-wal", "-shm")


class Target:
    """A store being filled by one move. For one thread.

    Args:
        place: where.
        owner: whose it will be.
        token: of the move.
        make: make a new one where an earlier run of the same move has left nothing.

    Attributes:
        resumed: whether an earlier run has filled part of it.
        whole: whether an earlier run has ended with it: nothing is to be filled.

    Raises:
        ConfigFault: STORE_EXISTS, something else is there, and stays as it is; STORE_BUSY; STORE_MOVED, nothing of
            this move is there, and none may be made.
        StoreFault: it cannot be made or reached.
    """

    def __init__(self, place: StorePlace, owner: StoreOwner, token: str, *, make: bool = True) -> None:
        self._place = place
        self._owner = owner
        self._token = token
        self._lock: WriterLock | None = None
        self._engine = writer_engine(place)
        self.resumed = self.whole = False
        try:
            if make:
                self._begin()
            else:
                self._require_filled()
            if isinstance(place, Path):
                self._lock = WriterLock(place)
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        """Finds what an earlier run of the same move has left, or makes an empty store."""
        if self._is_there():
            marks = self._marks()
            if UNFINISHED not in marks:
                raise self._exists()
            self.resumed = marks[UNFINISHED] == self._token and self._is_of_this_version()
            if self.resumed:
                return
            self._discard()
        create_store(self._place, self._owner, unfinished=self._token)

    def _require_filled(self) -> None:
        marks = self._marks() if self._is_there() else {}
        self.whole = marks.get(MOVED_FROM) == self._token
        self.resumed = marks.get(UNFINISHED) == self._token
        if not self.whole and not self.resumed:
            raise ConfigFault(
                "STORE_MOVED",
                f"the node's store was moved, and not to {self._place}; mend: name with --to where it went",
            )

    def _exists(self) -> ConfigFault:
        return ConfigFault(
            "STORE_EXISTS",
            f"{self._place} is there already and is not overwritten; mend: name an empty place with --to",
        )

    def _is_there(self) -> bool:
        if isinstance(self._place, Path):
            return self._place.exists()
        with self._read() as connection:
            return postgres.exists(connection)

    def _marks(self) -> Mapping[str, str]:
        """What stands in the store that is there.

        Raises:
            ConfigFault: STORE_EXISTS, it is no store of this node.
        """
        owned = select(META.c.value).where(META.c.name.in_(("federation", "node_id"))).order_by(META.c.name)
        try:
            with self._read() as connection:
                if is_ours(connection) and connection.execute(owned).scalars().all() == [
                    self._owner.federation,
                    self._owner.node_id,
                ]:
                    return marks_of(connection)
        except StoreFault as fault:
            if fault.reason != "STORE_CORRUPT":
                raise
        raise self._exists()

    def _is_of_this_version(self) -> bool:
        """Whether this very program has made the tables; those of another one are made anew."""
        with self._read() as connection:
            try:
                check_store(connection, self._place, self._owner)
            except ConfigFault as fault:
                return fault.reason == "STORE_UNFINISHED"
        return False

    def _discard(self) -> None:
        """Removes what a move from another state of the source has left: it never was a store."""
        if isinstance(self._place, PostgresPlace):
            with self.write() as connection:
                version = MetaData()
                version.reflect(connection, only=[MigrationContext.configure(connection).version_table])
                version.drop_all(connection)
                METADATA.drop_all(connection)
            return
        self._engine.dispose()
        for ending in _BESIDE:
            self._place.with_name(self._place.name + ending).unlink(missing_ok=True)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        """One transaction that cannot change what may be somebody else's."""
        engine = reader_engine(self._place)
        try:
            with store_faults(), engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: durable when the block ends, undone when it raises."""
        with store_faults(), self._engine.begin() as connection:
            yield connection

    def finish(self) -> None:
        """Marks the store as whole, durably: from then on it is one."""
        with self.write() as connection:
            settle(connection, [table.name for table in METADATA.sorted_tables])
            connection.execute(delete(META).where(META.c.name == UNFINISHED))
            insert_rows(connection, META, [(MOVED_FROM, self._token)])

    def close(self) -> None:
        """Closes the store."""
        self._engine.dispose()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
