# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What hubs hand on, what they refuse to, and that they can neither read nor use it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from federation.errors import AccessFault, CallerFault, Fault, FieldFault, PeerFault, StoreFault, UnreachableFault
from node.exchange.dialogue import Envelope
from node.exchange.inquire import uuid7
from node.routing.relay import HOP_MARGIN_S, MAX_UNDER_WAY, Relay
from tests.node.region.talk import PURPOSE, inquirer, logged, matter, question
from tests.node.routing.hubs import Line, accesses, hub, journey

if TYPE_CHECKING:
    from federation.rules.exchange import Accessed
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

RELAYING = {"roles": ("relay",)}
NAME = "杭州青桥环保科技有限公司".encode()
WITHIN_S = 20
"""How long whoever brings questions to a hub waits."""
KEY = X25519PrivateKey.from_private_bytes(bytes([7]) * 32).public_key().public_bytes_raw()


@dataclass
class Chain:
    """Shanghai (310000) - the delta's hub (yrd) - the province's hub (330000) - Hangzhou (330100)."""

    shanghai: Node
    yrd: Node
    province: Node
    hangzhou: Node
    last: Line
    between: Line
    first: Line
    hubs: dict[str, Relay]

    async def asked(self, purpose: str = PURPOSE, to: str = "330100", **waits: float) -> bytes:
        """The answer's signed bytes."""
        path = journey("310000", {"yrd": self.first}, ("yrd",), **waits).way(to)
        told = await inquirer(self.shanghai).inquire_signed(to, path, matter(purpose=purpose), sealed=True)
        return told.signed.payload


@pytest.fixture
def chain(world: World, samples: Samples) -> Chain:
    """Hangzhou holds a black entry; Shanghai may ask it for one purpose, the province for another, too."""
    hangzhou = world.node("330100", n310000={"may_ask": (PURPOSE,)}, n330000={**RELAYING, "may_ask": ("procurement",)})
    hangzhou.publish("lists", samples.black(1))
    province, yrd = world.node("330000", nyrd=RELAYING), world.node("yrd", n330000=RELAYING)
    last = Line("330000", hangzhou)
    at_province = hub(province, {"330100": last})
    between = Line("yrd", province, at_province)
    at_yrd = hub(yrd, {"330000": between}, ("330000",))
    first = Line("310000", yrd, at_yrd)
    return Chain(
        world.node("310000"), yrd, province, hangzhou, last, between, first, {"yrd": at_yrd, "330000": at_province}
    )


async def test_a_question_goes_through_two_hubs_and_back(chain: Chain) -> None:
    """The requester reads the answer, the hubs read nothing of it; the responder has logged who asked.

    Each hub has logged that it handed it on, and no exchange of its own.
    """
    assert NAME in await chain.asked()

    assert [False] == [NAME in answer.payload for answer in chain.last.answers]
    (asked,), (told,) = logged(chain.shanghai), logged(chain.hangzhou)
    assert (asked.commitment, "310000", "ANSWERED") == (told.commitment, told.requester, told.outcome)
    assert [[("relay", "310000", 1)], [("relay", "yrd", 1)]] == [
        [(each.kind.value, each.caller, each.subjects) for each in accesses(node)]
        for node in (chain.yrd, chain.province)
    ]
    assert [(1, ("yrd",))] == chain.between.parcels


async def test_a_hubs_right_is_nobody_elses(chain: Chain) -> None:
    """What the province may ask for and Shanghai not is refused, with the responder's reason, logged on both sides."""
    with pytest.raises(CallerFault, match="PURPOSE_NOT_GRANTED"):
        await chain.asked("procurement")

    assert [["PURPOSE_NOT_GRANTED"]] * 2 == [
        [each.outcome for each in logged(node)] for node in (chain.shanghai, chain.hangzhou)
    ]


@pytest.mark.parametrize("place", ["last", "between", "first"])
async def test_a_line_that_is_down_is_told(chain: Chain, place: str) -> None:
    """Wherever it is: the question ends with a reason, and the requester logs it."""
    getattr(chain, place).down = True

    with pytest.raises(UnreachableFault, match="UNREACHABLE"):
        await chain.asked()

    assert 1 == len(logged(chain.shanghai))


async def test_an_unknown_member_has_no_route(chain: Chain) -> None:
    """The last hub says so; no question goes in circles."""
    with pytest.raises(UnreachableFault, match="NO_ROUTE"):
        await chain.asked(to="320500")

    assert [(1, ("yrd",))] == chain.between.parcels


async def test_a_slow_member_is_told_as_slow_before_the_time_is_over(chain: Chain) -> None:
    """Each hop keeps a little of the time; the wait at the member is given up, and nothing is left under way."""
    chain.last.held = True

    with pytest.raises(UnreachableFault, match="MEMBER_TOO_SLOW"):
        await chain.asked(within_s=2)

    while not chain.last.cancelled:  # it may be a hub before the last one whose time is over first
        await asyncio.sleep(0)
    assert 1 == chain.last.waiting


async def test_what_a_hub_takes_to_log_is_of_the_time_that_is_left(chain: Chain) -> None:
    """A hub that waits for its disk gives the next one so much less: its caller is still there when it is told."""
    ground = chain.hubs["yrd"]._ground

    async def slowly(_: Accessed) -> None:
        await asyncio.sleep(0.2)

    chain.hubs["yrd"] = Relay(replace(ground, log=slowly))
    assert ["answered"] == await relayed(chain, "310000", question(chain.shanghai, reply_key=KEY))

    (waits_s,) = chain.between.waits_s
    assert waits_s < WITHIN_S - HOP_MARGIN_S - 0.15


async def test_whoever_leaves_is_waited_for_no_more(chain: Chain) -> None:
    """Cancelled at the requester, it is cancelled at the member two hubs away; the requester has logged it."""
    chain.last.held = True
    asking = asyncio.create_task(chain.asked())
    while not chain.last.waiting:
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    while not chain.last.cancelled:
        await asyncio.sleep(0)

    assert ["QUESTION_CANCELLED"] == [each.outcome for each in logged(chain.shanghai)]


async def test_an_altered_answer_is_refused_by_the_requester(chain: Chain) -> None:
    """A hub cannot change one bit of it."""
    chain.last.spoil = lambda said: replace(said, payload=said.payload[:-1] + bytes([said.payload[-1] ^ 1]))

    with pytest.raises(PeerFault, match="ANSWER_INVALID"):
        await chain.asked()


async def relayed(chain: Chain, caller: str, *questions: Envelope, passed: tuple[str, ...] = ()) -> list[str]:
    """Reasons, in their places, of what the delta's hub says of questions."""
    said: dict[int, str] = {}
    async with aclosing(chain.hubs["yrd"].relay(caller, questions, passed, WITHIN_S)) as flow:
        async for told in flow:
            said[told.place] = told.outcome.reason if isinstance(told.outcome, Fault) else "answered"
    return [said[place] for place in range(len(questions))]


async def test_what_is_no_question_of_its_bringer_is_not_handed_on(chain: Chain) -> None:
    """Each has its reason, and keeps the good one beside it from nothing."""
    good = question(chain.shanghai, reply_key=KEY)
    bad = {
        "SIGNATURE_INVALID": replace(good, signature=bytes(64)),
        "QUESTION_INVALID": question(chain.shanghai),
        "QUESTION_MISDIRECTED": question(chain.shanghai, reply_key=KEY, responder="yrd"),
        "EXCHANGE_ID_REUSED": good,
    }

    assert ["answered", *bad] == await relayed(chain, "310000", good, *bad.values())
    assert ["QUESTION_INVALID"] == await relayed(chain, "310000", replace(good, payload=b"\xff"))
    assert ["QUESTION_MISDIRECTED"] == await relayed(chain, "330100", good)


@pytest.mark.parametrize(
    ("caller", "passed"),
    [("310000", ("cn",)), ("310000", ("310000",)), ("330000", ("yrd", "330000")), ("330000", ("a", "b", "330000"))],
    ids=["not its own way", "no relay", "a circle", "too long"],
)
async def test_a_way_that_is_none_is_refused(chain: Chain, caller: str, passed: tuple[str, ...]) -> None:
    """Only a relay brings what came over others, never in a circle, never over more than three."""
    with pytest.raises(AccessFault, match="CALLER_NOT_ENTITLED"):
        await relayed(chain, caller, question(chain.shanghai, reply_key=KEY), passed=passed)


async def test_a_question_whose_deadline_is_over_is_not_handed_on(chain: Chain) -> None:
    """However late it arrives; the requester's clock may be a little behind."""
    over = question(chain.shanghai, reply_key=KEY, deadline_ms=chain.shanghai.clock() - 5001)

    assert ["MEMBER_TOO_SLOW"] == await relayed(chain, "310000", over)
    assert [] == chain.between.parcels


async def test_one_caller_cannot_fill_a_hub(chain: Chain) -> None:
    """Half of all that may be under way is one caller's roof; the room is given back."""
    chain.between.down = True
    many = [
        question(chain.shanghai, reply_key=KEY, exchange_id=uuid7(1, number.to_bytes(10, "big")))
        for number in range(MAX_UNDER_WAY // 2 + 1)
    ]

    with pytest.raises(AccessFault, match="LIMIT_EXCEEDED"):
        await relayed(chain, "310000", *many)
    assert {"PEER_UNREACHABLE"} == set(await relayed(chain, "310000", *many[1:]))
    assert {"PEER_UNREACHABLE"} == set(await relayed(chain, "310000", *many[1:]))


async def test_what_cannot_be_logged_is_not_handed_on(chain: Chain) -> None:
    """Nothing leaves the hub."""
    chain.yrd.trouble.arm(0)

    with pytest.raises(StoreFault, match="EXCHANGE_LOG_UNAVAILABLE"):
        await relayed(chain, "310000", question(chain.shanghai, reply_key=KEY))

    chain.yrd.trouble.mend()
    assert [] == chain.between.parcels


async def test_questions_of_one_moment_go_in_one_parcel(chain: Chain) -> None:
    """One call and one entry of the hub's log for all of them."""
    round_ = journey("310000", {"yrd": chain.first}, ("yrd",))
    questions = [
        question(chain.shanghai, code=code, reply_key=KEY, exchange_id=uuid7(1, code[-10:].encode()))
        for code in ("91330100MA2PDY0152", "91330106PDY209008Q")
    ]

    await asyncio.gather(*(round_.way("330100").ask(asked) for asked in questions))

    assert [[2], [2]] == [[size for size, _ in line.parcels] for line in (chain.first, chain.between)]
    assert [2] == [each.subjects for each in accesses(chain.yrd)]


async def test_who_left_before_the_parcel_is_not_in_it(chain: Chain) -> None:
    """Whoever waits beside is asked for as before."""
    round_ = journey("310000", {"yrd": chain.first}, ("yrd",))
    asked = [question(chain.shanghai, reply_key=KEY, exchange_id=uuid7(1, bytes([number] * 10))) for number in (1, 2)]
    left, stayed = (asyncio.create_task(round_.way("330100").ask(each)) for each in asked)
    await asyncio.sleep(0)
    left.cancel()
    await stayed

    assert [1] == [size for size, _ in chain.first.parcels]


async def test_a_field_that_is_wrong_is_named(chain: Chain) -> None:
    """The hub says which field of the question it is."""
    async with aclosing(chain.hubs["yrd"].relay("310000", [question(chain.shanghai)], (), 20)) as flow:
        told = await anext(flow)

    assert isinstance(told.outcome, FieldFault)
    assert "reply_key" == told.outcome.field
