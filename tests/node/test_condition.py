# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The read-only state: entered by a fault of a loop that signs, left when that very loop has succeeded again."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from federation.errors import ClockFault, StoreFault
from federation.records.exchange import Exchange, ExchangeSide
from node.assemble.serving.condition import Condition
from node.assemble.serving.doors import Submitting
from node.assemble.serving.logs import LogWatch, ThreadedLog, WriterLog
from node.assemble.serving.loops import Bells, Loops
from node.bell import Bell
from node.exchange.exchange_log import ToLog
from node.observe import Observer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

LISTS, FILINGS = "delta.example/330100/lists/1", "delta.example/330100/filings/1"
AFTER_THE_COMMIT = 3
"""Of a submission: after `known`, `add_pending`, and the moment before the commit."""


def exchange() -> Exchange:
    """One side's entry of an exchange."""
    return Exchange(
        exchange_id="01890a5d-ac96-774b-bcce-b302099a8057",
        side=ExchangeSide.RESPONDER,
        requester="310000",
        responder="330100",
        purpose="joint-punishment",
        question_sha256=bytes(32),
        outcome="PURPOSE_NOT_GRANTED",
        commitment=bytes(32),
        logged_at_ms=1,
    )


def watched(node: Node, condition: Condition) -> LogWatch:
    """A node's exchange log as it is watched while the node is served."""
    failed = Bell(asyncio.get_running_loop())
    return LogWatch(node.stages.exchange_log, node.origin("_exchange"), condition, failed)


async def until(true: Callable[[], bool]) -> None:
    """Lets the loops work until something is so."""
    while not true():
        await asyncio.sleep(0)


def test_a_node_may_write_until_a_loop_fails() -> None:
    """And again when every loop that failed has succeeded; each change is told once."""
    told: list[dict[str, str]] = []
    condition = Condition(lambda: told.append(dict(condition.faults)))
    condition.require_writable()
    condition.succeeded("publish", LISTS)
    condition.failed("publish", LISTS, StoreFault("STORE_FULL"))
    condition.failed("beat", FILINGS, ClockFault("CLOCK_BEHIND"))
    condition.succeeded("beat", LISTS)
    with pytest.raises(StoreFault, match=r"STORE_READ_ONLY.*filings/1: CLOCK_BEHIND.*lists/1: STORE_FULL"):
        condition.require_writable()
    condition.succeeded("publish", LISTS)
    condition.succeeded("beat", FILINGS)
    condition.require_writable()

    assert [
        {LISTS: "STORE_FULL"},
        {FILINGS: "CLOCK_BEHIND", LISTS: "STORE_FULL"},
        {FILINGS: "CLOCK_BEHIND"},
        {},
    ] == told


async def test_a_node_that_cannot_sign_takes_nothing_in(hangzhou: Node, samples: Samples) -> None:
    """Submissions are refused before the store is touched, and no exchange is logged, so that no answer leaves."""
    condition = Condition()
    submitting = Submitting(hangzhou.stages, Bells(asyncio.get_running_loop()), condition)
    condition.failed("beat", FILINGS, StoreFault("STORE_UNAVAILABLE"))
    with ThreadPoolExecutor(1) as writer:
        loops = Loops(hangzhou.stages, Bells(asyncio.get_running_loop()), writer, Observer("test"), condition)
        watch = watched(hangzhou, condition)
        log = ThreadedLog(watch, loops.act)
        with pytest.raises(StoreFault, match="STORE_READ_ONLY"):
            submitting.submit("lists", [hangzhou.item(samples.black())], amend=False)
        with pytest.raises(StoreFault, match="EXCHANGE_LOG_UNAVAILABLE"):
            await log.log(ToLog(exchange()))
        assert {} == dict(hangzhou.reader.pending())
        with pytest.raises(StoreFault, match="EXCHANGE_LOG_UNAVAILABLE"):
            WriterLog(watch, writer).log_all([ToLog(exchange())])
        condition.succeeded("beat", FILINGS)
        await log.log(ToLog(exchange()))
        submitting.submit("lists", [hangzhou.item(samples.black())], amend=False)
    assert {LISTS: 1, hangzhou.origin("_exchange"): 1} == dict(hangzhou.reader.pending())


async def test_a_log_that_fails_makes_the_node_read_only_until_it_can_be_written(hangzhou: Node) -> None:
    """Though nothing else is to be written: said at once, with the store's reason, and taken back by itself."""
    changes: list[dict[str, str]] = []
    condition = Condition(lambda: changes.append(dict(condition.faults)))
    watch, origin = watched(hangzhou, condition), hangzhou.origin("_exchange")

    async def act(step: Callable[[], None]) -> None:
        hangzhou.trouble.arm(0 if len(changes) < 2 else None)
        changes.append({"tried": ""})
        step()

    running = asyncio.create_task(watch.run(act))  # type: ignore[arg-type]
    hangzhou.trouble.arm(0)
    with pytest.raises(StoreFault, match="EXCHANGE_LOG_UNAVAILABLE"):
        watch.log_all([ToLog(exchange())])
    with pytest.raises(StoreFault, match="EXCHANGE_LOG_UNAVAILABLE"):
        watch.require()
    await until(lambda: changes[-1] == {})
    running.cancel()
    watch.log_all([ToLog(exchange())])

    assert [{origin: "STORE_UNAVAILABLE"}, {"tried": ""}, {"tried": ""}, {}] == changes


@pytest.mark.parametrize("stage", ["publish", "beat"])
async def test_a_loop_that_signs_says_when_it_cannot(
    world: World, hangzhou: Node, samples: Samples, stage: str
) -> None:
    """The node is read-only from the fault on, and writes again by itself when the store is mended."""
    origin = hangzhou.origin("lists")
    hangzhou.offer("lists", hangzhou.item(samples.black()))
    hangzhou.trouble.arm(0)
    changes: list[dict[str, str]] = []
    condition = Condition(lambda: changes.append(dict(condition.faults)))
    with ThreadPoolExecutor(1) as writer:
        loops = Loops(hangzhou.stages, Bells(asyncio.get_running_loop()), writer, Observer("test"), condition)
        running = loops.publish(origin, {}) if stage == "publish" else loops.beat(origin)
        task = asyncio.create_task(running)
        await until(lambda: len(changes) == 2)
        assert {origin: "STORE_UNAVAILABLE"} == changes[-1]
        hangzhou.trouble.mend()
        await until(lambda: len(changes) == 3 or bool(changes and not changes[-1]))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert {} == condition.faults
    hangzhou.stages.publish_pending()
    world.audit()


async def test_what_was_kept_although_its_commit_failed_is_published(hangzhou: Node, samples: Samples) -> None:
    """A submission whose caller was told of a fault wakes the sequencer all the same: its rows may be durable."""
    bells = Bells(asyncio.get_running_loop())
    submitting = Submitting(hangzhou.stages, bells, Condition())
    hangzhou.trouble.arm(AFTER_THE_COMMIT, lasting=False)
    with pytest.raises(StoreFault, match="STORE_UNAVAILABLE"):
        submitting.submit("lists", [hangzhou.item(samples.black())], amend=False)

    assert 1 == await bells.queue(LISTS).wait(0)
    assert {LISTS: 1} == hangzhou.reader.pending()
