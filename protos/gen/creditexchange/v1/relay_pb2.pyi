from creditexchange.v1 import envelope_pb2 as _envelope_pb2
from creditexchange.v1 import fault_pb2 as _fault_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RelayRequest(_message.Message):
    __slots__ = ("questions", "passed")
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    questions: _containers.RepeatedCompositeFieldContainer[_envelope_pb2.Envelope]
    passed: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, questions: _Optional[_Iterable[_Union[_envelope_pb2.Envelope, _Mapping]]] = ..., passed: _Optional[_Iterable[str]] = ...) -> None: ...

class RelayResponse(_message.Message):
    __slots__ = ("place", "answer", "fault")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    place: int
    answer: _envelope_pb2.Envelope
    fault: RelayFault
    def __init__(self, place: _Optional[int] = ..., answer: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ..., fault: _Optional[_Union[RelayFault, _Mapping]] = ...) -> None: ...

class RelayFault(_message.Message):
    __slots__ = ("reason", "field")
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    reason: _fault_pb2.FaultReason
    field: str
    def __init__(self, reason: _Optional[_Union[_fault_pb2.FaultReason, str]] = ..., field: _Optional[str] = ...) -> None: ...
