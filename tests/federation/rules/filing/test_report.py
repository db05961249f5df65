# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Reports of agencies against the versions of a filing, as of the moment they were issued."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from federation.errors import FieldFault
from federation.records.act import EndingKind
from federation.records.agency_filing import AgencyFiling, FilingStanding
from federation.rules.filing.again import Elsewhere, covered_by, filed_elsewhere
from federation.rules.filing.recognition import FilingCandidate, recognise_filing
from federation.rules.filing.report import (
    FilingVersion,
    IssuedReport,
    Judge,
    Judged,
    ReportOutcome,
    ReportVerdict,
    verify_report,
)
from federation.rules.filing.statement import MAX_STATEMENT_BYTES, ReportStatement, moment_ms, parse_statement
from federation.rules.rule_book import RuleBook
from federation.rules.verdict import Recognised
from federation.standards.bundle import Standards
from federation.standards.calendar import CHINA_STANDARD_TIME, china_date

MakeFiling = Callable[..., AgencyFiling]
Verify = Callable[..., ReportVerdict]
AGENCY = "91330100MA2PDY0152"
O = ReportOutcome  # noqa: E741 - its members stand in every row


def ms(year: int, month: int, day: int, hour: int = 9) -> int:
    """A moment in China Standard Time."""
    return int(datetime(year, month, day, hour, tzinfo=CHINA_STANDARD_TIME).timestamp() * 1000)


NOW = ms(2026, 11, 23)


@pytest.fixture
def judge(book: RuleBook, standards: Standards) -> Judge:
    """Shanghai, by the shipped rules; no acts."""

    def judged(version: FilingVersion, moment_ms: int) -> Judged:
        candidate = FilingCandidate("330100", version.filing)
        verdict = recognise_filing(candidate, "310000", book, standards, china_date(moment_ms))
        if isinstance(verdict, Recognised):
            return Judged((), verdict.categories)
        return Judged(verdict.reasons, ())

    return judged


@pytest.fixture
def verify(filing: MakeFiling, judge: Judge) -> Verify:
    """Verifies a report against one filing: versions as (day of publication, changes)."""

    def verified(
        issued_ms: int, *versions: tuple[int, dict[str, object]], category: str = "credit-rating"
    ) -> ReportVerdict:
        logged = [FilingVersion(index, at, filing(**change)) for index, (at, change) in enumerate(versions)]
        return verify_report(IssuedReport(AGENCY, category, issued_ms), logged, judge, NOW)

    return verified


FILED = (ms(2023, 5, 2), {"reviewed_year": 2025})
CANCELLED = (ms(2026, 6, 1), {"reviewed_year": 2025, "standing": FilingStanding.CANCELLED})


def test_a_report_of_a_filed_agency_is_valid(verify: Verify) -> None:
    """In the category asked for, on its day."""
    assert ReportVerdict(O.VALID, (), (), 0) == verify(ms(2026, 3, 1), FILED)


def test_a_later_cancellation_marks_a_report_and_does_not_void_it(verify: Verify) -> None:
    """The report before stays valid and is marked; the one after it is not."""
    before, after = (verify(ms(2026, month, 2), FILED, CANCELLED) for month in (5, 6))

    assert ReportVerdict(O.VALID, (), ("FILING_CANCELLED",), 0) == before
    assert (O.NOT_FILED, ("FILING_CANCELLED",), 1) == (after.outcome, after.reasons, after.version)


def test_the_moment_of_the_cancellation_decides(verify: Verify) -> None:
    """A millisecond before it is in the log the filing counts, from then on it does not."""
    at = CANCELLED[0]

    assert [O.VALID, O.NOT_FILED] == [verify(moment, FILED, CANCELLED).outcome for moment in (at - 1, at)]


def test_a_suspension_published_late_holds_from_its_own_day(verify: Verify) -> None:
    """What the authority states to have been in force then goes against the agency, whenever it is published."""
    change = {"standing": FilingStanding.SUSPENDED, "standing_since": date(2026, 3, 1), "reviewed_year": 2025}
    late = (ms(2026, 6, 1), change)
    resumed = (ms(2026, 8, 1), {"reviewed_year": 2025})

    assert [O.VALID, O.SUSPENDED, O.VALID] == [
        verify(moment, FILED, late, resumed).outcome for moment in (ms(2026, 2, 28), ms(2026, 3, 1), ms(2026, 8, 2))
    ]


def test_a_backdated_report_is_told(verify: Verify) -> None:
    """From before the day of filing there was none; between that day and the log's own time nobody can know."""
    logged = (ms(2026, 5, 20), {"filed_on": date(2026, 5, 1), "reviewed_year": 2026})
    earlier, between, after = (verify(ms(2026, *day), logged) for day in ((4, 30), (5, 10), (5, 21)))

    assert (O.NOT_FILED, ("NOT_YET_VALID", "BACKDATED")) == (earlier.outcome, earlier.reasons)
    assert (O.UNPROVEN, ("BACKDATED",)) == (between.outcome, between.reasons)
    assert O.VALID == after.outcome


def test_a_report_from_the_future_is_told(verify: Verify) -> None:
    """Nothing is known of what will be."""
    verdict = verify(NOW + 1, FILED)

    assert (O.UNPROVEN, ("REPORT_IN_FUTURE",)) == (verdict.outcome, verdict.reasons)


OUTSIDE = [
    ("factoring", {}, O.OUTSIDE, "CATEGORY_NOT_COVERED"),
    ("credit-rating", {"regions": ("330100",)}, O.OUTSIDE, "FILING_REGION_NOT_COVERED"),
    ("credit-rating", {"valid_until": date(2026, 2, 28)}, O.LAPSED, "PERIOD_LAPSED"),
    ("credit-rating", {"reviewed_year": 2024}, O.LAPSED, "REVIEW_OVERDUE"),
    ("credit-rating", {"standing": FilingStanding.PENDING}, O.SUSPENDED, "FILING_PENDING"),
]


@pytest.mark.parametrize(("category", "change", "outcome", "reason"), OUTSIDE)
def test_a_report_does_not_reach_beyond_the_filing(
    verify: Verify, category: str, change: dict[str, object], outcome: ReportOutcome, reason: str
) -> None:
    """Nor beyond what is recognised of it here; factoring is filed, and no agreement covers it."""
    sound = {"reviewed_year": 2025, "categories": ("credit-rating", "factoring")}
    verdict = verify(ms(2026, 3, 1), (FILED[0], {**sound, **change}), category=category)

    assert (outcome, reason) == (verdict.outcome, verdict.reasons[0])


@pytest.mark.parametrize("kind", list(EndingKind))
def test_a_filing_that_an_act_ended_was_none(filing: MakeFiling, kind: EndingKind) -> None:
    """Whatever else held it back then: that it was over is graver than a lapse or a suspension."""
    reasons = (f"ENDED_{kind.name}", "SUSPENDED", "PERIOD_LAPSED")
    report = IssuedReport(AGENCY, "credit-rating", ms(2026, 3, 1))
    verdict = verify_report(report, [FilingVersion(0, 0, filing())], lambda *_: Judged(reasons, ()), NOW)

    assert ReportVerdict(O.NOT_FILED, reasons, reasons, 0) == verdict


def test_another_agency_cannot_use_a_filing(filing: MakeFiling, judge: Judge) -> None:
    """Naming a place is not enough."""
    report = IssuedReport("91330100716105852F", "credit-rating", ms(2026, 3, 1))
    verdict = verify_report(report, [FilingVersion(0, 0, filing()), FilingVersion(1, 1, None)], judge, NOW)

    assert ReportVerdict(O.NOT_FILED, ("FILING_NOT_FOUND",), (), None) == verdict


def statement(**changes: object) -> ReportStatement:
    """A sound one."""
    sound: dict[str, Any] = {
        "agency": AGENCY,
        "category": "credit-rating",
        "filing_number": "杭信备2023-1",
        "origin": "delta.example/330100/filings/1",
        "index": 0,
        "issued_at": "2026-03-01T09:00:00+08:00",
        "report_sha256": "ab" * 32,
    }
    return ReportStatement(**{**sound, **changes})


def test_a_statement_is_read_as_it_was_written() -> None:
    """With its moment, whatever the offset."""
    written = statement(subject="91330100716105852F")

    assert written == parse_statement(written.text().encode())
    assert ms(2026, 3, 1) == written.issued_ms == moment_ms("2026-03-01T01:00:00Z")


BAD = [
    (b"{", "STATEMENT_MALFORMED"),
    (b"[]", "STATEMENT_MALFORMED"),
    (b"\xff", "STATEMENT_MALFORMED"),
    (b"[" * 9999, "STATEMENT_MALFORMED"),
    (b" " * (MAX_STATEMENT_BYTES + 1), "STATEMENT_MALFORMED"),
    (b"{}", "FIELD_MISSING"),
    (statement().text().replace("+08:00", "").encode(), "DATE_MALFORMED"),
    (statement().text().replace("2026-03-01", "2026-02-30").encode(), "DATE_MALFORMED"),
    (statement().text().replace('"index": 0', '"index": -1').encode(), "FIELD_MALFORMED"),
    (statement().text().replace("abab", "ABAB").encode(), "FIELD_MALFORMED"),
    (statement().text().replace('"index"', '"place"').encode(), "FIELD_MALFORMED"),
]


@pytest.mark.parametrize(("raw", "reason"), BAD)
def test_what_is_no_statement_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    """Whatever somebody hands in."""
    with pytest.raises(FieldFault) as caught:
        parse_statement(raw)
    assert caught.value.reason in {reason, "FIELD_MISSING"}
    assert reason == caught.value.reason or b"place" in raw


def test_a_filing_is_a_second_one_in_any_category_that_counts(filing: MakeFiling, book: RuleBook) -> None:
    """Of the same agency, by the agreements its recognition rests on, and only while it is not over itself."""
    there = filing(categories=("credit-rating", "factoring"))
    elsewhere = [Elsewhere("delta.example/330100/filings/1", 0, there, ("yrd-agency-filings@1", "uscc@2015.2"))]
    other = there.identity.model_copy(update={"code": "91330100716105852F"})

    assert ("credit-rating",) == covered_by(there, elsewhere[0].versions, book)
    assert [True, False, False, False, False] == [
        filed_elsewhere(mine, known, book) is not None
        for mine, known in (
            (filing(categories=("receivables", "credit-rating")), elsewhere),
            (filing(categories=("factoring",)), elsewhere),
            (filing(standing=FilingStanding.CANCELLED), elsewhere),
            (filing(identity=other), elsewhere),
            (filing(), ()),
        )
    ]
