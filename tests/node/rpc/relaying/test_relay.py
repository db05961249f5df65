# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""QueryService.Relay over real connections: each answer as it comes, each fault by its reason, and cancellation."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from federation.errors import AccessFault, Fault, FieldFault, PeerFault, UnreachableFault
from federation.rules.exchange import QUESTION_TYPE
from node.exchange.dialogue import Envelope
from node.routing.ways import MAX_PARCEL

if TYPE_CHECKING:
    from tests.node.rpc.conftest import Lab

QUESTION = Envelope(QUESTION_TYPE, b"question", bytes(4), bytes(64))


async def test_an_answer_comes_before_the_others_and_leaving_cancels_them(lab: Lab) -> None:
    """The hub hears that nobody waits any more; the deadline of the caller has reached it."""
    peer = lab.peer()
    async with aclosing(peer.relay([QUESTION, QUESTION], ("yrd",), 30)) as flow:
        told = await anext(flow)

    assert (0, b"question") == (told.place, told.outcome.payload if isinstance(told.outcome, Envelope) else b"")
    await lab.eventually(lambda: lab.stages.relays_cancelled == 1)
    ((caller, count, passed, within_s),) = lab.stages.parcels
    assert ("310000", 2, ("yrd",), True) == (caller, count, passed, 0 < within_s <= 30)
    await peer.close()


@pytest.mark.parametrize(
    ("fate", "kind", "reason"),
    [
        (AccessFault("PURPOSE_NOT_GRANTED"), AccessFault, "PURPOSE_NOT_GRANTED"),
        (FieldFault("reply_key", "QUESTION_INVALID"), FieldFault, "QUESTION_INVALID"),
        (UnreachableFault("MEMBER_TOO_SLOW"), UnreachableFault, "MEMBER_TOO_SLOW"),
        (UnreachableFault("PEER_TLS"), UnreachableFault, "MEMBER_UNREACHABLE"),
        (PeerFault("ANSWER_MALFORMED"), UnreachableFault, "MEMBER_UNREACHABLE"),
    ],
)
async def test_what_a_question_failed_with_is_told_by_its_reason(
    lab: Lab, fate: Fault, kind: type[Fault], reason: str
) -> None:
    """In its place, with the class that a client makes of it; what the contract does not know by its class."""
    lab.stages.fate, peer = fate, lab.peer()
    told = [each async for each in peer.relay([QUESTION, QUESTION], (), 30)]
    await peer.close()

    outcome = told[1].outcome
    assert isinstance(outcome, Fault)
    assert (1, kind, reason) == (told[1].place, type(outcome), outcome.reason)
    if isinstance(fate, FieldFault) and isinstance(outcome, FieldFault):
        assert fate.field == outcome.field


@pytest.mark.parametrize(
    ("questions", "passed"),
    [
        ([], ()),
        ([QUESTION] * (MAX_PARCEL + 1), ()),
        ([QUESTION], ("a", "b", "c", "d")),
        ([QUESTION], ("a" * 33,)),
        ([Envelope(QUESTION_TYPE, b"q" * (16 * 1024 + 1), bytes(4), bytes(64))], ()),
    ],
    ids=["no question", "too many", "too many hubs", "no node id", "a question too long"],
)
async def test_a_parcel_keeps_its_limits(lab: Lab, questions: list[Envelope], passed: tuple[str, ...]) -> None:
    """Nothing of it is handed on."""
    peer = lab.peer()
    with pytest.raises(UnreachableFault, match=r"FIELD_INVALID|QUESTION_INVALID"):
        _ = [each async for each in peer.relay(questions, passed, 30)]
    await peer.close()

    assert [] == lab.stages.parcels
