from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class Schema(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCHEMA_UNSPECIFIED: _ClassVar[Schema]
    SCHEMA_SUBJECT: _ClassVar[Schema]
    SCHEMA_LICENCE: _ClassVar[Schema]
    SCHEMA_PENALTY: _ClassVar[Schema]
    SCHEMA_LIST_ENTRY: _ClassVar[Schema]
    SCHEMA_AGENCY_FILING: _ClassVar[Schema]
    SCHEMA_ENDING: _ClassVar[Schema]
    SCHEMA_ANNOTATION: _ClassVar[Schema]
    SCHEMA_FEED_POLICY: _ClassVar[Schema]
    SCHEMA_EXCHANGE: _ClassVar[Schema]
    SCHEMA_FEEDBACK: _ClassVar[Schema]
    SCHEMA_LATE_ACKNOWLEDGEMENT: _ClassVar[Schema]
    SCHEMA_ACCESS: _ClassVar[Schema]
SCHEMA_UNSPECIFIED: Schema
SCHEMA_SUBJECT: Schema
SCHEMA_LICENCE: Schema
SCHEMA_PENALTY: Schema
SCHEMA_LIST_ENTRY: Schema
SCHEMA_AGENCY_FILING: Schema
SCHEMA_ENDING: Schema
SCHEMA_ANNOTATION: Schema
SCHEMA_FEED_POLICY: Schema
SCHEMA_EXCHANGE: Schema
SCHEMA_FEEDBACK: Schema
SCHEMA_LATE_ACKNOWLEDGEMENT: Schema
SCHEMA_ACCESS: Schema
