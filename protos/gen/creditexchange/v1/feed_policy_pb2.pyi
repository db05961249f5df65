from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Dataset(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DATASET_UNSPECIFIED: _ClassVar[Dataset]
    DATASET_SUBJECTS: _ClassVar[Dataset]
    DATASET_LICENCES: _ClassVar[Dataset]
    DATASET_PENALTIES: _ClassVar[Dataset]
    DATASET_LISTS: _ClassVar[Dataset]
    DATASET_FILINGS: _ClassVar[Dataset]
    DATASET_CATALOGUE: _ClassVar[Dataset]
    DATASET_EXCHANGE: _ClassVar[Dataset]
    DATASET_FEEDBACK: _ClassVar[Dataset]
DATASET_UNSPECIFIED: Dataset
DATASET_SUBJECTS: Dataset
DATASET_LICENCES: Dataset
DATASET_PENALTIES: Dataset
DATASET_LISTS: Dataset
DATASET_FILINGS: Dataset
DATASET_CATALOGUE: Dataset
DATASET_EXCHANGE: Dataset
DATASET_FEEDBACK: Dataset

class FeedPolicy(_message.Message):
    __slots__ = ("origin", "dataset", "readers", "person_payload_readers")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    READERS_FIELD_NUMBER: _ClassVar[int]
    PERSON_PAYLOAD_READERS_FIELD_NUMBER: _ClassVar[int]
    origin: str
    dataset: Dataset
    readers: _containers.RepeatedScalarFieldContainer[str]
    person_payload_readers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, origin: _Optional[str] = ..., dataset: _Optional[_Union[Dataset, str]] = ..., readers: _Optional[_Iterable[str]] = ..., person_payload_readers: _Optional[_Iterable[str]] = ...) -> None: ...
