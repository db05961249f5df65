# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The 84 bytes of a leaf and the commitment inside it."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import FieldFault
from federation.log.leaf import LEAF_BYTES, NO_COMMITMENT, NO_REF, Committer, Leaf, LeafKind, commitment

ORIGIN = "delta.example/330100/list-entries/1"
SALT = bytes(range(32))
LEAF = Leaf(LeafKind.END, 0x0102030405060708, 0x090A, 0x0B0C0D0E0F101112, bytes([0xCC]) * 32, bytes([0xDD]) * 32)

leaves = st.builds(
    Leaf,
    st.sampled_from(LeafKind),
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**16 - 1),
    st.none() | st.integers(0, NO_REF - 1),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
)


def test_the_form_is_fixed() -> None:
    """Version, kind, time, schema, ref, commitment and tag stand where the format says, big endian."""
    expected = "01040102030405060708090a0b0c0d0e0f101112" + "cc" * 32 + "dd" * 32
    assert expected == LEAF.encode().hex()


def test_no_ref_is_all_ones() -> None:
    """A leaf that acts on nothing says so with 2**64 - 1, and its tag is zero unless given."""
    raw = Leaf(LeafKind.PAD, 0, 0, None, NO_COMMITMENT).encode()
    assert bytes([1, 7]) + bytes(10) + bytes([0xFF]) * 8 + bytes(64) == raw


@given(leaves)
def test_a_leaf_reads_back(leaf: Leaf) -> None:
    """Every leaf reads back from its 84 bytes."""
    raw = leaf.encode()
    assert (LEAF_BYTES, leaf) == (len(raw), Leaf.decode(raw))


@settings(max_examples=300)
@given(leaves, st.integers(0, 84 * 8 - 1))
def test_a_changed_leaf_is_refused_or_prints_back(leaf: Leaf, bit: int) -> None:
    """A leaf with a bit changed is refused, or reads as another leaf that prints back exactly."""
    raw = bytearray(leaf.encode())
    raw[bit // 8] ^= 1 << bit % 8
    try:
        other = Leaf.decode(bytes(raw))
    except FieldFault as fault:
        assert fault.reason in {"LEAF_VERSION", "LEAF_KIND", "LEAF_FIELD"}
    else:
        assert (True, bytes(raw)) == (other != leaf, other.encode())


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (LEAF.encode()[:-1], "LEAF_LENGTH"),
        (LEAF.encode() + b"\x00", "LEAF_LENGTH"),
        (b"", "LEAF_LENGTH"),
        (b"\x00" + LEAF.encode()[1:], "LEAF_VERSION"),
        (b"\x02" + LEAF.encode()[1:], "LEAF_VERSION"),
        (b"\x01\x00" + LEAF.encode()[2:], "LEAF_KIND"),
        (b"\x01\x09" + LEAF.encode()[2:], "LEAF_KIND"),
        (b"\x01\x01\x80" + LEAF.encode()[3:], "LEAF_FIELD"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    """Another length, version, kind or an impossible time is refused, each for its own reason."""
    with pytest.raises(FieldFault) as caught:
        Leaf.decode(raw)
    assert reason == caught.value.reason


@pytest.mark.parametrize(
    ("time_ms", "schema", "ref", "digest", "field"),
    [
        (-1, 0, None, bytes(32), "time_ms"),
        (2**63, 0, None, bytes(32), "time_ms"),
        (0, -1, None, bytes(32), "schema"),
        (0, 2**16, None, bytes(32), "schema"),
        (0, 0, -1, bytes(32), "ref"),
        (0, 0, NO_REF, bytes(32), "ref"),
        (0, 0, None, bytes(31), "commitment"),
    ],
)
def test_a_leaf_is_checked_when_built(time_ms: int, schema: int, ref: int | None, digest: bytes, field: str) -> None:
    """A value that does not fit its place is refused by name; a ref of 2**64 - 1 would mean none."""
    with pytest.raises(FieldFault) as caught:
        Leaf(LeafKind.ADD, time_ms, schema, ref, digest)
    assert (field, "LEAF_FIELD") == (caught.value.field, caught.value.reason)


def test_the_commitment_is_the_hash_of_its_parts() -> None:
    """Domain, origin with length, schema, salt, and payload with length, in this order."""
    parts = (
        b"creditexchange/payload/1\0" + b"\x00\x23" + ORIGIN.encode() + b"\x01\x02" + SALT + bytes(7) + b"\x06record"
    )
    assert sha256(parts).digest() == commitment(ORIGIN, 0x0102, SALT, b"record")


@pytest.mark.parametrize(
    "other",
    [
        commitment(ORIGIN[:-1] + "2", 1, SALT, b"record"),
        commitment(ORIGIN, 2, SALT, b"record"),
        commitment(ORIGIN, 1, bytes(32), b"record"),
        commitment(ORIGIN, 1, SALT, b"record "),
    ],
)
def test_the_commitment_binds_every_part(other: bytes) -> None:
    """Another origin, schema, salt or payload has another commitment."""
    assert other != commitment(ORIGIN, 1, SALT, b"record")


def test_bulk_and_single_commitments_agree() -> None:
    """A Committer gives what the single form gives, also when schemas alternate."""
    bulk = Committer(ORIGIN)
    asked = [(schema, SALT, b"record %d" % at) for at, schema in enumerate([0, 1, 0, 65535, 1])]
    assert [commitment(ORIGIN, *each) for each in asked] == [bulk.commitment(*each) for each in asked]


@pytest.mark.parametrize(
    ("origin", "schema", "salt", "payload"),
    [
        (ORIGIN, 0, bytes(31), b""),
        (ORIGIN, 0, bytes(33), b""),
        (ORIGIN, 0, SALT, bytes(65537)),
        (ORIGIN, -1, SALT, b""),
        (ORIGIN, 65536, SALT, b""),
        ("x" * 65536, 0, SALT, b""),
    ],
)
def test_commitments_are_only_made_within_bounds(origin: str, schema: int, salt: bytes, payload: bytes) -> None:
    """A salt that is not 32 bytes, a payload, schema or origin out of bounds is refused."""
    with pytest.raises(FieldFault, match="COMMITMENT_INPUT"):
        commitment(origin, schema, salt, payload)
