from creditexchange.v1 import envelope_pb2 as _envelope_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DeliverRequest(_message.Message):
    __slots__ = ("letters",)
    LETTERS_FIELD_NUMBER: _ClassVar[int]
    letters: _containers.RepeatedCompositeFieldContainer[_envelope_pb2.Envelope]
    def __init__(self, letters: _Optional[_Iterable[_Union[_envelope_pb2.Envelope, _Mapping]]] = ...) -> None: ...

class DeliverResponse(_message.Message):
    __slots__ = ("outcomes",)
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[LetterOutcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[LetterOutcome, _Mapping]]] = ...) -> None: ...

class LetterOutcome(_message.Message):
    __slots__ = ("receipt", "reason")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    receipt: _envelope_pb2.Envelope
    reason: str
    def __init__(self, receipt: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...
