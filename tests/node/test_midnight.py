# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Legal midnight: an entry lapses in China's calendar to the second, with no message, whoever is offline or late."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from federation.records.exchange import Standing
from node.assemble.serving.condition import Condition
from node.assemble.serving.loops import Bells, Loops
from node.observe import Observer
from tests.node.region.talk import sought

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

LAST_DAY = date(2026, 3, 2)
BEFORE = datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)
"""One second before midnight in China."""


def ms(moment: datetime) -> int:
    """Milliseconds since the epoch."""
    return int(moment.timestamp() * 1000)


async def test_an_entry_lapses_to_the_second_with_its_origin_offline(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """At 23:59:59 it counts, with its measures; at 00:00:00 it does not, before anything was reviewed or heard."""
    hangzhou.publish("lists", samples.black(1, valid_until=LAST_DAY))
    await world.mirror(shanghai, hangzhou, "lists")
    subject = samples.company.code
    seen = []
    for node in (hangzhou, shanghai):
        world.clock.now_ms = ms(BEFORE)
        while node.stages.ledger.review():
            pass
        before = node.query.check(subject)
        world.clock.forward(seconds=1)
        after = node.query.check(subject)
        seen.append([(each.holdings[0].standing, bool(each.measures)) for each in (before, after)])
        assert ("PERIOD_LAPSED",) == after.holdings[0].reasons[:1]
        assert [] == node.query.find(sought("yrd", subject)).findings

    lapsed = (Standing.LAPSED, False)
    assert [[(Standing.OWN, True), lapsed], [(Standing.RECOGNISED, True), lapsed]] == seen


async def test_other_entries_keep_their_measures_over_midnight(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Only what has lapsed loses them."""
    hangzhou.publish("lists", samples.black(1, valid_until=LAST_DAY), samples.black(2, valid_until=None))
    await world.mirror(shanghai, hangzhou, "lists")
    world.clock.now_ms = ms(BEFORE)
    measures = shanghai.query.check(samples.company.code).measures
    world.clock.forward(seconds=1)

    assert measures == shanghai.query.check(samples.company.code).measures != []


async def test_the_review_wakes_at_midnight(world: World, hangzhou: Node, samples: Samples) -> None:
    """Not some time within the minute after it."""
    hangzhou.publish("lists", samples.black(1, valid_until=LAST_DAY))
    origin = hangzhou.origin("lists")
    world.clock.now_ms = ms(BEFORE) + 900
    with ThreadPoolExecutor(1) as writer:
        bells = Bells(asyncio.get_running_loop())
        loops = Loops(hangzhou.stages, bells, writer, Observer("test"), Condition())
        review = asyncio.create_task(loops.review())
        await asyncio.sleep(0)
        await loops.act(lambda: None)  # it has begun to look, and found nothing
        assert Standing.OWN == hangzhou.decision(origin, 0).standing
        world.clock.forward(milliseconds=100)
        async with asyncio.timeout(10):
            while hangzhou.decision(origin, 0).standing is not Standing.LAPSED:
                await asyncio.sleep(0)
        review.cancel()
        await asyncio.gather(review, return_exceptions=True)
