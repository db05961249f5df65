from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BarKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BAR_KIND_UNSPECIFIED: _ClassVar[BarKind]
    BAR_KIND_AUTHORISATION: _ClassVar[BarKind]
    BAR_KIND_OFFICER: _ClassVar[BarKind]
BAR_KIND_UNSPECIFIED: BarKind
BAR_KIND_AUTHORISATION: BarKind
BAR_KIND_OFFICER: BarKind

class SetBarRequest(_message.Message):
    __slots__ = ("kind", "name", "reason", "by")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    kind: BarKind
    name: str
    reason: str
    by: str
    def __init__(self, kind: _Optional[_Union[BarKind, str]] = ..., name: _Optional[str] = ..., reason: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...

class SetBarResponse(_message.Message):
    __slots__ = ("changed",)
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    changed: bool
    def __init__(self, changed: _Optional[bool] = ...) -> None: ...
