# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Copies of a whole store: one instant of it, out of any database and into any, with nothing lost on the way."""

from __future__ import annotations

import os
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, select

from federation.errors import ConfigFault, StoreFault
from node.storage.copying.placing import is_vacant, put_in_place
from node.storage.copying.snapshot import write_snapshot
from node.storage.dialect.place import PostgresPlace, StorePlace
from node.storage.opening.checks import StoreOwner
from node.storage.schema import METADATA
from node.storage.store import Store, open_reader, open_store
from tests.node.storage.conftest import FOREIGN, OWN, Mirror, OwnFeed

if TYPE_CHECKING:
    from collections.abc import Callable


def quiet(_done: int, _total: int) -> None:
    """Says nothing."""


def snapshot(place: StorePlace, owner: StoreOwner, target: Path) -> Path:
    """A copy of a store in a new file."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    write_snapshot(place, owner, target, quiet)
    return target


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything in a store file."""
    engine = create_engine(f"sqlite:///{path}")
    with closing(engine.connect()) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in METADATA.sorted_tables
        }


@pytest.fixture
def filled(store: Store, own_feed: OwnFeed, mirror: Mirror) -> Store:
    """The store with something in most tables."""
    own_feed.publish(*(own_feed.pending(b"%d" % number) for number in range(300)))
    own_feed.pend(own_feed.pending(b"waits"))
    mirror.fill(40, note=b"note")
    with store.write() as unit:
        unit.set_rules_digest("digest")
        unit.quarantine(FOREIGN, "CHECKPOINT_FORK")
    return store


def test_a_snapshot_is_a_store(filled: Store, place: StorePlace, owner: StoreOwner, tmp_path: Path) -> None:
    """Closed to others, one file, with everything that was committed, in whichever database it was."""
    made = snapshot(place, owner, tmp_path / "copy.db")

    with open_reader(made, owner) as copied:
        assert filled.reader.feeds() == copied.feeds()
        assert filled.reader.held(OWN, 0, 1000) == copied.held(OWN, 0, 1000)
        assert filled.reader.held(FOREIGN, 0, 1000) == copied.held(FOREIGN, 0, 1000)
        assert (filled.reader.pending(), filled.reader.quarantines()) == (copied.pending(), copied.quarantines())
    assert 0o600 == made.stat().st_mode & 0o777
    assert [made] == sorted(tmp_path.glob("copy.db*"))


def test_a_snapshot_is_of_one_instant(
    store: Store, place: StorePlace, owner: StoreOwner, own_feed: OwnFeed, tmp_path: Path
) -> None:
    """A writer that goes on writing is not held up, and never seen half."""
    own_feed.publish(*(own_feed.pending(bytes(2000)) for _ in range(200)))
    started, stopped = threading.Event(), threading.Event()

    def publish() -> None:
        while not stopped.is_set():
            own_feed.publish(own_feed.pending(bytes(2000)))
            started.set()

    writing = threading.Thread(target=publish)
    writing.start()
    try:
        assert started.wait(30)
        sizes = []
        for number in range(2):
            with open_reader(snapshot(place, owner, tmp_path / f"{number}.db"), owner) as copied:
                (view,) = copied.feeds()
                assert view.size == copied.follow_range(OWN).size == len(copied.entries(OWN, 0, 100_000))
                sizes.append(view.size)
    finally:
        stopped.set()
        writing.join()
    assert sizes == sorted(sizes)
    assert sizes[-1] <= own_feed.sequencer.load().range.size


def test_what_was_deleted_is_not_in_a_snapshot(path: Path, owner: StoreOwner, tmp_path: Path) -> None:
    """Free pages of the file are not copied: what is erased stays erased."""
    secret = b"a person's name"
    with open_store(path, owner) as store:
        own_feed = OwnFeed(store)
        own_feed.pend(own_feed.pending(secret * 3000))
        with store.write() as unit:
            head = unit.log_head(OWN)
            assert head is not None
            assert unit.move_head(OWN, head, head, done=10)

    assert secret in path.read_bytes()
    assert secret not in snapshot(path, owner, tmp_path / "copy.db").read_bytes()


def test_a_copying_that_is_interrupted_says_so(
    store: Store, place: StorePlace, owner: StoreOwner, mirror: Mirror, tmp_path: Path
) -> None:
    """What whoever is told raises amid the work comes out as it is: Ctrl-C is no fault of the store."""
    mirror.fill(4000)

    def interrupt(done: int, total: int) -> None:
        if done < total:
            raise KeyboardInterrupt

    (tmp_path / "copy.db").touch(0o600)
    with pytest.raises(KeyboardInterrupt):
        write_snapshot(place, owner, tmp_path / "copy.db", interrupt)


def test_a_snapshot_of_another_nodes_store_is_refused(filled: Store, place: StorePlace, tmp_path: Path) -> None:
    """STORE_FOREIGN."""
    with pytest.raises(ConfigFault, match="STORE_FOREIGN"):
        snapshot(place, StoreOwner("delta.example", "330100"), tmp_path / "copy.db")


def test_a_snapshot_put_in_place_is_the_store(
    filled: Store,
    place: StorePlace,
    owner: StoreOwner,
    tmp_path: Path,
    reopened: Callable[[Store], tuple[OwnFeed, Mirror]],
) -> None:
    """Row by row the same; publishing goes on, and a new feed gets a number of its own."""
    filled.close()
    made = snapshot(place, owner, tmp_path / "made.db")
    before = rows_of(made)

    put_in_place(made, place, "kept", quiet)

    assert before == rows_of(snapshot(place, owner, tmp_path / "again.db"))
    with open_store(place, owner) as store:
        own, _ = reopened(store)
        assert 1 == own.sequencer.sequence()
        Mirror(store, "delta.example/330000/lists/1").fill(1)
        assert 3 == len(store.reader.feeds())


def test_what_was_in_place_is_kept(filled: Store, place: StorePlace, owner: StoreOwner, tmp_path: Path) -> None:
    """Under its other name it is a store as before."""
    made = snapshot(place, owner, tmp_path / "made.db")
    OwnFeed(filled, made=301).publish()
    filled.close()

    put_in_place(made, place, "kept", quiet)

    kept = PostgresPlace(place.url, "kept") if isinstance(place, PostgresPlace) else place.with_name("kept")
    with open_reader(kept, owner) as old, open_reader(place, owner) as new:
        assert (301, 300) == (old.follow_range(OWN).size, new.follow_range(OWN).size)


def test_a_place_can_be_seen_to_be_vacant(store: Store, place: StorePlace, tmp_path: Path) -> None:
    """Also a schema that is not there."""
    other = PostgresPlace(place.url, "nowhere") if isinstance(place, PostgresPlace) else tmp_path / "nowhere.db"

    assert (False, True) == (is_vacant(place), is_vacant(other))


def test_a_database_that_is_led_is_not_replaced(
    store: Store, place: StorePlace, owner: StoreOwner, own_feed: OwnFeed, tmp_path: Path
) -> None:
    """A node that was started while the copy was being made would sign a second history."""
    if not store.is_shared:
        pytest.skip("a file is locked by whoever replaces it")
    made = snapshot(place, owner, tmp_path / "made.db")
    assert store.lead()

    with pytest.raises(ConfigFault, match="STORE_BUSY"):
        put_in_place(made, place, "kept", quiet)

    own_feed.publish(own_feed.pending())


def test_a_log_never_stands_beside_another_file(path: Path, owner: StoreOwner, tmp_path: Path) -> None:
    """What a writer that died had not folded in goes with its own file, and does not get into the new one."""
    made = snapshot(path, owner, tmp_path / "made.db")
    store = open_store(path, owner)
    with store.write() as unit:
        unit.quarantine(FOREIGN, "CHECKPOINT_FORK")
    died = {name: (path.parent / name).read_bytes() for name in ("store.db", "store.db-wal")}
    store.close()
    for name, content in died.items():
        (path.parent / name).write_bytes(content)

    put_in_place(made, path, "kept", quiet)

    with open_reader(path, owner) as new, open_reader(path.with_name("kept"), owner) as old:
        assert ({}, {FOREIGN: "CHECKPOINT_FORK"}) == (new.quarantines(), old.quarantines())


def test_a_damaged_store_gives_no_snapshot(path: Path, owner: StoreOwner, tmp_path: Path) -> None:
    """A page that is no page: STORE_CORRUPT, which says what to mend."""
    with open_store(path, owner) as store:
        own_feed = OwnFeed(store)
        own_feed.publish(*(own_feed.pending(bytes(900)) for _ in range(200)))
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))

    with pytest.raises(StoreFault, match=r"STORE_CORRUPT.*mend: "):
        snapshot(path, owner, tmp_path / "copy.db")
