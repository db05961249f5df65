# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Clients against servers that stall, lie, or are not there."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import grpc
import pytest
from creditexchange.v1 import feed_service_pb2 as feed
from creditexchange.v1 import local_service_pb2 as local
from creditexchange.v1 import query_service_pb2 as query
from google.protobuf.message import Message

from federation.errors import PeerFault, UnreachableFault
from federation.standards.identity import CodeKind
from node.exchange.dialogue import Envelope
from node.intake import Submission
from node.rpc.calling.link import Link, Material, Method, Wire
from node.rpc.client import LocalClient
from node.rpc.loop.client import BusinessClient

if TYPE_CHECKING:
    from tests.node.rpc.conftest import Lab
    from tests.node.rpc.liar import Liar

ORIGIN = "delta.example/330100/lists/1"
RUBBISH = b"\xff\xff\xff"
CHUNK = feed.ReadEntriesResponse(first_index=0, entries=[{"payload_state": 3}]).SerializeToString()


async def test_a_chunk_that_does_not_come_is_given_up(lab: "Lab", liar: "Liar") -> None:
    """A stream that stalls longer than the timeout ends as CALL_TIMEOUT, and is cancelled at the server."""
    stalls, released = [False, True], asyncio.Event()

    async def stalling(_request: bytes, _context: object) -> AsyncIterator[bytes]:
        yield CHUNK
        if stalls.pop(0):
            try:
                await asyncio.Event().wait()
            finally:
                released.set()

    liar.answers["ReadEntries"] = stalling
    client = lab.peer_at(liar.address, 30)
    _ = [chunk async for chunk in client.read(ORIGIN, 1, 0, b"")]  # a connection takes its time to come about
    client._timeout_s = 1
    chunks = client.read(ORIGIN, 1, 0, b"")
    await anext(chunks)
    with pytest.raises(UnreachableFault, match="CALL_TIMEOUT"):
        await anext(chunks)
    await released.wait()
    await client.close()


@pytest.mark.parametrize("answer", [RUBBISH, feed.ReadEntriesResponse(entries=[{}]).SerializeToString()])
async def test_a_chunk_that_cannot_be_read_is_kept_as_evidence(lab: "Lab", liar: "Liar", answer: bytes) -> None:
    """Bytes that are no chunk, and a payload state that was never sent, are the peer's fault, with the bytes."""

    async def lying(_request: bytes, _context: object) -> AsyncIterator[bytes]:
        yield answer

    liar.answers["ReadEntries"] = lying
    client = lab.peer_at(liar.address, 30)
    with pytest.raises(PeerFault, match="ANSWER_MALFORMED") as caught:
        await anext(client.read(ORIGIN, 1, 0, b""))
    await client.close()

    assert (answer,) == caught.value.evidence


async def test_a_checkpoint_of_another_feed_is_not_taken(lab: "Lab", liar: "Liar") -> None:
    """A watch that speaks of a feed nobody asked for is the peer's fault."""

    async def lying(_request: bytes, _context: object) -> AsyncIterator[bytes]:
        yield feed.WatchCheckpointsResponse(origin="other", checkpoint=b"x").SerializeToString()

    liar.answers["WatchCheckpoints"] = lying
    client = lab.peer_at(liar.address, 30)
    with pytest.raises(PeerFault, match="ANSWER_MALFORMED"):
        await anext(client.watch(ORIGIN))
    await client.close()


@pytest.mark.parametrize("answer", [RUBBISH, query.AskResponse().SerializeToString()])
async def test_an_answer_without_signature_is_not_taken(lab: "Lab", liar: "Liar", answer: bytes) -> None:
    """An answer that cannot be an envelope is the peer's fault, not a refusal."""

    async def lying(_request: bytes, _context: object) -> bytes:
        return answer

    liar.answers["Ask"] = lying
    client = lab.peer_at(liar.address, 30)
    with pytest.raises(PeerFault, match="ANSWER_MALFORMED"):
        await client.ask(Envelope("t", b"q", bytes(4), bytes(64)))
    await client.close()


async def test_an_answer_that_is_too_large_is_the_peers_fault(lab: "Lab", liar: "Liar") -> None:
    """More than 4 MiB in one message is not taken in."""

    async def lying(_request: bytes, _context: object) -> bytes:
        return bytes(4 * 1024 * 1024 + 1)

    liar.answers["GetCheckpoint"] = lying
    client = lab.peer_at(liar.address, 30)
    with pytest.raises(PeerFault, match="ANSWER_MALFORMED"):
        await client.checkpoint(ORIGIN)
    await client.close()


async def test_a_read_is_retried_while_the_peer_is_unavailable(lab: "Lab", liar: "Liar") -> None:
    """Two UNAVAILABLE answers, then a good one: the caller sees only the good one."""
    tries = []

    async def flaky(_request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        tries.append(1)
        if len(tries) < 3:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "later")
        return feed.GetCheckpointResponse(checkpoint=b"note").SerializeToString()

    liar.answers["GetCheckpoint"] = flaky
    client = lab.peer_at(liar.address, 30)
    note = await client.checkpoint(ORIGIN)
    await client.close()

    assert (note, len(tries)) == (b"note", 3)


def failing(liar: "Liar", method: str, status: grpc.StatusCode) -> list[int]:
    """Has the liar fail each call of a method; what each of them adds itself to."""
    tries: list[int] = []

    async def fail(_request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        tries.append(1)
        await context.abort(status, "no")

    liar.answers[method] = fail
    return tries


async def test_other_failures_are_not_retried(lab: "Lab", liar: "Liar") -> None:
    """Only UNAVAILABLE is tried again."""
    tries = failing(liar, "GetCheckpoint", grpc.StatusCode.ABORTED)
    client = lab.peer_at(liar.address, 30)
    with pytest.raises(UnreachableFault, match="PEER_FAILED"):
        await client.checkpoint(ORIGIN)
    await client.close()

    assert len(tries) == 1


async def test_a_question_is_asked_once(lab: "Lab", liar: "Liar") -> None:
    """A question is no read: it is not repeated behind its caller's back."""
    tries = failing(liar, "Ask", grpc.StatusCode.UNAVAILABLE)
    client = lab.peer_at(liar.address, 30)
    with pytest.raises(UnreachableFault):
        await client.ask(Envelope("t", b"q", bytes(4), bytes(64)))
    await client.close()

    assert len(tries) == 1


async def test_who_is_down_is_not_waited_for_where_that_is_asked(lab: "Lab", liar: "Liar") -> None:
    """A command asks mirrors once: one where nobody listens costs it nothing, one that is slow is waited for."""
    tries = failing(liar, "GetCheckpoint", grpc.StatusCode.UNAVAILABLE)
    client = lab.peer_at(liar.address, 30)
    with pytest.raises(UnreachableFault, match="PEER_UNREACHABLE"):
        await client.checkpoint_at_once(ORIGIN)
    await client.close()

    assert len(tries) == 1


async def test_retries_end_within_the_deadline(lab: "Lab") -> None:
    """A peer that is not there is given up when the time is over, not later."""
    client = lab.peer_at("127.0.0.1:1", 0.5)
    begun = asyncio.get_running_loop().time()
    with pytest.raises(UnreachableFault):
        await client.checkpoint(ORIGIN)
    took = asyncio.get_running_loop().time() - begun
    await client.close()

    assert took < 5


async def test_a_last_try_without_time_does_not_hide_why_the_others_failed(lab: "Lab") -> None:
    """A peer that was away each time is told as that, not as one that was too slow once."""
    left: list[float] = []

    class Away(Link):
        async def _attempt(self, method: Method[Wire], request: Message, timeout_s: float) -> bytes:
            left.append(timeout_s)
            code = grpc.StatusCode.UNAVAILABLE if len(left) < 3 else grpc.StatusCode.DEADLINE_EXCEEDED
            raise grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata())

    link = Away(lab.trust.own, "127.0.0.1:1", lambda: Material(lab.trust.pair(), lab.trust.own_authority()))
    with pytest.raises(UnreachableFault, match="PEER_UNREACHABLE"):
        await link.read(Method("/x.Y/Read", feed.GetCheckpointResponse), feed.GetCheckpointRequest(), 30)

    assert sorted(set(left), reverse=True) == left
    assert 3 == len(left)


async def test_a_node_that_does_not_run_is_said_at_once(lab: "Lab") -> None:
    """The local client waits for nothing."""
    client = BusinessClient("127.0.0.1:1", lab.trust, 30)
    with pytest.raises(UnreachableFault, match="PEER_UNREACHABLE"):
        await client.check(CodeKind.USCC, "91330100716105852F")
    await client.close()


async def test_an_outcome_that_says_nothing_is_not_taken(lab: "Lab", liar: "Liar") -> None:
    """An unspecified outcome is no outcome."""

    async def lying(_request: bytes, _context: object) -> bytes:
        return local.SubmitResponse(outcomes=[local.Outcome()]).SerializeToString()

    liar.answers["Submit"] = lying
    client = LocalClient(liar.address, lab.trust, 30)
    with pytest.raises(PeerFault, match="ANSWER_MALFORMED"):
        await client.submit("lists", [Submission("k", 4, b"x")])
    await client.close()
