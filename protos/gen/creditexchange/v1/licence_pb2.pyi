from creditexchange.v1 import authority_pb2 as _authority_pb2
from creditexchange.v1 import identity_pb2 as _identity_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LicenceState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LICENCE_STATE_UNSPECIFIED: _ClassVar[LicenceState]
    LICENCE_STATE_VALID: _ClassVar[LicenceState]
    LICENCE_STATE_INVALID: _ClassVar[LicenceState]
LICENCE_STATE_UNSPECIFIED: LicenceState
LICENCE_STATE_VALID: LicenceState
LICENCE_STATE_INVALID: LicenceState

class Licence(_message.Message):
    __slots__ = ("identity", "document_name", "document_number", "category", "certificate_name", "certificate_number", "content", "decided_on", "valid_from", "valid_until", "authority", "state", "source", "remark")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NAME_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_NAME_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_ON_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    identity: _identity_pb2.Identity
    document_name: str
    document_number: str
    category: str
    certificate_name: str
    certificate_number: str
    content: str
    decided_on: str
    valid_from: str
    valid_until: str
    authority: _authority_pb2.Authority
    state: LicenceState
    source: _authority_pb2.Authority
    remark: str
    def __init__(self, identity: _Optional[_Union[_identity_pb2.Identity, _Mapping]] = ..., document_name: _Optional[str] = ..., document_number: _Optional[str] = ..., category: _Optional[str] = ..., certificate_name: _Optional[str] = ..., certificate_number: _Optional[str] = ..., content: _Optional[str] = ..., decided_on: _Optional[str] = ..., valid_from: _Optional[str] = ..., valid_until: _Optional[str] = ..., authority: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., state: _Optional[_Union[LicenceState, str]] = ..., source: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., remark: _Optional[str] = ...) -> None: ...
