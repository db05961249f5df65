# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Faults to wire errors and back, by one table: every reason of the contract's `FaultReason`, and nothing else.

A wire error is a `google.rpc.Status` with `ErrorInfo` (reason, domain `creditexchange.v1`), `BadRequest` where a field
is at fault, and `RetryInfo` where waiting helps. Its text is fixed for each reason, so that two refusals with one
reason cannot be told apart, and nothing of this node leaks. What is not in the table leaves as INTERNAL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from grpc_status import rpc_status

from federation.errors import (
    AccessFault,
    CallerFault,
    Fault,
    FieldFault,
    ForkFault,
    LimitFault,
    PeerFault,
    RangeFault,
    StoreFault,
    UnreachableFault,
)

DOMAIN = "creditexchange.v1"
INTERNAL = "INTERNAL"
_DETAILS_KEY = "grpc-status-details-bin"
_MAX_BAD_DETAILS = 65536


@dataclass(frozen=True, slots=True)
class Row:
    """One reason.

    Attributes:
        code: the canonical gRPC code.
        fault: what a client makes of it. A peer's word that it found a fork, or is out of order, is no proof of
            anything: such calls just failed.
        text: the text sent along, for people.
    """

    code: grpc.StatusCode
    fault: type[Fault]
    text: str


_C = grpc.StatusCode
TABLE: Mapping[str, Row] = {
    "CALLER_UNKNOWN": Row(_C.UNAUTHENTICATED, AccessFault, "The certificate names no pinned member."),
    "CALLER_NOT_ENTITLED": Row(_C.PERMISSION_DENIED, AccessFault, "The caller may not call this."),
    "FEED_NOT_FOUND": Row(_C.NOT_FOUND, AccessFault, "No such feed for this caller."),
    "NO_CHECKPOINT": Row(_C.FAILED_PRECONDITION, AccessFault, "No complete checkpoint here yet."),
    "RANGE_INVALID": Row(_C.OUT_OF_RANGE, RangeFault, "Sizes or indexes are outside the feed, or out of order."),
    "FIELD_INVALID": Row(_C.INVALID_ARGUMENT, FieldFault, "A field is missing, malformed or over its limit."),
    "LIMIT_EXCEEDED": Row(_C.RESOURCE_EXHAUSTED, UnreachableFault, "Too many calls; try again later."),
    "SIGNATURE_INVALID": Row(_C.UNAUTHENTICATED, AccessFault, "The signature does not verify with the pinned key."),
    "QUESTION_INVALID": Row(_C.INVALID_ARGUMENT, FieldFault, "The question lacks or breaks a field."),
    "QUESTION_MISDIRECTED": Row(_C.INVALID_ARGUMENT, AccessFault, "The question is another node's, or for another."),
    "PURPOSE_NOT_GRANTED": Row(_C.PERMISSION_DENIED, AccessFault, "The purpose is unknown, or not granted."),
    "BATCH_NOT_GRANTED": Row(_C.PERMISSION_DENIED, AccessFault, "Batches are not granted for this purpose."),
    "QUESTION_CLOCK_SKEW": Row(_C.FAILED_PRECONDITION, AccessFault, "The question's time is too far from this clock."),
    "QUESTION_EXPIRED": Row(_C.FAILED_PRECONDITION, AccessFault, "The question's own deadline is over."),
    "AUTHORISATION_MISSING": Row(_C.PERMISSION_DENIED, AccessFault, "A natural person: an authorisation is needed."),
    "AUTHORISATION_UNSUITED": Row(_C.PERMISSION_DENIED, AccessFault, "The authorisation does not fit the purpose."),
    "AUTHORISATION_NOT_YET_VALID": Row(_C.PERMISSION_DENIED, AccessFault, "The authorisation does not hold yet."),
    "AUTHORISATION_EXPIRED": Row(_C.PERMISSION_DENIED, AccessFault, "The authorisation holds no more."),
    "AUTHORISATION_TOO_LONG": Row(_C.PERMISSION_DENIED, AccessFault, "The authorisation's term is over the longest."),
    "AUTHORISATION_WITHDRAWN": Row(_C.PERMISSION_DENIED, AccessFault, "The authorisation was withdrawn."),
    "OFFICER_BARRED": Row(_C.PERMISSION_DENIED, AccessFault, "The officer may not ask."),
    "RATE_EXCEEDED": Row(_C.RESOURCE_EXHAUSTED, LimitFault, "Too many questions; try again later."),
    "CODES_IN_SEQUENCE": Row(_C.RESOURCE_EXHAUSTED, LimitFault, "Codes in sequence take a right to batches."),
    "EXCHANGE_ID_REUSED": Row(_C.ALREADY_EXISTS, AccessFault, "The exchange id was used with another question."),
    "EXCHANGE_LOG_UNAVAILABLE": Row(_C.UNAVAILABLE, UnreachableFault, "The exchange log cannot be written now."),
    "STORE_UNAVAILABLE": Row(_C.UNAVAILABLE, UnreachableFault, "The store is away; try again later."),
    "FORK_DETECTED": Row(_C.ABORTED, UnreachableFault, "The known checkpoint contradicts the one held here."),
    INTERNAL: Row(_C.INTERNAL, UnreachableFault, "A fault of this node."),
    "METHOD_UNKNOWN": Row(_C.UNIMPLEMENTED, AccessFault, "No such method."),
    "MEMBER_UNREACHABLE": Row(_C.UNAVAILABLE, UnreachableFault, "The member asked gave no usable answer."),
    "NO_ROUTE": Row(_C.NOT_FOUND, UnreachableFault, "The hub knows no way to the member."),
    "MEMBER_TOO_SLOW": Row(_C.DEADLINE_EXCEEDED, UnreachableFault, "The member did not answer in time."),
}

# The most specific class comes first. A peer that answers nonsense is, for whoever asks through us, one without.
_BY_CLASS: tuple[tuple[type[Fault], str], ...] = (
    (FieldFault, "FIELD_INVALID"),
    (RangeFault, "RANGE_INVALID"),
    (AccessFault, "CALLER_NOT_ENTITLED"),
    (CallerFault, "FIELD_INVALID"),
    (StoreFault, "STORE_UNAVAILABLE"),
    (UnreachableFault, "MEMBER_UNREACHABLE"),
    (ForkFault, "FORK_DETECTED"),
    (PeerFault, "MEMBER_UNREACHABLE"),
)


def reason_of(fault: Fault) -> str:
    """The contract's reason for a fault: its own when it is listed, else that of its class.

    What is another member's fault or word never passes for our own: such faults leave by their class alone.
    """
    if fault.reason in TABLE and not isinstance(fault, UnreachableFault | PeerFault):
        return fault.reason
    return next((reason for kind, reason in _BY_CLASS if isinstance(fault, kind)), INTERNAL)


def status_to_wire(fault: Fault) -> Status:
    """The wire error of a fault."""
    reason = reason_of(fault)
    status = Status(code=TABLE[reason].code.value[0], message=TABLE[reason].text)
    status.details.add().Pack(ErrorInfo(reason=reason, domain=DOMAIN))
    if isinstance(fault, FieldFault):
        violation = BadRequest.FieldViolation(field=fault.field, description=fault.reason)
        status.details.add().Pack(BadRequest(field_violations=[violation]))
    if isinstance(fault, LimitFault):
        retry = RetryInfo()
        retry.retry_delay.FromMilliseconds(max(1, int(fault.retry_after_s * 1000)))
        status.details.add().Pack(retry)
    return status


async def abort_with_fault(context: "grpc.aio.ServicerContext[Any, Any]", fault: Fault) -> NoReturn:
    """Ends a call with a fault.

    Raises:
        grpc.aio.AbortError: always; let it pass.
    """
    await context.abort_with_status(rpc_status.to_status(status_to_wire(fault)))
    raise AssertionError  # gRPC has raised already; this tells the type checker so.


def fault_from_rpc_error(error: grpc.aio.AioRpcError, peer: str) -> Fault:
    """What a failed call means to the client.

    Args:
        error: as gRPC raises it.
        peer: who was called, for the operator.

    Returns:
        The fault with the reason the peer gave; else PEER_UNREACHABLE, PEER_TLS (the certificate may be the cause),
        CALL_TIMEOUT, METHOD_UNKNOWN, PEER_FAILED (UnreachableFault) or ANSWER_MALFORMED (PeerFault).
    """
    status = _status_from_wire(error)
    info, bad, retry = ErrorInfo(), BadRequest(), RetryInfo()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(bad)
        detail.Unpack(retry)
    row = TABLE.get(info.reason)
    if info.domain != DOMAIN or row is None or row.code is not error.code():
        return _fault_without_reason(error, peer)
    if row.fault is FieldFault:
        violation = bad.field_violations[0] if bad.field_violations else BadRequest.FieldViolation()
        return FieldFault(violation.field, info.reason, violation.description)
    if row.fault is LimitFault:
        return LimitFault(info.reason, retry.retry_delay.ToMilliseconds() / 1000, f"{peer} refused: {row.text}")
    return row.fault(info.reason, f"{peer} refused: {row.text}")


def retry_after_s(error: grpc.aio.AioRpcError) -> float | None:
    """The pause a peer asks for; None when it names none."""
    retry = RetryInfo()
    told = [detail.Unpack(retry) for detail in _status_from_wire(error).details]
    return retry.retry_delay.ToMilliseconds() / 1000 if any(told) else None


def _status_from_wire(error: grpc.aio.AioRpcError) -> Status:
    """The status sent along; empty when there is none or it cannot be read: a broken detail is no reason to fail."""
    metadata = error.trailing_metadata() or ()
    raw = next((value for key, value in metadata if key == _DETAILS_KEY and isinstance(value, bytes)), b"")
    try:
        return Status.FromString(raw[:_MAX_BAD_DETAILS])
    except DecodeError:
        return Status()


_TLS_HINTS = ("handshake", "ssl", "certificate", "socket closed", "connection reset", "hostname verification")
_MALFORMED_HINTS = ("deserializing", "larger than max", "decompress")


def _fault_without_reason(error: grpc.aio.AioRpcError, peer: str) -> Fault:
    """What gRPC itself reports: it tells a refused handshake and a dead node apart only by its text, if at all."""
    code, text = error.code(), (error.details() or "").lower()
    if any(hint in text for hint in _MALFORMED_HINTS):
        return PeerFault("ANSWER_MALFORMED", f"{peer} sent what cannot be read")
    match code:
        case grpc.StatusCode.UNAVAILABLE if any(hint in text for hint in _TLS_HINTS):
            why = f"{peer} broke off the connection; the cause may be a certificate, ours or its own: check both pins"
            return UnreachableFault("PEER_TLS", why)
        case grpc.StatusCode.UNAVAILABLE:
            return UnreachableFault("PEER_UNREACHABLE", f"{peer} does not answer")
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return UnreachableFault("CALL_TIMEOUT", f"{peer} did not answer in time")
        case grpc.StatusCode.UNIMPLEMENTED:
            return AccessFault("METHOD_UNKNOWN", f"{peer} does not know the method")
        case _:
            return UnreachableFault("PEER_FAILED", f"{peer} failed with {code.name}")
