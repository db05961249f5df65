# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a member's own record is now: it counts, has ended, has lapsed, or is held back; and which measures follow.

The same life-cycle function decides as for foreign records. Only the origin itself can end an own record, so nothing
here asks for agreements.
"""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from federation.records.agency_filing import AgencyFiling, FilingStanding
from federation.records.exchange import Standing
from federation.records.licence import Licence, LicenceState
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.records.subject import Subject
from federation.rules.coverage import LocalMeasures
from federation.rules.filing.recognition import STANDING_HOLDS, filing_measures
from federation.rules.life_cycle import Term, life_of, next_turn
from federation.rules.recognition import list_measures, red_black
from federation.rules.rule_book import RuleBook
from federation.rules.transition.course import UNTOUCHED, Course, Fact

_ENDS = frozenset(
    {
        "ENDED_REMOVED",
        "ENDED_REVOKED",
        "ENDED_REPAIRED",
        "ENDED_CORRECTED",
        "ENDED_UNSTATED",
        "AMENDED",
        "ERASED",
        "LICENCE_INVALID",
        "FILING_WITHDRAWN",
        "FILING_EXITED",
        "FILING_CANCELLED",
    }
)


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """An own record with what acts on it; attributes as in `Candidate`."""

    record: Fact
    course: Course = UNTOUCHED
    black_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """What an own record is on a day.

    Attributes:
        standing: OWN when it counts; ENDED; LAPSED; HELD when it is suspended, not yet in effect, or red while its
            subject is black elsewhere.
        reasons: what stands against it, in this order: ENDED_… · SUSPENDED · NOT_YET_VALID · PERIOD_LAPSED ·
            LICENCE_INVALID · FILING_… · CONFLICT_RED_BLACK; then the remarks OBJECTION_UNDER_WAY · REPAIR_UNDER_WAY.
        measures: codes of the local measures that follow, sorted; none unless it counts.
        review_on: earliest later day on which the answer could be another; None when no day can.
    """

    standing: Standing
    reasons: tuple[str, ...]
    measures: tuple[str, ...]
    review_on: date | None


def own_standing(own: OwnEntry, home: str, book: RuleBook, as_of: date) -> OwnStanding:
    """Tells what an own record is on a day.

    Args:
        own: the record, and what acts on it.
        home: node id of its owner.
        book: the owner's rules.
        as_of: the day, in China Standard Time.
    """
    term = term_of(own.record)
    life = life_of(term, own.course, as_of)
    holds = (*life.holds, *_state_holds(own))
    measures = _measures(own.record, home, book, as_of)
    return OwnStanding(
        _standing(holds),
        (*holds, *life.remarks),
        () if holds else measures.codes,
        next_turn(as_of, *term.turns(), *measures.turns),
    )


def standing_on(own: OwnEntry, as_of: date) -> Standing:
    """What an own record is on a day, as `own_standing` tells it, for whoever asks for nothing else of many records."""
    life = life_of(term_of(own.record), own.course, as_of)
    return _standing((*life.holds, *_state_holds(own)))


def term_of(record: Fact) -> Term:
    """Days of effect of a record; of a penalty's two last days (of effect, of publication) the earlier one counts."""
    match record:
        case Subject():
            return Term(None, None)
        case Licence() | ListEntry():
            return Term(record.valid_from, record.valid_until)
        case Penalty():
            lasts = [day for day in (record.valid_until, record.published_until) if day is not None]
            return Term(record.decided_on, min(lasts, default=None))
        case AgencyFiling():
            return Term(record.filed_on, record.valid_until)
        case _:
            assert_never(record)


def _state_holds(own: OwnEntry) -> tuple[str, ...]:
    """What the record itself, or another on the same subject, says against it."""
    match own.record:
        case Licence(state=LicenceState.INVALID):
            return ("LICENCE_INVALID",)
        case AgencyFiling(standing=standing) if standing is not FilingStanding.FILED:
            return (STANDING_HOLDS[standing],)
        case ListEntry() as entry:
            return red_black(entry, own.black_elsewhere)
        case _:
            return ()


def _standing(holds: tuple[str, ...]) -> Standing:
    if not holds:
        return Standing.OWN
    if not _ENDS.isdisjoint(holds):
        return Standing.ENDED
    return Standing.LAPSED if "PERIOD_LAPSED" in holds else Standing.HELD


def _measures(record: Fact, home: str, book: RuleBook, as_of: date) -> LocalMeasures:
    match record:
        case ListEntry():
            return list_measures(book, home, record, as_of)
        case AgencyFiling():
            return filing_measures(book, home, record.categories, as_of)
        case _:
            return LocalMeasures((), ())
