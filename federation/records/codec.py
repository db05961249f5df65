# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Record values to the exact bytes that are published, and back: with `contract`, all here that knows protobuf.

Fields of a value and of its message carry the same names, so one table per pair, built when the module loads, serves
both directions. Bytes are encoded once, by whoever publishes, and never again: a follower keeps what it received.
Decoding is strict about values (a missing required field, an unknown enum number, a date in another form is a
FieldFault) and tolerant of unknown fields, which live on in the kept bytes. Safe to call from any thread.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, cast, get_args, get_origin

from creditexchange.v1 import (
    identity_pb2,
    subject_pb2,
)
from google.protobuf.message import DecodeError, Message

from federation.errors import FieldFault
from federation.records.act import Annotation, Ending
from federation.records.agency_filing import AgencyFiling
from federation.records.contract.tables import ENUMS, MESSAGES, NAMES_APART, SCHEMAS
from federation.records.exchange import (
    Access,
    Exchange,
    LateAcknowledgement,
    Standing,
)
from federation.records.feed_policy import FeedPolicy
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.loop.feedback import Feedback
from federation.records.penalty import Penalty
from federation.records.subject import Subject
from federation.records.value import Value
from federation.standards.identity import SubjectClass

Logged = Exchange | Access | LateAcknowledgement
"""What is told in the feed `_exchange`."""
Record = Subject | Licence | Penalty | ListEntry | AgencyFiling | Ending | Annotation | FeedPolicy | Logged | Feedback
AnyValue = TypeVar("AnyValue", bound=Value)
Convert = Callable[[Any], Any]

MAX_PAYLOAD_BYTES = 65536

EXCHANGE_SCHEMA = SCHEMAS[Exchange]
FEEDBACK_SCHEMA = SCHEMAS[Feedback]
"""The one kind of record that business systems do not submit themselves: the node makes it of what it holds."""
_RECORDS: Mapping[int, type[Value]] = {schema: kind for kind, schema in SCHEMAS.items()}
_NAMELESS = frozenset({Ending, Annotation, FeedPolicy, Exchange, Access, LateAcknowledgement})
"""Records that name no subject."""
_ABOUT_SUBJECTS = frozenset(schema for kind, schema in SCHEMAS.items() if kind not in _NAMELESS)
_PARSERS: Mapping[int, Convert] = {schema: MESSAGES[kind].FromString for schema, kind in _RECORDS.items()}


def schema_of(record: Record) -> int:
    """The leaf's schema number for a record."""
    return SCHEMAS[type(record)]


def kind_of(schema: int) -> type[Value] | None:
    """The kind of record that a leaf's schema number names; None for one of a newer revision."""
    return _RECORDS.get(schema)


def encode(value: Value) -> bytes:
    """The bytes to publish or sign for a value. Call once; keep the bytes."""
    return MESSAGES[type(value)](**_to_fields(value)).SerializeToString(deterministic=True)


def decode(schema: int, payload: bytes) -> Record:
    """The record in published bytes.

    Raises:
        FieldFault: SCHEMA_UNKNOWN, RECORD_MALFORMED, or the reason a field is refused with.
    """
    kind = _RECORDS.get(schema)
    if kind is None:
        raise FieldFault("schema", "SCHEMA_UNKNOWN")
    return cast("Record", decode_as(kind, payload))


def decode_as(kind: type[AnyValue], payload: bytes) -> AnyValue:
    """The value of a known kind in its bytes.

    Raises:
        FieldFault: RECORD_MALFORMED, or the reason a field is refused with.
    """
    return _from_message(kind, _parsed(MESSAGES[kind], payload))


class Glance(NamedTuple):
    """What must be known of a payload without building its value: whom it is about."""

    subject_class: SubjectClass | None
    code: str

    @property
    def personal(self) -> bool:
        """Whether the record is about a natural person."""
        return self.subject_class is SubjectClass.NATURAL_PERSON


_NOBODY = Glance(None, "")


def glance(schema: int, payload: bytes) -> Glance:
    """Looks at whom a payload is about, at a tenth of the price of `decode`.

    Raises:
        FieldFault: RECORD_MALFORMED when the bytes are not the message; unknown schemas and records without a
            subject give an empty glance.
    """
    seen = glance_all((schema,), (payload,))
    if seen is None:
        raise FieldFault("payload", "RECORD_MALFORMED", "not the message its schema names")
    return Glance(*seen[0])


def glance_all(schemas: Iterable[int], payloads: Iterable[bytes]) -> list[tuple[SubjectClass | None, str]] | None:
    """What `glance` sees of many payloads, quicker than one by one; None when any of them is malformed."""
    kind_of, class_of = _PARSERS.get, _CLASSES.get
    seen: list[tuple[SubjectClass | None, str]] = []
    try:
        for schema, payload in zip(schemas, payloads, strict=True):
            parse = kind_of(schema)
            message: Any = parse(payload) if parse is not None else None
            if message is None or schema not in _ABOUT_SUBJECTS:
                seen.append(_NOBODY)
            else:
                identity = message.identity
                seen.append((class_of(identity.subject_class), identity.code))
    except DecodeError:
        return None
    return seen


def ties_codes(payload: bytes) -> bool:
    """Whether a Subject's bytes name a former unified code or a head office; quicker than to build its value."""
    try:
        message = subject_pb2.Subject.FromString(payload)
    except DecodeError:
        return False
    former = identity_pb2.LEGACY_CODE_KIND_UNIFIED_SOCIAL_CREDIT_CODE
    return message.HasField("head_office") or any(each.kind == former for each in message.identity.legacy_codes)


def _parsed(kind: type[Message], payload: bytes) -> Message:
    if len(payload) > MAX_PAYLOAD_BYTES * 64:
        raise FieldFault("payload", "FIELD_TOO_LONG")
    try:
        return kind.FromString(payload)
    except DecodeError:
        raise FieldFault("payload", "RECORD_MALFORMED", "not the message its schema names") from None


@dataclass(frozen=True, slots=True)
class _Column:
    """One field of a pair: how its value goes to the wire and comes back."""

    name: str
    repeated: bool
    presence: bool
    to_wire: Convert
    from_wire: Convert


def _to_fields(value: Value) -> dict[str, Any]:
    """The fields of a value's message, those of messages inside it as fields again; absent optionals stay absent."""
    held = vars(value)
    if type(value) in _AS_HELD:
        return held
    fields: dict[str, Any] = {}
    for name, repeated, to_wire in _PLANS[type(value)]:
        given = held[name]
        if repeated:
            fields[name] = given if to_wire is None else [to_wire(item) for item in given]
        elif given is not None:
            fields[name] = given if to_wire is None else to_wire(given)
    return fields


def _from_message(kind: type[AnyValue], message: Message) -> AnyValue:
    """The value of a message, checked on the way; a fault names the dotted field."""
    fields: dict[str, Any] = {}
    for column in _COLUMNS[kind]:
        if column.presence and not message.HasField(column.name):
            continue
        given = getattr(message, column.name)
        try:
            fields[column.name] = tuple(map(column.from_wire, given)) if column.repeated else column.from_wire(given)
        except FieldFault as fault:
            raise FieldFault(f"{column.name}.{fault.field}".rstrip("."), fault.reason) from None
    return kind(**fields)


def _same(value: object) -> object:
    return value


def _date_from_wire(text: str) -> date:
    """A calendar date in the one form the contract allows; `fromisoformat` alone takes others."""
    if not text:
        raise FieldFault("", "FIELD_MISSING")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise FieldFault("", "DATE_MALFORMED") from None
    if day.isoformat() != text:
        raise FieldFault("", "DATE_MALFORMED")
    return day


def _enum_pair(kind: type[StrEnum]) -> tuple[Convert, Convert]:
    """Conversions of one enumeration; unspecified and unknown numbers are refused, never guessed."""
    wire, prefix = ENUMS[kind]
    numbers = {member: wire.Value(prefix + NAMES_APART.get(member, member.name)) for member in kind}
    members = {number: member for member, number in numbers.items()}

    def from_wire(number: int) -> StrEnum:
        member = members.get(number)
        if member is None:
            raise FieldFault("", "VALUE_UNKNOWN" if number else "FIELD_MISSING")
        return member

    return numbers.__getitem__, from_wire


def _pair(kind: object) -> tuple[Convert, Convert]:
    """Conversions for one annotated type."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if kind is date:
        return date.isoformat, _date_from_wire
    if kind is Standing:
        return str, _standing_from_wire
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _enum_pair(kind)
    if isinstance(kind, type) and issubclass(kind, Value):
        return _to_fields, lambda message: _from_message(kind, message)
    return _same, _same


def _standing_from_wire(text: str) -> Standing:
    try:
        return Standing(text)
    except ValueError:
        raise FieldFault("", "VALUE_UNKNOWN") from None


def _columns(kind: type[Value]) -> tuple[_Column, ...]:
    """The columns of one value type, read off its annotations."""
    descriptor = MESSAGES[kind].DESCRIPTOR
    made = []
    for name, info in kind.model_fields.items():
        inner = info.annotation
        if get_origin(inner) is UnionType:
            inner = next(arm for arm in get_args(inner) if arm is not NoneType)
        repeated = get_origin(inner) is tuple
        if repeated:
            inner = get_args(inner)[0]
        made.append(_Column(name, repeated, descriptor.fields_by_name[name].has_presence, *_pair(inner)))
    return tuple(made)


_COLUMNS: Mapping[type[Value], tuple[_Column, ...]] = {kind: _columns(kind) for kind in MESSAGES}
_PLANS: Mapping[type[Value], tuple[tuple[str, bool, Convert | None], ...]] = {
    kind: tuple(
        (column.name, column.repeated, None if column.to_wire is _same else column.to_wire) for column in columns
    )
    for kind, columns in _COLUMNS.items()
}
"""What of the columns encoding needs: name, whether repeated, and the conversion where there is one."""
_AS_HELD = frozenset(
    kind
    for kind, columns in _COLUMNS.items()
    if all(each.to_wire is _same and not each.repeated and not each.presence for each in columns)
)
"""Kinds whose fields are those of their message as they stand."""
_CLASSES: Mapping[int, SubjectClass] = {
    identity_pb2.SubjectClass.Value("SUBJECT_CLASS_" + member.name): member for member in SubjectClass
}
