from creditexchange.v1 import authority_pb2 as _authority_pb2
from creditexchange.v1 import identity_pb2 as _identity_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIST_KIND_UNSPECIFIED: _ClassVar[ListKind]
    LIST_KIND_RED: _ClassVar[ListKind]
    LIST_KIND_BLACK: _ClassVar[ListKind]
    LIST_KIND_WATCH: _ClassVar[ListKind]
LIST_KIND_UNSPECIFIED: ListKind
LIST_KIND_RED: ListKind
LIST_KIND_BLACK: ListKind
LIST_KIND_WATCH: ListKind

class ListEntry(_message.Message):
    __slots__ = ("identity", "kind", "list_name", "field", "standard", "reason", "basis", "document_number", "authority", "decided_on", "valid_from", "valid_until", "responsible_persons", "source", "remark", "measures", "notified_on", "publicised_from")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LIST_NAME_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    STANDARD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_ON_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_PERSONS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    NOTIFIED_ON_FIELD_NUMBER: _ClassVar[int]
    PUBLICISED_FROM_FIELD_NUMBER: _ClassVar[int]
    identity: _identity_pb2.Identity
    kind: ListKind
    list_name: str
    field: str
    standard: str
    reason: str
    basis: str
    document_number: str
    authority: _authority_pb2.Authority
    decided_on: str
    valid_from: str
    valid_until: str
    responsible_persons: _containers.RepeatedScalarFieldContainer[str]
    source: _authority_pb2.Authority
    remark: str
    measures: _containers.RepeatedScalarFieldContainer[str]
    notified_on: str
    publicised_from: str
    def __init__(self, identity: _Optional[_Union[_identity_pb2.Identity, _Mapping]] = ..., kind: _Optional[_Union[ListKind, str]] = ..., list_name: _Optional[str] = ..., field: _Optional[str] = ..., standard: _Optional[str] = ..., reason: _Optional[str] = ..., basis: _Optional[str] = ..., document_number: _Optional[str] = ..., authority: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., decided_on: _Optional[str] = ..., valid_from: _Optional[str] = ..., valid_until: _Optional[str] = ..., responsible_persons: _Optional[_Iterable[str]] = ..., source: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., remark: _Optional[str] = ..., measures: _Optional[_Iterable[str]] = ..., notified_on: _Optional[str] = ..., publicised_from: _Optional[str] = ...) -> None: ...
