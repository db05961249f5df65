from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AccessKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_KIND_UNSPECIFIED: _ClassVar[AccessKind]
    ACCESS_KIND_CHECK: _ClassVar[AccessKind]
    ACCESS_KIND_BATCH_CHECK: _ClassVar[AccessKind]
    ACCESS_KIND_LISTING: _ClassVar[AccessKind]
    ACCESS_KIND_EXPORT: _ClassVar[AccessKind]
    ACCESS_KIND_READ: _ClassVar[AccessKind]
    ACCESS_KIND_OPENING: _ClassVar[AccessKind]
    ACCESS_KIND_ABOUT: _ClassVar[AccessKind]
    ACCESS_KIND_RELAY: _ClassVar[AccessKind]
    ACCESS_KIND_BAR: _ClassVar[AccessKind]

class ExchangeSide(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXCHANGE_SIDE_UNSPECIFIED: _ClassVar[ExchangeSide]
    EXCHANGE_SIDE_REQUESTER: _ClassVar[ExchangeSide]
    EXCHANGE_SIDE_RESPONDER: _ClassVar[ExchangeSide]
ACCESS_KIND_UNSPECIFIED: AccessKind
ACCESS_KIND_CHECK: AccessKind
ACCESS_KIND_BATCH_CHECK: AccessKind
ACCESS_KIND_LISTING: AccessKind
ACCESS_KIND_EXPORT: AccessKind
ACCESS_KIND_READ: AccessKind
ACCESS_KIND_OPENING: AccessKind
ACCESS_KIND_ABOUT: AccessKind
ACCESS_KIND_RELAY: AccessKind
ACCESS_KIND_BAR: AccessKind
EXCHANGE_SIDE_UNSPECIFIED: ExchangeSide
EXCHANGE_SIDE_REQUESTER: ExchangeSide
EXCHANGE_SIDE_RESPONDER: ExchangeSide

class Exchange(_message.Message):
    __slots__ = ("exchange_id", "requester", "responder", "side", "purpose", "outcome", "question_sha256", "answer_sha256", "commitment", "logged_at_ms", "marks")
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_FIELD_NUMBER: _ClassVar[int]
    RESPONDER_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    QUESTION_SHA256_FIELD_NUMBER: _ClassVar[int]
    ANSWER_SHA256_FIELD_NUMBER: _ClassVar[int]
    COMMITMENT_FIELD_NUMBER: _ClassVar[int]
    LOGGED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    exchange_id: str
    requester: str
    responder: str
    side: ExchangeSide
    purpose: str
    outcome: str
    question_sha256: bytes
    answer_sha256: bytes
    commitment: bytes
    logged_at_ms: int
    marks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, exchange_id: _Optional[str] = ..., requester: _Optional[str] = ..., responder: _Optional[str] = ..., side: _Optional[_Union[ExchangeSide, str]] = ..., purpose: _Optional[str] = ..., outcome: _Optional[str] = ..., question_sha256: _Optional[bytes] = ..., answer_sha256: _Optional[bytes] = ..., commitment: _Optional[bytes] = ..., logged_at_ms: _Optional[int] = ..., marks: _Optional[_Iterable[str]] = ...) -> None: ...

class LateAcknowledgement(_message.Message):
    __slots__ = ("origin", "member", "first_index", "published_ms", "due_ms", "reason")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    FIRST_INDEX_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_MS_FIELD_NUMBER: _ClassVar[int]
    DUE_MS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    origin: str
    member: str
    first_index: int
    published_ms: int
    due_ms: int
    reason: str
    def __init__(self, origin: _Optional[str] = ..., member: _Optional[str] = ..., first_index: _Optional[int] = ..., published_ms: _Optional[int] = ..., due_ms: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class Access(_message.Message):
    __slots__ = ("access_id", "kind", "caller", "subjects", "commitment", "logged_at_ms")
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    COMMITMENT_FIELD_NUMBER: _ClassVar[int]
    LOGGED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    access_id: str
    kind: AccessKind
    caller: str
    subjects: int
    commitment: bytes
    logged_at_ms: int
    def __init__(self, access_id: _Optional[str] = ..., kind: _Optional[_Union[AccessKind, str]] = ..., caller: _Optional[str] = ..., subjects: _Optional[int] = ..., commitment: _Optional[bytes] = ..., logged_at_ms: _Optional[int] = ...) -> None: ...
