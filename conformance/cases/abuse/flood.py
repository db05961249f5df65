# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""LA: more calls than one member may make, and more streams than anybody reads."""

import asyncio
from collections.abc import AsyncIterator

import grpc
from creditexchange.v1 import feed_service_pb2 as feed
from creditexchange.v1 import node_service_pb2 as node

from conformance.breach import Breach, Untestable, require
from conformance.cases.abuse.lasting import after, before
from conformance.session import GET_NODE, LIST_FEEDS, READ_ENTRIES, WATCH, Refusal, Session, call, expect_refusal
from conformance.verdict import Case, Text

FIRST_WAVE, LARGEST_WAVE = 25, 200
LONGEST_RETRY_S = 60.0
TRIES = 5
STREAMS = 100
MESSAGES = 100_000


async def _flooded(session: Session) -> Refusal:
    """Call in growing waves until the node has had enough, and return how it said so."""
    most, made, wave = session.config.limits.calls, 0, FIRST_WAVE
    while made < most:
        calls = (call(session.channel, LIST_FEEDS, feed.ListFeedsRequest(), session.seconds) for _ in range(wave))
        for answer in await asyncio.gather(*calls):
            if isinstance(answer, Refusal):
                return answer
        made, wave = made + wave, min(2 * wave, LARGEST_WAVE)
    raise Breach("UNLIMITED", "LIMIT_EXCEEDED when one member floods", f"{made} calls answered")


async def _others_served(session: Session, other: Session) -> None:
    """See that another member is served in the middle of the flood, so that no allowance comes back in between."""
    for _ in range(TRIES):
        *_, theirs = await asyncio.gather(
            *(call(session.channel, LIST_FEEDS, feed.ListFeedsRequest(), session.seconds) for _ in range(FIRST_WAVE)),
            call(other.channel, LIST_FEEDS, feed.ListFeedsRequest(), session.seconds),
        )
        require(not isinstance(theirs, Refusal), "OTHERS_STARVED", "another member served meanwhile", str(theirs))


async def flood(session: Session) -> None:
    """A member that floods is told when to come back; another is served meanwhile, and the first one after that."""
    other = session.as_coordinator()
    await before(session)
    await other.ask(LIST_FEEDS, feed.ListFeedsRequest())
    refusal = await _flooded(session)
    await _others_served(session, other)
    expect_refusal(refusal, "RESOURCE_EXHAUSTED", "LIMIT_EXCEEDED")
    retry_s = refusal.said.retry_s
    told = retry_s is not None and 0 < retry_s <= LONGEST_RETRY_S
    require(told, "RETRY_ABSENT", f"RetryInfo of up to {LONGEST_RETRY_S} s", f"{retry_s}")
    for _ in range(TRIES):
        await asyncio.sleep(retry_s or 0)
        answer = await call(session.channel, LIST_FEEDS, feed.ListFeedsRequest(), session.seconds)
        if not isinstance(answer, Refusal):
            return
        retry_s = answer.said.retry_s or retry_s
    raise Breach("LOCKED_OUT", "to be served after the time that was told", str(answer))


async def streams(session: Session) -> None:
    """Streams that nobody reads, and a request that never ends, keep the node from nothing."""
    await before(session)
    await _never_ending(session)
    origin = session.config.feeds.open
    size = (await session.head(origin)).size
    if size < 1:
        raise Untestable(f"{origin} is empty: name a feed with entries")
    watch = feed.WatchCheckpointsRequest(origins=[origin]).SerializeToString()
    read = feed.ReadEntriesRequest(origin=origin, checkpoint_size=size).SerializeToString()
    wanted = [(WATCH, watch)] * STREAMS + [(READ_ENTRIES, read)] * (STREAMS // 10)
    stubs = [(session.channel.unary_stream(method.path, bytes, bytes), body) for method, body in wanted]
    idle = [stub(body, timeout=session.seconds) for stub, body in stubs]
    try:
        await asyncio.gather(*(flow.read() for flow in idle), return_exceptions=True)
        await after(session, f"{len(idle)} streams that nobody reads")
    finally:
        for flow in idle:
            flow.cancel()


async def _never_ending(session: Session) -> None:
    """A call that takes one message is over after one, however many more are sent."""

    async def messages() -> AsyncIterator[bytes]:
        for _ in range(MESSAGES):
            yield node.GetNodeRequest().SerializeToString()
            await asyncio.sleep(0.01)

    endless = session.channel.stream_unary(GET_NODE.path, bytes, bytes)
    await session.ask(GET_NODE, node.GetNodeRequest())
    try:
        # by our own clock: of a deadline on the wire the target may be the first to say that it is over, in its words
        async with asyncio.timeout(session.seconds):
            await endless(messages())
    except TimeoutError:
        raise Breach("NEVER_ENDED", f"{GET_NODE.path} to end after one message", "it was read on and on") from None
    except grpc.aio.AioRpcError:
        return  # refused: it is over


_ROOM = Text(
    "Bound calls and streams for each member, and tell when to come back.", "按成员限流限并发，并告知重试时间。"
)

CASES = (
    Case(
        "LA-04/idle-streams",
        ("C-LA-04",),
        Text("Idle and endless streams keep nobody from being served", "闲置与无尽的流不妨碍服务他人"),
        _ROOM,
        streams,
    ),
    # last of all: it spends what the target allows us
    Case(
        "LA-01/flood",
        ("C-LA-01",),
        Text("A member that floods is told when to come back", "过量调用的成员被告知何时重试"),
        _ROOM,
        flood,
    ),
)
