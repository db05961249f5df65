# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The one table of faults, in both directions."""

import grpc
import pytest
from creditexchange.v1.fault_pb2 import FaultReason
from grpc_status import rpc_status

from federation.errors import (
    AccessFault,
    CallerFault,
    ConfigFault,
    EntriesFault,
    Fault,
    FieldFault,
    ForkFault,
    LimitFault,
    RangeFault,
    StoreFault,
    UnreachableFault,
)
from node.rpc.faults import TABLE, fault_from_rpc_error, reason_of, retry_after_s, status_to_wire


def error_of(fault: Fault) -> grpc.aio.AioRpcError:
    """The error a client of ours sees for a fault."""
    status = rpc_status.to_status(status_to_wire(fault))
    trailer = grpc.aio.Metadata(*status.trailing_metadata)
    return grpc.aio.AioRpcError(status.code, grpc.aio.Metadata(), trailer, details=status.details)


def bare(code: grpc.StatusCode, text: str) -> grpc.aio.AioRpcError:
    """An error that gRPC itself reports."""
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details=text)


def test_the_table_is_the_contract() -> None:
    """Every reason of fault.proto stands in the table, and no other."""
    named = {name.removeprefix("FAULT_REASON_") for name, _ in FaultReason.items()}

    assert named - {"UNSPECIFIED"} == set(TABLE)


@pytest.mark.parametrize("reason", sorted(TABLE))
def test_every_reason_survives_the_wire(reason: str) -> None:
    """A fault with a listed reason reaches the client with that reason, its code and its class."""
    error = error_of(Fault(reason))
    fault = fault_from_rpc_error(error, "330100")

    assert TABLE[reason].code is error.code()
    assert (TABLE[reason].fault, reason) == (type(fault), fault.reason)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (FieldFault("name", "FIELD_TOO_LONG"), "FIELD_INVALID"),
        (FieldFault("salt", "QUESTION_INVALID"), "QUESTION_INVALID"),
        (RangeFault("LEAVES_MISSING"), "RANGE_INVALID"),
        (AccessFault("ENTRY_NOT_FOUND"), "CALLER_NOT_ENTITLED"),
        (CallerFault("ANYTHING"), "FIELD_INVALID"),
        (StoreFault("STORE_READ_ONLY"), "STORE_UNAVAILABLE"),
        (StoreFault("EXCHANGE_LOG_UNAVAILABLE"), "EXCHANGE_LOG_UNAVAILABLE"),
        (ForkFault("ROOTS_DIFFER"), "FORK_DETECTED"),
        (EntriesFault("ENTRIES_MISSING"), "MEMBER_UNREACHABLE"),
        (UnreachableFault("CALLER_UNKNOWN"), "MEMBER_UNREACHABLE"),
        (EntriesFault("SIGNATURE_INVALID"), "MEMBER_UNREACHABLE"),
        (ConfigFault("KEY_MISSING"), "INTERNAL"),
    ],
)
def test_faults_outside_the_table_leave_by_their_class(fault: Fault, reason: str) -> None:
    """A reason that the contract does not list leaves as that of its class; what a peer told is never our word."""
    assert reason == reason_of(fault)


def test_a_field_is_named_on_both_sides() -> None:
    """BadRequest names the field and the house's own reason; the client gets both."""
    fault = fault_from_rpc_error(error_of(FieldFault("origins", "FIELD_TOO_LONG", "secret text")), "330100")

    assert isinstance(fault, FieldFault)
    assert (fault.field, fault.reason, fault.detail) == ("origins", "FIELD_INVALID", "origins: FIELD_TOO_LONG")


def test_details_stay_at_home() -> None:
    """What a fault says to operators does not leave: two refusals with one reason are the same bytes."""
    one, other = AccessFault("FEED_NOT_FOUND", "closed"), AccessFault("FEED_NOT_FOUND")

    assert status_to_wire(one).SerializeToString() == status_to_wire(other).SerializeToString()
    assert b"key.pem" not in status_to_wire(ConfigFault("KEY_MISSING", "key.pem")).SerializeToString()


def test_a_limit_says_when_to_try_again() -> None:
    """RetryInfo carries the pause; other faults have none."""
    assert retry_after_s(error_of(LimitFault("LIMIT_EXCEEDED", 1.5))) == 1.5
    assert retry_after_s(error_of(RangeFault("RANGE_INVALID"))) is None


@pytest.mark.parametrize("reason", ["RATE_EXCEEDED", "CODES_IN_SEQUENCE"])
def test_a_member_that_asks_too_much_is_told_when_to_ask_again(reason: str) -> None:
    """As RESOURCE_EXHAUSTED with RetryInfo; its client has the reason, which both sides log, and the pause."""
    error = error_of(LimitFault(reason, 12.5))
    fault = fault_from_rpc_error(error, "330100")

    assert isinstance(fault, LimitFault)
    assert (grpc.StatusCode.RESOURCE_EXHAUSTED, reason, 12.5) == (error.code(), fault.reason, fault.retry_after_s)


@pytest.mark.parametrize(
    ("code", "text", "kind", "reason"),
    [
        (grpc.StatusCode.UNAVAILABLE, "Socket closed", UnreachableFault, "PEER_TLS"),
        (grpc.StatusCode.UNAVAILABLE, "Ssl handshake failed: CERTIFICATE_VERIFY_FAILED", UnreachableFault, "PEER_TLS"),
        (grpc.StatusCode.UNAVAILABLE, "connect: Connection refused", UnreachableFault, "PEER_UNREACHABLE"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", UnreachableFault, "CALL_TIMEOUT"),
        (grpc.StatusCode.UNIMPLEMENTED, "Method not found!", AccessFault, "METHOD_UNKNOWN"),
        (grpc.StatusCode.UNKNOWN, "ValueError", UnreachableFault, "PEER_FAILED"),
    ],
)
def test_what_grpc_reports_itself_gets_a_reason(
    code: grpc.StatusCode, text: str, kind: type[Fault], reason: str
) -> None:
    """Errors without our details become faults whose reason tells the operator where to look."""
    fault = fault_from_rpc_error(bare(code, text), "330100")

    assert (kind, reason) == (type(fault), fault.reason)


def test_details_of_another_domain_or_code_are_not_believed() -> None:
    """A reason counts only from our domain and with its own code."""
    error = error_of(AccessFault("FEED_NOT_FOUND"))
    trailer = error.trailing_metadata()
    other_code = grpc.aio.AioRpcError(grpc.StatusCode.INTERNAL, grpc.aio.Metadata(), trailer, details=error.details())
    status = status_to_wire(AccessFault("FEED_NOT_FOUND"))
    status.details[0].value = status.details[0].value.replace(b"creditexchange.v1", b"creditexchange.v9")
    sent = rpc_status.to_status(status)
    other_domain = grpc.aio.AioRpcError(
        sent.code, grpc.aio.Metadata(), grpc.aio.Metadata(*sent.trailing_metadata), details=sent.details
    )

    assert fault_from_rpc_error(other_code, "330100").reason == "PEER_FAILED"
    assert fault_from_rpc_error(other_domain, "330100").reason == "PEER_FAILED"


def test_details_that_cannot_be_read_are_ignored() -> None:
    """Rubbish in the trailer does not break the client."""
    trailer = grpc.aio.Metadata(("grpc-status-details-bin", b"\xff\xff\xff"))
    error = grpc.aio.AioRpcError(grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), trailer, details="x")

    assert fault_from_rpc_error(error, "330100").reason == "PEER_FAILED"
