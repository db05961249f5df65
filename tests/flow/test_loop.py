# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The loop of joint measures between two cities: an entry is passed on, answered and lifted; its origin sees it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from federation.errors import FieldFault
from federation.records.codec import FEEDBACK_SCHEMA
from federation.records.loop.feedback import FeedbackResponse
from federation.rules.loop.feedback import Statement
from federation.rules.loop.tally import Counts, Side
from federation.standards.calendar import china_date
from node.assemble.loop import loop_counts
from node.assemble.making.feeds import create_feeds
from node.intake import Accepted, Submission
from node.observe import Observer
from node.query.business import SubjectState, Wanted
from node.rpc.loop.client import BusinessClient
from node.rpc.trust import Trust
from tests.flow.world import ECOLOGY, Node, Region, black, removal, submitted, until, uscc

pytestmark = pytest.mark.slow

MARKET = "11310000PDY0030268"
LISTS = "330100/lists/1"
FEEDBACK = "310000/feedback-330100/1"
FEED = '[[feed]]\nname = "feedback-330100"\ndataset = "feedback"\nreaders = ["330100"]\n'
Answer = TypeVar("Answer")


@pytest.fixture
def cities(region: Region) -> tuple[Node, Node]:
    """Hangzhou and Shanghai, served; Shanghai follows Hangzhou's lists, Hangzhou what Shanghai tells it."""
    hangzhou, shanghai = region.node("330100"), region.node("310000")
    config = shanghai.folder / "xinqiao.toml"
    config.write_text(f"{config.read_text(encoding='utf-8')}\n{FEED}", encoding="utf-8")
    create_feeds(shanghai.config)
    region.pin(hangzhou, shanghai, FEEDBACK)
    region.pin(shanghai, hangzhou, LISTS)
    return hangzhou.serve(), shanghai.serve()


def business(node: Node, call: Callable[[BusinessClient], Awaitable[Answer]]) -> Answer:
    """What a business system of a city is told at the local port."""

    async def asked() -> Answer:
        config = node.config
        client = BusinessClient(config.listen.local, Trust.of(config, Observer(node.id)), 10)
        try:
            return await call(client)
        finally:
            await client.close()

    return asyncio.run(asked())


def counts(node: Node, department: str, region: str) -> Counts | None:
    """What a city counts of one of its bodies and another region, today."""
    counted = node.ask(lambda desk: loop_counts(desk, china_date(time.time_ns() // 1_000_000)))
    for line, found in counted.tally.lines():
        if (line.department, line.region) == (department, region):
            assert line.side in Side
            return found
    return None


def test_the_loop_closes_and_a_removal_is_released_at_once(cities: tuple[Node, Node], region: Region) -> None:
    """Passed on, checked with its measures, answered, counted at its origin; removed there, lifted here, seen there.

    Feedback that a business system makes itself is refused: the node makes it of what it holds.
    """
    hangzhou, shanghai = cities
    lists = region.origin(LISTS)
    hangzhou.submit("lists", submitted(black(1)))
    until(lambda: shanghai.standing(lists, 0) == "RECOGNISED", "recognition in Shanghai")
    (listed, unknown) = business(
        shanghai, lambda client: client.batch_check([uscc(1), uscc(2)], Wanted(MARKET))
    ).results
    said = Statement(
        "沪联惩〔2026〕1号", lists, 0, "closer-inspection", MARKET, FeedbackResponse.ACCEPTED, result="已检查"
    )

    outcomes = business(shanghai, lambda client: client.give_feedback([said]))

    assert [Accepted()] == outcomes
    assert (SubjectState.KNOWN, SubjectState.UNKNOWN) == (listed.state, unknown.state)
    assert "closer-inspection" in listed.measures
    answered = Counts(issued=1, answered=1, accepted=1)
    until(lambda: counts(hangzhou, ECOLOGY.code, "310000") == answered, "the answer in Hangzhou")
    began = time.monotonic()
    hangzhou.submit("lists", removal(0))
    lifted = Counts(issued=1, answered=1, accepted=1, lifted=1)
    until(lambda: counts(hangzhou, ECOLOGY.code, "310000") == lifted, "the release in Hangzhou", patience_s=10)
    assert time.monotonic() - began < 10
    assert () == business(shanghai, lambda client: client.batch_check([uscc(1)])).results[0].measures
    record = shanghai.ask(lambda desk: next(iter(desk.reader.held(region.origin(FEEDBACK), 0, 1))).payload)
    forged = Submission("mine", FEEDBACK_SCHEMA, record)
    with pytest.raises(FieldFault, match="FEEDBACK_NOT_SUBMITTED"):
        business(shanghai, lambda client: client.submit("feedback-330100", [forged]))
    region.check()
    assert {node.stop() for node in cities} == {0}
