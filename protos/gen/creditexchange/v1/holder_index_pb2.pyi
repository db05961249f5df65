from creditexchange.v1 import envelope_pb2 as _envelope_pb2
from creditexchange.v1 import feed_policy_pb2 as _feed_policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HolderIndex(_message.Message):
    __slots__ = ("node_id", "built_at_ms", "as_of_ms", "salt", "false_positives_per_million", "keys", "bits", "hashes", "feeds", "bits_sha256")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    BUILT_AT_MS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_MS_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    FALSE_POSITIVES_PER_MILLION_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    BITS_FIELD_NUMBER: _ClassVar[int]
    HASHES_FIELD_NUMBER: _ClassVar[int]
    FEEDS_FIELD_NUMBER: _ClassVar[int]
    BITS_SHA256_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    built_at_ms: int
    as_of_ms: int
    salt: bytes
    false_positives_per_million: int
    keys: int
    bits: int
    hashes: int
    feeds: _containers.RepeatedCompositeFieldContainer[CoveredFeed]
    bits_sha256: bytes
    def __init__(self, node_id: _Optional[str] = ..., built_at_ms: _Optional[int] = ..., as_of_ms: _Optional[int] = ..., salt: _Optional[bytes] = ..., false_positives_per_million: _Optional[int] = ..., keys: _Optional[int] = ..., bits: _Optional[int] = ..., hashes: _Optional[int] = ..., feeds: _Optional[_Iterable[_Union[CoveredFeed, _Mapping]]] = ..., bits_sha256: _Optional[bytes] = ...) -> None: ...

class CoveredFeed(_message.Message):
    __slots__ = ("origin", "dataset", "size")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    origin: str
    dataset: _feed_policy_pb2.Dataset
    size: int
    def __init__(self, origin: _Optional[str] = ..., dataset: _Optional[_Union[_feed_policy_pb2.Dataset, str]] = ..., size: _Optional[int] = ...) -> None: ...

class GetHolderIndexRequest(_message.Message):
    __slots__ = ("node_id", "known_bits_sha256")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    KNOWN_BITS_SHA256_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    known_bits_sha256: bytes
    def __init__(self, node_id: _Optional[str] = ..., known_bits_sha256: _Optional[bytes] = ...) -> None: ...

class GetHolderIndexResponse(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: _envelope_pb2.Envelope
    chunk: bytes
    def __init__(self, header: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...
