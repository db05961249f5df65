# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the world does to a store becomes a StoreFault that says what, quotes nothing, and leaves the store usable."""

from __future__ import annotations

import sqlite3
import traceback
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from federation.errors import StoreFault
from node.exchange.exchange_log import Remembered
from node.storage.parts import join_parts, split_parts
from node.storage.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from node.storage.opening.checks import StoreOwner
    from node.storage.store import Store
    from tests.node.storage.conftest import Mirror, OwnFeed

PERSONAL = "330102199003074512"


@contextmanager
def little_room(pages: int) -> Iterator[None]:
    """Every SQLite file opened may grow to so many pages only: as SQLite reports a full disk."""

    def limit(connection: sqlite3.Connection, _entry: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Pool, "connect", limit)
    try:
        yield
    finally:
        event.remove(Pool, "connect", limit)


def damage(path: Path, statement: str) -> None:
    """Change a store behind its back."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_full_disk_undoes_the_transaction_and_no_more(
    path: Path, owner: StoreOwner, reopened: Callable[[Store], tuple[OwnFeed, Mirror]]
) -> None:
    """STORE_FULL; what was committed before is whole, and what needs no room still works."""
    with little_room(100), open_store(path, owner) as store:
        _, mirror = reopened(store)
        with pytest.raises(StoreFault, match="STORE_FULL"):
            for _ in range(1000):
                mirror.fill(50)
        with store.write() as unit:
            assert unit.follow_state(mirror.origin).range == mirror.range
            unit.keep_note(mirror.origin, b"note")
        assert len(store.reader.entries(mirror.origin, 0, 10_000)) == mirror.range.size


def test_a_full_disk_signs_nothing(
    path: Path, owner: StoreOwner, reopened: Callable[[Store], tuple[OwnFeed, Mirror]]
) -> None:
    """Publishing fails, the head stays, what was pending is pending; with room again it goes on."""
    with open_store(path, owner) as store:
        own, _ = reopened(store)
        own.pend(*(own.pending(bytes(3000)) for _ in range(60)))
        before = own.sequencer.load()
    with little_room(path.stat().st_size // 4096 + 5), open_store(path, owner) as store:
        own, _ = reopened(store)
        with pytest.raises(StoreFault, match="STORE_FULL"):
            own.sequencer.sequence()
        assert (own.sequencer.load(), store.reader.pending()) == (before, {own.origin: 60})
    with open_store(path, owner) as store:
        assert reopened(store)[0].sequencer.sequence() == 60


def test_a_fault_quotes_no_value(store: Store) -> None:
    """Neither in its detail nor in what it was raised from, since values may be personal."""
    answer = Remembered(bytes(32), PERSONAL.encode())
    with store.write() as unit:
        unit.remember({PERSONAL: answer}, 1)
    with pytest.raises(StoreFault) as caught, store.write() as unit:
        unit.remember({PERSONAL: answer}, 1)
    assert PERSONAL not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET state = 99",
        "UPDATE entry SET subject = CAST(x'ff' AS TEXT)",
        "UPDATE entry SET payload = 'text'",
        "UPDATE entry SET payload = 7",
        "UPDATE feed SET edge = x'00'",
        "UPDATE feed SET dataset = 'rumours'",
    ],
)
def test_values_that_cannot_be_are_a_fault_of_the_store(path: Path, store: Store, mirror: Mirror, change: str) -> None:
    """STORE_CORRUPT to whoever reads them, and no foreign exception."""
    mirror.fill(1)
    damage(path, change)
    with pytest.raises(StoreFault, match="STORE_CORRUPT"):
        store.reader.follow_range(mirror.origin)
        store.reader.feeds()
        store.reader.held(mirror.origin, 0, 1)


def test_a_damaged_file_is_a_fault_of_the_store(path: Path, owner: StoreOwner, own_feed: OwnFeed) -> None:
    """Overwritten pages: STORE_CORRUPT at the latest when they are read."""
    own_feed.publish(*(own_feed.pending(bytes(900)) for _ in range(200)))
    own_feed.store.close()
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))
    with pytest.raises(StoreFault, match="STORE_CORRUPT"), open_store(path, owner) as store:
        store.reader.held(own_feed.origin, 0, 1000)


@pytest.mark.parametrize("parts", [(), (b"",), (b"a", b""), (b"", b"ab", b"c")])
def test_parts_come_apart_as_they_were_joined(parts: tuple[bytes, ...]) -> None:
    """Also empty ones."""
    assert split_parts(join_parts(parts)) == parts


def test_parts_cut_short_are_a_fault_of_the_store() -> None:
    """STORE_CORRUPT, never a part less."""
    joined = join_parts((b"abc", b"d"))
    for end in range(1, len(joined)):
        if end != 7:
            with pytest.raises(StoreFault, match="STORE_CORRUPT"):
                split_parts(joined[:end])
