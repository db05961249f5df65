from creditexchange.v1 import entry_pb2 as _entry_pb2
from creditexchange.v1 import feed_policy_pb2 as _feed_policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListFeedsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListFeedsResponse(_message.Message):
    __slots__ = ("feeds", "next_page_token")
    FEEDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    feeds: _containers.RepeatedCompositeFieldContainer[Feed]
    next_page_token: str
    def __init__(self, feeds: _Optional[_Iterable[_Union[Feed, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Feed(_message.Message):
    __slots__ = ("origin", "dataset", "size")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    origin: str
    dataset: _feed_policy_pb2.Dataset
    size: int
    def __init__(self, origin: _Optional[str] = ..., dataset: _Optional[_Union[_feed_policy_pb2.Dataset, str]] = ..., size: _Optional[int] = ...) -> None: ...

class GetCheckpointRequest(_message.Message):
    __slots__ = ("origin", "known_checkpoint", "wants_statements")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    KNOWN_CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    WANTS_STATEMENTS_FIELD_NUMBER: _ClassVar[int]
    origin: str
    known_checkpoint: bytes
    wants_statements: bool
    def __init__(self, origin: _Optional[str] = ..., known_checkpoint: _Optional[bytes] = ..., wants_statements: _Optional[bool] = ...) -> None: ...

class GetCheckpointResponse(_message.Message):
    __slots__ = ("checkpoint", "acknowledged", "statements")
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    STATEMENTS_FIELD_NUMBER: _ClassVar[int]
    checkpoint: bytes
    acknowledged: bytes
    statements: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, checkpoint: _Optional[bytes] = ..., acknowledged: _Optional[bytes] = ..., statements: _Optional[_Iterable[bytes]] = ...) -> None: ...

class WatchCheckpointsRequest(_message.Message):
    __slots__ = ("origins",)
    ORIGINS_FIELD_NUMBER: _ClassVar[int]
    origins: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, origins: _Optional[_Iterable[str]] = ...) -> None: ...

class WatchCheckpointsResponse(_message.Message):
    __slots__ = ("origin", "checkpoint")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    origin: str
    checkpoint: bytes
    def __init__(self, origin: _Optional[str] = ..., checkpoint: _Optional[bytes] = ...) -> None: ...

class ReadEntriesRequest(_message.Message):
    __slots__ = ("origin", "checkpoint_size", "start_index", "max_entries", "known_checkpoint")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_SIZE_FIELD_NUMBER: _ClassVar[int]
    START_INDEX_FIELD_NUMBER: _ClassVar[int]
    MAX_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    KNOWN_CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    origin: str
    checkpoint_size: int
    start_index: int
    max_entries: int
    known_checkpoint: bytes
    def __init__(self, origin: _Optional[str] = ..., checkpoint_size: _Optional[int] = ..., start_index: _Optional[int] = ..., max_entries: _Optional[int] = ..., known_checkpoint: _Optional[bytes] = ...) -> None: ...

class ReadEntriesResponse(_message.Message):
    __slots__ = ("first_index", "entries", "consistency_path")
    FIRST_INDEX_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    CONSISTENCY_PATH_FIELD_NUMBER: _ClassVar[int]
    first_index: int
    entries: _containers.RepeatedCompositeFieldContainer[_entry_pb2.Entry]
    consistency_path: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, first_index: _Optional[int] = ..., entries: _Optional[_Iterable[_Union[_entry_pb2.Entry, _Mapping]]] = ..., consistency_path: _Optional[_Iterable[bytes]] = ...) -> None: ...

class GetInclusionProofRequest(_message.Message):
    __slots__ = ("origin", "leaf_index", "tree_size")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    LEAF_INDEX_FIELD_NUMBER: _ClassVar[int]
    TREE_SIZE_FIELD_NUMBER: _ClassVar[int]
    origin: str
    leaf_index: int
    tree_size: int
    def __init__(self, origin: _Optional[str] = ..., leaf_index: _Optional[int] = ..., tree_size: _Optional[int] = ...) -> None: ...

class GetInclusionProofResponse(_message.Message):
    __slots__ = ("path",)
    PATH_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, path: _Optional[_Iterable[bytes]] = ...) -> None: ...

class GetConsistencyProofRequest(_message.Message):
    __slots__ = ("origin", "first_size", "second_size")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    FIRST_SIZE_FIELD_NUMBER: _ClassVar[int]
    SECOND_SIZE_FIELD_NUMBER: _ClassVar[int]
    origin: str
    first_size: int
    second_size: int
    def __init__(self, origin: _Optional[str] = ..., first_size: _Optional[int] = ..., second_size: _Optional[int] = ...) -> None: ...

class GetConsistencyProofResponse(_message.Message):
    __slots__ = ("path",)
    PATH_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, path: _Optional[_Iterable[bytes]] = ...) -> None: ...
