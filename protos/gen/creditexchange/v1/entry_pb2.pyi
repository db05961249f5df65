from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PayloadState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYLOAD_STATE_UNSPECIFIED: _ClassVar[PayloadState]
    PAYLOAD_STATE_PRESENT: _ClassVar[PayloadState]
    PAYLOAD_STATE_WITHHELD: _ClassVar[PayloadState]
    PAYLOAD_STATE_ERASED: _ClassVar[PayloadState]
    PAYLOAD_STATE_NONE: _ClassVar[PayloadState]
    PAYLOAD_STATE_LOST: _ClassVar[PayloadState]
PAYLOAD_STATE_UNSPECIFIED: PayloadState
PAYLOAD_STATE_PRESENT: PayloadState
PAYLOAD_STATE_WITHHELD: PayloadState
PAYLOAD_STATE_ERASED: PayloadState
PAYLOAD_STATE_NONE: PayloadState
PAYLOAD_STATE_LOST: PayloadState

class Entry(_message.Message):
    __slots__ = ("leaf", "payload_state", "salt", "payload")
    LEAF_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_STATE_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    leaf: bytes
    payload_state: PayloadState
    salt: bytes
    payload: bytes
    def __init__(self, leaf: _Optional[bytes] = ..., payload_state: _Optional[_Union[PayloadState, str]] = ..., salt: _Optional[bytes] = ..., payload: _Optional[bytes] = ...) -> None: ...
