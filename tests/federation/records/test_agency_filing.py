# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a filing cannot state: who its staff are, and what contradicts its standing, its reviews or its hand-over."""

from collections.abc import Mapping
from datetime import date

import pytest

from federation.errors import FieldFault
from federation.records.agency_filing import (
    CLOSED,
    AgencyFiling,
    AnnualReview,
    FilingStanding,
    MarketExit,
    ReviewResult,
    StaffGroup,
    StaffRole,
)
from federation.records.codec import Record

DAY = date(2026, 3, 31)
LEFT = MarketExit(reason="业务转型", exited_on=DAY)
PASSED = {year: AnnualReview(year=year, result=ReviewResult.PASSED) for year in (2024, 2025, 2026)}


def changed(samples: Mapping[str, Record], **changes: object) -> AgencyFiling:
    """The sound filing, passed in 2026, built anew with some fields changed."""
    return AgencyFiling(**{**dict(samples["AgencyFiling"]), **changes})


def refused(samples: Mapping[str, Record], **changes: object) -> tuple[str, str]:
    """Field and reason by which the changed filing is refused."""
    with pytest.raises(FieldFault) as caught:
        changed(samples, **changes)
    return caught.value.field, caught.value.reason


@pytest.mark.parametrize("qualification", ["信用管理师 20210001234", "330102194901019917", "信用管理师（123456）"])
def test_a_qualification_with_a_long_number_is_refused(qualification: str) -> None:
    """Six digits in a row are a certificate or a person, and a filing is public; the fault does not repeat them."""
    with pytest.raises(FieldFault) as caught:
        StaffGroup(role=StaffRole.SENIOR, qualification=qualification, count=1)

    assert ("qualification", "STAFF_IDENTIFIED") == (caught.value.field, caught.value.reason)
    assert qualification not in str(caught.value)


def test_a_qualification_may_hold_a_short_number() -> None:
    """A name with the year of its scheme names nobody."""
    name = "信用管理师 2021-12345"

    assert name == StaffGroup(role=StaffRole.SENIOR, qualification=name, count=1).qualification


def test_data_handed_over_to_nobody_are_refused() -> None:
    """A day of the hand-over says that somebody has the data; who has them is part of it."""
    with pytest.raises(FieldFault) as caught:
        MarketExit(reason="业务转型", exited_on=DAY, handed_over_on=DAY)

    assert ("handed_over_to", "FIELD_MISSING") == (caught.value.field, caught.value.reason)


@pytest.mark.parametrize("standing", list(FilingStanding))
def test_an_exit_goes_with_a_filing_that_is_over(samples: Mapping[str, Record], standing: FilingStanding) -> None:
    """With any other standing the filing is refused: an agency that left is not filed, suspended or waiting."""
    if standing in CLOSED:
        assert LEFT == changed(samples, standing=standing, exit=LEFT).exit
    else:
        assert ("exit", "EXIT_UNEXPECTED") == refused(samples, standing=standing, exit=LEFT)


def test_a_day_to_mend_by_without_a_condition_is_refused(samples: Mapping[str, Record]) -> None:
    """Nothing was found wanting, so there is nothing to mend."""
    assert ("mend_by", "MEND_BY_UNEXPECTED") == refused(samples, mend_by=DAY)


CONDITIONAL = [{"standing": FilingStanding.CONDITIONAL}, {"review_result": ReviewResult.CONDITIONAL}]


@pytest.mark.parametrize("condition", CONDITIONAL)
def test_a_day_to_mend_by_goes_with_a_condition(samples: Mapping[str, Record], condition: dict[str, object]) -> None:
    """Of the standing or of the review; either is enough."""
    assert DAY == changed(samples, mend_by=DAY, **condition).mend_by


@pytest.mark.parametrize("years", [(2026, 2025), (2024, 2026, 2025), (2026, 2026)])
def test_reviews_that_do_not_ascend_are_refused(samples: Mapping[str, Record], years: tuple[int, ...]) -> None:
    """One review a year, the oldest first; the newest year being right does not help."""
    reviews = tuple(PASSED[year] for year in years)

    assert ("reviews", "REVIEWS_OUT_OF_ORDER") == refused(samples, reviews=reviews)


OTHER_NEWEST: list[tuple[AnnualReview, dict[str, object]]] = [
    (PASSED[2025], {}),
    (AnnualReview(year=2026, result=ReviewResult.FAILED), {}),
    (PASSED[2026], {"reviewed_year": None, "review_result": None}),
]


@pytest.mark.parametrize(("newest", "changes"), OTHER_NEWEST)
def test_reviews_that_end_in_another_than_the_stated_one_are_refused(
    samples: Mapping[str, Record], newest: AnnualReview, changes: dict[str, object]
) -> None:
    """Year and result of the filing are those of the newest review, so that nobody can read either way."""
    assert ("reviews", "REVIEW_NOT_NEWEST") == refused(samples, reviews=(PASSED[2024], newest), **changes)


def test_reviews_may_skip_a_year(samples: Mapping[str, Record]) -> None:
    """A year without a review is no contradiction; what it costs the agency is for the rules to say."""
    reviews = (PASSED[2024], PASSED[2026])

    assert reviews == changed(samples, reviews=reviews).reviews
