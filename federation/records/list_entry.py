# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Red, black and watch lists (红黑名单), after the canonical list record (standards document, section 3.2)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from federation.records.subject import Authority, Identity
from federation.records.value import (
    Mnemonic,
    Text50,
    Text128,
    Text200,
    Text512,
    Text4000,
    Value,
    Versioned,
    in_order,
)


class ListKind(StrEnum):
    """Kind of list."""

    RED = "red"
    BLACK = "black"
    WATCH = "watch"


class ListEntry(Value):
    """One subject on one list. `valid_until` None means until an END entry."""

    identity: Identity
    kind: ListKind
    list_name: Text200
    field: Mnemonic
    standard: Versioned
    reason: Text4000
    basis: Text4000
    document_number: Text128
    authority: Authority
    decided_on: date
    valid_from: date
    valid_until: date | None = None
    responsible_persons: Annotated[tuple[Text50, ...], Field(max_length=20)] = ()
    source: Authority
    remark: Text512 | None = None
    measures: Annotated[tuple[Mnemonic, ...], Field(max_length=20)] = ()
    notified_on: date | None = None
    publicised_from: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for field, before in (("notified_on", self.notified_on), ("publicised_from", self.publicised_from)):
            if before is not None:
                in_order(before, self.decided_on, field)
        in_order(self.decided_on, self.valid_from, "valid_from")
        in_order(self.valid_from, self.valid_until, "valid_until")
        return self

    @property
    def key(self) -> str:
        """What makes two rows the same record: authority, document, subject and kind of list."""
        return f"list/{self.kind}/{self.authority.code}/{self.document_number}/{self.identity.code}"
