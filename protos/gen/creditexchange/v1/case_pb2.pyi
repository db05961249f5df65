from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CaseKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CASE_KIND_UNSPECIFIED: _ClassVar[CaseKind]
    CASE_KIND_OBJECTION: _ClassVar[CaseKind]
    CASE_KIND_REPAIR: _ClassVar[CaseKind]
CASE_KIND_UNSPECIFIED: CaseKind
CASE_KIND_OBJECTION: CaseKind
CASE_KIND_REPAIR: CaseKind

class Case(_message.Message):
    __slots__ = ("case_id", "kind", "origin", "index", "applicant", "applicant_sha256", "salt", "grounds", "documents", "filed_at", "filed_at_ms")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    APPLICANT_FIELD_NUMBER: _ClassVar[int]
    APPLICANT_SHA256_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    GROUNDS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    FILED_AT_FIELD_NUMBER: _ClassVar[int]
    FILED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    kind: CaseKind
    origin: str
    index: int
    applicant: str
    applicant_sha256: bytes
    salt: bytes
    grounds: str
    documents: _containers.RepeatedCompositeFieldContainer[CaseDocument]
    filed_at: str
    filed_at_ms: int
    def __init__(self, case_id: _Optional[str] = ..., kind: _Optional[_Union[CaseKind, str]] = ..., origin: _Optional[str] = ..., index: _Optional[int] = ..., applicant: _Optional[str] = ..., applicant_sha256: _Optional[bytes] = ..., salt: _Optional[bytes] = ..., grounds: _Optional[str] = ..., documents: _Optional[_Iterable[_Union[CaseDocument, _Mapping]]] = ..., filed_at: _Optional[str] = ..., filed_at_ms: _Optional[int] = ...) -> None: ...

class CaseDocument(_message.Message):
    __slots__ = ("name", "sha256")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    name: str
    sha256: bytes
    def __init__(self, name: _Optional[str] = ..., sha256: _Optional[bytes] = ...) -> None: ...
