from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class FaultReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FAULT_REASON_UNSPECIFIED: _ClassVar[FaultReason]
    FAULT_REASON_CALLER_UNKNOWN: _ClassVar[FaultReason]
    FAULT_REASON_CALLER_NOT_ENTITLED: _ClassVar[FaultReason]
    FAULT_REASON_FEED_NOT_FOUND: _ClassVar[FaultReason]
    FAULT_REASON_NO_CHECKPOINT: _ClassVar[FaultReason]
    FAULT_REASON_RANGE_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_FIELD_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_LIMIT_EXCEEDED: _ClassVar[FaultReason]
    FAULT_REASON_SIGNATURE_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_QUESTION_INVALID: _ClassVar[FaultReason]
    FAULT_REASON_QUESTION_MISDIRECTED: _ClassVar[FaultReason]
    FAULT_REASON_PURPOSE_NOT_GRANTED: _ClassVar[FaultReason]
    FAULT_REASON_EXCHANGE_ID_REUSED: _ClassVar[FaultReason]
    FAULT_REASON_EXCHANGE_LOG_UNAVAILABLE: _ClassVar[FaultReason]
    FAULT_REASON_STORE_UNAVAILABLE: _ClassVar[FaultReason]
    FAULT_REASON_FORK_DETECTED: _ClassVar[FaultReason]
    FAULT_REASON_INTERNAL: _ClassVar[FaultReason]
    FAULT_REASON_METHOD_UNKNOWN: _ClassVar[FaultReason]
    FAULT_REASON_MEMBER_UNREACHABLE: _ClassVar[FaultReason]
FAULT_REASON_UNSPECIFIED: FaultReason
FAULT_REASON_CALLER_UNKNOWN: FaultReason
FAULT_REASON_CALLER_NOT_ENTITLED: FaultReason
FAULT_REASON_FEED_NOT_FOUND: FaultReason
FAULT_REASON_NO_CHECKPOINT: FaultReason
FAULT_REASON_RANGE_INVALID: FaultReason
FAULT_REASON_FIELD_INVALID: FaultReason
FAULT_REASON_LIMIT_EXCEEDED: FaultReason
FAULT_REASON_SIGNATURE_INVALID: FaultReason
FAULT_REASON_QUESTION_INVALID: FaultReason
FAULT_REASON_QUESTION_MISDIRECTED: FaultReason
FAULT_REASON_PURPOSE_NOT_GRANTED: FaultReason
FAULT_REASON_EXCHANGE_ID_REUSED: FaultReason
FAULT_REASON_EXCHANGE_LOG_UNAVAILABLE: FaultReason
FAULT_REASON_STORE_UNAVAILABLE: FaultReason
FAULT_REASON_FORK_DETECTED: FaultReason
FAULT_REASON_INTERNAL: FaultReason
FAULT_REASON_METHOD_UNKNOWN: FaultReason
FAULT_REASON_MEMBER_UNREACHABLE: FaultReason
