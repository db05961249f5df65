from creditexchange.v1 import case_pb2 as _case_pb2
from creditexchange.v1 import case_status_pb2 as _case_status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FileCaseRequest(_message.Message):
    __slots__ = ("kind", "origin", "index", "applicant", "applicant_code", "grounds", "documents")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    APPLICANT_FIELD_NUMBER: _ClassVar[int]
    APPLICANT_CODE_FIELD_NUMBER: _ClassVar[int]
    GROUNDS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    kind: _case_pb2.CaseKind
    origin: str
    index: int
    applicant: str
    applicant_code: str
    grounds: str
    documents: _containers.RepeatedCompositeFieldContainer[_case_pb2.CaseDocument]
    def __init__(self, kind: _Optional[_Union[_case_pb2.CaseKind, str]] = ..., origin: _Optional[str] = ..., index: _Optional[int] = ..., applicant: _Optional[str] = ..., applicant_code: _Optional[str] = ..., grounds: _Optional[str] = ..., documents: _Optional[_Iterable[_Union[_case_pb2.CaseDocument, _Mapping]]] = ...) -> None: ...

class FileCaseResponse(_message.Message):
    __slots__ = ("case_id", "reasons", "field", "not_before")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    field: str
    not_before: str
    def __init__(self, case_id: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., field: _Optional[str] = ..., not_before: _Optional[str] = ...) -> None: ...

class HandleCaseRequest(_message.Message):
    __slots__ = ("filed_at", "case_id", "step", "outcome", "explanation", "document_number", "decided_on")
    FILED_AT_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DECIDED_ON_FIELD_NUMBER: _ClassVar[int]
    filed_at: str
    case_id: str
    step: _case_status_pb2.CaseState
    outcome: _case_status_pb2.CaseOutcome
    explanation: str
    document_number: str
    decided_on: str
    def __init__(self, filed_at: _Optional[str] = ..., case_id: _Optional[str] = ..., step: _Optional[_Union[_case_status_pb2.CaseState, str]] = ..., outcome: _Optional[_Union[_case_status_pb2.CaseOutcome, str]] = ..., explanation: _Optional[str] = ..., document_number: _Optional[str] = ..., decided_on: _Optional[str] = ...) -> None: ...

class HandleCaseResponse(_message.Message):
    __slots__ = ("reason", "field")
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    reason: str
    field: str
    def __init__(self, reason: _Optional[str] = ..., field: _Optional[str] = ...) -> None: ...
