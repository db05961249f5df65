# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What every record value has in common: frozen, strict, refused whole with the field and a reason code.

Checks here are structural (presence, length, form, order of dates). Whether a record is *true to the rules* (check
digits, catalogues, dates against today) is asked elsewhere, because it needs tables and a date.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from federation.errors import FieldFault

_REASONS = {
    "missing": "FIELD_MISSING",
    "string_too_short": "FIELD_MISSING",
    "too_short": "FIELD_MISSING",
    "string_too_long": "FIELD_TOO_LONG",
    "too_long": "FIELD_TOO_LONG",
    "bytes_too_long": "FIELD_TOO_LONG",
    "string_pattern_mismatch": "FIELD_MALFORMED",
    "extra_forbidden": "FIELD_UNEXPECTED",
}


_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class Value(BaseModel):
    """A frozen value, checked when built.

    Raises:
        FieldFault: a field is missing, too long, malformed or contradicts another; `field` is its dotted name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, revalidate_instances="never")

    def __init__(self, **fields: object) -> None:
        try:
            self.__pydantic_validator__.validate_python(fields, self_instance=self)
        except ValidationError as error:
            raise _field_fault(error.errors(include_url=False, include_context=True, include_input=False)[0]) from None


def _field_fault(first: ErrorDetails) -> FieldFault:
    """The fault for pydantic's first complaint, without the value: it may be personal."""
    field = ".".join(str(part) for part in first["loc"])
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, Contradiction):
        return FieldFault(cause.field or field, cause.reason)
    return FieldFault(field, _REASONS.get(first["type"], "FIELD_MALFORMED"))


def complaints(kind: type[Value], fields: Mapping[str, object]) -> tuple[FieldFault, ...]:
    """All that is wrong with what a value would be built of, where building it tells the first only."""
    try:
        kind.__pydantic_validator__.validate_python(dict(fields), self_instance=kind.__new__(kind))
    except ValidationError as error:
        return tuple(map(_field_fault, error.errors(include_url=False, include_context=True, include_input=False)))
    return ()


class Contradiction(ValueError):
    """A validator's complaint, seen outside only as a FieldFault; `field` is empty where pydantic knows it itself."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def _plain(text: str) -> str:
    """Text as it may be stored: NFC, no control or bidirectional formatting characters except a line break."""
    if not text.isprintable() and any(unicodedata.category(char) in _UNFIT for char in text.replace("\n", "")):
        raise Contradiction("", "FIELD_CONTROL_CHARACTER")  # `isprintable` is quicker, and refuses wide spaces too
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise Contradiction("", "FIELD_NOT_NFC")
    return text


Plain = AfterValidator(_plain)
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), Plain]
Text50 = Annotated[str, StringConstraints(min_length=1, max_length=50), Plain]
Text64 = Annotated[str, StringConstraints(min_length=1, max_length=64), Plain]
Text128 = Annotated[str, StringConstraints(min_length=1, max_length=128), Plain]
Text200 = Name
Text256 = Annotated[str, StringConstraints(min_length=1, max_length=256), Plain]
Text512 = Annotated[str, StringConstraints(min_length=1, max_length=512), Plain]
Text1000 = Annotated[str, StringConstraints(min_length=1, max_length=1000), Plain]
Text2000 = Annotated[str, StringConstraints(min_length=1, max_length=2000), Plain]
Text2048 = Annotated[str, StringConstraints(min_length=1, max_length=2048), Plain]
Text4000 = Annotated[str, StringConstraints(min_length=1, max_length=4000), Plain]
Text5000 = Annotated[str, StringConstraints(min_length=1, max_length=5000), Plain]
Mnemonic = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}\z")]
Versioned = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}@[0-9][0-9.]{0,15}\z")]
CreditCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}\z")]
Fen = Annotated[int, Field(ge=0, lt=2**63)]


def in_order(earlier: date, later: date | None, field: str) -> None:
    """Refuses `later` (the value of `field`) when it lies before `earlier`; None means open-ended.

    Raises:
        Contradiction: the dates are the wrong way round (DATES_OUT_OF_ORDER).
    """
    if later is not None and later < earlier:
        raise Contradiction(field, "DATES_OUT_OF_ORDER")
