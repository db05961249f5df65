# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What an agency owes, and by when."""

from collections.abc import Callable
from datetime import date

import pytest

from federation.records.agency_filing import (
    AgencyFiling,
    FilingStanding,
    MajorEvent,
    MajorEventKind,
    MarketExit,
    ReviewResult,
    StaffGroup,
    StaffRole,
)
from federation.records.subject import Authority
from federation.rules.catalogue.filing_duties import FilingDuties
from federation.rules.filing.duties import Owed, owed
from federation.rules.rule_book import RuleBook, parse_rule_book, shipped_rules

MakeFiling = Callable[..., AgencyFiling]
TODAY = date(2026, 11, 23)
TERM = Owed("FILING_TERM_ENDS", "", date(2028, 4, 30))


@pytest.fixture(scope="session")
def duties(book: RuleBook) -> FilingDuties:
    """The shipped ones."""
    found = book.filing_duties_on("330100", TODAY)
    assert found is not None
    return found


def event(kind: MajorEventKind, day: date, reported: date | None = None) -> MajorEvent:
    """A major event."""
    return MajorEvent(kind=kind, occurred_on=day, reported_on=reported)


def test_a_change_is_reported_in_thirty_days_an_incident_at_once(filing: MakeFiling, duties: FilingDuties) -> None:
    """The last day still counts; what is reported is not owed."""
    day = date(2026, 10, 24)
    events = (
        event(MajorEventKind.SHAREHOLDERS_CHANGED, day),
        event(MajorEventKind.SECURITY_INCIDENT, day),
        event(MajorEventKind.NAME_CHANGED, day, TODAY),
    )
    incident = Owed("EVENT_UNREPORTED", "security-incident", day)
    change = Owed("EVENT_UNREPORTED", "shareholders-changed", TODAY)

    assert (incident, change, TERM) == owed(filing(events=events), duties, TODAY)
    assert (True, False, True) == (
        incident.overdue(TODAY),
        change.overdue(TODAY),
        change.overdue(date(2026, 11, 24)),
    )


REVIEWS = [
    (2026, date(2026, 12, 31), None),
    (2025, date(2026, 1, 1), date(2026, 12, 31)),
    (2024, date(2026, 1, 1), date(2025, 12, 31)),
    (None, date(2023, 12, 31), None),
    (None, date(2024, 1, 1), date(2024, 12, 31)),
]


@pytest.mark.parametrize(("reviewed", "as_of", "due"), REVIEWS)
def test_a_review_is_owed_each_year(
    filing: MakeFiling, duties: FilingDuties, reviewed: int | None, as_of: date, due: date | None
) -> None:
    """From the first day of the year after the filing or the newest review; the first one missed is told."""
    result = ReviewResult.PASSED if reviewed else None
    made = filing(reviewed_year=reviewed, review_result=result, valid_until=None)

    assert due == next((each.due_on for each in owed(made, duties, as_of)), None)


def test_mending_and_qualifications_have_their_last_days(filing: MakeFiling, duties: FilingDuties) -> None:
    """In the order of these days."""
    staff = StaffGroup(role=StaffRole.SENIOR, qualification="信用管理师", count=1, valid_until=date(2026, 12, 1))
    made = filing(standing=FilingStanding.CONDITIONAL, mend_by=date(2026, 11, 30), staff=(staff,))

    assert (
        Owed("MENDING_DUE", "", date(2026, 11, 30)),
        Owed("QUALIFICATION_ENDS", "信用管理师", date(2026, 12, 1)),
        TERM,
    ) == owed(made, duties, TODAY)


def test_a_pending_filing_owes_no_review(filing: MakeFiling, duties: FilingDuties) -> None:
    """There is nothing to review yet; its term is told all the same."""
    pending = filing(standing=FilingStanding.PENDING, reviewed_year=None, review_result=None)
    filed = filing(reviewed_year=None, review_result=None)

    assert (TERM,) == owed(pending, duties, TODAY)
    assert (Owed("ANNUAL_REVIEW_DUE", "2024", date(2024, 12, 31)), TERM) == owed(filed, duties, TODAY)


def test_a_qualification_for_life_is_not_owed(filing: MakeFiling, duties: FilingDuties) -> None:
    """It has no last day; those listed after it are still told."""
    lasting = StaffGroup(role=StaffRole.SENIOR, qualification="高级经济师", count=2)
    ending = StaffGroup(role=StaffRole.PRACTITIONER, qualification="信用管理师", count=1, valid_until=TODAY)

    assert (Owed("QUALIFICATION_ENDS", "信用管理师", TODAY), TERM) == owed(
        filing(staff=(lasting, ending)), duties, TODAY
    )


def test_an_agency_that_left_owes_its_data_alone(filing: MakeFiling, duties: FilingDuties) -> None:
    """Until somebody has all of them; no review, no term."""
    left = MarketExit(reason="业务转型", exited_on=date(2026, 10, 1))
    heir = Authority(name="杭州市公共信用管理办公室", code="11330100PDY001047C")
    done = left.model_copy(update={"handed_over_to": heir, "handed_over_on": date(2026, 10, 9)})
    gone = {"standing": FilingStanding.EXITED, "reviewed_year": None, "review_result": None}

    assert (Owed("HANDOVER_DUE", "", date(2026, 10, 31)),) == owed(filing(exit=left, **gone), duties, TODAY)
    assert () == owed(filing(exit=done, **gone), duties, TODAY) == owed(filing(**gone), duties, TODAY)


def test_the_last_days_of_the_calendar(filing: MakeFiling, duties: FilingDuties) -> None:
    """Nothing is due after them."""
    events = (event(MajorEventKind.VIOLATION, date(9999, 12, 20)),)
    unreviewed = {"reviewed_year": None, "review_result": None, "valid_until": None}
    made = filing(filed_on=date(9999, 12, 1), events=events, **unreviewed)

    assert (Owed("EVENT_UNREPORTED", "violation", date.max),) == owed(made, duties, date.max)


def test_a_regions_own_duties_stand_before_the_default() -> None:
    """By a file with its code; elsewhere the default stays."""
    shipped = shipped_rules()
    default = shipped["filing-duties/filing-duties-default@1.toml"].decode()
    own = default.replace("filing-duties-default", "filing-duties-310000").replace('region = "*"', 'region = "310000"')
    files = {**shipped, "filing-duties/filing-duties-310000@1.toml": own.replace("= 30", "= 10").encode()}
    book = parse_rule_book(files)
    found = {home: book.filing_duties_on(home, TODAY) for home in ("310114", "330100")}

    assert {"310114": 10, "330100": 30} == {home: each.change_days for home, each in found.items() if each}
    assert None is book.filing_duties_on("310114", date(2005, 12, 31))
