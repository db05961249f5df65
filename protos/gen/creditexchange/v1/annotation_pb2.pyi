from creditexchange.v1 import authority_pb2 as _authority_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AnnotationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ANNOTATION_KIND_UNSPECIFIED: _ClassVar[AnnotationKind]
    ANNOTATION_KIND_OBJECTION: _ClassVar[AnnotationKind]
    ANNOTATION_KIND_SUSPENDED: _ClassVar[AnnotationKind]
    ANNOTATION_KIND_RESUMED: _ClassVar[AnnotationKind]
    ANNOTATION_KIND_REPAIR_PENDING: _ClassVar[AnnotationKind]
    ANNOTATION_KIND_REPAIR_REFUSED: _ClassVar[AnnotationKind]
    ANNOTATION_KIND_OBJECTION_CLOSED: _ClassVar[AnnotationKind]
    ANNOTATION_KIND_RESTORED: _ClassVar[AnnotationKind]
ANNOTATION_KIND_UNSPECIFIED: AnnotationKind
ANNOTATION_KIND_OBJECTION: AnnotationKind
ANNOTATION_KIND_SUSPENDED: AnnotationKind
ANNOTATION_KIND_RESUMED: AnnotationKind
ANNOTATION_KIND_REPAIR_PENDING: AnnotationKind
ANNOTATION_KIND_REPAIR_REFUSED: AnnotationKind
ANNOTATION_KIND_OBJECTION_CLOSED: AnnotationKind
ANNOTATION_KIND_RESTORED: AnnotationKind

class Annotation(_message.Message):
    __slots__ = ("kind", "authority", "dated_on", "document_number", "explanation")
    KIND_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    DATED_ON_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    kind: AnnotationKind
    authority: _authority_pb2.Authority
    dated_on: str
    document_number: str
    explanation: str
    def __init__(self, kind: _Optional[_Union[AnnotationKind, str]] = ..., authority: _Optional[_Union[_authority_pb2.Authority, _Mapping]] = ..., dated_on: _Optional[str] = ..., document_number: _Optional[str] = ..., explanation: _Optional[str] = ...) -> None: ...
