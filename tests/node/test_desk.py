# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The desk, the rules of the house it rests on, and what is said of it all."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

from federation.errors import AccessFault, ConfigFault, NoteFault, StoreFault, UnreachableFault
from federation.records.exchange import Standing
from node.assemble.desk import Desk, open_desk
from node.intake import Accepted
from node.observe import Observer, configure_logging

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


@pytest.fixture
def desk(hangzhou: Node) -> Iterator[Desk]:
    """The desk of a node that nobody serves."""
    hangzhou.stages.store.close()
    hangzhou.open()
    reader = hangzhou.reader
    made = Desk(hangzhou.stages.foundation, reader)
    yield made
    made.close()


def test_a_desk_beside_a_served_node_leaves_writing_to_it(desk: Desk) -> None:
    """The store is another's to write; an operator is told to stop the node first."""
    assert desk.serving
    assert 0 == desk.publish_pending()
    with pytest.raises(ConfigFault, match="STORE_BUSY: stop the node first"):
        desk.release("delta.example/310000/lists/1")


def test_a_desk_alone_writes(hangzhou: Node, samples: Samples, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Submits, publishes, and knows its feeds by short names."""
    item = hangzhou.item(samples.black())
    foundation = hangzhou.stages.foundation
    hangzhou.stages.store.close()
    try:
        with open_desk(foundation.config) as desk:
            assert not desk.serving
            assert [Accepted()] == desk.submit("lists", [item])
            assert 1 == desk.publish_pending()
            assert not desk.release(desk.origin("lists"))
            with pytest.raises(ConfigFault, match="FEED_UNKNOWN"):
                desk.submit("nothing", [item])
    finally:
        hangzhou.open()


async def test_a_decision_is_replayed_for_any_day(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """What was true before, on, and after the term; today's is what the ledger keeps."""
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou, "lists")
    origin, desk = hangzhou.origin("lists"), Desk(shanghai.stages.foundation, shanghai.reader)

    days = (date(2025, 3, 9), date(2025, 3, 10), date(2027, 3, 9), date(2027, 3, 10))
    standings = [desk.judge(origin, 0, day).standing for day in days]

    assert [Standing.HELD, Standing.RECOGNISED, Standing.RECOGNISED, Standing.LAPSED] == standings
    assert shanghai.decision(origin, 0).reasons == desk.judge(origin, 0).reasons
    with pytest.raises(AccessFault, match="ENTRY_NOT_FOUND"):
        desk.judge(origin, 1)


@pytest.mark.slow
async def test_a_replay_knows_a_black_entry_among_hundreds(world: World, hangzhou: Node, samples: Samples) -> None:
    """However much is held about the subject, the red entry is explained as it was decided."""
    hangzhou.publish("lists", *(samples.red(number) for number in range(210)), samples.black(999))
    desk = Desk(hangzhou.stages.foundation, hangzhou.reader)

    assert ("CONFLICT_RED_BLACK",) == desk.judge(hangzhou.origin("lists"), 0).reasons
    world.audit()


def test_a_log_that_takes_nothing_stops_nothing() -> None:
    """With the disk of the log full, its lines are lost and the node goes on."""
    before = structlog.get_config()
    went_on = False
    with suppress(OSError), Path("/dev/full").open("w", buffering=1, encoding="utf-8") as full, redirect_stderr(full):
        try:
            configure_logging("info")
            Observer("310000").started({"peers": "127.0.0.1:1"})
            went_on = True
        finally:
            structlog.configure(**before)

    assert went_on


def test_what_is_observed_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, with level, time, node and reason; below the level nothing is said."""
    before = structlog.get_config()
    try:
        configure_logging("info")
        observer = Observer("310000")
        observer.started({"peers": "127.0.0.1:1"})
        observer.published("o", 1)
        observer.publishing_failed("o", StoreFault("STORE_FULL", "disk"))
        observer.publishing_refused("o", ConfigFault("HISTORY_LOST"))
        observer.followed("o", [1, 2])
        observer.follow_failed("o", "yrd", UnreachableFault("MEMBER_UNREACHABLE"))
        observer.peer_lied("o", "yrd", NoteFault("NOTE_MALFORMED", "", (b"evidence",)))
        observer.stage_failed("ledger", ValueError("91330100MA2PDY0152"))
        observer.stopped()
    finally:
        structlog.configure(**before)
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in err.splitlines()]

    assert "" == out
    assert {"310000"} == {line["node"] for line in lines}
    levels = ["info", "error", "critical", "warning", "error", "error", "info"]
    assert levels == [line["level"] for line in lines]
    reasons = ["STORE_FULL", "HISTORY_LOST", "MEMBER_UNREACHABLE", "NOTE_MALFORMED", "ValueError"]
    assert reasons == [line["reason"] for line in lines if "reason" in line]
    assert "91330100MA2PDY0152" not in err
    assert "evidence" not in err
