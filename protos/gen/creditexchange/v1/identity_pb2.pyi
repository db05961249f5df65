from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SubjectClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUBJECT_CLASS_UNSPECIFIED: _ClassVar[SubjectClass]
    SUBJECT_CLASS_ENTERPRISE: _ClassVar[SubjectClass]
    SUBJECT_CLASS_SOLE_TRADER: _ClassVar[SubjectClass]
    SUBJECT_CLASS_SOCIAL_ORGANISATION: _ClassVar[SubjectClass]
    SUBJECT_CLASS_PUBLIC_INSTITUTION: _ClassVar[SubjectClass]
    SUBJECT_CLASS_GOVERNMENT: _ClassVar[SubjectClass]
    SUBJECT_CLASS_OTHER_ORGANISATION: _ClassVar[SubjectClass]
    SUBJECT_CLASS_NATURAL_PERSON: _ClassVar[SubjectClass]

class CodeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CODE_KIND_UNSPECIFIED: _ClassVar[CodeKind]
    CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE: _ClassVar[CodeKind]
    CODE_KIND_CITIZEN_NUMBER: _ClassVar[CodeKind]
    CODE_KIND_OTHER_DOCUMENT: _ClassVar[CodeKind]

class LegacyCodeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LEGACY_CODE_KIND_UNSPECIFIED: _ClassVar[LegacyCodeKind]
    LEGACY_CODE_KIND_REGISTRATION_NUMBER: _ClassVar[LegacyCodeKind]
    LEGACY_CODE_KIND_ORGANISATION_CODE: _ClassVar[LegacyCodeKind]
    LEGACY_CODE_KIND_TAX_NUMBER: _ClassVar[LegacyCodeKind]
    LEGACY_CODE_KIND_INSTITUTION_CERTIFICATE: _ClassVar[LegacyCodeKind]
    LEGACY_CODE_KIND_SOCIAL_ORGANISATION_CERTIFICATE: _ClassVar[LegacyCodeKind]
    LEGACY_CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE: _ClassVar[LegacyCodeKind]
SUBJECT_CLASS_UNSPECIFIED: SubjectClass
SUBJECT_CLASS_ENTERPRISE: SubjectClass
SUBJECT_CLASS_SOLE_TRADER: SubjectClass
SUBJECT_CLASS_SOCIAL_ORGANISATION: SubjectClass
SUBJECT_CLASS_PUBLIC_INSTITUTION: SubjectClass
SUBJECT_CLASS_GOVERNMENT: SubjectClass
SUBJECT_CLASS_OTHER_ORGANISATION: SubjectClass
SUBJECT_CLASS_NATURAL_PERSON: SubjectClass
CODE_KIND_UNSPECIFIED: CodeKind
CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE: CodeKind
CODE_KIND_CITIZEN_NUMBER: CodeKind
CODE_KIND_OTHER_DOCUMENT: CodeKind
LEGACY_CODE_KIND_UNSPECIFIED: LegacyCodeKind
LEGACY_CODE_KIND_REGISTRATION_NUMBER: LegacyCodeKind
LEGACY_CODE_KIND_ORGANISATION_CODE: LegacyCodeKind
LEGACY_CODE_KIND_TAX_NUMBER: LegacyCodeKind
LEGACY_CODE_KIND_INSTITUTION_CERTIFICATE: LegacyCodeKind
LEGACY_CODE_KIND_SOCIAL_ORGANISATION_CERTIFICATE: LegacyCodeKind
LEGACY_CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE: LegacyCodeKind

class Identity(_message.Message):
    __slots__ = ("name", "subject_class", "code_kind", "code", "legacy_codes", "representative")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_CLASS_FIELD_NUMBER: _ClassVar[int]
    CODE_KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    LEGACY_CODES_FIELD_NUMBER: _ClassVar[int]
    REPRESENTATIVE_FIELD_NUMBER: _ClassVar[int]
    name: str
    subject_class: SubjectClass
    code_kind: CodeKind
    code: str
    legacy_codes: _containers.RepeatedCompositeFieldContainer[LegacyCode]
    representative: str
    def __init__(self, name: _Optional[str] = ..., subject_class: _Optional[_Union[SubjectClass, str]] = ..., code_kind: _Optional[_Union[CodeKind, str]] = ..., code: _Optional[str] = ..., legacy_codes: _Optional[_Iterable[_Union[LegacyCode, _Mapping]]] = ..., representative: _Optional[str] = ...) -> None: ...

class LegacyCode(_message.Message):
    __slots__ = ("kind", "code")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    kind: LegacyCodeKind
    code: str
    def __init__(self, kind: _Optional[_Union[LegacyCodeKind, str]] = ..., code: _Optional[str] = ...) -> None: ...
