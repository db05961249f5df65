# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Recognition of a foreign agency filing (信用服务机构备案互认): whether it counts at home without filing again.

The rules are those of the standards document, section 5.3; the texts behind it were not found, so every limit is data
of the agreement. Grounds are collected in this order, all that apply:

    refusals  RECORD_INVALID and the log's or the record's own fault code · BAD_SUBJECT_CODE ·
              ISSUER_NOT_AUTHORISED (to take filings in the origin's territory, on the day of filing)
    holds     NO_AGREEMENT · AGREEMENT_NOT_IN_FORCE · CATEGORY_NOT_COVERED (no category is) ·
              REVIEW_MISSING or REVIEW_OVERDUE · FILING_REGION_NOT_COVERED (it is limited to other regions) ·
              REVIEW_IN_FUTURE · REVIEW_CONDITIONAL or REVIEW_FAILED ·
              FILING_… as its standing says, for every standing but FILED ·
              ENDED_REMOVED, ENDED_REVOKED, ENDED_REPAIRED, ENDED_CORRECTED · SUSPENDED · NOT_YET_VALID · PERIOD_LAPSED
    remarks   OBJECTION_UNDER_WAY · REPAIR_UNDER_WAY · CATEGORIES_PARTLY_COVERED (the verdict lists the covered ones) ·
              REGION_PARTLY_COVERED (it is limited to parts of the home region)

A review counts by calendar year, as records give no day.
"""

from dataclasses import dataclass
from datetime import MAXYEAR, date

from federation.errors import OrderFault
from federation.records.agency_filing import AgencyFiling, FilingStanding, ReviewResult
from federation.rules.admission import judge_identity
from federation.rules.agreement import Agreement, nearness
from federation.rules.coverage import Coverage, LocalMeasures, between, local_measures, versions_used
from federation.rules.life_cycle import Life, Term, life_of, next_turn
from federation.rules.recognition import unreadable
from federation.rules.rule_book import RuleBook
from federation.rules.transition.course import UNTOUCHED, Course
from federation.rules.verdict import Effect, Grounds, Verdict, verdict_of
from federation.standards.bundle import Standards
from federation.standards.identity import CodeRefused

STANDING_HOLDS = {
    FilingStanding.SUSPENDED: "FILING_SUSPENDED",
    FilingStanding.WITHDRAWN: "FILING_WITHDRAWN",
    FilingStanding.EXITED: "FILING_EXITED",
    FilingStanding.CANCELLED: "FILING_CANCELLED",
    FilingStanding.PENDING: "FILING_PENDING",
    FilingStanding.CONDITIONAL: "FILING_CONDITIONAL",
    FilingStanding.ANNUAL_REVIEW_OVERDUE: "FILING_REVIEW_OVERDUE",
}
"""Why a filing of each standing but FILED does not count."""

COUNTRY = "100000"
"""Code of the whole country."""
_REVIEW_HOLDS = {ReviewResult.CONDITIONAL: "REVIEW_CONDITIONAL", ReviewResult.FAILED: "REVIEW_FAILED"}


@dataclass(frozen=True, slots=True)
class FilingCandidate:
    """A verified entry of another member's filing feed, with what acts on it; attributes as in `Candidate`."""

    origin_node: str
    filing: AgencyFiling | None
    course: Course = UNTOUCHED
    fault: str | None = None


def recognise_filing(
    candidate: FilingCandidate, home: str, book: RuleBook, standards: Standards, as_of: date
) -> Verdict:
    """Decides whether a foreign filing counts at home on a day, and for which categories.

    Args:
        candidate: the filing, and what acts on it.
        home: node id of the member that decides.
        book: its rules.
        standards: its tables.
        as_of: the day, in China Standard Time.

    Returns:
        Recognised with the covered categories, Held, or Refused; without a readable record as `recognise` does.

    Raises:
        OrderFault: OWN_ENTRY, when the filing is the member's own.
    """
    if candidate.origin_node == home:
        raise OrderFault("OWN_ENTRY", "an own filing needs no recognition")
    filing = candidate.filing
    if filing is None or candidate.fault is not None:
        return unreadable(candidate.fault, versions_used(book, standards))
    coverage = _coverage(book, home, candidate.origin_node, filing, as_of)
    covered = _covered(filing, coverage.agreements)
    measures = filing_measures(book, home, covered, as_of)
    term = Term(filing.filed_on, filing.valid_until)
    life = life_of(term, candidate.course, as_of)
    grounds = Grounds(
        _refusals(filing, candidate.origin_node, book, standards),
        (*coverage.holds, *_region_holds(filing, home), *_filing_holds(filing, as_of), *life.holds),
        (*_remarks(filing, covered, life), *_region_remarks(filing, home)),
    )
    turns = (*term.turns(), *coverage.turns, *measures.turns, *_review_turns(filing, coverage.agreements))
    versions = versions_used(book, standards, *coverage.names)
    return verdict_of(grounds, Effect(measures.codes, covered), versions, next_turn(as_of, *turns))


def filing_measures(book: RuleBook, home: str, categories: tuple[str, ...], as_of: date) -> LocalMeasures:
    """What a filing in these categories gives in the home region."""
    return local_measures(
        book, home, as_of, lambda measure: any(category in measure.filing_categories for category in categories)
    )


def _coverage(book: RuleBook, home: str, origin: str, filing: AgencyFiling, as_of: date) -> Coverage:
    found = between(book, (home, origin), as_of, lambda agreement: bool(agreement.filing_categories))
    found = found.narrowed("CATEGORY_NOT_COVERED", lambda agreement: bool(_covered(filing, (agreement,))))
    lack = "REVIEW_MISSING" if filing.reviewed_year is None else "REVIEW_OVERDUE"
    return found.narrowed(lack, lambda agreement: _reviewed(filing, agreement, as_of))


def _covered(filing: AgencyFiling, agreements: tuple[Agreement, ...]) -> tuple[str, ...]:
    covered = {category for agreement in agreements for category in agreement.filing_categories}
    return tuple(sorted(covered.intersection(filing.categories)))


def _reviewed(filing: AgencyFiling, agreement: Agreement, as_of: date) -> bool:
    """Whether the newest review, or the filing itself while no review is due yet, is young enough."""
    due = _due_year(filing, agreement)
    return due is None or as_of.year < due


def _due_year(filing: AgencyFiling, agreement: Agreement) -> int | None:
    """The year from whose first day a newer review is wanted; None where the agreement wants none."""
    if agreement.review_max_age_years is None:
        return None
    if filing.reviewed_year is None:
        return filing.filed_on.year + agreement.first_review_grace_years + 1
    return filing.reviewed_year + agreement.review_max_age_years + 1


def _review_turns(filing: AgencyFiling, agreements: tuple[Agreement, ...]) -> tuple[date, ...]:
    years = [_due_year(filing, agreement) for agreement in agreements]
    return tuple(date(year, 1, 1) for year in (*years, filing.reviewed_year) if year is not None and year <= MAXYEAR)


def _refusals(filing: AgencyFiling, origin: str, book: RuleBook, standards: Standards) -> tuple[str, ...]:
    found = []
    if isinstance(judge_identity(filing.identity, standards, filing.filed_on), CodeRefused):
        found.append("BAD_SUBJECT_CODE")
    if not any(body.filing for body in book.competent(filing.authority.code, filing.filed_on, origin)):
        found.append("ISSUER_NOT_AUTHORISED")
    return tuple(found)


def reaches(regions: tuple[str, ...], home: str) -> bool:
    """Whether a filing that is limited to some regions, or to none, lets its agency work in all of a node's region."""
    return not regions or COUNTRY in regions or any(nearness(region, home) for region in regions)


def reaches_parts(regions: tuple[str, ...], home: str) -> bool:
    """Whether it lets the agency work in all of a node's region, or at least in parts of it."""
    return reaches(regions, home) or any(nearness(home, region) for region in regions)


def _region_holds(filing: AgencyFiling, home: str) -> tuple[str, ...]:
    return () if reaches_parts(filing.regions, home) else ("FILING_REGION_NOT_COVERED",)


def _region_remarks(filing: AgencyFiling, home: str) -> tuple[str, ...]:
    parts = reaches_parts(filing.regions, home) and not reaches(filing.regions, home)
    return ("REGION_PARTLY_COVERED",) if parts else ()


def _filing_holds(filing: AgencyFiling, as_of: date) -> tuple[str, ...]:
    in_future = filing.reviewed_year is not None and filing.reviewed_year > as_of.year
    review = _REVIEW_HOLDS.get(filing.review_result) if filing.review_result is not None else None
    found = ("REVIEW_IN_FUTURE" if in_future else None, review, STANDING_HOLDS.get(filing.standing))
    return tuple(reason for reason in found if reason is not None)


def _remarks(filing: AgencyFiling, covered: tuple[str, ...], life: Life) -> tuple[str, ...]:
    found = list(life.remarks)
    if covered and set(covered) != set(filing.categories):
        found.append("CATEGORIES_PARTLY_COVERED")
    return tuple(found)
