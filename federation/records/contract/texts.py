# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A record as names and texts, field by field: what an excerpt shows of it.

A name is the field's in the record's message, with a dot before that of a field inside it. Dates are written as
YYYY-MM-DD, numbers in decimal, bytes in hex, enumerations by their name in the contract without the prefix, several
values one a line: an empty line where a message among several lacks the field. Absent fields are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, get_args, get_origin

from federation.records.contract.tables import MESSAGES, NAMES_APART
from federation.records.value import Value


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a kind of value; `inner` is the kind of value that it holds, None for any other content."""

    name: str
    inner: type[Value] | None
    repeated: bool


@cache
def names_of(kind: type[Value]) -> tuple[str, ...]:
    """The names of all fields that a record of a kind can have, in the order of its message."""
    names: list[str] = []
    for field in _fields(kind):
        below = [""] if field.inner is None else [f".{name}" for name in names_of(field.inner)]
        names += [field.name + name for name in below]
    return tuple(names)


def texts_of(value: Value) -> Iterator[tuple[str, str]]:
    """The fields that a record has, each with its value as text, in the order of its message."""
    for field in _fields(type(value)):
        held = getattr(value, field.name)
        if held is None or held in ((), b""):
            continue
        if field.inner is None:
            yield field.name, "\n".join(map(_on_one_line, held)) if field.repeated else _text(held)
        else:
            inside = _several(field.inner, held) if field.repeated else texts_of(held)
            yield from ((f"{field.name}.{name}", text) for name, text in inside)


def _several(kind: type[Value], values: Sequence[Value]) -> Iterator[tuple[str, str]]:
    """The fields of several messages: for each name, the texts of all."""
    told = [dict(texts_of(value)) for value in values]
    for name in names_of(kind):
        if any(name in each for each in told):
            yield name, "\n".join(each.get(name, "").replace("\n", " ") for each in told)


def _on_one_line(held: object) -> str:
    return _text(held).replace("\n", " ")


def _text(held: object) -> str:
    match held:
        case StrEnum():
            return NAMES_APART.get(held, held.name)
        case date():
            return held.isoformat()
        case bytes():
            return held.hex()
        case _:
            return str(held)


@cache
def _fields(kind: type[Value]) -> tuple[_Field, ...]:
    """The fields of a kind, in the order of its message."""
    return tuple(_field(kind, each.name) for each in MESSAGES[kind].DESCRIPTOR.fields)


def _field(kind: type[Value], name: str) -> _Field:
    inner = kind.model_fields[name].annotation
    if get_origin(inner) is UnionType:
        inner = next(arm for arm in get_args(inner) if arm is not NoneType)
    repeated = get_origin(inner) is tuple
    if repeated:
        inner = get_args(inner)[0]
    while get_origin(inner) is Annotated:
        inner = get_args(inner)[0]
    return _Field(name, inner if isinstance(inner, type) and issubclass(inner, Value) else None, repeated)
