# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Filings of credit service agencies."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from adapters.row import Outcome, TableKind, Translated, Untranslated
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
from federation.records.subject import Authority
from federation.standards.identity import SubjectClass

KIND = TableKind.FILINGS


def test_a_row_becomes_the_filing_it_states(outcomes: Callable[..., list[Outcome]]) -> None:
    """Categories become codes; the class comes from the agency's code."""
    [outcome] = outcomes(KIND, {"BA_ZT": "暂停", "BA_NJND": "2025年度", "BA_NJJG": "限期整改"})

    assert isinstance(outcome, Translated)
    record = outcome.record
    assert isinstance(record, AgencyFiling)
    assert (
        record.categories,
        record.standing,
        record.reviewed_year,
        record.review_result,
        record.identity.subject_class,
    ) == (
        ("credit-rating", "credit-consulting"),
        FilingStanding.SUSPENDED,
        2025,
        ReviewResult.CONDITIONAL,
        SubjectClass.ENTERPRISE,
    )


WHOLE = {
    "BA_ZT": "退出市场",
    "BA_YWQY": "330100；330200",
    "BA_ZTRQ": "2026-03-31",
    "BA_DZ": "杭州市拱墅区桥边路1号",
    "BA_ZCZB": "500",
    "BA_CL": "业务规则|" + "ab" * 32,
    "BA_RY": "高管|信用管理师二级|2；从业|评级分析师|12|2027-05-01",
    "BA_NJJL": "2025|限期整改|2025-04-30；2026|合格",
    "BA_ZDSX": "变更法定代表人|2026-03-01|2026-03-20；安全事件|2026-03-02",
    "BA_TCYY": "业务转型",
    "BA_TCRQ": "2026-03-31",
    "BA_YJDW": "杭州市公共信用管理办公室",
    "BA_YJDWDM": "11330100PDY001047C",
    "BA_YJRQ": "2026-04-30",
    "BA_SJJB": "授权查询",
}


def test_cells_of_several_items_become_the_parts_of_a_filing(outcomes: Callable[..., list[Outcome]]) -> None:
    """Regions, documents, staff, reviews, events and exit, each with all that its item states."""
    [outcome] = outcomes(KIND, WHOLE)

    assert isinstance(outcome, Translated)
    record = outcome.record
    assert isinstance(record, AgencyFiling)
    heir = Authority(name="杭州市公共信用管理办公室", code="11330100PDY001047C")
    assert (
        ("330100", "330200"),
        500 * 1_000_000,
        (FilingDocument(title="业务规则", sha256=b"\xab" * 32),),
        (
            StaffGroup(role=StaffRole.SENIOR, qualification="信用管理师二级", count=2),
            StaffGroup(role=StaffRole.PRACTITIONER, qualification="评级分析师", count=12, valid_until=date(2027, 5, 1)),
        ),
        (
            AnnualReview(year=2025, result=ReviewResult.CONDITIONAL, reviewed_on=date(2025, 4, 30)),
            AnnualReview(year=2026, result=ReviewResult.PASSED),
        ),
        (
            MajorEvent(
                kind=MajorEventKind.REPRESENTATIVE_CHANGED,
                occurred_on=date(2026, 3, 1),
                reported_on=date(2026, 3, 20),
            ),
            MajorEvent(kind=MajorEventKind.SECURITY_INCIDENT, occurred_on=date(2026, 3, 2)),
        ),
        MarketExit(
            reason="业务转型",
            exited_on=date(2026, 3, 31),
            handed_over_to=heir,
            handed_over_on=date(2026, 4, 30),
        ),
        DataAccessLevel.AUTHORISED_QUERY,
    ) == (
        record.regions,
        record.capital_fen,
        record.documents,
        record.staff,
        record.reviews,
        record.events,
        record.exit,
        record.data_access_level,
    )


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"BA_YWLB": "资信评级;占卜"}, "BA_YWLB", "VALUE_UNKNOWN"),
        ({"BA_ZT": "未知"}, "BA_ZT", "VALUE_UNKNOWN"),
        ({"BA_NJND": "去年"}, "BA_NJND", "NUMBER_MALFORMED"),
        ({"BA_NJND": "1200"}, "BA_NJND", "FIELD_MALFORMED"),
        ({"BA_NJJG": ""}, "BA_NJJG", "REVIEW_INCOMPLETE"),
        ({"BA_NJJG": "优"}, "BA_NJJG", "VALUE_UNKNOWN"),
        ({"BA_YXQZ": "2020/01/01"}, "BA_YXQZ", "DATES_OUT_OF_ORDER"),
        ({"BA_SHXYM": ""}, "BA_SHXYM", "FIELD_MISSING"),
        ({"BA_RY": "高管|信用管理师"}, "BA_RY", "ITEM_MALFORMED"),
        ({"BA_RY": "高管|信用管理师|许多"}, "BA_RY", "NUMBER_MALFORMED"),
        ({"BA_RY": "门卫|信用管理师|1"}, "BA_RY", "VALUE_UNKNOWN"),
        ({"BA_RY": "高管|信用管理师 20210001234|1"}, "BA_RY", "STAFF_IDENTIFIED"),
        ({"BA_NJJL": "2026|合格；2025|合格"}, "BA_NJJL", "REVIEWS_OUT_OF_ORDER"),
        ({"BA_NJJL": "2025|合格"}, "BA_NJJL", "REVIEW_NOT_NEWEST"),
        ({"BA_ZDSX": "变更股东|2026-03-02|2026-03-01"}, "BA_ZDSX", "DATES_OUT_OF_ORDER"),
        ({"BA_CL": "业务规则|12"}, "BA_CL", "DIGEST_MALFORMED"),
        ({"BA_YWQY": "3301"}, "BA_YWQY", "FIELD_MALFORMED"),
        ({"BA_ZGQX": "2026-06-30"}, "BA_ZGQX", "MEND_BY_UNEXPECTED"),
        ({"BA_TCYY": "业务转型", "BA_TCRQ": "2026-03-31"}, "", "EXIT_UNEXPECTED"),
        ({"BA_TCYY": "业务转型", "BA_TCRQ": ""}, "BA_TCRQ", "FIELD_MISSING"),
    ],
)
def test_what_cannot_be_translated_names_its_column(
    outcomes: Callable[..., list[Outcome]], change: Mapping[str, str], field: str, reason: str
) -> None:
    """A review needs year and result; one unknown category refuses the row."""
    [outcome] = outcomes(KIND, change)

    assert isinstance(outcome, Untranslated)
    assert (field, reason) == (outcome.field, outcome.reason)
