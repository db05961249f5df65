# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A filing with everything that a filing can state."""

from datetime import date

from federation.records.agency_filing import (
    AgencyFiling,
    AnnualReview,
    DataAccessLevel,
    FilingDocument,
    FilingStanding,
    MajorEvent,
    MajorEventKind,
    MarketExit,
    ReviewResult,
    StaffGroup,
    StaffRole,
)


def detailed(one: AgencyFiling) -> AgencyFiling:
    """The same filing, with all that is optional."""
    changes = {
        "regions": ("330100", "310000"),
        "standing_since": one.filed_on,
        "mend_by": date(2026, 6, 30),
        "address": "杭州市",
        "capital_fen": 2**62,
        "documents": (FilingDocument(title="业务规则", sha256=bytes(32)),),
        "staff": (StaffGroup(role=StaffRole.SENIOR, qualification="信用管理师", count=3),),
        "events": (MajorEvent(kind=MajorEventKind.LITIGATION, occurred_on=date(2026, 1, 1)),),
        "standing": FilingStanding.EXITED,
        "review_result": ReviewResult.CONDITIONAL,
        "reviews": (AnnualReview(year=one.reviewed_year or 2026, result=ReviewResult.CONDITIONAL),),
        "exit": MarketExit(reason="合并", exited_on=date(2026, 1, 3), handed_over_to=one.authority),
        "data_access_level": DataAccessLevel.GOV_SHARED,
    }
    return one.model_copy(update=changes)


def unreviewed(one: AgencyFiling) -> AgencyFiling:
    """The same filing before its first review."""
    return one.model_copy(update={"reviewed_year": None, "review_result": None})
