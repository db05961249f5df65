# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Filings of credit service agencies (信用服务机构备案), standards document, section 5.3.

A filing is public: whoever may read its feed sees all of it. So of an agency's staff it holds numbers by role and
qualification, and no names or certificates, which stay with the authority that took the filing.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from federation.records.subject import Authority, Identity
from federation.records.value import (
    Contradiction,
    Fen,
    Mnemonic,
    Text64,
    Text128,
    Text200,
    Text256,
    Text512,
    Value,
    in_order,
)

RegionCode = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{5}\z")]
Year = Annotated[int, Field(ge=1990, le=2200)]
_LONG_NUMBER = re.compile(r"[0-9]{6}")
"""No name of a qualification holds one; a certificate or a person has."""


class FilingStanding(StrEnum):
    """Standing of a filing with its own authority."""

    FILED = "filed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXITED = "exited"
    CANCELLED = "cancelled"
    PENDING = "pending"
    CONDITIONAL = "conditional"
    ANNUAL_REVIEW_OVERDUE = "annual-review-overdue"


CLOSED = frozenset({FilingStanding.WITHDRAWN, FilingStanding.EXITED, FilingStanding.CANCELLED})
"""Standings of a filing that is over."""


class ReviewResult(StrEnum):
    """Result of a periodic review (年检)."""

    PASSED = "passed"
    CONDITIONAL = "conditional"
    FAILED = "failed"


class StaffRole(StrEnum):
    """What staff do."""

    SENIOR = "senior"
    PRACTITIONER = "practitioner"


class MajorEventKind(StrEnum):
    """What an agency has to report (重大事项)."""

    NAME_CHANGED = "name-changed"
    REPRESENTATIVE_CHANGED = "representative-changed"
    SHAREHOLDERS_CHANGED = "shareholders-changed"
    BUSINESS_CHANGED = "business-changed"
    LITIGATION = "litigation"
    SECURITY_INCIDENT = "security-incident"
    VIOLATION = "violation"


class DataAccessLevel(StrEnum):
    """Level of information that is open to an agency."""

    PUBLIC = "public"
    AUTHORISED_QUERY = "authorised-query"
    GOV_SHARED = "gov-shared"


class FilingDocument(Value):
    """One document of the filing, by its digest."""

    title: Text128
    sha256: Annotated[bytes, Field(min_length=32, max_length=32)]


class StaffGroup(Value):
    """Staff of one role that hold one qualification; `valid_until` is the last day on which all of them do."""

    role: StaffRole
    qualification: Text64
    count: Annotated[int, Field(ge=1, le=100_000)]
    valid_until: date | None = None

    @model_validator(mode="after")
    def _nobody_named(self) -> Self:
        if _LONG_NUMBER.search(self.qualification):
            raise Contradiction("qualification", "STAFF_IDENTIFIED")
        return self


class AnnualReview(Value):
    """One periodic review."""

    year: Year
    result: ReviewResult
    reviewed_on: date | None = None


class MajorEvent(Value):
    """Something that the agency has to report; `reported_on` None means not yet."""

    kind: MajorEventKind
    occurred_on: date
    reported_on: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.occurred_on, self.reported_on, "reported_on")
        return self


class MarketExit(Value):
    """How an agency left the market; `handed_over_on` None means that nobody has all of its data yet."""

    reason: Text256
    exited_on: date
    handed_over_to: Authority | None = None
    handed_over_on: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.handed_over_on is not None and self.handed_over_to is None:
            raise Contradiction("handed_over_to", "FIELD_MISSING")
        return self


class AgencyFiling(Value):
    """One filing. `valid_until` None means open-ended; `reviewed_year` None means never reviewed; no regions, all.

    Attributes:
        standing_since: first day of the standing; None for the day of publication.
        mend_by: last day to mend what a conditional standing or review found wanting.
    """

    identity: Identity
    filing_number: Text64
    categories: Annotated[tuple[Mnemonic, ...], Field(min_length=1, max_length=20)]
    filed_on: date
    valid_until: date | None = None
    authority: Authority
    standing: FilingStanding
    reviewed_year: Year | None = None
    review_result: ReviewResult | None = None
    source: Authority
    remark: Text512 | None = None
    regions: Annotated[tuple[RegionCode, ...], Field(max_length=100)] = ()
    standing_since: date | None = None
    mend_by: date | None = None
    address: Text200 | None = None
    capital_fen: Fen | None = None
    documents: Annotated[tuple[FilingDocument, ...], Field(max_length=20)] = ()
    staff: Annotated[tuple[StaffGroup, ...], Field(max_length=50)] = ()
    reviews: Annotated[tuple[AnnualReview, ...], Field(max_length=60)] = ()
    events: Annotated[tuple[MajorEvent, ...], Field(max_length=100)] = ()
    exit: MarketExit | None = None
    data_access_level: DataAccessLevel | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.filed_on, self.valid_until, "valid_until")
        in_order(self.filed_on, self.standing_since, "standing_since")
        if (self.reviewed_year is None) != (self.review_result is None):
            raise Contradiction("review_result", "REVIEW_INCOMPLETE")
        if self.exit is not None and self.standing not in CLOSED:
            raise Contradiction("exit", "EXIT_UNEXPECTED")
        if self.mend_by is not None and not self.conditional:
            raise Contradiction("mend_by", "MEND_BY_UNEXPECTED")
        self._check_reviews()
        return self

    def _check_reviews(self) -> None:
        years = [review.year for review in self.reviews]
        if years != sorted(set(years)):
            raise Contradiction("reviews", "REVIEWS_OUT_OF_ORDER")
        newest = self.reviews[-1] if self.reviews else None
        if newest is not None and (newest.year, newest.result) != (self.reviewed_year, self.review_result):
            raise Contradiction("reviews", "REVIEW_NOT_NEWEST")

    @property
    def conditional(self) -> bool:
        """Whether something found wanting is to be mended."""
        return FilingStanding.CONDITIONAL == self.standing or ReviewResult.CONDITIONAL == self.review_result

    @property
    def key(self) -> str:
        """What makes two rows the same record: authority and filing number."""
        return f"filing/{self.authority.code}/{self.filing_number}"
