# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""FeedService over the wire: checkpoints, entries, proofs, and what a caller may learn."""

import asyncio
from typing import TYPE_CHECKING

import grpc
import pytest
from creditexchange.v1 import feed_service_pb2 as feed
from creditexchange.v1.feed_service_pb2_grpc import FeedServiceStub

from federation.errors import AccessFault, FieldFault, RangeFault, UnreachableFault
from federation.log.checkpoint import Checkpoint, FeedKeys
from federation.log.feed import FollowedFeed, FollowState
from federation.log.merkle import leaf_hash, verify_consistency, verify_inclusion
from federation.log.note import COSIGNATURE, ED25519, Note, Verifier
from federation.records.feed_policy import Dataset
from node.config import LimitsSection
from node.rpc.faults import fault_from_rpc_error
from node.rpc.wire import ListedFeed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from google.protobuf.message import Message

    from tests.node.rpc.conftest import Lab

ORIGIN = "delta.example/330100/lists/1"
CLOSED = "delta.example/330100/licences/1"
NOWHERE = "delta.example/330100/nothing/1"


async def refused(lab: "Lab", method: str, request: "Message") -> FieldFault | AccessFault | RangeFault:
    """The fault that a call or stream of 310000 ends with."""
    async with lab.channel("310000") as channel:
        call = getattr(FeedServiceStub(channel), method)(request, timeout=30)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await (call.read() if hasattr(call, "read") else call)
    fault = fault_from_rpc_error(caught.value, "330100")
    assert isinstance(fault, FieldFault | AccessFault | RangeFault)
    return fault


async def test_a_follower_gets_the_whole_feed(lab: "Lab") -> None:
    """Checkpoint and entries as served verify in FollowedFeed, over several chunks."""
    lab.feeds.append(1500, payload_bytes=300)
    clock = Verifier("delta.example/330100", COSIGNATURE, bytes(32))
    keys = FeedKeys(ORIGIN, Verifier(ORIGIN, ED25519, log_key(lab)), clock)
    followed = FollowedFeed(keys, FollowState.start())
    client = lab.peer()
    followed.heard(await client.checkpoint(ORIGIN))
    chunks = 0
    async for received in client.read(ORIGIN, lab.feeds.size, 0, b""):
        followed.adopt(followed.received(received.first_index, received.entries, received.consistency_path))
        chunks += 1
    await client.close()

    assert lab.feeds.size == followed.state.range.size
    assert chunks > 1
    assert lab.feeds.note == followed.state.note


async def test_what_is_known_of_statements_is_told_where_it_was_asked_for(lab: "Lab") -> None:
    """The caller's own to one that shows a checkpoint, those of members to one that wants them, at most 64."""
    lab.feeds.append(1)
    note = lab.feeds.note or b""
    client = lab.peer()

    plain, showing = await client.head(ORIGIN, b""), await client.head(ORIGIN, note)
    wanting = await client.head(ORIGIN, b"", statements=True)
    await client.close()

    assert (note, b"", ()) == (plain.checkpoint, plain.acknowledged, plain.statements)
    assert (f"310000 {ORIGIN} {len(note)}".encode(), ()) == (showing.acknowledged, showing.statements)
    assert tuple(f"310000 {ORIGIN} {number}".encode() for number in range(64)) == wanting.statements


def log_key(lab: "Lab") -> bytes:
    """The feed's log key."""
    return lab.log_key.public_key().public_bytes_raw()


async def test_chunks_are_made_as_they_are_taken(lab: "Lab") -> None:
    """A reader that stops after one chunk of a long feed has not made the server read it all."""
    lab.feeds.append(12_000, payload_bytes=1000)
    lab.feeds.taken = 0
    client = lab.peer()
    chunks = client.read(ORIGIN, lab.feeds.size, 0, b"")
    await anext(chunks)
    await chunks.aclose()
    await lab.eventually(lambda: ("ReadEntries", "310000", "CANCELLED", "") in lab.observer.calls)
    await client.close()

    assert lab.feeds.taken < lab.feeds.size


async def test_a_resumed_read_starts_where_it_says(lab: "Lab") -> None:
    """`start` and the limit are kept to."""
    client = lab.peer()
    received = [chunk async for chunk in client.read(ORIGIN, 3, 1, b"")]
    await client.close()

    assert [chunk.first_index for chunk in received] == [1]
    assert [row.entry for row in lab.feeds.rows[1:3]] == list(received[0].entries)


async def test_proofs_verify(lab: "Lab") -> None:
    """Inclusion and consistency proofs as served lead to the signed root."""
    assert lab.feeds.note is not None
    signed = Checkpoint.parse(Note.parse(lab.feeds.note).text)
    async with lab.channel("310000") as channel:
        stub = FeedServiceStub(channel)
        inclusion = await stub.GetInclusionProof(
            feed.GetInclusionProofRequest(origin=ORIGIN, leaf_index=1, tree_size=signed.size), timeout=30
        )
        consistency = await stub.GetConsistencyProof(
            feed.GetConsistencyProofRequest(origin=ORIGIN, first_size=1, second_size=signed.size), timeout=30
        )
    leaves = [leaf_hash(row.entry.leaf) for row in lab.feeds.rows]

    assert verify_inclusion(leaves[1], 1, signed.size, list(inclusion.path), signed.root)
    assert verify_consistency(1, signed.size, leaves[0], signed.root, list(consistency.path))


async def test_lists_only_what_the_caller_may_read(lab: "Lab") -> None:
    """A feed that the caller may not read is not listed."""
    client = lab.peer()
    page = await client.feeds()
    await client.close()

    assert ([ListedFeed(ORIGIN, Dataset.LISTS, lab.feeds.size)], "") == page


async def test_pages_follow_each_other(lab: "Lab") -> None:
    """The token leads to the next page; the owner sees both of its feeds, one on each page."""
    seen, token = [], ""
    async with lab.channel("310000") as channel:
        lab.feeds.closed_readers = ("*",)
        while True:
            request = feed.ListFeedsRequest(page_size=1, page_token=token)
            page = await FeedServiceStub(channel).ListFeeds(request, timeout=30)
            seen += [item.origin for item in page.feeds]
            if not (token := page.next_page_token):
                break
    lab.feeds.closed_readers = ()

    assert seen == [CLOSED, ORIGIN]


@pytest.mark.parametrize(
    ("method", "request_of"),
    [
        ("GetCheckpoint", lambda origin: feed.GetCheckpointRequest(origin=origin, known_checkpoint=b"not a note")),
        ("WatchCheckpoints", lambda origin: feed.WatchCheckpointsRequest(origins=[ORIGIN, origin])),
        ("ReadEntries", lambda origin: feed.ReadEntriesRequest(origin=origin, checkpoint_size=1)),
        ("GetInclusionProof", lambda origin: feed.GetInclusionProofRequest(origin=origin, tree_size=1)),
        ("GetConsistencyProof", lambda origin: feed.GetConsistencyProofRequest(origin=origin, second_size=1)),
    ],
)
async def test_a_closed_feed_and_none_are_told_apart_by_nobody(
    lab: "Lab", method: str, request_of: "Callable[[str], Message]"
) -> None:
    """Every method answers FEED_NOT_FOUND for both, whatever else is wrong with the request."""
    for origin in (CLOSED, NOWHERE, "no origin at all"):
        assert (await refused(lab, method, request_of(origin))).reason == "FEED_NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "request_", "field"),
    [
        ("ListFeeds", feed.ListFeedsRequest(page_size=1001), "page_size"),
        ("ListFeeds", feed.ListFeedsRequest(page_token="x" * 513), "page_token"),
        ("ListFeeds", feed.ListFeedsRequest(page_token="not an origin"), "page_token"),
        ("GetCheckpoint", feed.GetCheckpointRequest(), "origin"),
        ("GetCheckpoint", feed.GetCheckpointRequest(origin="x" * 513), "origin"),
        ("GetCheckpoint", feed.GetCheckpointRequest(origin=ORIGIN, known_checkpoint=b"no note"), "known_checkpoint"),
        ("GetCheckpoint", feed.GetCheckpointRequest(origin=ORIGIN, known_checkpoint=bytes(16385)), "known_checkpoint"),
        ("WatchCheckpoints", feed.WatchCheckpointsRequest(), "origins"),
        ("WatchCheckpoints", feed.WatchCheckpointsRequest(origins=map(str, range(1001))), "origins"),
        ("WatchCheckpoints", feed.WatchCheckpointsRequest(origins=[ORIGIN, ORIGIN]), "origins"),
        ("WatchCheckpoints", feed.WatchCheckpointsRequest(origins=[ORIGIN, ""]), "origins"),
        ("ReadEntries", feed.ReadEntriesRequest(checkpoint_size=1), "origin"),
        (
            "ReadEntries",
            feed.ReadEntriesRequest(origin=ORIGIN, checkpoint_size=1, known_checkpoint=bytes(16385)),
            "known_checkpoint",
        ),
    ],
)
async def test_a_field_over_its_limit_is_named(lab: "Lab", method: str, request_: "Message", field: str) -> None:
    """FIELD_INVALID with the field in BadRequest."""
    fault = await refused(lab, method, request_)

    assert isinstance(fault, FieldFault)
    assert (field, "FIELD_INVALID") == (fault.field, fault.reason)


async def test_a_range_outside_the_feed_is_refused(lab: "Lab") -> None:
    """RANGE_INVALID for sizes beyond the checkpoint."""
    request = feed.ReadEntriesRequest(origin=ORIGIN, checkpoint_size=10**6, start_index=0)

    assert (await refused(lab, "ReadEntries", request)).reason == "RANGE_INVALID"


@pytest.mark.parametrize("method", ["GetCheckpoint", "ReadEntries"])
async def test_a_checkpoint_that_contradicts_ours_aborts(lab: "Lab", method: str) -> None:
    """A caller that knows another history hears FORK_DETECTED."""
    assert lab.feeds.note is not None
    other = Checkpoint(ORIGIN, 2, bytes(32)).text()
    known = Note(other, Note.parse(lab.feeds.note).signatures).encode()
    client = lab.peer()
    with pytest.raises(UnreachableFault, match="FORK_DETECTED"):
        if method == "GetCheckpoint":
            await client.checkpoint(ORIGIN, known)
        else:
            await anext(client.read(ORIGIN, 1, 0, known))
    await client.close()


async def test_the_own_checkpoint_is_welcome(lab: "Lab") -> None:
    """A caller that knows what we serve gets it again."""
    assert lab.feeds.note is not None
    client = lab.peer()
    note = await client.checkpoint(ORIGIN, lab.feeds.note)
    await client.close()

    assert lab.feeds.note == note


async def test_a_watch_tells_of_each_new_checkpoint(lab: "Lab") -> None:
    """First the newest, then each that follows a ring."""
    client = lab.peer()
    watch = client.watch(ORIGIN)
    heard = [await anext(watch)]
    for _ in range(2):
        lab.feeds.append(1)
        lab.bell.ring()
        heard.append(await anext(watch))
    await client.close()

    assert lab.feeds.note == heard[-1]
    assert len(set(heard)) == 3


async def test_a_ring_without_news_sends_nothing(lab: "Lab") -> None:
    """A bell that rings for nothing is not passed on; the next real one is."""
    client = lab.peer()
    watch = client.watch(ORIGIN)
    first = await anext(watch)
    looked = lab.feeds.looked
    lab.bell.ring()
    await lab.eventually(lambda: lab.feeds.looked > looked)
    waiting = asyncio.ensure_future(anext(watch))
    lab.feeds.append(1)
    lab.bell.ring()
    second = await waiting
    await client.close()

    assert first != second
    assert lab.feeds.note == second


async def test_a_watch_ends_when_the_feed_is_closed_to_its_caller(lab: "Lab") -> None:
    """Entitlement is asked for before every message: a policy that changes ends the stream."""
    client = lab.peer()
    watch = client.watch(ORIGIN)
    await anext(watch)
    lab.feeds.readers = ()
    lab.feeds.append(1)
    lab.bell.ring()
    with pytest.raises(UnreachableFault, match="FEED_NOT_FOUND"):
        await anext(watch)
    await client.close()


async def test_a_feed_without_checkpoint_is_waited_for(lab: "Lab") -> None:
    """GetCheckpoint says NO_CHECKPOINT; a watch stays silent until there is one."""
    note, lab.feeds.note = lab.feeds.note, None
    client = lab.peer()
    with pytest.raises(AccessFault, match="NO_CHECKPOINT"):
        await client.checkpoint(ORIGIN)
    waiting = asyncio.ensure_future(anext(client.watch(ORIGIN)))
    await lab.eventually(lambda: lab.bell.waited_for)
    lab.feeds.note = note
    lab.bell.ring()
    heard = await waiting
    await client.close()

    assert note == heard


async def test_a_watch_that_is_given_up_leaves_nothing_behind(lab: "Lab") -> None:
    """When the client goes, the server's waits on the bell go."""
    client = lab.peer()
    watch = client.watch(ORIGIN)
    await anext(watch)
    await watch.aclose()
    await lab.eventually(lambda: ("WatchCheckpoints", "310000", "CANCELLED", "") in lab.observer.calls)
    await lab.eventually(lambda: not lab.bell.waited_for)
    await client.close()


async def test_a_watch_ends_when_the_node_stops(make_lab: "Callable[..., Awaitable[Lab]]") -> None:
    """A node that stops does not wait for watches, and does not break them off: the stream ends well."""
    lab = await make_lab(LimitsSection())
    client = lab.peer()
    watch = client.watch(ORIGIN)
    await anext(watch)
    begun = asyncio.get_running_loop().time()
    await lab.servers.stop(60)
    rest = [note async for note in watch]
    took = asyncio.get_running_loop().time() - begun
    await client.close()

    assert [] == rest
    assert took < 30


async def test_a_watch_ends_by_itself(make_lab: "Callable[..., Awaitable[Lab]]") -> None:
    """After the longest time of a watch the stream ends well; the follower asks again."""
    lab = await make_lab(LimitsSection(), watch_s=0.1)
    client = lab.peer()
    heard = [note async for note in client.watch(ORIGIN)]
    await client.close()

    assert [lab.feeds.note] == heard
