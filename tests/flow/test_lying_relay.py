# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A relay need not be trusted: what it alters, drops or reorders is refused by its follower, with evidence kept."""

import sqlite3
from collections.abc import Callable

import pytest

from node.assemble.checking import verify_store
from tests.flow.world import Node, Region, black, submitted, until

pytestmark = pytest.mark.slow

COUNT = 12


def _altered(store: sqlite3.Connection, feed: int) -> None:
    """One byte of one leaf."""
    (leaf,) = store.execute("SELECT leaf FROM entry WHERE feed=? AND idx=5", (feed,)).fetchone()
    store.execute("UPDATE entry SET leaf=? WHERE feed=? AND idx=5", (bytes([*leaf[:83], leaf[83] ^ 1]), feed))


def _dropped(store: sqlite3.Connection, feed: int) -> None:
    """One entry in the middle is gone."""
    store.execute("DELETE FROM entry WHERE feed=? AND idx=5", (feed,))


def _reordered(store: sqlite3.Connection, feed: int) -> None:
    """Two entries have changed places."""
    store.execute("UPDATE entry SET idx=1000 WHERE feed=? AND idx=5", (feed,))
    store.execute("UPDATE entry SET idx=5 WHERE feed=? AND idx=6", (feed,))
    store.execute("UPDATE entry SET idx=6 WHERE feed=? AND idx=1000", (feed,))


def _with_store(node: Node, change: Callable[[sqlite3.Connection, int], None], origin: str) -> None:
    """Changes a stopped node's store by hand, as a dishonest operator would."""
    store = sqlite3.connect(node.folder / "store.db")
    with store:
        (feed,) = store.execute("SELECT feed FROM feed WHERE origin=?", (origin,)).fetchone()
        change(store, feed)
    store.close()


@pytest.mark.parametrize("lie", [_altered, _dropped, _reordered])
def test_a_relay_that_lies_is_refused_and_others_go_on(
    region: Region, lie: Callable[[sqlite3.Connection, int], None]
) -> None:
    """The follower keeps the evidence and stores nothing of the lie; feeds from the same relay that are true go on."""
    origin, hub, city = region.node("330100"), region.node("yrd"), region.node("310000")
    region.pin(hub, origin, "330100/lists/1", "330100/filings/1")
    region.pin(origin, hub)
    region.pin(hub, city)
    region.pin(city, origin, indirect=True)
    region.pin(city, hub, "330100/lists/1", "330100/filings/1")
    lists, filings = region.origin("330100/lists/1"), region.origin("330100/filings/1")
    origin.submit("lists", *(submitted(black(number)) for number in range(COUNT)))
    origin.serve()
    hub.serve()
    until(lambda: hub.size(lists) == COUNT, "the hub's mirror")
    hub.stop()
    _with_store(hub, lie, lists)
    hub.serve()

    city.serve()

    caught = until(lambda: city.ask(lambda desk: desk.reader.evidence(lists)), "evidence against the hub")
    assert {(evidence.peer, evidence.reason) for _, evidence in caught} == {("yrd", "ENTRIES_ROOT")}
    assert all(evidence.parts for _, evidence in caught)
    assert city.size(lists) == 0
    until(lambda: city.ask(lambda desk: desk.reader.feed(filings)), "the true feed")

    def told() -> str | None:
        health = city.ask(lambda desk: desk.reader.health().get((lists, "yrd")))
        return health.reason if health else None

    until(lambda: told() == "ENTRIES_ROOT", "the reason in the hub's health")


def test_verify_names_the_entry_a_relay_altered(region: Region) -> None:
    """The relay's own `verify` names feed and index of the altered entry."""
    origin, hub = region.node("330100"), region.node("yrd")
    region.pin(hub, origin, "330100/lists/1")
    region.pin(origin, hub)
    lists = region.origin("330100/lists/1")
    origin.submit("lists", *(submitted(black(number)) for number in range(COUNT)))
    origin.serve()
    hub.serve()
    until(lambda: hub.size(lists) == COUNT, "the hub's mirror")
    hub.stop()
    region.check()

    _with_store(hub, _altered, lists)

    findings = {(finding.origin, finding.index, finding.reason) for finding in verify_store(hub.config, lambda _: None)}
    assert (lists, 5, "LEAF_MISMATCH") in findings
    assert (lists, None, "ROOT_MISMATCH") in findings
