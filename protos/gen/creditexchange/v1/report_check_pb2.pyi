from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReportOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REPORT_OUTCOME_UNSPECIFIED: _ClassVar[ReportOutcome]
    REPORT_OUTCOME_VALID: _ClassVar[ReportOutcome]
    REPORT_OUTCOME_NOT_FILED: _ClassVar[ReportOutcome]
    REPORT_OUTCOME_OUTSIDE: _ClassVar[ReportOutcome]
    REPORT_OUTCOME_LAPSED: _ClassVar[ReportOutcome]
    REPORT_OUTCOME_SUSPENDED: _ClassVar[ReportOutcome]
    REPORT_OUTCOME_UNPROVEN: _ClassVar[ReportOutcome]
REPORT_OUTCOME_UNSPECIFIED: ReportOutcome
REPORT_OUTCOME_VALID: ReportOutcome
REPORT_OUTCOME_NOT_FILED: ReportOutcome
REPORT_OUTCOME_OUTSIDE: ReportOutcome
REPORT_OUTCOME_LAPSED: ReportOutcome
REPORT_OUTCOME_SUSPENDED: ReportOutcome
REPORT_OUTCOME_UNPROVEN: ReportOutcome

class CheckReportRequest(_message.Message):
    __slots__ = ("agency", "category", "issued_at_ms", "origin", "index")
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    ISSUED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    agency: str
    category: str
    issued_at_ms: int
    origin: str
    index: int
    def __init__(self, agency: _Optional[str] = ..., category: _Optional[str] = ..., issued_at_ms: _Optional[int] = ..., origin: _Optional[str] = ..., index: _Optional[int] = ...) -> None: ...

class CheckReportResponse(_message.Message):
    __slots__ = ("outcome", "reasons", "marks", "origin", "index", "filing_number")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    FILING_NUMBER_FIELD_NUMBER: _ClassVar[int]
    outcome: ReportOutcome
    reasons: _containers.RepeatedScalarFieldContainer[str]
    marks: _containers.RepeatedScalarFieldContainer[str]
    origin: str
    index: int
    filing_number: str
    def __init__(self, outcome: _Optional[_Union[ReportOutcome, str]] = ..., reasons: _Optional[_Iterable[str]] = ..., marks: _Optional[_Iterable[str]] = ..., origin: _Optional[str] = ..., index: _Optional[int] = ..., filing_number: _Optional[str] = ...) -> None: ...
