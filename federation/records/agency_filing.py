# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Filings of credit service agencies (信用服务机构备案), standards document, section 5.3."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from federation.records.subject import Authority, Identity
from federation.records.value import Contradiction, Mnemonic, Text64, Text512, Value, in_order


class FilingStanding(StrEnum):
    """Standing of a filing with its own authority."""

    FILED = "filed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXITED = "exited"
    CANCELLED = "cancelled"


class ReviewResult(StrEnum):
    """Result of a periodic review (年检)."""

    PASSED = "passed"
    CONDITIONAL = "conditional"
    FAILED = "failed"


class AgencyFiling(Value):
    """One filing. `valid_until` None means open-ended; `reviewed_year` None means never reviewed."""

    identity: Identity
    filing_number: Text64
    categories: Annotated[tuple[Mnemonic, ...], Field(min_length=1, max_length=20)]
    filed_on: date
    valid_until: date | None = None
    authority: Authority
    standing: FilingStanding
    reviewed_year: Annotated[int, Field(ge=1990, le=2200)] | None = None
    review_result: ReviewResult | None = None
    source: Authority
    remark: Text512 | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.filed_on, self.valid_until, "valid_until")
        if (self.reviewed_year is None) != (self.review_result is None):
            raise Contradiction("review_result", "REVIEW_INCOMPLETE")
        return self

    @property
    def key(self) -> str:
        """What makes two rows the same record: authority and filing number."""
        return f"filing/{self.authority.code}/{self.filing_number}"
