from creditexchange.v1 import authority_pb2 as _authority_pb2
from creditexchange.v1 import identity_pb2 as _identity_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Penalty(_message.Message):
    __slots__ = ("identity", "document_number", "violation", "facts", "basis", "kinds", "content", "fine_fen", "confiscated_fen", "affected_licence", "decided_on", "valid_until", "published_until", "authority", "source", "remark")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    VIOLATION_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    FINE_FEN_FIELD_NUMBER: _ClassVar[int]
    CONFISCATED_FEN_FIELD_NUMBER: _ClassVar[int]
    AFFECTED_LICENCE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_ON_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    identity: _identity_pb2.Identity
    document_number: str
    violation: str
    facts: str
    basis: str
    kinds: _containers.RepeatedScalarFieldContainer[str]
    content: str
    fine_fen: int
    confiscated_fen: int
    affected_licence: str
    decided_on: str
    valid_until: str
    published_until: str
    authority: _authority_pb2.Authority
    source: _authority_pb2.Authority
    remark: str
    def __init__(self, identity: _Optional[_Union[_identity_pb2.Identity, _Mapping]] = ..., document_number: _Optional[str] = ..., violation: _Optional[str] = ..., facts: _Optional[str] = ..., basis: _Optional[str] = ..., kinds: _Optional[_Iterable[str]] = ..., content: _Optional[str] = ..., fine_fen: _Optional[int] = ..., confiscated_fen: _Optional[int] = ..., affected_licence: _Optional[str] = ..., decided_on: _Optional[str] = ..., valid_until: _Optional[str] = ..., published_until: _Optional[str] = ..., authority: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., source: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., remark: _Optional[str] = ...) -> None: ...
