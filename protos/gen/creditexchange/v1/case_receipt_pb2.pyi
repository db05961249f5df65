from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class CaseReceipt(_message.Message):
    __slots__ = ("letter_sha256", "sender", "receiver", "received_at_ms")
    LETTER_SHA256_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    RECEIVER_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    letter_sha256: bytes
    sender: str
    receiver: str
    received_at_ms: int
    def __init__(self, letter_sha256: _Optional[bytes] = ..., sender: _Optional[str] = ..., receiver: _Optional[str] = ..., received_at_ms: _Optional[int] = ...) -> None: ...
