# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a holder index spares: who states that it holds nothing is not asked, and that is said with its age."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from federation.rules.routing.outcome import Became
from node.assemble.outward.wide import WideInquiring
from node.assemble.stages import Views
from tests.node.holders.looking import Way, follow, publish
from tests.node.region.talk import PURPOSE, inquirer, logged, matter
from tests.node.routing.hubs import Line

if TYPE_CHECKING:
    from node.routing.widely import Reply
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

HANGZHOU, NOBODY = "330100", "91330100716105852F"


@pytest.fixture
def hangzhou(world: World) -> Node:
    """The city that is asked, and may be."""
    return world.node(HANGZHOU, n310000={"may_ask": (PURPOSE,)})


@pytest.fixture
def shanghai(world: World) -> Node:
    """The city that asks; it has a line to Hangzhou."""
    return world.node("310000", n330100={"address": "127.0.0.1:7443"})


@pytest.fixture
async def as_of_ms(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> int:
    """Hangzhou's index with one company is held in Shanghai, which knows its catalogue; when it was made."""
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou)
    held = await publish(hangzhou)
    assert held is not None
    await follow(shanghai, HANGZHOU, {HANGZHOU: Way(hangzhou)})
    return held.index.as_of_ms


async def asked(shanghai: Node, hangzhou: Node, code: str) -> dict[str, Reply]:
    """What becomes of each member when Shanghai asks by plan."""
    foundation = shanghai.stages.foundation
    views = Views(foundation, shanghai.reader)
    lines = {HANGZHOU: Line(shanghai.id, hangzhou)}
    wide = WideInquiring(foundation, views, inquirer(shanghai), lines)
    async with aclosing(wide.ask(matter(code), everywhere=False)) as flow:
        return {reply.outcome.member: reply async for reply in flow}


async def test_who_holds_nothing_is_not_asked(hangzhou: Node, shanghai: Node, as_of_ms: int) -> None:
    """Nothing is sent to it, and neither side logs anything; the time of its word is told."""
    outcome = (await asked(shanghai, hangzhou, NOBODY))[HANGZHOU].outcome

    assert (Became.NOT_ASKED, as_of_ms) == (outcome.became, outcome.as_of_ms)
    assert [[], []] == [logged(hangzhou), [each for each in logged(shanghai) if each.responder == HANGZHOU]]


async def test_who_may_hold_something_is_asked(hangzhou: Node, shanghai: Node, as_of_ms: int, samples: Samples) -> None:
    """A hit is no answer: the member is asked, and proves what it holds."""
    assert as_of_ms
    reply = (await asked(shanghai, hangzhou, samples.company.code))[HANGZHOU]

    assert Became.ANSWERED is reply.outcome.became
    assert reply.answered is not None
    assert 1 == len(reply.answered.answer.findings)
