# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""LocalService over the wire: what business systems send and get."""

from typing import TYPE_CHECKING

import grpc
import pytest
from creditexchange.v1.identity_pb2 import CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE
from creditexchange.v1.local_service_pb2 import CheckRequest, CheckResponse, EraseRequest, EraseResponse

from federation.errors import AccessFault, FieldFault, PeerFault, StoreFault, UnreachableFault
from federation.log.entry import PayloadState
from federation.records.codec import encode
from federation.records.exchange import Freshness, Standing
from federation.records.feed_policy import Dataset
from federation.rules.conflict.table import Relation
from federation.rules.exchange import ANSWER_TYPE, QUESTION_TYPE
from federation.standards.identity import CodeKind
from node.entry.holding import Acts, HeldEntry
from node.erase.order import AlreadyOrdered, NotErasable, Ordered
from node.exchange.inquire import Matter
from node.intake import Accepted, Refused, Submission
from node.query.business import SubjectState
from node.query.seen import Beside, Holding
from node.query.seen import Checked as Held
from node.rpc.loop.client import Checked
from node.rpc.wire import ShownHolding

if TYPE_CHECKING:
    from tests.node.rpc.conftest import Lab

CODE = "91330100716105852F"


def holding(index: int, *measures: str) -> Holding:
    """Something held about a subject."""
    entry = HeldEntry("origin", index, bytes(84), PayloadState.PRESENT, bytes(32), b"payload", None, CODE, False)
    said = (Dataset.LISTS, Standing.RECOGNISED, ("RECOGNISED",), measures, ("agreement@1",), Freshness.FRESH)
    return Holding(entry, Acts(), *said)


async def test_a_batch_gets_its_outcomes_in_order(lab: "Lab") -> None:
    """Each submission reaches the stage as it was given, and has its own outcome."""
    submissions = [Submission("a", 4, b"x"), Submission("b", 6, b"y", ref=0)]
    client = lab.local()
    outcomes = await client.submit("lists", submissions, amend=True)
    await client.close()

    assert [Accepted(), Refused("name", "FIELD_MISSING")] == outcomes
    assert [("lists", submissions, True)] == lab.stages.submitted


@pytest.mark.parametrize(
    ("feed", "submissions", "field"),
    [
        ("", [Submission("a", 4, b"x")], "feed"),
        ("x" * 34, [Submission("a", 4, b"x")], "feed"),
        ("lists", [], "submissions"),
        ("lists", [Submission("a", 4, b"x")] * 2001, "submissions"),
        ("lists", [Submission("a", 4, bytes(65536))] * 49, "submissions"),
    ],
)
async def test_a_batch_over_its_limits_is_refused_whole(
    lab: "Lab", feed: str, submissions: list[Submission], field: str
) -> None:
    """The limit that is broken is named, and nothing reaches the stage."""
    client = lab.local()
    with pytest.raises(FieldFault) as caught:
        await client.submit(feed, submissions)
    await client.close()

    assert field == caught.value.field
    assert [] == lab.stages.submitted


async def test_an_unknown_feed_is_said(lab: "Lab") -> None:
    """FEED_NOT_FOUND for a feed that is none of ours."""
    client = lab.local()
    with pytest.raises(AccessFault, match="FEED_NOT_FOUND"):
        await client.submit("penalties", [Submission("a", 3, b"x")])
    await client.close()


async def test_a_check_gathers_the_measures(lab: "Lab") -> None:
    """Holdings, and the measures that follow from all of them."""
    lab.stages.checked = Held([holding(0, "M2", "M1"), holding(1, "M2")], ["M1", "M2"], truncated=False)
    client = lab.local()
    checked = await client.check(CodeKind.USCC, CODE)
    await client.close()

    def seen(index: int, *measures: str) -> ShownHolding:
        said = (Dataset.LISTS, Standing.RECOGNISED, ("RECOGNISED",), measures, Freshness.FRESH)
        return ShownHolding("origin", index, *said)

    expected = (seen(0, "M2", "M1"), seen(1, "M2")), ("M1", "M2"), False, SubjectState.KNOWN, ()
    assert Checked(*expected) == checked


async def test_a_check_tells_of_branches_apart(lab: "Lab") -> None:
    """With the relation and the code; what is held about them is no holding of the subject."""
    beside = Beside(Relation.BRANCH, CODE, holding(3))
    lab.stages.checked = Held([holding(0, "M1")], ["M1"], truncated=False, beside=[beside])
    async with lab.channel("330100", "local") as channel:
        check = channel.unary_unary(
            "/creditexchange.v1.LocalService/Check",
            request_serializer=CheckRequest.SerializeToString,
            response_deserializer=CheckResponse.FromString,
        )
        response = await check(CheckRequest(code_kind=CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE, code=CODE))

    assert [("branch", CODE, 3)] == [(each.relation, each.code, each.holding.index) for each in response.beside]
    assert [0] == [each.index for each in response.holdings]


async def test_a_check_that_is_a_part_says_so(lab: "Lab") -> None:
    """The response tells that there is more than it shows."""
    lab.stages.checked = Held([holding(0, "M1")], ["M1"], truncated=True)
    client = lab.local()
    checked = await client.check(CodeKind.USCC, CODE)
    await client.close()

    assert (1, True) == (len(checked.holdings), checked.truncated)


@pytest.mark.parametrize("code", ["", "9" * 65])
async def test_a_number_without_or_over_its_length_is_refused(lab: "Lab", code: str) -> None:
    """The field `code` is named."""
    client = lab.local()
    with pytest.raises(FieldFault) as caught:
        await client.check(CodeKind.USCC, code)
    await client.close()

    assert "code" == caught.value.field


async def test_a_store_that_is_away_is_said(lab: "Lab") -> None:
    """STORE_UNAVAILABLE, to be tried again, without the store's own words."""
    lab.stages.fault = StoreFault("STORE_LOCKED", "disk /dev/sda1")
    client = lab.local()
    with pytest.raises(UnreachableFault) as caught:
        await client.check(CodeKind.USCC, CODE)
    await client.close()

    assert "STORE_UNAVAILABLE" == caught.value.reason
    assert "sda1" not in caught.value.detail


async def test_a_question_reaches_the_member_named(lab: "Lab") -> None:
    """Member and matter go to the stage; its answer comes back whole."""
    matter = Matter("credit-check", "art. 1", "case 1", CodeKind.USCC, CODE, "officer-1", "office-1")
    client = lab.local()
    answer = await client.inquire("310000", matter)
    await client.close()

    assert [("310000", matter)] == lab.stages.inquired
    assert "310000" == answer.responder


async def test_what_was_signed_comes_back_untouched_when_it_is_wanted(lab: "Lab") -> None:
    """Question and answer as they were signed, with the answer read from its signed bytes."""
    client = lab.local()
    answered = await client.inquire_signed(
        "310000", Matter("credit-check", "art. 1", "case 1", CodeKind.USCC, CODE, "officer-1", "office-1")
    )
    await client.close()

    assert (QUESTION_TYPE, b"question") == (answered.question.payload_type, answered.question.payload)
    assert (ANSWER_TYPE, encode(answered.answer)) == (answered.signed.payload_type, answered.signed.payload)


async def test_a_member_that_lies_gives_no_answer(lab: "Lab") -> None:
    """A peer's nonsense is, for the local caller, a member without usable answer."""
    lab.stages.fault = PeerFault("ANSWER_INVALID")
    client = lab.local()
    with pytest.raises(UnreachableFault, match="MEMBER_UNREACHABLE"):
        await client.inquire("310000", Matter("p", "b", "c", CodeKind.USCC, CODE, "officer-1", "office-1"))
    await client.close()


async def test_an_order_to_erase_reaches_its_stage(lab: "Lab") -> None:
    """As it was given; each index has its own outcome."""
    client = lab.local()
    outcomes = await client.erase("lists", [3, 4, 5], "ground", with_acts=True)
    await client.close()

    assert [Ordered(3, (7, 8)), AlreadyOrdered(4), NotErasable(5, "ENTRY_NOT_FOUND")] == outcomes
    assert [("lists", (3, 4, 5), "ground", True)] == lab.stages.erased


async def test_a_business_system_cannot_order_an_erasure(lab: "Lab") -> None:
    """Destroying is for whoever runs the node: the till of a department is refused."""
    channel = lab.channel("tills", "local", "tax")
    erase = channel.unary_unary(
        "/creditexchange.v1.LocalService/Erase",
        request_serializer=EraseRequest.SerializeToString,
        response_deserializer=EraseResponse.FromString,
    )
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await erase(EraseRequest(feed="lists", indexes=[1], ground="g"))
    await channel.close()

    assert grpc.StatusCode.PERMISSION_DENIED is caught.value.code()
    assert [] == lab.stages.erased
