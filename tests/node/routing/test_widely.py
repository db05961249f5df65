# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Many members asked at once: each with its own end, mirrors heard in place of those who do not answer."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from federation.errors import FieldFault, StoreFault
from federation.records.exchange import Answer
from federation.rules.routing.outcome import Became
from federation.rules.routing.plan import Candidate, LeftOut, Place, Plan, Step
from federation.standards.bundle import shipped_standards
from node.routing.planning import PlanGround, planned
from node.routing.widely import Mirrors, Reply, Widely
from tests.node.region.talk import PURPOSE, inquirer, logged, matter
from tests.node.routing.hubs import Line, journey

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from federation.records.feed_policy import Dataset
    from node.exchange.inquire import Matter
    from node.routing.ways import Journey
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

CITY, MIRROR = "330100", "yrd"
STEP, MIRRORED = Step(CITY, Place.HOME, ()), Step(CITY, Place.HOME, (MIRROR,))


@dataclass
class Around:
    """Shanghai asks Hangzhou and a hub that answers, too; `told` is the age of Hangzhou's feeds in its answers."""

    shanghai: Node
    lines: Mapping[str, Line]
    held: int | None = None
    told: int | None = None
    replies: list[Reply] = field(default_factory=list)

    def widely(self) -> Widely:
        """What asks."""

        def told(answer: Answer, member: str) -> int | None:
            return self.told if (answer.responder, member) == (MIRROR, CITY) else None

        mirrors = Mirrors("310000", lambda _member: self.held, told)
        return Widely(inquirer(self.shanghai), lambda end_s: journey_to(self.lines, end_s), mirrors)

    async def asked(self, *steps: Step, left_out: tuple[LeftOut, ...] = (), timeout_ms: int = 30_000) -> list[Reply]:
        """All replies."""
        return [reply async for reply in self.widely().ask(limited(timeout_ms), Plan(steps, left_out))]


def journey_to(lines: Mapping[str, Line], end_s: float) -> Journey:
    """A round that ends at a time."""
    return journey("310000", lines, (), end_s - asyncio.get_running_loop().time())


def limited(timeout_ms: int) -> Matter:
    """The matter, with a longest wait."""
    return replace(matter(), timeout_ms=timeout_ms)


@pytest.fixture
def around(world: World, samples: Samples) -> Around:
    """Both grant Shanghai the purpose."""
    hangzhou = world.node(CITY, n310000={"may_ask": (PURPOSE,)})
    hangzhou.publish("lists", samples.black(1))
    hub = world.node(MIRROR, n310000={"may_ask": (PURPOSE,)})
    lines = {CITY: Line("310000", hangzhou), MIRROR: Line("310000", hub)}
    return Around(world.node("310000"), lines)


def ends(replies: list[Reply]) -> list[tuple[str, Place | None, Became, str]]:
    """Member, place, end, and in whose place."""
    return [(one.outcome.member, one.outcome.place, one.outcome.became, one.outcome.stands_for) for one in replies]


async def test_who_is_left_out_is_told_first(around: Around) -> None:
    """With reason and age; then the answers, each with what was signed."""
    replies = await around.asked(STEP, left_out=(LeftOut("320500", "HOLDER_INDEX_EMPTY", 7),))

    assert [("320500", None, Became.NOT_ASKED, ""), (CITY, Place.HOME, Became.ANSWERED, "")] == ends(replies)
    assert ("HOLDER_INDEX_EMPTY", 7) == (replies[0].outcome.reason, replies[0].outcome.as_of_ms)
    assert replies[1].answered is not None


async def test_a_mirror_is_asked_in_place_of_who_is_down(around: Around) -> None:
    """With a question of its own, told as a mirror with its age; the own mirror is named, too."""
    around.lines[CITY].down, around.told, around.held = True, 9, 8

    replies = await around.asked(MIRRORED)

    assert [
        (CITY, Place.HOME, Became.UNREACHABLE, ""),
        ("310000", Place.MIRROR, Became.ANSWERED, CITY),
        (MIRROR, Place.MIRROR, Became.ANSWERED, CITY),
    ] == ends(replies)
    assert [0, 8, 9] == [reply.outcome.as_of_ms for reply in replies]
    assert [False, False, True] == [reply.answered is not None for reply in replies]


async def test_a_mirror_is_asked_before_the_time_is_over(around: Around) -> None:
    """Who is too slow leaves a part of the time to its mirror."""
    around.lines[CITY].held, around.told = True, 9

    replies = await around.asked(MIRRORED, timeout_ms=1000)

    assert [Became.TOO_SLOW, Became.ANSWERED] == [reply.outcome.became for reply in replies]
    assert 1 == around.lines[CITY].cancelled


async def test_a_hub_that_was_asked_anyway_is_not_asked_again(around: Around) -> None:
    """What it answered for itself is heard for the other, and the pair stands once."""
    around.lines[CITY].down, around.told = True, 9

    replies = await around.asked(MIRRORED, Step(MIRROR, Place.REST, ()))

    assert {(MIRROR, Place.REST, Became.ANSWERED, ""), (MIRROR, Place.MIRROR, Became.ANSWERED, CITY)} <= set(
        ends(replies)
    )
    assert 1 == len(around.lines[MIRROR].answers)
    assert 1 == len([reply for reply in replies if reply.answered is not None])


async def test_a_mirror_that_says_nothing_of_the_member_is_told_without_an_age(around: Around) -> None:
    """It answered, but holds none of its feeds."""
    around.lines[CITY].down = True

    replies = await around.asked(MIRRORED)

    assert [0, 0] == [reply.outcome.as_of_ms for reply in replies]
    assert (MIRROR, Place.MIRROR, Became.ANSWERED, CITY) == ends(replies)[-1]


async def test_whoever_stops_listening_cancels_the_rest(around: Around) -> None:
    """Nothing is left under way, and what was cancelled is logged."""
    around.lines[CITY].held = True
    async with aclosing(around.widely().ask(limited(30_000), Plan((STEP, Step(MIRROR, Place.REST, ())), ()))) as flow:
        first = await anext(flow)
        while not around.lines[CITY].waiting:  # the hub may have answered before the city has heard the question
            await asyncio.sleep(0)

    assert MIRROR == first.outcome.member
    assert 1 == around.lines[CITY].cancelled
    assert {"ANSWERED", "QUESTION_CANCELLED"} == {each.outcome for each in logged(around.shanghai)}


async def test_what_is_no_question_is_asked_of_nobody(around: Around) -> None:
    """It is the caller's fault, not each member's refusal."""
    with pytest.raises(FieldFault):
        _ = [each async for each in around.widely().ask(replace(limited(5), legal_basis=""), Plan((STEP,), ()))]
    assert [] == around.lines[CITY].answers


async def test_without_the_log_nothing_is_told(around: Around) -> None:
    """A node that cannot log does not use what came."""
    around.shanghai.trouble.arm(0)

    with pytest.raises(StoreFault, match="EXCHANGE_LOG_UNAVAILABLE"):
        await around.asked(STEP)
    around.shanghai.trouble.mend()


class Words:
    """One member says that it holds nothing."""

    def empty(self, code: str, datasets: Set[Dataset], max_age_s: int, /) -> Mapping[str, int]:
        """Suzhou's word."""
        return {"320500": 7}


@pytest.mark.parametrize(
    ("code", "home"),
    [("91330106PDY209008Q", {CITY}), ("91341402PDY2000031", set()), ("nonsense", set())],
    ids=["a district", "a code whose check fails", "no code"],
)
def test_a_plan_is_made_of_what_is_known_here(code: str, home: set[str]) -> None:
    """The region in a sound code, what the own store holds, and the words of members."""
    members = (Candidate(CITY, True), Candidate("320500", True), Candidate(MIRROR, True))
    ground = PlanGround(members, shipped_standards(), lambda: date(2026, 11, 2), lambda _: {MIRROR}, Words())

    made = planned(ground, matter(code), everywhere=False)

    assert home == {step.member for step in made.steps if step.place is Place.HOME}
    assert [LeftOut("320500", "HOLDER_INDEX_EMPTY", 7)] == list(made.left_out)
    assert Place.HOLDER in {step.place for step in made.steps if step.member == MIRROR}
