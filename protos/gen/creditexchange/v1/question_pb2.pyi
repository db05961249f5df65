from creditexchange.v1 import feed_policy_pb2 as _feed_policy_pb2
from creditexchange.v1 import identity_pb2 as _identity_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AuthorisationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUTHORISATION_KIND_UNSPECIFIED: _ClassVar[AuthorisationKind]
    AUTHORISATION_KIND_CONSENT: _ClassVar[AuthorisationKind]
    AUTHORISATION_KIND_STATUTORY_DUTY: _ClassVar[AuthorisationKind]
AUTHORISATION_KIND_UNSPECIFIED: AuthorisationKind
AUTHORISATION_KIND_CONSENT: AuthorisationKind
AUTHORISATION_KIND_STATUTORY_DUTY: AuthorisationKind

class Question(_message.Message):
    __slots__ = ("exchange_id", "requester", "responder", "purpose", "legal_basis", "case_number", "code_kind", "code", "asked_at_ms", "salt", "officer", "office", "authorisation", "batch", "datasets", "max_age_s", "deadline_ms", "reply_key")
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUESTER_FIELD_NUMBER: _ClassVar[int]
    RESPONDER_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    CASE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CODE_KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ASKED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    OFFICER_FIELD_NUMBER: _ClassVar[int]
    OFFICE_FIELD_NUMBER: _ClassVar[int]
    AUTHORISATION_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    DATASETS_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_S_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_MS_FIELD_NUMBER: _ClassVar[int]
    REPLY_KEY_FIELD_NUMBER: _ClassVar[int]
    exchange_id: str
    requester: str
    responder: str
    purpose: str
    legal_basis: str
    case_number: str
    code_kind: _identity_pb2.CodeKind
    code: str
    asked_at_ms: int
    salt: bytes
    officer: str
    office: str
    authorisation: Authorisation
    batch: str
    datasets: _containers.RepeatedScalarFieldContainer[_feed_policy_pb2.Dataset]
    max_age_s: int
    deadline_ms: int
    reply_key: bytes
    def __init__(self, exchange_id: _Optional[str] = ..., requester: _Optional[str] = ..., responder: _Optional[str] = ..., purpose: _Optional[str] = ..., legal_basis: _Optional[str] = ..., case_number: _Optional[str] = ..., code_kind: _Optional[_Union[_identity_pb2.CodeKind, str]] = ..., code: _Optional[str] = ..., asked_at_ms: _Optional[int] = ..., salt: _Optional[bytes] = ..., officer: _Optional[str] = ..., office: _Optional[str] = ..., authorisation: _Optional[_Union[Authorisation, _Mapping]] = ..., batch: _Optional[str] = ..., datasets: _Optional[_Iterable[_Union[_feed_policy_pb2.Dataset, str]]] = ..., max_age_s: _Optional[int] = ..., deadline_ms: _Optional[int] = ..., reply_key: _Optional[bytes] = ...) -> None: ...

class Authorisation(_message.Message):
    __slots__ = ("kind", "reference", "sha256", "valid_from", "valid_until")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    kind: AuthorisationKind
    reference: str
    sha256: bytes
    valid_from: str
    valid_until: str
    def __init__(self, kind: _Optional[_Union[AuthorisationKind, str]] = ..., reference: _Optional[str] = ..., sha256: _Optional[bytes] = ..., valid_from: _Optional[str] = ..., valid_until: _Optional[str] = ...) -> None: ...
