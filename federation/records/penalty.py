# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Administrative penalties (行政处罚), after the 2018 publication layout (standards document, section 2.3)."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from federation.records.subject import Authority, Identity
from federation.records.value import (
    Fen,
    Text128,
    Text200,
    Text256,
    Text512,
    Text2000,
    Text2048,
    Text4000,
    Text5000,
    Value,
    in_order,
)


class Penalty(Value):
    """One penalty decision; money in integer fen. `valid_until` None means open-ended."""

    identity: Identity
    document_number: Text128
    violation: Text2000
    facts: Text5000
    basis: Text2048
    kinds: Annotated[tuple[Text256, ...], Field(min_length=1, max_length=20)]
    content: Text4000
    fine_fen: Fen | None = None
    confiscated_fen: Fen | None = None
    affected_licence: Text200 | None = None
    decided_on: date
    valid_until: date | None = None
    published_until: date | None = None
    authority: Authority
    source: Authority
    remark: Text512 | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.decided_on, self.valid_until, "valid_until")
        in_order(self.decided_on, self.published_until, "published_until")
        return self

    @property
    def key(self) -> str:
        """What makes two rows the same record: authority, document and subject."""
        return f"penalty/{self.authority.code}/{self.document_number}/{self.identity.code}"
