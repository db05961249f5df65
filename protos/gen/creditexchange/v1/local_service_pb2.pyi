from creditexchange.v1 import answer_pb2 as _answer_pb2
from creditexchange.v1 import case_filing_pb2 as _case_filing_pb2
from creditexchange.v1 import feed_policy_pb2 as _feed_policy_pb2
from creditexchange.v1 import identity_pb2 as _identity_pb2
from creditexchange.v1 import schema_pb2 as _schema_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OutcomeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_KIND_UNSPECIFIED: _ClassVar[OutcomeKind]
    OUTCOME_KIND_ACCEPTED: _ClassVar[OutcomeKind]
    OUTCOME_KIND_DUPLICATE: _ClassVar[OutcomeKind]
    OUTCOME_KIND_REFUSED: _ClassVar[OutcomeKind]

class ErasureKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERASURE_KIND_UNSPECIFIED: _ClassVar[ErasureKind]
    ERASURE_KIND_ORDERED: _ClassVar[ErasureKind]
    ERASURE_KIND_REPEATED: _ClassVar[ErasureKind]
    ERASURE_KIND_REFUSED: _ClassVar[ErasureKind]
OUTCOME_KIND_UNSPECIFIED: OutcomeKind
OUTCOME_KIND_ACCEPTED: OutcomeKind
OUTCOME_KIND_DUPLICATE: OutcomeKind
OUTCOME_KIND_REFUSED: OutcomeKind
ERASURE_KIND_UNSPECIFIED: ErasureKind
ERASURE_KIND_ORDERED: ErasureKind
ERASURE_KIND_REPEATED: ErasureKind
ERASURE_KIND_REFUSED: ErasureKind

class SubmitRequest(_message.Message):
    __slots__ = ("feed", "submissions", "amend")
    FEED_FIELD_NUMBER: _ClassVar[int]
    SUBMISSIONS_FIELD_NUMBER: _ClassVar[int]
    AMEND_FIELD_NUMBER: _ClassVar[int]
    feed: str
    submissions: _containers.RepeatedCompositeFieldContainer[Submission]
    amend: bool
    def __init__(self, feed: _Optional[str] = ..., submissions: _Optional[_Iterable[_Union[Submission, _Mapping]]] = ..., amend: _Optional[bool] = ...) -> None: ...

class Submission(_message.Message):
    __slots__ = ("key", "schema", "payload", "ref")
    KEY_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    key: str
    schema: _schema_pb2.Schema
    payload: bytes
    ref: int
    def __init__(self, key: _Optional[str] = ..., schema: _Optional[_Union[_schema_pb2.Schema, str]] = ..., payload: _Optional[bytes] = ..., ref: _Optional[int] = ...) -> None: ...

class SubmitResponse(_message.Message):
    __slots__ = ("outcomes",)
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[Outcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[Outcome, _Mapping]]] = ...) -> None: ...

class Outcome(_message.Message):
    __slots__ = ("kind", "reason", "field", "warnings")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    kind: OutcomeKind
    reason: str
    field: str
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kind: _Optional[_Union[OutcomeKind, str]] = ..., reason: _Optional[str] = ..., field: _Optional[str] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class CheckRequest(_message.Message):
    __slots__ = ("code_kind", "code")
    CODE_KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    code_kind: _identity_pb2.CodeKind
    code: str
    def __init__(self, code_kind: _Optional[_Union[_identity_pb2.CodeKind, str]] = ..., code: _Optional[str] = ...) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ("holdings", "measures")
    HOLDINGS_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    holdings: _containers.RepeatedCompositeFieldContainer[Holding]
    measures: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, holdings: _Optional[_Iterable[_Union[Holding, _Mapping]]] = ..., measures: _Optional[_Iterable[str]] = ...) -> None: ...

class Holding(_message.Message):
    __slots__ = ("origin", "index", "dataset", "standing", "reasons", "measures", "freshness")
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    FRESHNESS_FIELD_NUMBER: _ClassVar[int]
    origin: str
    index: int
    dataset: _feed_policy_pb2.Dataset
    standing: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    measures: _containers.RepeatedScalarFieldContainer[str]
    freshness: _answer_pb2.Freshness
    def __init__(self, origin: _Optional[str] = ..., index: _Optional[int] = ..., dataset: _Optional[_Union[_feed_policy_pb2.Dataset, str]] = ..., standing: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., measures: _Optional[_Iterable[str]] = ..., freshness: _Optional[_Union[_answer_pb2.Freshness, str]] = ...) -> None: ...

class InquireRequest(_message.Message):
    __slots__ = ("member", "purpose", "legal_basis", "case_number", "code_kind", "code")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    CASE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CODE_KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    member: str
    purpose: str
    legal_basis: str
    case_number: str
    code_kind: _identity_pb2.CodeKind
    code: str
    def __init__(self, member: _Optional[str] = ..., purpose: _Optional[str] = ..., legal_basis: _Optional[str] = ..., case_number: _Optional[str] = ..., code_kind: _Optional[_Union[_identity_pb2.CodeKind, str]] = ..., code: _Optional[str] = ...) -> None: ...

class InquireResponse(_message.Message):
    __slots__ = ("answer",)
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    answer: _answer_pb2.Answer
    def __init__(self, answer: _Optional[_Union[_answer_pb2.Answer, _Mapping]] = ...) -> None: ...

class EraseRequest(_message.Message):
    __slots__ = ("feed", "indexes", "ground", "with_acts")
    FEED_FIELD_NUMBER: _ClassVar[int]
    INDEXES_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    WITH_ACTS_FIELD_NUMBER: _ClassVar[int]
    feed: str
    indexes: _containers.RepeatedScalarFieldContainer[int]
    ground: str
    with_acts: bool
    def __init__(self, feed: _Optional[str] = ..., indexes: _Optional[_Iterable[int]] = ..., ground: _Optional[str] = ..., with_acts: _Optional[bool] = ...) -> None: ...

class EraseResponse(_message.Message):
    __slots__ = ("erasures",)
    ERASURES_FIELD_NUMBER: _ClassVar[int]
    erasures: _containers.RepeatedCompositeFieldContainer[Erasure]
    def __init__(self, erasures: _Optional[_Iterable[_Union[Erasure, _Mapping]]] = ...) -> None: ...

class Erasure(_message.Message):
    __slots__ = ("index", "kind", "others", "reason")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    index: int
    kind: ErasureKind
    others: _containers.RepeatedScalarFieldContainer[int]
    reason: str
    def __init__(self, index: _Optional[int] = ..., kind: _Optional[_Union[ErasureKind, str]] = ..., others: _Optional[_Iterable[int]] = ..., reason: _Optional[str] = ...) -> None: ...
