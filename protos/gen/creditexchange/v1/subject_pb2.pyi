from creditexchange.v1 import authority_pb2 as _authority_pb2
from creditexchange.v1 import identity_pb2 as _identity_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Subject(_message.Message):
    __slots__ = ("identity", "source", "reported_on", "head_office")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REPORTED_ON_FIELD_NUMBER: _ClassVar[int]
    HEAD_OFFICE_FIELD_NUMBER: _ClassVar[int]
    identity: _identity_pb2.Identity
    source: _authority_pb2.Authority
    reported_on: str
    head_office: str
    def __init__(self, identity: _Optional[_Union[_identity_pb2.Identity, _Mapping]] = ..., source: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., reported_on: _Optional[str] = ..., head_office: _Optional[str] = ...) -> None: ...
