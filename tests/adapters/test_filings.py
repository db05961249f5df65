# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Filings of credit service agencies."""

from collections.abc import Callable, Mapping

import pytest

from adapters.row import Outcome, TableKind, Translated, Untranslated
from federation.records.agency_filing import AgencyFiling, FilingStanding, ReviewResult
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
    ],
)
def test_what_cannot_be_translated_names_its_column(
    outcomes: Callable[..., list[Outcome]], change: Mapping[str, str], field: str, reason: str
) -> None:
    """A review needs year and result; one unknown category refuses the row."""
    [outcome] = outcomes(KIND, change)

    assert isinstance(outcome, Untranslated)
    assert (field, reason) == (outcome.field, outcome.reason)
