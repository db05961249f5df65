from creditexchange.v1 import authority_pb2 as _authority_pb2
from creditexchange.v1 import identity_pb2 as _identity_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FilingStanding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FILING_STANDING_UNSPECIFIED: _ClassVar[FilingStanding]
    FILING_STANDING_FILED: _ClassVar[FilingStanding]
    FILING_STANDING_SUSPENDED: _ClassVar[FilingStanding]
    FILING_STANDING_WITHDRAWN: _ClassVar[FilingStanding]
    FILING_STANDING_EXITED: _ClassVar[FilingStanding]
    FILING_STANDING_CANCELLED: _ClassVar[FilingStanding]
    FILING_STANDING_PENDING: _ClassVar[FilingStanding]
    FILING_STANDING_CONDITIONAL: _ClassVar[FilingStanding]
    FILING_STANDING_ANNUAL_REVIEW_OVERDUE: _ClassVar[FilingStanding]

class ReviewResult(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_RESULT_UNSPECIFIED: _ClassVar[ReviewResult]
    REVIEW_RESULT_PASSED: _ClassVar[ReviewResult]
    REVIEW_RESULT_CONDITIONAL: _ClassVar[ReviewResult]
    REVIEW_RESULT_FAILED: _ClassVar[ReviewResult]

class StaffRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAFF_ROLE_UNSPECIFIED: _ClassVar[StaffRole]
    STAFF_ROLE_SENIOR: _ClassVar[StaffRole]
    STAFF_ROLE_PRACTITIONER: _ClassVar[StaffRole]

class MajorEventKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MAJOR_EVENT_KIND_UNSPECIFIED: _ClassVar[MajorEventKind]
    MAJOR_EVENT_KIND_NAME_CHANGED: _ClassVar[MajorEventKind]
    MAJOR_EVENT_KIND_REPRESENTATIVE_CHANGED: _ClassVar[MajorEventKind]
    MAJOR_EVENT_KIND_SHAREHOLDERS_CHANGED: _ClassVar[MajorEventKind]
    MAJOR_EVENT_KIND_BUSINESS_CHANGED: _ClassVar[MajorEventKind]
    MAJOR_EVENT_KIND_LITIGATION: _ClassVar[MajorEventKind]
    MAJOR_EVENT_KIND_SECURITY_INCIDENT: _ClassVar[MajorEventKind]
    MAJOR_EVENT_KIND_VIOLATION: _ClassVar[MajorEventKind]

class DataAccessLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DATA_ACCESS_LEVEL_UNSPECIFIED: _ClassVar[DataAccessLevel]
    DATA_ACCESS_LEVEL_PUBLIC: _ClassVar[DataAccessLevel]
    DATA_ACCESS_LEVEL_AUTHORISED_QUERY: _ClassVar[DataAccessLevel]
    DATA_ACCESS_LEVEL_GOV_SHARED: _ClassVar[DataAccessLevel]
FILING_STANDING_UNSPECIFIED: FilingStanding
FILING_STANDING_FILED: FilingStanding
FILING_STANDING_SUSPENDED: FilingStanding
FILING_STANDING_WITHDRAWN: FilingStanding
FILING_STANDING_EXITED: FilingStanding
FILING_STANDING_CANCELLED: FilingStanding
FILING_STANDING_PENDING: FilingStanding
FILING_STANDING_CONDITIONAL: FilingStanding
FILING_STANDING_ANNUAL_REVIEW_OVERDUE: FilingStanding
REVIEW_RESULT_UNSPECIFIED: ReviewResult
REVIEW_RESULT_PASSED: ReviewResult
REVIEW_RESULT_CONDITIONAL: ReviewResult
REVIEW_RESULT_FAILED: ReviewResult
STAFF_ROLE_UNSPECIFIED: StaffRole
STAFF_ROLE_SENIOR: StaffRole
STAFF_ROLE_PRACTITIONER: StaffRole
MAJOR_EVENT_KIND_UNSPECIFIED: MajorEventKind
MAJOR_EVENT_KIND_NAME_CHANGED: MajorEventKind
MAJOR_EVENT_KIND_REPRESENTATIVE_CHANGED: MajorEventKind
MAJOR_EVENT_KIND_SHAREHOLDERS_CHANGED: MajorEventKind
MAJOR_EVENT_KIND_BUSINESS_CHANGED: MajorEventKind
MAJOR_EVENT_KIND_LITIGATION: MajorEventKind
MAJOR_EVENT_KIND_SECURITY_INCIDENT: MajorEventKind
MAJOR_EVENT_KIND_VIOLATION: MajorEventKind
DATA_ACCESS_LEVEL_UNSPECIFIED: DataAccessLevel
DATA_ACCESS_LEVEL_PUBLIC: DataAccessLevel
DATA_ACCESS_LEVEL_AUTHORISED_QUERY: DataAccessLevel
DATA_ACCESS_LEVEL_GOV_SHARED: DataAccessLevel

class AgencyFiling(_message.Message):
    __slots__ = ("identity", "filing_number", "categories", "filed_on", "valid_until", "authority", "standing", "reviewed_year", "review_result", "source", "remark", "regions", "standing_since", "mend_by", "address", "capital_fen", "documents", "staff", "reviews", "events", "exit", "data_access_level")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    FILING_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    FILED_ON_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    REVIEWED_YEAR_FIELD_NUMBER: _ClassVar[int]
    REVIEW_RESULT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    REGIONS_FIELD_NUMBER: _ClassVar[int]
    STANDING_SINCE_FIELD_NUMBER: _ClassVar[int]
    MEND_BY_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    CAPITAL_FEN_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    STAFF_FIELD_NUMBER: _ClassVar[int]
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    EXIT_FIELD_NUMBER: _ClassVar[int]
    DATA_ACCESS_LEVEL_FIELD_NUMBER: _ClassVar[int]
    identity: _identity_pb2.Identity
    filing_number: str
    categories: _containers.RepeatedScalarFieldContainer[str]
    filed_on: str
    valid_until: str
    authority: _authority_pb2.Authority
    standing: FilingStanding
    reviewed_year: int
    review_result: ReviewResult
    source: _authority_pb2.Authority
    remark: str
    regions: _containers.RepeatedScalarFieldContainer[str]
    standing_since: str
    mend_by: str
    address: str
    capital_fen: int
    documents: _containers.RepeatedCompositeFieldContainer[FilingDocument]
    staff: _containers.RepeatedCompositeFieldContainer[StaffGroup]
    reviews: _containers.RepeatedCompositeFieldContainer[AnnualReview]
    events: _containers.RepeatedCompositeFieldContainer[MajorEvent]
    exit: MarketExit
    data_access_level: DataAccessLevel
    def __init__(self, identity: _Optional[_Union[_identity_pb2.Identity, _Mapping]] = ..., filing_number: _Optional[str] = ..., categories: _Optional[_Iterable[str]] = ..., filed_on: _Optional[str] = ..., valid_until: _Optional[str] = ..., authority: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., standing: _Optional[_Union[FilingStanding, str]] = ..., reviewed_year: _Optional[int] = ..., review_result: _Optional[_Union[ReviewResult, str]] = ..., source: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., remark: _Optional[str] = ..., regions: _Optional[_Iterable[str]] = ..., standing_since: _Optional[str] = ..., mend_by: _Optional[str] = ..., address: _Optional[str] = ..., capital_fen: _Optional[int] = ..., documents: _Optional[_Iterable[_Union[FilingDocument, _Mapping]]] = ..., staff: _Optional[_Iterable[_Union[StaffGroup, _Mapping]]] = ..., reviews: _Optional[_Iterable[_Union[AnnualReview, _Mapping]]] = ..., events: _Optional[_Iterable[_Union[MajorEvent, _Mapping]]] = ..., exit: _Optional[_Union[MarketExit, _Mapping]] = ..., data_access_level: _Optional[_Union[DataAccessLevel, str]] = ...) -> None: ...

class FilingDocument(_message.Message):
    __slots__ = ("title", "sha256")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    title: str
    sha256: bytes
    def __init__(self, title: _Optional[str] = ..., sha256: _Optional[bytes] = ...) -> None: ...

class StaffGroup(_message.Message):
    __slots__ = ("role", "qualification", "count", "valid_until")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATION_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    role: StaffRole
    qualification: str
    count: int
    valid_until: str
    def __init__(self, role: _Optional[_Union[StaffRole, str]] = ..., qualification: _Optional[str] = ..., count: _Optional[int] = ..., valid_until: _Optional[str] = ...) -> None: ...

class AnnualReview(_message.Message):
    __slots__ = ("year", "result", "reviewed_on")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    REVIEWED_ON_FIELD_NUMBER: _ClassVar[int]
    year: int
    result: ReviewResult
    reviewed_on: str
    def __init__(self, year: _Optional[int] = ..., result: _Optional[_Union[ReviewResult, str]] = ..., reviewed_on: _Optional[str] = ...) -> None: ...

class MajorEvent(_message.Message):
    __slots__ = ("kind", "occurred_on", "reported_on")
    KIND_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_ON_FIELD_NUMBER: _ClassVar[int]
    REPORTED_ON_FIELD_NUMBER: _ClassVar[int]
    kind: MajorEventKind
    occurred_on: str
    reported_on: str
    def __init__(self, kind: _Optional[_Union[MajorEventKind, str]] = ..., occurred_on: _Optional[str] = ..., reported_on: _Optional[str] = ...) -> None: ...

class MarketExit(_message.Message):
    __slots__ = ("reason", "exited_on", "handed_over_to", "handed_over_on")
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXITED_ON_FIELD_NUMBER: _ClassVar[int]
    HANDED_OVER_TO_FIELD_NUMBER: _ClassVar[int]
    HANDED_OVER_ON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    exited_on: str
    handed_over_to: _authority_pb2.Authority
    handed_over_on: str
    def __init__(self, reason: _Optional[str] = ..., exited_on: _Optional[str] = ..., handed_over_to: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., handed_over_on: _Optional[str] = ...) -> None: ...
