# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Refusal details are read as the public library writes them, and hostile bytes are never more than a Breach."""

import pytest
from google.protobuf import any_pb2
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.breach import Breach
from conformance.proof.status import Details, details_of, refusal
from tests.conformance.reference.refusal import DETAILS, STATUS


def _any(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def test_details_are_read_as_the_public_library_writes_them() -> None:
    """Reason, domain and fields come out; metadata, other details are passed over."""
    info = DETAILS.ErrorInfo(reason="RANGE_INVALID", domain="creditexchange.v1", metadata={"size": "3"})
    bad = DETAILS.BadRequest()
    bad.field_violations.add(field="origin", description="missing")
    bad.field_violations.add(field="page_size", description="too large")
    details = [_any(DETAILS.Help()), _any(info), _any(bad)]
    raw = STATUS.Status(code=11, message="no", details=details).SerializeToString()
    assert details_of(raw) == Details("RANGE_INVALID", "creditexchange.v1", ("origin", "page_size"))


def test_the_time_to_wait_is_read_to_the_millisecond() -> None:
    """Seconds and their fraction come out as one number; a refusal that names no time has none."""
    retry = DETAILS.RetryInfo()
    retry.retry_delay.FromMilliseconds(1250)
    raw = STATUS.Status(code=8, message="no", details=[_any(retry)]).SerializeToString()
    assert details_of(raw) == Details(retry_s=1.25)


def test_a_time_to_wait_that_does_not_parse_is_a_breach() -> None:
    """What is no duration is the node's fault."""
    broken = any_pb2.Any(type_url="type.googleapis.com/google.rpc.RetryInfo", value=b"\x0a\x01\xff")
    with pytest.raises(Breach, match="DETAILS_MALFORMED"):
        details_of(STATUS.Status(code=8, details=[broken]).SerializeToString())


def test_a_refusal_is_written_as_the_public_library_reads_it() -> None:
    """What the suite says no with, as a peer, is a `google.rpc.Status` with the reason and the contract's domain."""
    status, info = STATUS.Status.FromString(refusal(7, "PURPOSE_NOT_GRANTED")), DETAILS.ErrorInfo()
    assert (status.code, status.details[0].Unpack(info)) == (7, True)
    assert (info.reason, info.domain) == ("PURPOSE_NOT_GRANTED", "creditexchange.v1")


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
