# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads `google.rpc.Status` details off the wire: ErrorInfo, BadRequest and RetryInfo; writes ErrorInfo. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from google.protobuf import duration_pb2
from google.protobuf.message import DecodeError

from conformance.breach import Breach

DOMAIN = "creditexchange.v1"
DETAILS_KEY = "grpc-status-details-bin"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED = {_FIXED64: 8, _FIXED32: 4}


@dataclass(frozen=True)
class Details:
    """What a refusal says to machines.

    Attributes:
        reason: `ErrorInfo.reason`, empty when absent.
        domain: `ErrorInfo.domain`, empty when absent.
        fields: fields that `BadRequest` names.
        retry_s: seconds that `RetryInfo` says to wait; None when absent.
    """

    reason: str = ""
    domain: str = ""
    fields: tuple[str, ...] = ()
    retry_s: float | None = None


def details_of(raw: bytes) -> Details:
    """Read the bytes of a `google.rpc.Status`.

    Args:
        raw: value of the trailer `grpc-status-details-bin`; empty when there was none.

    Returns:
        The details known here.

    Raises:
        Breach: DETAILS_MALFORMED.
    """
    reason, domain, fields, retry_s = "", "", list[str](), None
    try:
        for detail in _texts(raw, 3):
            kind = b"".join(_texts(detail, 1)).rpartition(b"/")[2]
            value = b"".join(_texts(detail, 2))
            if kind == b"google.rpc.ErrorInfo":
                reason, domain = (b"".join(_texts(value, number)).decode() for number in (1, 2))
            elif kind == b"google.rpc.BadRequest":
                fields += [b"".join(_texts(violation, 1)).decode() for violation in _texts(value, 1)]
            elif kind == b"google.rpc.RetryInfo":
                retry_s = _seconds(b"".join(_texts(value, 1)))
    except (ValueError, DecodeError) as wrong:
        raise Breach("DETAILS_MALFORMED", "google.rpc.Status in the trailer", "bytes that do not parse") from wrong
    return Details(reason, domain, tuple(fields), retry_s)


def refusal(code: int, reason: str) -> bytes:
    """Return the bytes of a `google.rpc.Status` that says one reason of the contract.

    Args:
        code: number of the gRPC code, below 128.
        reason: at most 63 characters.
    """
    info = _text(1, reason.encode()) + _text(2, DOMAIN.encode())
    kind = _text(1, b"type.googleapis.com/google.rpc.ErrorInfo")
    return bytes([1 << 3, code]) + _text(3, kind + _text(2, info))


def _text(number: int, value: bytes) -> bytes:
    size = bytes([len(value)]) if len(value) < 0x80 else bytes([len(value) & 0x7F | 0x80, len(value) >> 7])
    return bytes([number << 3 | _BYTES]) + size + value


def _seconds(raw: bytes) -> float:
    """Read a `google.protobuf.Duration`."""
    duration = duration_pb2.Duration.FromString(raw)
    return float(duration.seconds + duration.nanos / 1e9)


def _texts(raw: bytes, wanted: int) -> Iterator[bytes]:
    """Yield the length-delimited fields of one number."""
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        wire = tag & 7
        if wire == _VARINT:
            _, at = _varint(raw, at)
            continue
        if wire == _BYTES:
            size, at = _varint(raw, at)
        else:
            size = _FIXED.get(wire, len(raw) + 1)
        if at + size > len(raw):
            raise ValueError("a field runs over the end")
        if wire == _BYTES and tag >> 3 == wanted:
            yield raw[at : at + size]
        at += size


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(raw):
            break
        byte, at = raw[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number runs over the end")
