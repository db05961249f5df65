from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class CaseWithdrawal(_message.Message):
    __slots__ = ("case_id", "filed_at", "case_sha256", "decided_at", "withdrawn_at_ms", "explanation")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    FILED_AT_FIELD_NUMBER: _ClassVar[int]
    CASE_SHA256_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_AT_MS_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    filed_at: str
    case_sha256: bytes
    decided_at: str
    withdrawn_at_ms: int
    explanation: str
    def __init__(self, case_id: _Optional[str] = ..., filed_at: _Optional[str] = ..., case_sha256: _Optional[bytes] = ..., decided_at: _Optional[str] = ..., withdrawn_at_ms: _Optional[int] = ..., explanation: _Optional[str] = ...) -> None: ...
