# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Recognition of agency filings: categories, reviews, standing, and the same answer for ever."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.errors import OrderFault
from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.agency_filing import AgencyFiling, FilingStanding, ReviewResult
from federation.records.subject import Authority, Identity
from federation.rules.filing.recognition import STANDING_HOLDS, FilingCandidate, recognise_filing
from federation.rules.rule_book import RuleBook
from federation.rules.transition.course import Course
from federation.rules.verdict import Held, Recognised, Refused, Verdict
from federation.standards.bundle import Standards

TODAY = date(2026, 11, 22)
MakeFiling = Callable[..., AgencyFiling]
Decide = Callable[..., Verdict]
UNREVIEWED: dict[str, object] = {"reviewed_year": None, "review_result": None}


@pytest.fixture
def decide(book: RuleBook, standards: Standards) -> Decide:
    """Decides at Shanghai, today, unless another home is named."""
    return lambda candidate, home="310000": recognise_filing(candidate, home, book, standards, TODAY)


def test_sound_filing_counts_without_filing_again(decide: Decide, filing: MakeFiling, book: RuleBook) -> None:
    """A sound filing is recognised for all its categories, and the verdict names the rules."""
    expected = Recognised(
        ("filing-accepted",),
        ("RECOGNISED",),
        ("yrd-agency-filings@1", "uscc@2015.2", "regions@2026", book.name),
        date(2028, 1, 1),
        ("credit-consulting", "credit-rating"),
    )
    assert expected == decide(FilingCandidate("330100", filing()))


def test_partly_covered_filing_lists_what_is(decide: Decide, filing: MakeFiling) -> None:
    """Of several categories, those under the agreement are recognised, and the verdict lists them."""
    verdict = decide(FilingCandidate("330100", filing(categories=("receivables", "credit-rating"))))
    assert isinstance(verdict, Recognised)
    assert verdict.categories == ("credit-rating",)
    assert verdict.reasons == ("RECOGNISED", "CATEGORIES_PARTLY_COVERED")


HOLDS: list[tuple[dict[str, object], tuple[str, ...]]] = [
    ({"categories": ("receivables",)}, ("CATEGORY_NOT_COVERED",)),
    (UNREVIEWED, ("REVIEW_MISSING",)),
    ({"reviewed_year": 2024}, ("REVIEW_OVERDUE",)),
    ({"reviewed_year": 2027}, ("REVIEW_IN_FUTURE",)),
    ({"review_result": ReviewResult.CONDITIONAL}, ("REVIEW_CONDITIONAL",)),
    ({"review_result": ReviewResult.FAILED}, ("REVIEW_FAILED",)),
    ({"standing": FilingStanding.SUSPENDED}, ("FILING_SUSPENDED",)),
    ({"standing": FilingStanding.WITHDRAWN}, ("FILING_WITHDRAWN",)),
    ({"standing": FilingStanding.EXITED}, ("FILING_EXITED",)),
    ({"standing": FilingStanding.CANCELLED}, ("FILING_CANCELLED",)),
    ({"valid_until": TODAY - timedelta(1)}, ("PERIOD_LAPSED",)),
    ({"filed_on": TODAY + timedelta(1)}, ("NOT_YET_VALID",)),
]


@pytest.mark.parametrize(("changes", "reasons"), HOLDS)
def test_each_hold_alone(
    decide: Decide, filing: MakeFiling, changes: dict[str, object], reasons: tuple[str, ...]
) -> None:
    """A filing that does not count is kept as information, for exactly its reason."""
    verdict = decide(FilingCandidate("330100", filing(**changes)))
    assert isinstance(verdict, Held)
    assert verdict.reasons == reasons


def test_review_of_last_year_still_counts(decide: Decide, filing: MakeFiling) -> None:
    """A review may be as old as the agreement says, to the end of that year."""
    verdict = decide(FilingCandidate("330100", filing(reviewed_year=2025)))
    assert isinstance(verdict, Recognised)
    assert verdict.review_on == date(2027, 1, 1)


REGIONS = [
    ((), ("RECOGNISED",)),
    (("310000",), ("RECOGNISED",)),
    (("100000",), ("RECOGNISED",)),
    (("330100", "310114"), ("RECOGNISED", "REGION_PARTLY_COVERED")),
    (("330100",), ("FILING_REGION_NOT_COVERED",)),
]


@pytest.mark.parametrize(("regions", "reasons"), REGIONS)
def test_a_filing_counts_in_its_regions_alone(
    decide: Decide, filing: MakeFiling, regions: tuple[str, ...], reasons: tuple[str, ...]
) -> None:
    """In all of Shanghai, in parts of it, or not there at all."""
    verdict = decide(FilingCandidate("330100", filing(regions=regions)))
    assert reasons == verdict.reasons[: len(reasons)]
    assert isinstance(verdict, Held) == ("FILING_REGION_NOT_COVERED" in reasons)


@pytest.mark.parametrize("standing", [standing for standing in FilingStanding if standing is not FilingStanding.FILED])
def test_no_standing_but_filed_counts(decide: Decide, filing: MakeFiling, standing: FilingStanding) -> None:
    """Whatever is added to the standings later holds recognition back, with a reason of its own."""
    verdict = decide(FilingCandidate("330100", filing(standing=standing)))
    assert isinstance(verdict, Held)
    assert (STANDING_HOLDS[standing],) == verdict.reasons


def test_filing_of_this_year_needs_no_review_yet(decide: Decide, filing: MakeFiling) -> None:
    """An agency that filed this year cannot have been reviewed; next year it must have been."""
    verdict = decide(FilingCandidate("330100", filing(filed_on=date(2026, 1, 2), **UNREVIEWED)))
    assert isinstance(verdict, Recognised)
    assert verdict.review_on == date(2027, 1, 1)


def test_agreement_may_want_no_review(
    standards: Standards, filing: MakeFiling, changed: Callable[[Mapping[str, str]], RuleBook]
) -> None:
    """Where the agreement says nothing of reviews, none is wanted."""
    book = changed({"review_max_age_years = 1\n": ""})
    candidate = FilingCandidate("330100", filing(**UNREVIEWED))
    assert isinstance(recognise_filing(candidate, "310000", book, standards, TODAY), Recognised)


def test_last_years_of_the_calendar(book: RuleBook, standards: Standards, filing: MakeFiling) -> None:
    """A filing of the last year of the calendar fails nothing: no year after it exists."""
    candidate = FilingCandidate("330100", filing(filed_on=date(9999, 1, 1), valid_until=None, **UNREVIEWED))
    verdict = recognise_filing(candidate, "310000", book, standards, date(9999, 6, 1))
    assert isinstance(verdict, Recognised)
    assert verdict.review_on is None


def test_review_of_the_last_year_but_one(book: RuleBook, standards: Standards, filing: MakeFiling) -> None:
    """The last year of the calendar still has a first day to look again on."""
    candidate = FilingCandidate("330100", filing(filed_on=date(9998, 1, 1), valid_until=None, **UNREVIEWED))
    verdict = recognise_filing(candidate, "310000", book, standards, date(9998, 6, 1))
    assert verdict.review_on == date(9999, 1, 1)


def test_one_competence_of_several_is_enough(twofold: RuleBook, standards: Standards, filing: MakeFiling) -> None:
    """A body that takes filings still does when another file lets it decide on lists too."""
    verdict = recognise_filing(FilingCandidate("330100", filing()), "310000", twofold, standards, TODAY)
    assert isinstance(verdict, Recognised)


def test_list_authority_is_no_filing_authority(decide: Decide, filing: MakeFiling) -> None:
    """A body that may decide on lists may not therefore take filings."""
    ecology = Authority(name="杭州市生态环境局", code="11330100PDY001012R")
    verdict = decide(FilingCandidate("330100", filing(authority=ecology)))
    assert isinstance(verdict, Refused)
    assert verdict.reasons == ("ISSUER_NOT_AUTHORISED",)


def test_code_that_fails_its_check_is_refused(decide: Decide, filing: MakeFiling, company: Identity) -> None:
    """An agency with a wrong code is not recognised."""
    wrong = company.model_copy(update={"code": "91330100MA2PDY0153"})
    verdict = decide(FilingCandidate("330100", filing(identity=wrong)))
    assert isinstance(verdict, Refused)
    assert verdict.reasons == ("BAD_SUBJECT_CODE",)


def test_list_agreement_covers_no_filing(decide: Decide, filing: MakeFiling) -> None:
    """Members bound by an agreement on lists alone have none on filings."""
    province = Authority(name="浙江省发展和改革委员会", code="11330000PDY00204XJ")
    verdict = decide(FilingCandidate("330300", filing(authority=province)), home="310114")
    assert isinstance(verdict, Held)
    assert verdict.reasons == ("NO_AGREEMENT",)


def test_ending_and_annotation_act_on_filings(
    decide: Decide,
    filing: MakeFiling,
    after: Callable[..., Course],
    endings: Mapping[EndingKind, Ending],
    marks: Mapping[AnnotationKind, Annotation],
) -> None:
    """A revoked filing is held; one under objection is told as such."""
    revoked = FilingCandidate("330100", filing(), after(endings[EndingKind.REVOKED]))
    objected = FilingCandidate("330100", filing(), after(marks[AnnotationKind.OBJECTION]))
    assert [("ENDED_REVOKED",), ("RECOGNISED", "OBJECTION_UNDER_WAY")] == [
        decide(each).reasons[:2] for each in (revoked, objected)
    ]


def test_quarantined_filing_is_refused(decide: Decide, filing: MakeFiling) -> None:
    """A filing that the log quarantined is refused with its fault, whether or not it can be read."""
    for record in (None, filing()):
        verdict = decide(FilingCandidate("330100", record, fault="PAYLOAD_COMMITMENT"))
        assert isinstance(verdict, Refused)
        assert verdict.reasons == ("RECORD_INVALID", "PAYLOAD_COMMITMENT")


def test_withheld_filing_is_held(decide: Decide) -> None:
    """A filing whose payload is withheld or erased is held, with nothing to rest on."""
    verdict = decide(FilingCandidate("330100", None))
    assert isinstance(verdict, Held)
    assert verdict.reasons == ("PAYLOAD_ABSENT",)


def test_own_filing_is_not_recognised(decide: Decide, filing: MakeFiling) -> None:
    """Asking to recognise an own filing is our own mistake."""
    with pytest.raises(OrderFault) as caught:
        decide(FilingCandidate("310000", filing()))
    assert caught.value.reason == "OWN_ENTRY"


@settings(max_examples=60, deadline=None)
@given(start=st.dates(date(2016, 1, 1), date(2030, 1, 1)), ahead=st.integers(0, 4000), reviewed=st.booleans())
def test_verdict_stands_until_its_review_day(
    book: RuleBook, standards: Standards, filing: MakeFiling, start: date, ahead: int, reviewed: bool
) -> None:
    """Between a verdict and its day of review, every day gives the same verdict."""
    candidate = FilingCandidate("330100", filing() if reviewed else filing(**UNREVIEWED))
    verdict = recognise_filing(candidate, "310000", book, standards, start)
    last = start + timedelta(ahead)
    if verdict.review_on is not None:
        last = min(last, verdict.review_on - timedelta(1))
    assert verdict == recognise_filing(candidate, "310000", book, standards, last)
