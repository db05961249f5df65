# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How the reference node says no: canonical code, ErrorInfo, and BadRequest where a field is at fault."""

from importlib import import_module

import grpc
from google.protobuf import any_pb2

# Imported by name: the package carries no marker for type checkers.
DETAILS, STATUS = import_module("google.rpc.error_details_pb2"), import_module("google.rpc.status_pb2")
DOMAIN = "creditexchange.v1"
CODES = {
    "CALLER_UNKNOWN": grpc.StatusCode.UNAUTHENTICATED,
    "CALLER_NOT_ENTITLED": grpc.StatusCode.PERMISSION_DENIED,
    "FEED_NOT_FOUND": grpc.StatusCode.NOT_FOUND,
    "RANGE_INVALID": grpc.StatusCode.OUT_OF_RANGE,
    "FIELD_INVALID": grpc.StatusCode.INVALID_ARGUMENT,
    "SIGNATURE_INVALID": grpc.StatusCode.UNAUTHENTICATED,
    "QUESTION_INVALID": grpc.StatusCode.INVALID_ARGUMENT,
    "QUESTION_MISDIRECTED": grpc.StatusCode.INVALID_ARGUMENT,
    "PURPOSE_NOT_GRANTED": grpc.StatusCode.PERMISSION_DENIED,
    "EXCHANGE_ID_REUSED": grpc.StatusCode.ALREADY_EXISTS,
    "QUESTION_CLOCK_SKEW": grpc.StatusCode.FAILED_PRECONDITION,
    "QUESTION_EXPIRED": grpc.StatusCode.FAILED_PRECONDITION,
    "AUTHORISATION_MISSING": grpc.StatusCode.PERMISSION_DENIED,
    "AUTHORISATION_EXPIRED": grpc.StatusCode.PERMISSION_DENIED,
    "AUTHORISATION_NOT_YET_VALID": grpc.StatusCode.PERMISSION_DENIED,
    "RATE_EXCEEDED": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "LIMIT_EXCEEDED": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "INTERNAL": grpc.StatusCode.INTERNAL,
    "METHOD_UNKNOWN": grpc.StatusCode.UNIMPLEMENTED,
    "STORE_UNAVAILABLE": grpc.StatusCode.UNAVAILABLE,
}


class No(Exception):
    """A refusal: `field` is named when it is at fault, `domain` is ours unless a fault changes it."""

    def __init__(
        self,
        reason: str,
        field: str = "",
        domain: str = DOMAIN,
        text: str = "",
        said: str | None = None,
        retry_s: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.said = reason if said is None else said
        self.reason, self.field, self.domain, self.retry_s = reason, field, domain, retry_s
        self.text = text or reason.lower().replace("_", " ")

    def trailer(self) -> tuple[tuple[str, bytes], ...]:
        """Return the metadata that carries the details."""
        info, any_info = DETAILS.ErrorInfo(reason=self.said, domain=self.domain), any_pb2.Any()
        any_info.Pack(info)
        details = [any_info]
        if self.field:
            violation = DETAILS.BadRequest.FieldViolation(field=self.field, description="see the contract")
            bad, any_bad = DETAILS.BadRequest(field_violations=[violation]), any_pb2.Any()
            any_bad.Pack(bad)
            details.append(any_bad)
        if self.retry_s is not None:
            retry, any_retry = DETAILS.RetryInfo(), any_pb2.Any()
            retry.retry_delay.FromMilliseconds(max(1, round(self.retry_s * 1000)))
            any_retry.Pack(retry)
            details.append(any_retry)
        status = STATUS.Status(code=CODES[self.reason].value[0], message=self.text, details=details)
        raw: bytes = status.SerializeToString()
        return (("grpc-status-details-bin", raw),)
