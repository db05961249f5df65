from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CaseState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CASE_STATE_UNSPECIFIED: _ClassVar[CaseState]
    CASE_STATE_RECEIVED: _ClassVar[CaseState]
    CASE_STATE_MARKED: _ClassVar[CaseState]
    CASE_STATE_ACCEPTED: _ClassVar[CaseState]
    CASE_STATE_NOT_ACCEPTED: _ClassVar[CaseState]
    CASE_STATE_DECIDED: _ClassVar[CaseState]
    CASE_STATE_WITHDRAWN: _ClassVar[CaseState]
    CASE_STATE_OVERDUE: _ClassVar[CaseState]
    CASE_STATE_EXTENDED: _ClassVar[CaseState]

class CaseOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CASE_OUTCOME_UNSPECIFIED: _ClassVar[CaseOutcome]
    CASE_OUTCOME_REJECTED: _ClassVar[CaseOutcome]
    CASE_OUTCOME_REMOVED: _ClassVar[CaseOutcome]
    CASE_OUTCOME_CORRECTED: _ClassVar[CaseOutcome]
    CASE_OUTCOME_SUPPLEMENTED: _ClassVar[CaseOutcome]
    CASE_OUTCOME_DISCLOSURE_ENDED: _ClassVar[CaseOutcome]
    CASE_OUTCOME_REPAIRED: _ClassVar[CaseOutcome]
CASE_STATE_UNSPECIFIED: CaseState
CASE_STATE_RECEIVED: CaseState
CASE_STATE_MARKED: CaseState
CASE_STATE_ACCEPTED: CaseState
CASE_STATE_NOT_ACCEPTED: CaseState
CASE_STATE_DECIDED: CaseState
CASE_STATE_WITHDRAWN: CaseState
CASE_STATE_OVERDUE: CaseState
CASE_STATE_EXTENDED: CaseState
CASE_OUTCOME_UNSPECIFIED: CaseOutcome
CASE_OUTCOME_REJECTED: CaseOutcome
CASE_OUTCOME_REMOVED: CaseOutcome
CASE_OUTCOME_CORRECTED: CaseOutcome
CASE_OUTCOME_SUPPLEMENTED: CaseOutcome
CASE_OUTCOME_DISCLOSURE_ENDED: CaseOutcome
CASE_OUTCOME_REPAIRED: CaseOutcome

class CaseStatus(_message.Message):
    __slots__ = ("case_id", "filed_at", "case_sha256", "decided_at", "sequence", "state", "stated_at_ms", "due_on", "due_provisional", "outcome", "reasons", "explanation", "document_number")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    FILED_AT_FIELD_NUMBER: _ClassVar[int]
    CASE_SHA256_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    DUE_ON_FIELD_NUMBER: _ClassVar[int]
    DUE_PROVISIONAL_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    filed_at: str
    case_sha256: bytes
    decided_at: str
    sequence: int
    state: CaseState
    stated_at_ms: int
    due_on: str
    due_provisional: bool
    outcome: CaseOutcome
    reasons: _containers.RepeatedScalarFieldContainer[str]
    explanation: str
    document_number: str
    def __init__(self, case_id: _Optional[str] = ..., filed_at: _Optional[str] = ..., case_sha256: _Optional[bytes] = ..., decided_at: _Optional[str] = ..., sequence: _Optional[int] = ..., state: _Optional[_Union[CaseState, str]] = ..., stated_at_ms: _Optional[int] = ..., due_on: _Optional[str] = ..., due_provisional: _Optional[bool] = ..., outcome: _Optional[_Union[CaseOutcome, str]] = ..., reasons: _Optional[_Iterable[str]] = ..., explanation: _Optional[str] = ..., document_number: _Optional[str] = ...) -> None: ...
