# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Chunks: what is put together by hand is what protobuf makes and reads."""

import pytest
from creditexchange.v1.entry_pb2 import Entry
from creditexchange.v1.feed_service_pb2 import ReadEntriesResponse
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import FieldFault
from federation.log.entry import PayloadState, RawEntry
from node.follow.ports import Received
from node.publish import Chunk
from node.rpc.feed.chunk import chunk_from_wire, chunk_to_wire

SERVED = sorted(set(PayloadState) - {PayloadState.QUARANTINED})
PAYLOADS = st.one_of(st.binary(), st.integers(0, 70_000).map(bytes))
ENTRIES = st.builds(RawEntry, st.binary(max_size=90), st.sampled_from(SERVED), st.binary(), PAYLOADS)
CHUNKS = st.builds(Chunk, st.integers(0, 2**64 - 1), st.lists(ENTRIES, max_size=3), st.lists(st.binary(), max_size=3))


@given(CHUNKS)
def test_chunks(chunk: Chunk) -> None:
    """Index, entries of every kind and proof arrive as they are, in order."""
    received = chunk_from_wire(ReadEntriesResponse.FromString(chunk_to_wire(chunk)))

    assert Received(chunk.first_index, list(chunk.entries), tuple(chunk.consistency_path)) == received


@given(CHUNKS)
def test_chunks_are_what_protobuf_makes_of_them(chunk: Chunk) -> None:
    """Byte for byte: any implementation reads them."""
    entries = [
        Entry(leaf=raw.leaf, payload_state=f"PAYLOAD_STATE_{raw.state.name}", salt=raw.salt, payload=raw.payload)
        for raw in chunk.entries
    ]
    path = chunk.consistency_path
    message = ReadEntriesResponse(first_index=chunk.first_index, entries=entries, consistency_path=path)

    assert message.SerializeToString() == chunk_to_wire(chunk)


@pytest.mark.parametrize(("number", "reason"), [(0, "FIELD_MISSING"), (99, "VALUE_UNKNOWN")])
def test_a_payload_state_that_says_nothing_is_refused(number: int, reason: str) -> None:
    """Unspecified or unknown: never read as another."""
    message = ReadEntriesResponse.FromString(bytes([0x12, 2, 0x10, number]))
    with pytest.raises(FieldFault) as caught:
        chunk_from_wire(message)

    assert ("payload_state", reason) == (caught.value.field, caught.value.reason)
