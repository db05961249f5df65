from creditexchange.v1 import identity_pb2 as _identity_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Question(_message.Message):
    __slots__ = ("exchange_id", "requester", "responder", "purpose", "legal_basis", "case_number", "code_kind", "code", "asked_at_ms", "salt")
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_FIELD_NUMBER: _ClassVar[int]
    RESPONDER_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    CASE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CODE_KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ASKED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    exchange_id: str
    requester: str
    responder: str
    purpose: str
    legal_basis: str
    case_number: str
    code_kind: _identity_pb2.CodeKind
    code: str
    asked_at_ms: int
    salt: bytes
    def __init__(self, exchange_id: _Optional[str] = ..., requester: _Optional[str] = ..., responder: _Optional[str] = ..., purpose: _Optional[str] = ..., legal_basis: _Optional[str] = ..., case_number: _Optional[str] = ..., code_kind: _Optional[_Union[_identity_pb2.CodeKind, str]] = ..., code: _Optional[str] = ..., asked_at_ms: _Optional[int] = ..., salt: _Optional[bytes] = ...) -> None: ...
