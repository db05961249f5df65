# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The suite's server speaks to the target alone, and what it serves passes the suite's own cases."""

import grpc
import pytest
from creditexchange.v1 import (
    case_service_pb2,
    case_service_pb2_grpc,
    envelope_pb2,
    feed_service_pb2,
    feed_service_pb2_grpc,
)

from conformance.config import load
from conformance.peer.peer import attending
from conformance.proof.merkle import root_of
from conformance.proof.note import head_of
from tests.conformance.reference.bench import Bench

LISTS, CATALOGUE = "delta.example/310000/lists/1", "delta.example/310000/_catalogue/1"


def _channel(bench: Bench, certificate: str) -> grpc.aio.Channel:
    """A connection to the suite's server with one of the certificates of the bench."""
    key, chain = ((bench.folder / f"{certificate}.{end}").read_bytes() for end in ("key", "pem"))
    credentials = grpc.ssl_channel_credentials((bench.folder / "member-ca.pem").read_bytes(), key, chain)
    name = ("grpc.ssl_target_name_override", "310000.delta.example")
    return grpc.aio.secure_channel(bench.seat.suite, credentials, options=(name,))


async def test_the_target_reads_a_catalogue_that_leads_to_its_signed_root(bench: Bench) -> None:
    """The policies of our three feeds are published, and the entries hash to the head."""
    async with attending(load(bench.peered)), _channel(bench, "server") as channel:
        feeds = feed_service_pb2_grpc.FeedServiceStub(channel)
        asked = feed_service_pb2.GetCheckpointRequest(origin=CATALOGUE)
        head = head_of((await feeds.GetCheckpoint(asked)).checkpoint)
        wanted = feed_service_pb2.ReadEntriesRequest(origin=CATALOGUE, checkpoint_size=head.size)
        entries = [entry async for chunk in feeds.ReadEntries(wanted) for entry in chunk.entries]
    assert (len(entries), root_of([entry.leaf for entry in entries])) == (3, head.root)


async def test_nobody_but_the_target_reads(bench: Bench) -> None:
    """Another node of the same authority is refused: synthetic or not, our feeds are for the node under test."""
    async with attending(load(bench.peered)), _channel(bench, "nameless") as channel:
        feeds = feed_service_pb2_grpc.FeedServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await feeds.GetCheckpoint(feed_service_pb2.GetCheckpointRequest(origin=LISTS))
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_an_address_that_is_taken_is_told(bench: Bench) -> None:
    """Two runs at one address do not share it."""
    config = load(bench.peered)
    async with attending(config):
        with pytest.raises(OSError, match="cannot be listened at"):
            async with attending(config):
                pass


async def test_a_flood_of_letters_is_not_kept(bench: Bench) -> None:
    """A hostile target does not fill memory: letters over 48 KiB, and those over the thousandth, are refused."""
    async with attending(load(bench.peered)) as peer, _channel(bench, "server") as channel:
        assert peer is not None
        cases = case_service_pb2_grpc.CaseServiceStub(channel)
        peer.heard.letters += [envelope_pb2.Envelope(payload=number.to_bytes(2, "big")) for number in range(999)]
        letters = [envelope_pb2.Envelope(payload=bytes(size)) for size in (48 * 1024 + 1, 48 * 1024, 1)]
        outcomes = (await cases.Deliver(case_service_pb2.DeliverRequest(letters=letters))).outcomes
        assert len(peer.heard.letters) == 1000
    assert [outcome.reason for outcome in outcomes] == ["LIMIT_EXCEEDED", "", "LIMIT_EXCEEDED"]
