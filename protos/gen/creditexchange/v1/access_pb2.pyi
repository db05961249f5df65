from creditexchange.v1 import exchange_pb2 as _exchange_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LogAccessRequest(_message.Message):
    __slots__ = ("kind", "reference", "codes")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    kind: _exchange_pb2.AccessKind
    reference: str
    codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kind: _Optional[_Union[_exchange_pb2.AccessKind, str]] = ..., reference: _Optional[str] = ..., codes: _Optional[_Iterable[str]] = ...) -> None: ...

class LogAccessResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
