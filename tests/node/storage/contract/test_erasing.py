# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Erasure is the same on every database: destroyed with the ERASE entry, named in the register, gone from the files."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from federation.log.entry import PayloadState
from federation.log.leaf import NO_COMMITMENT, LeafKind
from node.acknowledge.propagation import Erasure
from node.entry.evidence import Evidence
from node.erase.order import Eraser, erasure_of
from node.exchange.exchange_log import FORGOTTEN, Remembered
from node.intake import ERASED_DIGEST
from node.storage.dialect.place import PostgresPlace
from node.storage.opening.checks import StoreOwner
from node.storage.reapply import reapply
from node.storage.register import Erased, Register
from node.storage.store import Store, open_store

if TYPE_CHECKING:
    from node.demo.postgres import TemporaryPostgres
    from node.storage.dialect.place import StorePlace
    from tests.node.storage.conftest import Mirror, OwnFeed

MARK = b"an invented mark "


def states(store: Store, origin: str) -> list[PayloadState]:
    """Payload states of a feed."""
    return [entry.state for entry in store.reader.held(origin, 0, 999)]


def data_of(place: PostgresPlace, server: "TemporaryPostgres | None") -> Path:
    """Where PostgreSQL keeps the files of a database."""
    with psycopg.connect(place.url) as connection:
        found = connection.execute("select oid from pg_database where datname = current_database()").fetchone()
    assert found is not None
    assert server is not None
    return server.folder / "data" / "base" / str(found[0])


def sample(place: "StorePlace") -> None:
    """PostgreSQL looks at what is in the tables, to plan by, as it does by itself from time to time."""
    if isinstance(place, PostgresPlace):
        with psycopg.connect(place.url) as connection:
            connection.execute("analyze")


def test_publishing_an_order_destroys(store: Store, own_feed: "OwnFeed") -> None:
    """Row, key, remembered answer and evidence, in one transaction; what was not named stays."""
    rows = own_feed.publish(own_feed.pending(b"one"), own_feed.pending(b"two"))
    with store.write() as unit:
        unit.remember({"a": Remembered(b"q", b"." * 80 + rows[0].salt)}, 1)
        unit.keep_evidence("delta.example/330100/lists/1", Evidence("yrd", "LIE", "", (rows[0].salt,)), 1)

    own_feed.publish(erasure_of(0))

    gone, stands, order = store.reader.held(own_feed.origin, 0, 9)
    assert (PayloadState.ERASED, b"", b"") == (gone.state, gone.salt, gone.payload)
    assert (PayloadState.PRESENT, b"two", rows[1].salt) == (stands.state, stands.payload, stands.salt)
    assert (PayloadState.NONE, NO_COMMITMENT) == (order.state, order.leaf.commitment if order.leaf else b"")
    with store.write() as unit:
        known = unit.known(own_feed.origin, [row.key for row in rows])
        remembered = unit.remembered(["a"])
    assert [ERASED_DIGEST, rows[1].digest] == [known[row.key].digest for row in rows]
    assert FORGOTTEN == remembered["a"].answer
    assert [()] == [evidence.parts for _, evidence in store.reader.evidence("delta.example/330100/lists/1")]


def test_a_mirror_destroys_whatever_a_server_says_of_the_order(store: Store, mirror: "Mirror") -> None:
    """The origin's leaf orders it, also where a relay calls the ERASE entry's missing payload lost."""
    mirror.fill(2)
    mirror.take(mirror.row(2, kind=LeafKind.ERASE, ref=1, payload=b""))

    assert [PayloadState.PRESENT, PayloadState.ERASED] == states(store, mirror.origin)[:2]


def test_an_entry_with_a_fault_of_its_leaf_keeps_the_fault_and_loses_its_bytes(store: Store, mirror: "Mirror") -> None:
    """No order mends a leaf; a fault of the payload goes with the payload."""
    mirror.take(
        mirror.faulty(0, PayloadState.QUARANTINED, "LEAF_TIME"),
        mirror.faulty(1, PayloadState.QUARANTINED, "PAYLOAD_COMMITMENT"),
    )
    mirror.take(mirror.row(2, kind=LeafKind.ERASE, ref=0), mirror.row(3, kind=LeafKind.ERASE, ref=1))

    leaf_fault, payload_fault = store.reader.held(mirror.origin, 0, 2)
    assert (PayloadState.QUARANTINED, "LEAF_TIME", b"") == (leaf_fault.state, leaf_fault.fault, leaf_fault.payload)
    assert (PayloadState.ERASED, None, b"") == (payload_fault.state, payload_fault.fault, payload_fault.payload)


def test_the_register_is_stronger_than_the_store(
    store: Store, own_feed: "OwnFeed", mirror: "Mirror", place: "StorePlace", owner: StoreOwner, tmp_path: Path
) -> None:
    """What it names is destroyed in own and mirrored feeds, once; nothing is read when nothing is new."""
    own_feed.publish(own_feed.pending(), own_feed.pending())
    mirror.fill(2)
    store.close()
    register = Register(tmp_path / "other")
    register.append([Erased(own_feed.origin, 1, 7), Erased(mirror.origin, 0, 8)])

    with open_store(place, owner, register.path) as again:
        assert (2, 0) == (reapply(again), reapply(again))
        register.append([Erased(mirror.origin, 1, 9)])
        assert (1, 0) == (reapply(again), reapply(again))
        assert [PayloadState.PRESENT, PayloadState.ERASED] == states(again, own_feed.origin)
        assert [PayloadState.ERASED] * 2 == states(again, mirror.origin)


def test_what_is_kept_of_an_answer_is_destroyed_or_never_kept(
    store: Store, mirror: "Mirror", place: "StorePlace", owner: StoreOwner
) -> None:
    """Whoever destroys waits for those who keep a copy, and finds it; who comes later sees that the number changed."""
    if not store.is_shared:
        pytest.skip("a file has one writer")
    mirror.fill(1)
    salt = mirror.row(0).entry.salt
    with open_store(place, owner) as other, ThreadPoolExecutor(1) as destroyer:
        with other.write() as unit:
            before = unit.destructions()
            destroyed = destroyer.submit(mirror.take, mirror.row(1, kind=LeafKind.ERASE, ref=0))
            with pytest.raises(TimeoutError):
                destroyed.result(0.3)
            unit.remember({"a": Remembered(b"q", b"." * 80 + salt)}, 1)
        destroyed.result()
        with other.write() as unit:
            assert before + 1 == unit.destructions()
            assert FORGOTTEN == unit.remembered(["a"])["a"].answer


def test_orders_are_listed_with_their_erase_entries(store: Store, own_feed: "OwnFeed") -> None:
    """Pending until the ERASE entry is published."""
    own_feed.publish(own_feed.pending(), own_feed.pending())
    eraser = Eraser(store, [own_feed.origin], lambda: 7)
    eraser.order(own_feed.origin, [1], "ground")
    assert [Erasure(own_feed.origin, 1, 7, None)] == store.reader.erasures()

    own_feed.sequencer.sequence()

    assert [Erasure(own_feed.origin, 1, 7, 2)] == store.reader.erasures()


@pytest.mark.slow
def test_cleaning_leaves_no_byte_of_what_was_erased(
    store: Store, own_feed: "OwnFeed", place: "StorePlace", owner: StoreOwner, server: "TemporaryPostgres | None"
) -> None:
    """After much churn, with pages split and freed: no payload and no salt of an erased entry in any of its files.

    Nor among the samples that a server keeps of a table, be it empty by now.
    """
    chance = random.Random(1)
    sizes = [chance.choice((60, 700, 5000, 20_000)) for _ in range(300)]
    payloads = [MARK + chance.randbytes(size) for size in sizes]
    rows = own_feed.pend(*(own_feed.pending(payload) for payload in payloads))
    sample(place)
    own_feed.publish()
    sample(place)
    doomed = [index for index in range(300) if index % 3]
    own_feed.publish(*(erasure_of(index) for index in doomed))
    store.close()

    with open_store(place, owner) as again:
        assert again.clean()

    folder = place.parent if isinstance(place, Path) else data_of(place, server)
    found = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    left = [index for index in doomed if rows[index].salt in found or payloads[index][-40:] in found]
    assert [] == left
    assert all(rows[index].salt in found for index in range(300) if index % 3 == 0)
