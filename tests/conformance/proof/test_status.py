# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Refusal details are read as the public library writes them, and hostile bytes are never more than a Breach."""

import pytest
from google.protobuf import any_pb2
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.breach import Breach
from conformance.proof.status import Details, details_of
from tests.conformance.reference.refusal import DETAILS, STATUS


def _any(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def test_details_are_read_as_the_public_library_writes_them() -> None:
    """Reason, domain and fields come out; metadata, other details and unknown fields are passed over."""
    info = DETAILS.ErrorInfo(reason="RANGE_INVALID", domain="creditexchange.v1", metadata={"size": "3"})
    bad = DETAILS.BadRequest()
    bad.field_violations.add(field="origin", description="missing")
    bad.field_violations.add(field="page_size", description="too large")
    details = [_any(DETAILS.RetryInfo()), _any(info), _any(bad)]
    raw = STATUS.Status(code=11, message="no", details=details).SerializeToString()
    assert details_of(raw) == Details("RANGE_INVALID", "creditexchange.v1", ("origin", "page_size"))


def test_no_trailer_is_no_details() -> None:
    """A refusal without details has an empty reason, which no clause accepts."""
    assert details_of(b"") == Details()


@pytest.mark.parametrize("raw", [b"\x1a", b"\x1a\x05a", b"\xff" * 11, b"\x1b", b"\x08"])
def test_broken_bytes_are_a_breach(raw: bytes) -> None:
    """Bytes that do not parse are the node's fault."""
    with pytest.raises(Breach, match="DETAILS_MALFORMED"):
        details_of(raw)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    """Whatever a node sends is read or is a Breach, never an error of the suite."""
    try:
        assert isinstance(details_of(raw), Details)
    except Breach as breach:
        assert breach.reason == "DETAILS_MALFORMED"
