from creditexchange.v1 import access_pb2 as _access_pb2
from creditexchange.v1 import answer_pb2 as _answer_pb2
from creditexchange.v1 import authority_pb2 as _authority_pb2
from creditexchange.v1 import bar_pb2 as _bar_pb2
from creditexchange.v1 import case_filing_pb2 as _case_filing_pb2
from creditexchange.v1 import envelope_pb2 as _envelope_pb2
from creditexchange.v1 import feed_policy_pb2 as _feed_policy_pb2
from creditexchange.v1 import feedback_pb2 as _feedback_pb2
from creditexchange.v1 import identity_pb2 as _identity_pb2
from creditexchange.v1 import question_pb2 as _question_pb2
from creditexchange.v1 import report_check_pb2 as _report_check_pb2
from creditexchange.v1 import schema_pb2 as _schema_pb2
from creditexchange.v1 import wide_inquiry_pb2 as _wide_inquiry_pb2
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

class SubjectState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUBJECT_STATE_UNSPECIFIED: _ClassVar[SubjectState]
    SUBJECT_STATE_KNOWN: _ClassVar[SubjectState]
    SUBJECT_STATE_UNKNOWN: _ClassVar[SubjectState]
    SUBJECT_STATE_REFUSED: _ClassVar[SubjectState]

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
SUBJECT_STATE_UNSPECIFIED: SubjectState
SUBJECT_STATE_KNOWN: SubjectState
SUBJECT_STATE_UNKNOWN: SubjectState
SUBJECT_STATE_REFUSED: SubjectState
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
    __slots__ = ("kind", "reason", "field", "warnings", "detail")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    kind: OutcomeKind
    reason: str
    field: str
    warnings: _containers.RepeatedScalarFieldContainer[str]
    detail: str
    def __init__(self, kind: _Optional[_Union[OutcomeKind, str]] = ..., reason: _Optional[str] = ..., field: _Optional[str] = ..., warnings: _Optional[_Iterable[str]] = ..., detail: _Optional[str] = ...) -> None: ...

class CheckRequest(_message.Message):
    __slots__ = ("code_kind", "code", "department", "measure")
    CODE_KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    code_kind: _identity_pb2.CodeKind
    code: str
    department: str
    measure: str
    def __init__(self, code_kind: _Optional[_Union[_identity_pb2.CodeKind, str]] = ..., code: _Optional[str] = ..., department: _Optional[str] = ..., measure: _Optional[str] = ...) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ("holdings", "measures", "truncated", "catalogued", "state", "beside")
    HOLDINGS_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    CATALOGUED_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    BESIDE_FIELD_NUMBER: _ClassVar[int]
    holdings: _containers.RepeatedCompositeFieldContainer[Holding]
    measures: _containers.RepeatedScalarFieldContainer[str]
    truncated: bool
    catalogued: _containers.RepeatedCompositeFieldContainer[CataloguedMeasure]
    state: SubjectState
    beside: _containers.RepeatedCompositeFieldContainer[HoldingBeside]
    def __init__(self, holdings: _Optional[_Iterable[_Union[Holding, _Mapping]]] = ..., measures: _Optional[_Iterable[str]] = ..., truncated: _Optional[bool] = ..., catalogued: _Optional[_Iterable[_Union[CataloguedMeasure, _Mapping]]] = ..., state: _Optional[_Union[SubjectState, str]] = ..., beside: _Optional[_Iterable[_Union[HoldingBeside, _Mapping]]] = ...) -> None: ...

class HoldingBeside(_message.Message):
    __slots__ = ("relation", "code", "holding")
    RELATION_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    HOLDING_FIELD_NUMBER: _ClassVar[int]
    relation: str
    code: str
    holding: Holding
    def __init__(self, relation: _Optional[str] = ..., code: _Optional[str] = ..., holding: _Optional[_Union[Holding, _Mapping]] = ...) -> None: ...

class CataloguedMeasure(_message.Message):
    __slots__ = ("code", "title_zh", "title_en", "basis", "implementers")
    CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_ZH_FIELD_NUMBER: _ClassVar[int]
    TITLE_EN_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    IMPLEMENTERS_FIELD_NUMBER: _ClassVar[int]
    code: str
    title_zh: str
    title_en: str
    basis: str
    implementers: _containers.RepeatedCompositeFieldContainer[_authority_pb2.Authority]
    def __init__(self, code: _Optional[str] = ..., title_zh: _Optional[str] = ..., title_en: _Optional[str] = ..., basis: _Optional[str] = ..., implementers: _Optional[_Iterable[_Union[_authority_pb2.Authority, _Mapping]]] = ...) -> None: ...

class BatchCheckRequest(_message.Message):
    __slots__ = ("codes", "department", "measure")
    CODES_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    codes: _containers.RepeatedScalarFieldContainer[str]
    department: str
    measure: str
    def __init__(self, codes: _Optional[_Iterable[str]] = ..., department: _Optional[str] = ..., measure: _Optional[str] = ...) -> None: ...

class BatchCheckResponse(_message.Message):
    __slots__ = ("results", "catalogued", "not_fresh")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    CATALOGUED_FIELD_NUMBER: _ClassVar[int]
    NOT_FRESH_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[SubjectResult]
    catalogued: _containers.RepeatedCompositeFieldContainer[CataloguedMeasure]
    not_fresh: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, results: _Optional[_Iterable[_Union[SubjectResult, _Mapping]]] = ..., catalogued: _Optional[_Iterable[_Union[CataloguedMeasure, _Mapping]]] = ..., not_fresh: _Optional[_Iterable[str]] = ...) -> None: ...

class SubjectResult(_message.Message):
    __slots__ = ("code", "state", "reason", "holdings", "measures", "truncated")
    CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    HOLDINGS_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    code: str
    state: SubjectState
    reason: str
    holdings: _containers.RepeatedCompositeFieldContainer[Holding]
    measures: _containers.RepeatedScalarFieldContainer[str]
    truncated: bool
    def __init__(self, code: _Optional[str] = ..., state: _Optional[_Union[SubjectState, str]] = ..., reason: _Optional[str] = ..., holdings: _Optional[_Iterable[_Union[Holding, _Mapping]]] = ..., measures: _Optional[_Iterable[str]] = ..., truncated: _Optional[bool] = ...) -> None: ...

class GiveFeedbackRequest(_message.Message):
    __slots__ = ("statements",)
    STATEMENTS_FIELD_NUMBER: _ClassVar[int]
    statements: _containers.RepeatedCompositeFieldContainer[FeedbackStatement]
    def __init__(self, statements: _Optional[_Iterable[_Union[FeedbackStatement, _Mapping]]] = ...) -> None: ...

class FeedbackStatement(_message.Message):
    __slots__ = ("case_id", "origin", "index", "measure", "implementer", "response", "reason", "received_on", "responded_on", "implemented_on", "result", "evidence_sha256", "reported_period")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    IMPLEMENTER_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_ON_FIELD_NUMBER: _ClassVar[int]
    RESPONDED_ON_FIELD_NUMBER: _ClassVar[int]
    IMPLEMENTED_ON_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_SHA256_FIELD_NUMBER: _ClassVar[int]
    REPORTED_PERIOD_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    origin: str
    index: int
    measure: str
    implementer: str
    response: _feedback_pb2.FeedbackResponse
    reason: str
    received_on: str
    responded_on: str
    implemented_on: str
    result: str
    evidence_sha256: bytes
    reported_period: str
    def __init__(self, case_id: _Optional[str] = ..., origin: _Optional[str] = ..., index: _Optional[int] = ..., measure: _Optional[str] = ..., implementer: _Optional[str] = ..., response: _Optional[_Union[_feedback_pb2.FeedbackResponse, str]] = ..., reason: _Optional[str] = ..., received_on: _Optional[str] = ..., responded_on: _Optional[str] = ..., implemented_on: _Optional[str] = ..., result: _Optional[str] = ..., evidence_sha256: _Optional[bytes] = ..., reported_period: _Optional[str] = ...) -> None: ...

class GiveFeedbackResponse(_message.Message):
    __slots__ = ("outcomes",)
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[Outcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[Outcome, _Mapping]]] = ...) -> None: ...

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
    __slots__ = ("member", "purpose", "legal_basis", "case_number", "code_kind", "code", "signed", "officer", "office", "authorisation", "batch", "datasets", "max_age_s", "timeout_ms")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    CASE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CODE_KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    SIGNED_FIELD_NUMBER: _ClassVar[int]
    OFFICER_FIELD_NUMBER: _ClassVar[int]
    OFFICE_FIELD_NUMBER: _ClassVar[int]
    AUTHORISATION_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    DATASETS_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_S_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    member: str
    purpose: str
    legal_basis: str
    case_number: str
    code_kind: _identity_pb2.CodeKind
    code: str
    signed: bool
    officer: str
    office: str
    authorisation: _question_pb2.Authorisation
    batch: str
    datasets: _containers.RepeatedScalarFieldContainer[_feed_policy_pb2.Dataset]
    max_age_s: int
    timeout_ms: int
    def __init__(self, member: _Optional[str] = ..., purpose: _Optional[str] = ..., legal_basis: _Optional[str] = ..., case_number: _Optional[str] = ..., code_kind: _Optional[_Union[_identity_pb2.CodeKind, str]] = ..., code: _Optional[str] = ..., signed: _Optional[bool] = ..., officer: _Optional[str] = ..., office: _Optional[str] = ..., authorisation: _Optional[_Union[_question_pb2.Authorisation, _Mapping]] = ..., batch: _Optional[str] = ..., datasets: _Optional[_Iterable[_Union[_feed_policy_pb2.Dataset, str]]] = ..., max_age_s: _Optional[int] = ..., timeout_ms: _Optional[int] = ...) -> None: ...

class InquireResponse(_message.Message):
    __slots__ = ("answer", "question", "signed_answer")
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    SIGNED_ANSWER_FIELD_NUMBER: _ClassVar[int]
    answer: _answer_pb2.Answer
    question: _envelope_pb2.Envelope
    signed_answer: _envelope_pb2.Envelope
    def __init__(self, answer: _Optional[_Union[_answer_pb2.Answer, _Mapping]] = ..., question: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ..., signed_answer: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ...) -> None: ...

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
