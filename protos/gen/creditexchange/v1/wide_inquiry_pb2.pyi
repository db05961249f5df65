from creditexchange.v1 import envelope_pb2 as _envelope_pb2
from creditexchange.v1 import feed_policy_pb2 as _feed_policy_pb2
from creditexchange.v1 import identity_pb2 as _identity_pb2
from creditexchange.v1 import question_pb2 as _question_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class InquireWidelyRequest(_message.Message):
    __slots__ = ("purpose", "legal_basis", "case_number", "code_kind", "code", "officer", "office", "authorisation", "batch", "datasets", "max_age_s", "timeout_ms", "everywhere")
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    CASE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CODE_KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    OFFICER_FIELD_NUMBER: _ClassVar[int]
    OFFICE_FIELD_NUMBER: _ClassVar[int]
    AUTHORISATION_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    DATASETS_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_S_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    EVERYWHERE_FIELD_NUMBER: _ClassVar[int]
    purpose: str
    legal_basis: str
    case_number: str
    code_kind: _identity_pb2.CodeKind
    code: str
    officer: str
    office: str
    authorisation: _question_pb2.Authorisation
    batch: str
    datasets: _containers.RepeatedScalarFieldContainer[_feed_policy_pb2.Dataset]
    max_age_s: int
    timeout_ms: int
    everywhere: bool
    def __init__(self, purpose: _Optional[str] = ..., legal_basis: _Optional[str] = ..., case_number: _Optional[str] = ..., code_kind: _Optional[_Union[_identity_pb2.CodeKind, str]] = ..., code: _Optional[str] = ..., officer: _Optional[str] = ..., office: _Optional[str] = ..., authorisation: _Optional[_Union[_question_pb2.Authorisation, _Mapping]] = ..., batch: _Optional[str] = ..., datasets: _Optional[_Iterable[_Union[_feed_policy_pb2.Dataset, str]]] = ..., max_age_s: _Optional[int] = ..., timeout_ms: _Optional[int] = ..., everywhere: _Optional[bool] = ...) -> None: ...

class InquireWidelyResponse(_message.Message):
    __slots__ = ("member", "place", "became", "reason", "through", "stands_for", "as_of_ms", "short", "question", "answer", "evidence")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    BECAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    THROUGH_FIELD_NUMBER: _ClassVar[int]
    STANDS_FOR_FIELD_NUMBER: _ClassVar[int]
    AS_OF_MS_FIELD_NUMBER: _ClassVar[int]
    SHORT_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    member: str
    place: str
    became: str
    reason: str
    through: str
    stands_for: str
    as_of_ms: int
    short: bool
    question: _envelope_pb2.Envelope
    answer: _envelope_pb2.Envelope
    evidence: bytes
    def __init__(self, member: _Optional[str] = ..., place: _Optional[str] = ..., became: _Optional[str] = ..., reason: _Optional[str] = ..., through: _Optional[str] = ..., stands_for: _Optional[str] = ..., as_of_ms: _Optional[int] = ..., short: _Optional[bool] = ..., question: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ..., answer: _Optional[_Union[_envelope_pb2.Envelope, _Mapping]] = ..., evidence: _Optional[bytes] = ...) -> None: ...
