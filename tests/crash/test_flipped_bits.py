# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A bit that flips in the store is caught before anything is signed over it.

In 2022 one flipped bit ended a public log (wire form, section 9). Here bits flip in the database itself: by triggers,
between what a transaction writes and what it reads back; and in rows that lie there between two batches.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from federation.errors import StoreFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

KEYS = {
    "entry": "feed = NEW.feed AND idx = NEW.idx",
    "tile": "feed = NEW.feed AND level = NEW.level AND idx = NEW.idx",
}
BATCH = 257
"""One entry more than a full tile, so that a batch writes tiles of two levels."""


def changed(node: Node, *statements: str) -> None:
    """Changes the store from another connection, while the node has it open."""
    with closing(sqlite3.connect(node.config.store_path)) as connection, connection:
        connection.create_function("flipped", 2, _flipped)
        for statement in statements:
            connection.execute(statement)


def _flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


@contextmanager
def flipping(node: Node, table: str, column: str, at: int) -> Iterator[None]:
    """While the block runs, the last byte but some of every value written there is another one when it is read."""
    first, last = f"substr({column}, 1, length({column}) - {at + 1})", f"substr({column}, length({column}) - {at - 1})"
    old = f"substr({column}, length({column}) - {at}, 1)"
    other = f"CASE {old} WHEN x'01' THEN x'02' WHEN x'02' THEN x'03' ELSE x'01' END"  # twice is not the same again
    spoilt = f"UPDATE {table} SET {column} = CAST({first} || {other} || {last} AS BLOB) WHERE {KEYS[table]}"  # noqa: S608 - names of ours
    events = ("INSERT", f"UPDATE OF {column}")
    changed(
        node,
        *(f"CREATE TRIGGER flip{n} AFTER {event} ON {table} BEGIN {spoilt}; END" for n, event in enumerate(events)),
    )
    try:
        yield
    finally:
        changed(node, *(f"DROP TRIGGER flip{number}" for number in range(len(events))))


@pytest.mark.parametrize(
    ("table", "column"), [("entry", "leaf"), ("entry", "salt"), ("entry", "payload"), ("tile", "hashes")]
)
def test_a_bit_that_flips_on_its_way_to_the_disk_is_not_signed(
    world: World, hangzhou: Node, samples: Samples, table: str, column: str
) -> None:
    """Between append and read-back: nothing of the batch stays, and with a sound disk it is published."""
    lists = hangzhou.origin("lists")
    hangzhou.publish("lists", samples.black(0))
    hangzhou.offer("lists", *(hangzhou.item(samples.black(number)) for number in range(1, BATCH)))
    before = hangzhou.publisher.checkpoint("x", lists)
    with flipping(hangzhou, table, column, 1):
        for _ in range(2):
            with pytest.raises(StoreFault, match="STORED_BATCH_DIFFERS"):
                hangzhou.stages.sequencer(lists).sequence()
    assert (before, {lists: BATCH - 1}) == (hangzhou.publisher.checkpoint("x", lists), hangzhou.reader.pending())

    hangzhou.stages.publish_pending()
    world.audit()


PENDING = {
    "key": "flipped(key, 3)",
    "digest": "flipped(digest, 3)",
    "kind": "3 - kind",
    "schema": "schema + 1",
    "ref": "1 - ref",
    "salt": "flipped(salt, 3)",
    "payload": "flipped(payload, 30)",
    "subject": "subject || '1'",
    "personal": "1 - personal",
}


@pytest.mark.parametrize("column", list(PENDING))
def test_a_bit_that_flips_while_a_row_waits_is_not_signed(
    world: World, hangzhou: Node, samples: Samples, column: str
) -> None:
    """Whatever of the row it is in: an ending would else end another entry. It waits until the store is mended."""
    lists = hangzhou.origin("lists")
    hangzhou.publish("lists", samples.black(0), samples.black(1))
    hangzhou.offer("lists", hangzhou.item(samples.ending(), ref=0), hangzhou.item(samples.black(2)))
    before = hangzhou.publisher.checkpoint("x", lists)
    changed(hangzhou, "CREATE TABLE kept AS SELECT * FROM pending")
    chosen = "ref IS NOT NULL" if column == "ref" else "ref IS NULL"
    changed(hangzhou, f"UPDATE pending SET {column} = {PENDING[column]} WHERE {chosen}")  # noqa: S608 - names of ours

    with pytest.raises(StoreFault, match="PENDING_CORRUPT"):
        hangzhou.stages.sequencer(lists).sequence()
    assert before == hangzhou.publisher.checkpoint("x", lists)

    changed(hangzhou, "DELETE FROM pending", "INSERT INTO pending SELECT * FROM kept", "DROP TABLE kept")
    hangzhou.stages.publish_pending()
    world.audit()


HEAD = {
    "edge": "UPDATE feed SET edge = flipped(edge, 20) WHERE own",
    "note": "UPDATE feed SET note = flipped(note, 40) WHERE own",
    "time": "UPDATE feed SET time_ms = time_ms - 86400000 WHERE own",
    "last tile": "UPDATE tile SET hashes = flipped(hashes, 10) WHERE level = 0 AND idx = 1",
    "upper tile": "UPDATE tile SET hashes = flipped(hashes, 10) WHERE level = 1",
}


@pytest.mark.parametrize("place", list(HEAD))
def test_a_bit_that_flips_between_two_batches_is_not_built_on(hangzhou: Node, samples: Samples, place: str) -> None:
    """Also in a process that has verified the head before: neither entries nor heartbeats are signed over it."""
    lists = hangzhou.origin("lists")
    hangzhou.publish("lists", *(samples.black(number) for number in range(BATCH)))
    hangzhou.offer("lists", hangzhou.item(samples.black(BATCH)))
    changed(hangzhou, f"{HEAD[place]} AND feed = (SELECT feed FROM feed WHERE origin = '{lists}')")  # noqa: S608 - names of ours
    before = hangzhou.publisher.checkpoint("x", lists)

    for _ in range(2):
        with pytest.raises(StoreFault, match=r"HEAD_CORRUPT|STORE_CORRUPT|STORED_BATCH_DIFFERS"):
            hangzhou.stages.sequencer(lists).sequence()
    with pytest.raises(StoreFault, match=r"HEAD_CORRUPT|STORE_CORRUPT"):
        hangzhou.stages.sequencer(lists).beat()
    assert (before, {lists: 1}) == (hangzhou.publisher.checkpoint("x", lists), hangzhou.reader.pending())
