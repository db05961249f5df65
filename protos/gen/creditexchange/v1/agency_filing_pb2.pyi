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

class ReviewResult(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_RESULT_UNSPECIFIED: _ClassVar[ReviewResult]
    REVIEW_RESULT_PASSED: _ClassVar[ReviewResult]
    REVIEW_RESULT_CONDITIONAL: _ClassVar[ReviewResult]
    REVIEW_RESULT_FAILED: _ClassVar[ReviewResult]
FILING_STANDING_UNSPECIFIED: FilingStanding
FILING_STANDING_FILED: FilingStanding
FILING_STANDING_SUSPENDED: FilingStanding
FILING_STANDING_WITHDRAWN: FilingStanding
FILING_STANDING_EXITED: FilingStanding
FILING_STANDING_CANCELLED: FilingStanding
REVIEW_RESULT_UNSPECIFIED: ReviewResult
REVIEW_RESULT_PASSED: ReviewResult
REVIEW_RESULT_CONDITIONAL: ReviewResult
REVIEW_RESULT_FAILED: ReviewResult

class AgencyFiling(_message.Message):
    __slots__ = ("identity", "filing_number", "categories", "filed_on", "valid_until", "authority", "standing", "reviewed_year", "review_result", "source", "remark")
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
    def __init__(self, identity: _Optional[_Union[_identity_pb2.Identity, _Mapping]] = ..., filing_number: _Optional[str] = ..., categories: _Optional[_Iterable[str]] = ..., filed_on: _Optional[str] = ..., valid_until: _Optional[str] = ..., authority: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., standing: _Optional[_Union[FilingStanding, str]] = ..., reviewed_year: _Optional[int] = ..., review_result: _Optional[_Union[ReviewResult, str]] = ..., source: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., remark: _Optional[str] = ...) -> None: ...
