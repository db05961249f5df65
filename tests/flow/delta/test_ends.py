# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What has ended stops counting at every node, down, deceived or put back, and does not come back."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from federation.records.act import EndingKind
from federation.records.exchange import Freshness
from federation.standards.calendar import day_after, midnight_ms
from federation.standards.identity import CodeKind
from node.assemble.making.configuration import write_config
from node.config import CONFIG_NAME
from node.intake import Duplicate
from tests.flow.delta.world import CITIES, FIRST_HUB, HANGZHOU, HEFEI, LISTS, SECOND_HUB, SHANGHAI, SUZHOU
from tests.flow.world import put_back, removal, submitted, until

if TYPE_CHECKING:
    from pathlib import Path

    from node.rpc.loop.client import Checked
    from tests.flow.delta.world import Delta

pytestmark = pytest.mark.slow

OTHERS = [city for city in CITIES if city != HANGZHOU]


def freshness(delta: Delta, node_id: str, index: int) -> Freshness:
    """What a node says of the feed of an entry."""
    return delta.desk(node_id).query.holding(delta.origin(LISTS), index).freshness


def unacknowledged(delta: Delta, index: int) -> set[str]:
    """Members that the origin waits for."""
    spreads = delta.desk(HANGZHOU).propagation(delta.origin(LISTS), index)
    return {at.member for spread in spreads for at in spread.members if at.acknowledged is None}


def test_a_repair_reaches_a_node_that_was_down_for_the_whole_time(delta: Delta) -> None:
    """Within one minute of its return; until then the origin names it, and nobody else, as wanting."""
    index, _ = delta.listed()
    delta.stop(HEFEI)
    delta.publish(LISTS, removal(index, EndingKind.REPAIRED))
    delta.await_counting(LISTS, index, counts=False, at=[city for city in CITIES if city != HEFEI])
    until(lambda: unacknowledged(delta, index) == {HEFEI}, "all others' acknowledgements")
    returned = time.monotonic()

    delta.start(HEFEI)

    delta.await_counting(LISTS, index, counts=False, at=[HEFEI])
    until(lambda: not unacknowledged(delta, index), "its acknowledgement")
    assert time.monotonic() - returned < 60


def test_a_late_acknowledgement_is_told_to_the_coordinator(delta: Delta) -> None:
    """When the working day it has is over: who, of which feed, since which act; it is late no more once it is back."""
    index, _ = delta.listed()
    delta.stop(HEFEI)
    act = delta.publish(LISTS, removal(index))
    until(lambda: unacknowledged(delta, index) == {HEFEI}, "all others' acknowledgements")
    (spread,) = delta.desk(HANGZHOU).propagation(delta.origin(LISTS), index)
    assert () == tuple(delta.desk(HANGZHOU).late())

    delta.clock.forward_to(spread.due.target_ms + 1)

    told = {("330100", HEFEI, LISTS, act, "ACKNOWLEDGEMENT_LATE")}
    until(lambda: told <= set(_told(delta)), "what the coordinator is told")
    assert {HEFEI} == {late.member for late in delta.desk(HANGZHOU).late()}
    delta.start(HEFEI)
    until(lambda: not delta.desk(HANGZHOU).late(), "its acknowledgement")


def _told(delta: Delta) -> list[tuple[str, str, str, int, str]]:
    return [
        (teller, each.member, each.origin.partition("/")[2], each.first_index, each.reason)
        for teller, each in delta.desk(FIRST_HUB).told_late()
    ]


def test_a_hub_that_withholds_an_ending_is_found_out(delta: Delta) -> None:
    """By whoever can ask another, with proof, after the next look; by whoever cannot, by the agreed age."""
    index, _ = delta.listed()
    honest = _edit(delta, SECOND_HUB, f'"{LISTS}", ', "")
    delta.publish(LISTS, removal(index))
    delta.await_counting(LISTS, index, counts=False, at=[HANGZHOU])

    accused = delta.desk(SHANGHAI).reader.evidence
    (_, proof) = delta.as_time_flies(lambda: accused(delta.origin(LISTS)), "evidence against the hub")[-1]
    assert (SECOND_HUB, "HEAD_WITHHELD") == (proof.peer, proof.reason)
    assert Freshness.STALE is freshness(delta, SHANGHAI, index)
    delta.clock.forward(seconds=301)
    assert Freshness.STALE is freshness(delta, HEFEI, index)
    _edit(delta, SECOND_HUB, None, honest)
    delta.await_counting(LISTS, index, counts=False)
    delta.as_time_flies(lambda: Freshness.FRESH is freshness(delta, SHANGHAI, index), "a fresh feed")


def _edit(delta: Delta, node_id: str, old: str | None, new: str) -> str:
    """Stops a node, replaces some text of its configuration, or all of it, and serves it; what stood there."""
    delta.stop(node_id)
    path = delta.nodes[node_id].folder / CONFIG_NAME
    before = path.read_text(encoding="utf-8")
    assert old is None or old in before
    write_config(path, new if old is None else before.replace(old, new))
    delta.start(node_id)
    return before


def test_what_has_ended_is_not_published_again(delta: Delta) -> None:
    """The same record is a known submission at its origin, and the entry stays ended everywhere."""
    index, record = delta.listed()
    delta.publish(LISTS, removal(index))
    delta.await_counting(LISTS, index, counts=False)

    assert [True] == [isinstance(outcome, Duplicate) for outcome in delta.offer(LISTS, submitted(record))]
    assert {("ENDED", ("ENDED_REMOVED",))} == {delta.decision(city, LISTS, index) for city in CITIES}


def test_old_stores_of_a_hub_and_a_city_bring_nothing_back(delta: Delta, tmp_path: Path) -> None:
    """Cut off with the hub, the city grows stale; who knew better believes no older head; then all is as it was."""
    index, _ = delta.listed()
    restored = {node_id: _copied(delta, node_id, tmp_path / node_id) for node_id in (SECOND_HUB, SUZHOU)}
    delta.publish(LISTS, removal(index))
    delta.await_counting(LISTS, index, counts=False)
    delta.stop(FIRST_HUB, *restored)
    for node_id, old in restored.items():
        put_back(old, delta.nodes[node_id].config.store_path)

    delta.start(*restored)

    assert "RECOGNISED" == delta.decision(SUZHOU, LISTS, index)[0]
    delta.clock.forward(seconds=301)
    assert Freshness.STALE is freshness(delta, SUZHOU, index)
    assert {"ENDED"} == {delta.decision(city, LISTS, index)[0] for city in (SHANGHAI, HEFEI)}
    delta.start(FIRST_HUB)
    delta.await_counting(LISTS, index, counts=False)
    delta.as_time_flies(lambda: Freshness.FRESH is freshness(delta, SUZHOU, index), "a fresh feed")


def _copied(delta: Delta, node_id: str, path: Path) -> Path:
    """A backup of the store of a node that is served."""
    path.touch(mode=0o600)
    with (
        closing(sqlite3.connect(delta.nodes[node_id].config.store_path)) as store,
        closing(sqlite3.connect(path)) as old,
    ):
        store.backup(old)
    return path


def test_an_entry_lapses_at_legal_midnight_with_its_origin_offline(delta: Delta) -> None:
    """With no message: one millisecond before it counts in every city, with its measures; then in none."""
    today = delta.today
    index, record = delta.listed(valid_until=today)
    delta.stop(HANGZHOU)
    tomorrow = day_after(today)
    assert tomorrow is not None

    def checked(city: str) -> Checked:
        return delta.business(city, lambda client: client.check(CodeKind.USCC, record.identity.code))

    delta.clock.stop_at(midnight_ms(tomorrow) - 1)
    before = {city: checked(city) for city in OTHERS}
    delta.clock.stop_at(midnight_ms(tomorrow))
    after = {city: checked(city) for city in OTHERS}
    delta.clock.forward_to(midnight_ms(tomorrow))

    assert {("RECOGNISED",)} == {tuple(each.standing for each in found.holdings) for found in before.values()}
    assert "closer-inspection" in before[SHANGHAI].measures
    assert {("LAPSED",)} == {tuple(each.standing for each in found.holdings) for found in after.values()}
    assert {()} == {found.measures for found in after.values()}
    delta.await_reason(LISTS, index, "PERIOD_LAPSED", at=OTHERS)
    delta.start(HANGZHOU)
    delta.await_reason(LISTS, index, "PERIOD_LAPSED")
