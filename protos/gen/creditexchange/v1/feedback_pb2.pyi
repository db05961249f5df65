from creditexchange.v1 import authority_pb2 as _authority_pb2
from creditexchange.v1 import identity_pb2 as _identity_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FeedbackDirection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FEEDBACK_DIRECTION_UNSPECIFIED: _ClassVar[FeedbackDirection]
    FEEDBACK_DIRECTION_INCENTIVE: _ClassVar[FeedbackDirection]
    FEEDBACK_DIRECTION_PENALTY: _ClassVar[FeedbackDirection]

class FeedbackResponse(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FEEDBACK_RESPONSE_UNSPECIFIED: _ClassVar[FeedbackResponse]
    FEEDBACK_RESPONSE_ACCEPTED: _ClassVar[FeedbackResponse]
    FEEDBACK_RESPONSE_NOT_APPLICABLE: _ClassVar[FeedbackResponse]
    FEEDBACK_RESPONSE_REFUSED: _ClassVar[FeedbackResponse]
FEEDBACK_DIRECTION_UNSPECIFIED: FeedbackDirection
FEEDBACK_DIRECTION_INCENTIVE: FeedbackDirection
FEEDBACK_DIRECTION_PENALTY: FeedbackDirection
FEEDBACK_RESPONSE_UNSPECIFIED: FeedbackResponse
FEEDBACK_RESPONSE_ACCEPTED: FeedbackResponse
FEEDBACK_RESPONSE_NOT_APPLICABLE: FeedbackResponse
FEEDBACK_RESPONSE_REFUSED: FeedbackResponse

class Feedback(_message.Message):
    __slots__ = ("case_id", "direction", "identity", "entry_origin", "entry_index", "measure", "legal_basis", "initiator", "implementer", "region", "received_on", "responded_on", "response", "reason", "implemented_on", "result", "evidence_sha256", "lifted_on", "lifted_for", "reported_period")
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_ORIGIN_FIELD_NUMBER: _ClassVar[int]
    ENTRY_INDEX_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INITIATOR_FIELD_NUMBER: _ClassVar[int]
    IMPLEMENTER_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_ON_FIELD_NUMBER: _ClassVar[int]
    RESPONDED_ON_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IMPLEMENTED_ON_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_SHA256_FIELD_NUMBER: _ClassVar[int]
    LIFTED_ON_FIELD_NUMBER: _ClassVar[int]
    LIFTED_FOR_FIELD_NUMBER: _ClassVar[int]
    REPORTED_PERIOD_FIELD_NUMBER: _ClassVar[int]
    case_id: str
    direction: FeedbackDirection
    identity: _identity_pb2.Identity
    entry_origin: str
    entry_index: int
    measure: str
    legal_basis: str
    initiator: _authority_pb2.Authority
    implementer: _authority_pb2.Authority
    region: str
    received_on: str
    responded_on: str
    response: FeedbackResponse
    reason: str
    implemented_on: str
    result: str
    evidence_sha256: bytes
    lifted_on: str
    lifted_for: str
    reported_period: str
    def __init__(self, case_id: _Optional[str] = ..., direction: _Optional[_Union[FeedbackDirection, str]] = ..., identity: _Optional[_Union[_identity_pb2.Identity, _Mapping]] = ..., entry_origin: _Optional[str] = ..., entry_index: _Optional[int] = ..., measure: _Optional[str] = ..., legal_basis: _Optional[str] = ..., initiator: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., implementer: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., region: _Optional[str] = ..., received_on: _Optional[str] = ..., responded_on: _Optional[str] = ..., response: _Optional[_Union[FeedbackResponse, str]] = ..., reason: _Optional[str] = ..., implemented_on: _Optional[str] = ..., result: _Optional[str] = ..., evidence_sha256: _Optional[bytes] = ..., lifted_on: _Optional[str] = ..., lifted_for: _Optional[str] = ..., reported_period: _Optional[str] = ...) -> None: ...
