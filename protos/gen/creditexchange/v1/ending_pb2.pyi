from creditexchange.v1 import authority_pb2 as _authority_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EndingKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENDING_KIND_UNSPECIFIED: _ClassVar[EndingKind]
    ENDING_KIND_REMOVED: _ClassVar[EndingKind]
    ENDING_KIND_REVOKED: _ClassVar[EndingKind]
    ENDING_KIND_REPAIRED: _ClassVar[EndingKind]
    ENDING_KIND_CORRECTED: _ClassVar[EndingKind]
ENDING_KIND_UNSPECIFIED: EndingKind
ENDING_KIND_REMOVED: EndingKind
ENDING_KIND_REVOKED: EndingKind
ENDING_KIND_REPAIRED: EndingKind
ENDING_KIND_CORRECTED: EndingKind

class Ending(_message.Message):
    __slots__ = ("kind", "authority", "document_number", "decided_on", "explanation")
    KIND_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DECIDED_ON_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    kind: EndingKind
    authority: _authority_pb2.Authority
    document_number: str
    decided_on: str
    explanation: str
    def __init__(self, kind: _Optional[_Union[EndingKind, str]] = ..., authority: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., document_number: _Optional[str] = ..., decided_on: _Optional[str] = ..., explanation: _Optional[str] = ...) -> None: ...
