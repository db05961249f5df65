from creditexchange.v1 import envelope_pb2 as _envelope_pb2
from creditexchange.v1 import holder_index_pb2 as _holder_index_pb2
from creditexchange.v1 import relay_pb2 as _relay_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AskRequest(_message.Message):
    __slots__ = ("question",)
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    question: _envelope_pb2.Envelope
    def __init__(self, question: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...

class AskResponse(_message.Message):
    __slots__ = ("answer",)
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    answer: _envelope_pb2.Envelope
    def __init__(self, answer: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...
