# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A moved store is the same store, and there is only ever one that can be written."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from federation.errors import ConfigFault, StoreFault
from federation.log.checkpoint import FeedKeys
from federation.records.feed_policy import Dataset
from node.storage.dialect.place import PostgresPlace
from node.storage.moving.move import MoveProgress, move_store
from node.storage.opening.checks import StoreOwner
from node.storage.store import open_reader, open_store
from tests.node.storage.conftest import FOREIGN, OWN, Child, OwnFeed
from tests.node.storage.moving.conftest import Interrupted, changed, executed, fill, interrupt, move, rows_of


@pytest.mark.slow
def test_a_store_moves_to_a_database_and_back_unchanged(
    path: Path, target: Path, database: PostgresPlace, owner: StoreOwner
) -> None:
    """Some thousand entries go to PostgreSQL and on to another file: every row is the same, and so is every root."""
    with open_store(path, owner) as store:
        fill(store, 4500)
    expected = rows_of(path)

    there = move(path, database)
    assert expected == rows_of(database)
    back = move(database, target)

    assert expected == rows_of(target)
    assert there.feeds == back.feeds
    assert [(OWN, 4500), (FOREIGN, 2250)] == sorted((feed.origin, feed.size) for feed in back.feeds)


def test_a_moved_node_goes_on(source: Path, database: PostgresPlace, owner: StoreOwner) -> None:
    """It publishes what was waiting, and a feed made after the move gets a number of its own."""
    move(source, database)

    with open_store(database, owner) as store:
        feed, other = OwnFeed(store, made=50), OwnFeed(store, "delta.example/310000/filings/1", Dataset.FILINGS)
        with store.write() as unit:
            (waiting,) = unit.waiting(OWN, 10)
        feed.publish(feed.pending())
        other.publish(other.pending())

        assert b"waiting" == waiting.pending.payload
        assert 1 == store.reader.follow_range(other.origin).size


def test_the_signature_is_checked_where_the_key_is_known(path: Path, target: Path, owner: StoreOwner) -> None:
    """A note that the key did not sign stops the move."""
    with open_store(path, owner) as store:
        keys = fill(store, 3)
    forged = FeedKeys(OWN, _other(keys).log, keys.clock)

    with pytest.raises(StoreFault, match=rf"MOVE_SOURCE_CORRUPT: {OWN}: NOTE_UNSIGNED"):
        move_store((path, target), owner, lambda origin: forged if origin == OWN else None)
    moved = move_store((path, target), owner, lambda origin: keys if origin == OWN else None)

    assert moved.resumed


def _other(keys: FeedKeys) -> FeedKeys:
    """Keys of the same names, of somebody else."""
    log = type(keys.log)(keys.log.name, keys.log.kind, keys.clock.public_key)
    return FeedKeys(keys.origin, log, keys.clock)


def test_a_move_interrupted_after_every_batch_goes_on(source: Path, begun: Path) -> None:
    """Whatever batch it dies after, the same command goes on, and ends with the same store."""
    expected = rows_of(source)
    points = 0
    while True:
        try:
            moved = move(source, begun, interrupt(points))
            break
        except Interrupted:
            points += 1

    assert points > 15
    assert moved.resumed
    assert expected == rows_of(begun)


def test_a_move_that_is_killed_goes_on(
    source: Path, begun: Path, child: Callable[[Callable[[int], None]], Child]
) -> None:
    """The process ends at once, wherever it is; locks go with it."""
    expected = rows_of(source)
    for heard in (1, 4, 9, 14):
        running = child(lambda tell: void(move(source, begun, lambda _: void(os.write(tell, b".")))))
        running.heard(heard)
        running.kill()
    move(source, begun)

    assert expected == rows_of(begun)


def void(_: object) -> None:
    """For calls of which nothing is wanted."""


def test_a_target_is_no_store_before_the_end(source: Path, begun: Path, owner: StoreOwner) -> None:
    """It can be opened neither for writing nor for reading, and the message names the mend."""
    with pytest.raises(Interrupted):
        move(source, begun, interrupt(5))

    with pytest.raises(ConfigFault, match=r"STORE_UNFINISHED.*mend"):
        open_store(begun, owner)
    with pytest.raises(ConfigFault, match="STORE_UNFINISHED"), open_reader(begun, owner):
        pass


def test_a_source_that_was_moved_is_never_written_again(source: Path, begun: Path, owner: StoreOwner) -> None:
    """Two stores that both sign would fork the feeds; reading harms nobody."""
    move(source, begun)

    with pytest.raises(ConfigFault, match=r"STORE_MOVED.*elsewhere.*mend"):
        open_store(source, owner)
    with open_reader(source, owner) as reader:
        assert 40 == reader.follow_range(OWN).size
    open_store(begun, owner).close()


def test_between_the_two_marks_no_store_can_be_written(source: Path, begun: Path, owner: StoreOwner) -> None:
    """A crash after the source was marked leaves both closed, until the same command ends the move."""
    ended = move(source, begun)
    changed(begun, "update meta set name = 'unfinished' where name = 'moved_from'")

    with pytest.raises(ConfigFault, match="STORE_MOVED"):
        open_store(source, owner)
    with pytest.raises(ConfigFault, match="STORE_UNFINISHED"):
        open_store(begun, owner)
    again = move(source, begun)

    assert again.feeds == tuple(sorted(ended.feeds, key=lambda feed: feed.origin))
    open_store(begun, owner).close()


def test_the_source_is_marked_before_the_target_becomes_a_store(source: Path, begun: Path, owner: StoreOwner) -> None:
    """When marking fails at either, there is never a moment in which both can be written."""
    never = "create trigger never before {} on meta begin select raise(abort, 'never'); end"
    executed(source, never.format("insert"))
    with pytest.raises(StoreFault):
        move(source, begun)
    with pytest.raises(ConfigFault, match="STORE_UNFINISHED"):
        open_store(begun, owner)
    executed(source, "drop trigger never")
    executed(begun, never.format("delete"))
    with pytest.raises(StoreFault):
        move(source, begun)
    with pytest.raises(ConfigFault, match="STORE_MOVED"):
        open_store(source, owner)
    executed(begun, "drop trigger never")

    assert move(source, begun).resumed
    open_store(begun, owner).close()


def test_a_moved_store_moves_to_no_second_place(source: Path, begun: Path, tmp_path: Path) -> None:
    """An old store must not become a second new one; where it went it may be named again."""
    move(source, begun)

    with pytest.raises(ConfigFault, match="STORE_MOVED"):
        move(source, tmp_path / "second.db")

    assert not (tmp_path / "second.db").exists()
    assert move(source, begun).resumed


def test_a_source_that_was_written_meanwhile_is_moved_anew(source: Path, target: Path, owner: StoreOwner) -> None:
    """What was filled before may no longer be true: it is thrown away."""
    with pytest.raises(Interrupted):
        move(source, target, interrupt(8))
    changed_at = open_store(source, owner)
    OwnFeed(changed_at, made=60).publish()
    changed_at.close()
    changed(source, "update entry set subject = 'x' where idx = 0 and feed = 1")

    moved = move(source, target)

    assert not moved.resumed
    assert rows_of(source) == rows_of(target)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("update entry set payload = x'00' where feed = 1 and idx = 7", f"{OWN} 7: PAYLOAD_COMMITMENT"),
        ("update entry set salt = zeroblob(32) where feed = 1 and idx = 7", f"{OWN} 7: PAYLOAD_COMMITMENT"),
        ("update entry set state = 4 where feed = 1 and idx = 7", f"{OWN} 7: STATE_INVALID"),
        ("update entry set leaf = zeroblob(84) where feed = 1 and idx = 7", f"{OWN} 7: LEAF_MALFORMED"),
        ("delete from entry where feed = 1 and idx = 7", f"{OWN} 7: ENTRY_MISSING"),
        ("delete from entry where feed = 1 and idx = 39", f"{OWN} 39: ENTRY_MISSING"),
        (
            "update feed set edge = cast(substr(edge, 1, 8) || zeroblob(length(edge) - 8) as blob) where feed = 1",
            "ROOT_MISMATCH",
        ),
        ("update feed set time_ms = time_ms + 1 where feed = 1", "ROOT_MISMATCH"),
        ("update feed set complete_size = 39 where feed = 1", "ROOT_MISMATCH"),
    ],
)
def test_a_damaged_source_stops_the_move(
    source: Path, begun: Path, owner: StoreOwner, statement: str, reason: str
) -> None:
    """The message names feed, entry and reason; the source stays the node's store."""
    changed(source, statement)

    with pytest.raises(StoreFault, match=f"MOVE_SOURCE_CORRUPT.*{reason}"):
        move(source, begun)

    with pytest.raises(ConfigFault, match="STORE_UNFINISHED"):
        open_store(begun, owner)
    open_store(source, owner).close()


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("update tile set hashes = zeroblob(length(hashes)) where feed = 1", "table tile"),
        ("update entry set subject = 'other' where feed = 1 and idx = 3", f"table entry: {OWN}, idx 3"),
        ("delete from submission", f"table submission: {OWN}"),
        ("update health set failures = 0", f"table health: {FOREIGN}"),
        ("delete from evidence", f"table evidence: {FOREIGN}"),
        ("delete from pending", f"table pending: {OWN}"),
        ("update answered set time_ms = 0", "table answered: exchange_id an exchange"),
        ("update feed set applied = 3 where feed = 2", f"table feed: {FOREIGN}"),
    ],
)
def test_any_difference_stops_the_move(
    source: Path, begun: Path, owner: StoreOwner, statement: str, place: str
) -> None:
    """A row changed in the new store after it was written there is found; nothing is switched."""
    copied: list[MoveProgress] = []

    def tell(progress: MoveProgress) -> None:
        if progress.step == "copy" and progress.done == progress.total and not copied:
            copied.append(progress)
            changed(begun, statement)

    with pytest.raises(StoreFault, match=f"MOVE_DIFFERS.*{place}"):
        move(source, begun, tell)

    open_store(source, owner).close()


def test_what_is_there_is_not_overwritten(source: Path, target: Path) -> None:
    """Neither a store, nor a file of another kind, nor the source itself."""
    target.write_bytes(b"somebody's")
    for place in (target, source):
        with pytest.raises(ConfigFault, match=r"STORE_EXISTS.*mend"):
            move(source, place)

    assert b"somebody's" == target.read_bytes()


def test_a_store_in_use_is_not_moved(
    source: Path, target: Path, database: PostgresPlace, owner: StoreOwner, tmp_path: Path
) -> None:
    """Neither a file that somebody writes, nor a database in which somebody leads."""
    with open_store(source, owner), pytest.raises(ConfigFault, match="STORE_BUSY"):
        move(source, target)
    move(source, database)
    with open_store(database, owner) as store:
        assert store.lead()
        with pytest.raises(ConfigFault, match="STORE_BUSY"):
            move(database, target)

    assert not target.exists()
