# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Holder indexes over the wire: header first, then the filter, and nothing that is known already."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING

import grpc
import pytest
from creditexchange.v1 import holder_index_pb2 as holder
from creditexchange.v1.query_service_pb2_grpc import QueryServiceStub

from federation.errors import PeerFault, UnreachableFault
from federation.records.codec import encode
from federation.records.holders.index import HolderIndex
from federation.rules.holders.statement import HOLDER_INDEX_TYPE
from node.exchange.dialogue import Envelope
from node.holders.index import HeldIndex
from node.rpc.client import PeerClient

if TYPE_CHECKING:
    from tests.node.rpc.conftest import Lab
    from tests.node.rpc.liar import Liar

DIGEST = bytes(range(32))
HEADER = encode(
    HolderIndex(
        node_id="330100",
        built_at_ms=1,
        as_of_ms=2,
        salt=bytes(32),
        false_positives_per_million=10_000,
        keys=0,
        bits=1024,
        hashes=7,
        bits_sha256=DIGEST,
    )
)
ENVELOPE = Envelope(HOLDER_INDEX_TYPE, HEADER, b"keys", bytes(64))


@pytest.fixture
def held(lab: "Lab") -> HeldIndex:
    """The node has an index of three pieces; what they are, the wire does not care."""
    held = HeldIndex("330100", ENVELOPE.to_bytes(), 3)
    lab.stages.indexes = {"330100": (held, (b"one", b"two", b"three"))}
    lab.stages.indexes[""] = lab.stages.indexes["330100"]
    return held


async def told(client: PeerClient, node_id: str, known: bytes = b"") -> list[Envelope | bytes]:
    """All that comes of an index."""
    try:
        async with aclosing(client.holder_index(node_id, known)) as messages:
            return [message async for message in messages]
    finally:
        await client.close()


@pytest.mark.parametrize("node_id", ["", "330100"])
async def test_an_index_comes_piece_by_piece(lab: "Lab", held: HeldIndex, node_id: str) -> None:
    """The header as it was signed; the node asked by its name or as itself."""
    assert [ENVELOPE, b"one", b"two", b"three"] == await told(lab.peer(), node_id)


async def test_a_filter_that_is_known_does_not_come(lab: "Lab", held: HeldIndex) -> None:
    """The header alone, which says as of when it is right; of another filter that is known everything comes."""
    assert [ENVELOPE] == await told(lab.peer(), "", DIGEST)
    assert 4 == len(await told(lab.peer(), "", bytes(32)))


async def test_of_a_node_without_an_index_nothing_comes(lab: "Lab") -> None:
    """No fault: most nodes publish none."""
    assert [] == await told(lab.peer(), "330100")
    assert [] == await told(lab.peer(), "no such node")


async def test_an_index_that_is_replaced_meanwhile_breaks_off(lab: "Lab", held: HeldIndex) -> None:
    """Pieces of two filters are never mixed; whoever asks tries again."""
    lab.stages.replaced = True

    with pytest.raises(UnreachableFault, match="STORE_UNAVAILABLE"):
        await told(lab.peer(), "330100")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (holder.GetHolderIndexRequest(node_id="3" * 33), "node_id"),
        (holder.GetHolderIndexRequest(known_bits_sha256=bytes(31)), "known_bits_sha256"),
    ],
)
async def test_a_field_over_its_limit_is_named(lab: "Lab", request_: holder.GetHolderIndexRequest, field: str) -> None:
    """Before anything is looked up."""
    async with lab.channel("310000") as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await QueryServiceStub(channel).GetHolderIndex(request_).read()

    assert grpc.StatusCode.INVALID_ARGUMENT is caught.value.code()
    assert field.encode() in dict(caught.value.trailing_metadata())["grpc-status-details-bin"]


async def test_an_envelope_that_is_none_is_the_peers_fault(lab: "Lab", liar: "Liar") -> None:
    """With the bytes that came."""
    lie = holder.GetHolderIndexResponse(header={"payload": HEADER}).SerializeToString()

    async def lying(_request: bytes, _context: object) -> AsyncIterator[bytes]:
        yield lie

    liar.answers["GetHolderIndex"] = lying
    with pytest.raises(PeerFault, match="ANSWER_MALFORMED") as caught:
        await told(lab.peer_at(liar.address, 30), "330100")

    assert (lie,) == caught.value.evidence
