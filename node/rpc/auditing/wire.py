# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Conversions between accesses and wire messages."""

from creditexchange.v1 import exchange_pb2
from creditexchange.v1.access_pb2 import LogAccessRequest

from federation.errors import FieldFault
from federation.records.exchange import AccessKind
from federation.rules.exchange import Accessed

MAX_REFERENCE_CHARACTERS = 512
MAX_ACCESS_CODES = 1000
_MAX_CODE_CHARACTERS = 64
_KIND_OF: dict[int, AccessKind] = {
    exchange_pb2.AccessKind.Value(f"ACCESS_KIND_{kind.name}"): kind
    for kind in (AccessKind.LISTING, AccessKind.EXPORT, AccessKind.OPENING, AccessKind.ABOUT, AccessKind.BAR)
}


def access_to_wire(accessed: Accessed) -> LogAccessRequest:
    """What is to be logged; who asks is read off the certificate."""
    return LogAccessRequest(
        kind=f"ACCESS_KIND_{accessed.kind.name}", reference=accessed.reference, codes=accessed.codes
    )


def accessed_from_wire(request: LogAccessRequest, caller: str) -> Accessed:
    """What somebody is about to look at.

    Raises:
        FieldFault: a field is missing, unknown or over its limit.
    """
    kind = _KIND_OF.get(request.kind)
    if kind is None:
        raise FieldFault("kind", "VALUE_UNKNOWN" if request.kind else "FIELD_MISSING")
    if not 1 <= len(request.reference) <= MAX_REFERENCE_CHARACTERS:
        raise FieldFault("reference", "FIELD_TOO_LONG" if request.reference else "FIELD_MISSING")
    if len(request.codes) > MAX_ACCESS_CODES or any(len(code) > _MAX_CODE_CHARACTERS for code in request.codes):
        raise FieldFault("codes", "FIELD_TOO_LONG")
    return Accessed(kind, caller, request.reference, tuple(request.codes))
