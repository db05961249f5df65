# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Several processes over one database: one leads, nobody loses what another writes. A file has one writer anyway."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest

from federation.errors import ConfigFault, OrderFault
from node.storage.dialect.place import PostgresPlace
from node.storage.opening.checks import StoreOwner, is_served
from node.storage.store import Store, open_store

if TYPE_CHECKING:
    from node.storage.dialect.place import StorePlace
    from tests.node.storage.conftest import OwnFeed


@pytest.fixture
def other(store: Store, place: "StorePlace", owner: StoreOwner) -> Iterator[Store]:
    """The same store as another process opens it."""
    if not store.is_shared:
        pytest.skip("a file has one writer")
    with closing(open_store(place, owner)) as opened:
        yield opened


def expire(place: "StorePlace") -> None:
    """As if the leader had not been heard of for long."""
    assert isinstance(place, PostgresPlace)
    with psycopg.connect(place.url) as connection:
        connection.execute("update node.lease set until_ms = 0")


def test_a_second_writer_of_a_file_is_refused(store: Store, place: "StorePlace", owner: StoreOwner) -> None:
    """With the reason; a database takes it."""
    if store.is_shared:
        open_store(place, owner).close()
        return
    with pytest.raises(ConfigFault, match="STORE_BUSY"):
        open_store(place, owner)


def test_whoever_asks_first_leads(store: Store, place: "StorePlace", own_feed: "OwnFeed") -> None:
    """And goes on leading as often as it asks; others can see that somebody does."""
    assert [store.lead(), store.lead(), is_served(place)] == [True, True, True]


def test_one_leads_and_the_other_waits(store: Store, other: Store, own_feed: "OwnFeed") -> None:
    """Until the first one gives it back."""
    assert [store.lead(), other.lead(), other.lead()] == [True, False, False]
    store.resign()
    assert [other.lead(), store.lead()] == [True, False]


def test_a_leader_that_closes_gives_the_lease_back(store: Store, other: Store, own_feed: "OwnFeed") -> None:
    """Nobody need wait for it to run out."""
    assert store.lead()
    store.close()
    assert other.lead()


def test_a_lease_that_ran_out_is_taken(store: Store, other: Store, place: "StorePlace", own_feed: "OwnFeed") -> None:
    """And whoever held it finds out before it writes anything."""
    assert store.lead()
    expire(place)
    assert other.lead()
    with pytest.raises(OrderFault, match="LEASE_LOST"), store.led.write():
        pass


def test_nobody_takes_over_within_a_transaction(
    store: Store, other: Store, place: "StorePlace", own_feed: "OwnFeed"
) -> None:
    """Even when the lease has run out in the middle of it."""
    assert store.lead()
    expire(place)
    with store.led.write():
        assert not other.lead()
    assert other.lead()


def test_what_both_take_in_is_kept_in_one_order(store: Store, other: Store, own_feed: "OwnFeed") -> None:
    """Each place in the queue is given once, whoever gives it."""
    for number, taking in enumerate((store, other, store)):
        with taking.write() as unit:
            unit.add_pending(own_feed.origin, [own_feed.pending(f"{number}".encode())])
    with store.write() as unit:
        assert [item.place for item in unit.waiting(own_feed.origin, 10)] == [0, 1, 2]
