# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Questions that a relay brings: the requester's signature and rights count, the relay's never do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import CallerFault, FieldFault
from federation.records.codec import decode_as
from federation.records.exchange import Answer
from federation.rules.exchange import QUESTION_TYPE
from node.exchange.dialogue import seal
from tests.node.region.talk import PURPOSE, answered, logged, question

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


@pytest.fixture
def hangzhou(world: World, samples: Samples) -> Node:
    """The node that is asked. Shanghai may ask for one purpose, the delta for another, and it may relay."""
    relay = {"may_ask": ("procurement",), "roles": ("relay",)}
    node = world.node("330100", n310000={"may_ask": (PURPOSE,)}, nyrd=relay)
    node.publish("lists", samples.black(1))
    return node


async def test_a_relay_brings_a_members_question(hangzhou: Node, shanghai: Node) -> None:
    """It is answered by the requester's right, and logged as the requester's."""
    envelope = await answered(hangzhou, "yrd", question(shanghai))

    assert 1 == len(decode_as(Answer, envelope.payload).findings)
    (told,) = logged(hangzhou)
    assert ("310000", "ANSWERED") == (told.requester, told.outcome)


async def test_a_relays_own_right_is_never_used_for_another(hangzhou: Node, shanghai: Node) -> None:
    """What the relay may ask for, and the requester not, is refused: no deputy is confused."""
    with pytest.raises(CallerFault, match="PURPOSE_NOT_GRANTED"):
        await answered(hangzhou, "yrd", question(shanghai, purpose="procurement"))


async def test_a_relay_cannot_ask_in_anothers_name(world: World, hangzhou: Node) -> None:
    """A question that names another as requester must bear the other's signature."""
    with pytest.raises(CallerFault, match="SIGNATURE_INVALID"):
        await answered(hangzhou, "yrd", question(world.node("yrd")))
    assert [] == logged(hangzhou)


@pytest.mark.parametrize("changes", [{"responder": "330000"}, {"requester": "cn"}])
async def test_a_relay_brings_no_question_for_or_of_somebody_else(
    hangzhou: Node, shanghai: Node, changes: dict[str, str]
) -> None:
    """Neither one to another node, nor one of somebody who is not pinned here."""
    with pytest.raises(CallerFault, match="QUESTION_MISDIRECTED"):
        await answered(hangzhou, "yrd", question(shanghai, **changes))


async def test_a_member_that_is_no_relay_brings_only_its_own(hangzhou: Node, world: World) -> None:
    """Even when it could sign for what it brings: the question names another requester."""
    province = world.node("330000")
    with pytest.raises(CallerFault, match="QUESTION_MISDIRECTED"):
        await answered(hangzhou, "330000", question(province))


async def test_what_a_relay_brings_and_cannot_be_read_is_no_question(hangzhou: Node, shanghai: Node) -> None:
    """It says of nobody whose signature it should bear."""
    with pytest.raises(FieldFault, match="QUESTION_INVALID"):
        await answered(hangzhou, "yrd", seal(QUESTION_TYPE, b"\xff", shanghai.keys))
