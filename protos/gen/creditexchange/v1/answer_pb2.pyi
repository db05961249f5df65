from creditexchange.v1 import evidence_pb2 as _evidence_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Freshness(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FRESHNESS_UNSPECIFIED: _ClassVar[Freshness]
    FRESHNESS_FRESH: _ClassVar[Freshness]
    FRESHNESS_STALE: _ClassVar[Freshness]
    FRESHNESS_UNKNOWN: _ClassVar[Freshness]
FRESHNESS_UNSPECIFIED: Freshness
FRESHNESS_FRESH: Freshness
FRESHNESS_STALE: Freshness
FRESHNESS_UNKNOWN: Freshness

class Answer(_message.Message):
    __slots__ = ("exchange_id", "question_sha256", "responder", "answered_at_ms", "findings", "heads", "truncated", "disclosure", "gaps")
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    QUESTION_SHA256_FIELD_NUMBER: _ClassVar[int]
    RESPONDER_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    HEADS_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    DISCLOSURE_FIELD_NUMBER: _ClassVar[int]
    GAPS_FIELD_NUMBER: _ClassVar[int]
    exchange_id: str
    question_sha256: bytes
    responder: str
    answered_at_ms: int
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    heads: _containers.RepeatedCompositeFieldContainer[Head]
    truncated: bool
    disclosure: str
    gaps: _containers.RepeatedCompositeFieldContainer[Gap]
    def __init__(self, exchange_id: _Optional[str] = ..., question_sha256: _Optional[bytes] = ..., responder: _Optional[str] = ..., answered_at_ms: _Optional[int] = ..., findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., heads: _Optional[_Iterable[_Union[Head, _Mapping]]] = ..., truncated: _Optional[bool] = ..., disclosure: _Optional[str] = ..., gaps: _Optional[_Iterable[_Union[Gap, _Mapping]]] = ...) -> None: ...

class Gap(_message.Message):
    __slots__ = ("origin", "reason")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    origin: str
    reason: str
    def __init__(self, origin: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("evidence", "standing", "reasons", "acts", "excerpt")
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    ACTS_FIELD_NUMBER: _ClassVar[int]
    EXCERPT_FIELD_NUMBER: _ClassVar[int]
    evidence: _evidence_pb2.Evidence
    standing: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    acts: _containers.RepeatedCompositeFieldContainer[_evidence_pb2.Evidence]
    excerpt: Excerpt
    def __init__(self, evidence: _Optional[_Union[_evidence_pb2.Evidence, _Mapping]] = ..., standing: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., acts: _Optional[_Iterable[_Union[_evidence_pb2.Evidence, _Mapping]]] = ..., excerpt: _Optional[_Union[Excerpt, _Mapping]] = ...) -> None: ...

class Excerpt(_message.Message):
    __slots__ = ("fields",)
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    fields: _containers.RepeatedCompositeFieldContainer[DisclosedField]
    def __init__(self, fields: _Optional[_Iterable[_Union[DisclosedField, _Mapping]]] = ...) -> None: ...

class DisclosedField(_message.Message):
    __slots__ = ("name", "value", "masked")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    MASKED_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    masked: bool
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ..., masked: _Optional[bool] = ...) -> None: ...

class Head(_message.Message):
    __slots__ = ("checkpoint", "freshness")
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    checkpoint: bytes
    freshness: Freshness
    def __init__(self, checkpoint: _Optional[bytes] = ..., freshness: _Optional[_Union[Freshness, str]] = ...) -> None: ...
