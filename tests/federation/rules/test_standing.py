# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What own records are now."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.agency_filing import AgencyFiling, FilingStanding
from federation.records.exchange import Standing
from federation.records.licence import Licence, LicenceState
from federation.records.list_entry import ListEntry, ListKind
from federation.records.penalty import Penalty
from federation.records.subject import Authority, Identity, Subject
from federation.rules.life_cycle import Term
from federation.rules.rule_book import RuleBook
from federation.rules.standing import OwnEntry, OwnStanding, own_standing, standing_on, term_of
from federation.rules.transition.course import Course

TODAY = date(2026, 11, 22)


def test_own_black_entry_has_local_measures(book: RuleBook, entry: Callable[..., ListEntry]) -> None:
    """An own entry that counts is OWN, with the measures of home and the day after its last."""
    found = own_standing(OwnEntry(entry()), "330100", book, TODAY)
    assert (Standing.OWN, (), date(2027, 3, 10)) == (found.standing, found.reasons, found.review_on)
    assert "land-grant-limit" in found.measures


@pytest.mark.parametrize(
    ("today", "standing", "reasons"),
    [
        (date(2025, 3, 9), Standing.HELD, ("NOT_YET_VALID",)),
        (date(2025, 3, 10), Standing.OWN, ()),
        (date(2027, 3, 9), Standing.OWN, ()),
        (date(2027, 3, 10), Standing.LAPSED, ("PERIOD_LAPSED",)),
    ],
)
def test_term_counts_its_first_and_last_day(
    book: RuleBook, entry: Callable[..., ListEntry], today: date, standing: Standing, reasons: tuple[str, ...]
) -> None:
    """An entry counts from its first to its last day, and lapses without an act."""
    found = own_standing(OwnEntry(entry()), "330100", book, today)
    assert (standing, reasons) == (found.standing, found.reasons)


@pytest.mark.parametrize("today", [date(2025, 3, 9), date(2026, 1, 1), date(2027, 3, 10)])
@pytest.mark.parametrize("kind", [None, EndingKind.REMOVED])
def test_the_standing_alone_is_that_of_the_whole(
    book: RuleBook,
    entry: Callable[..., ListEntry],
    after: Callable[..., Course],
    endings: Mapping[EndingKind, Ending],
    today: date,
    kind: EndingKind | None,
) -> None:
    """Whoever asks about many records for nothing else is told the same."""
    own = OwnEntry(entry(), after(endings[kind])) if kind else OwnEntry(entry())

    assert own_standing(own, "330100", book, today).standing is standing_on(own, today)


def test_ended_entry_has_no_measures(
    book: RuleBook,
    entry: Callable[..., ListEntry],
    after: Callable[..., Course],
    endings: Mapping[EndingKind, Ending],
) -> None:
    """An ending takes every measure at once; an ended entry that would lapse too is ended."""
    found = own_standing(OwnEntry(entry(), after(endings[EndingKind.REPAIRED])), "330100", book, date(2028, 1, 1))
    assert OwnStanding(Standing.ENDED, ("ENDED_REPAIRED", "PERIOD_LAPSED"), (), None) == found


def test_suspended_and_objected(
    book: RuleBook,
    entry: Callable[..., ListEntry],
    after: Callable[..., Course],
    marks: Mapping[AnnotationKind, Annotation],
) -> None:
    """A suspension holds the entry back; an objection is only told."""
    held = own_standing(OwnEntry(entry(), after(marks[AnnotationKind.SUSPENDED])), "330100", book, TODAY)
    told = own_standing(OwnEntry(entry(), after(marks[AnnotationKind.OBJECTION])), "330100", book, TODAY)
    assert (held.standing, held.reasons, held.measures) == (Standing.HELD, ("SUSPENDED",), ())
    assert (told.standing, told.reasons) == (Standing.OWN, ("OBJECTION_UNDER_WAY",))


def test_own_red_yields_to_black_elsewhere(book: RuleBook, entry: Callable[..., ListEntry]) -> None:
    """The red issuer's own entry is suspended too while its subject is black elsewhere."""
    red = entry(kind=ListKind.RED, standard="yrd-eco-environment-red@1")
    found = own_standing(OwnEntry(red, black_elsewhere=True), "330100", book, TODAY)
    assert (found.standing, found.reasons) == (Standing.HELD, ("CONFLICT_RED_BLACK",))


@pytest.mark.parametrize(
    ("state", "standing", "reason"),
    [
        (FilingStanding.SUSPENDED, Standing.HELD, "FILING_SUSPENDED"),
        (FilingStanding.WITHDRAWN, Standing.ENDED, "FILING_WITHDRAWN"),
        (FilingStanding.EXITED, Standing.ENDED, "FILING_EXITED"),
        (FilingStanding.CANCELLED, Standing.ENDED, "FILING_CANCELLED"),
    ],
)
def test_filing_standing(
    book: RuleBook, filing: Callable[..., AgencyFiling], state: FilingStanding, standing: Standing, reason: str
) -> None:
    """A filing is what its authority says: suspended for a time, or gone for good."""
    found = own_standing(OwnEntry(filing(standing=state)), "330100", book, TODAY)
    assert (standing, (reason,), ()) == (found.standing, found.reasons, found.measures)


def test_own_filing_is_accepted(book: RuleBook, filing: Callable[..., AgencyFiling]) -> None:
    """An own filing in good standing gives what filings give."""
    assert own_standing(OwnEntry(filing()), "330100", book, TODAY).measures == ("filing-accepted",)


def test_invalid_licence_has_ended(book: RuleBook, licence: Callable[..., Licence]) -> None:
    """A licence reported as invalid does not count, whatever its dates."""
    valid = own_standing(OwnEntry(licence()), "330100", book, TODAY)
    invalid = own_standing(OwnEntry(licence(state=LicenceState.INVALID)), "330100", book, TODAY)
    assert (valid.standing, valid.reasons) == (Standing.OWN, ())
    assert (invalid.standing, invalid.reasons) == (Standing.ENDED, ("LICENCE_INVALID",))


def test_subject_never_lapses(book: RuleBook, company: Identity) -> None:
    """Basic information has no term."""
    source = Authority(name="杭州市市场监督管理局", code="11330100PDY001020L")
    found = own_standing(OwnEntry(Subject(identity=company, source=source)), "330100", book, TODAY)
    assert OwnStanding(Standing.OWN, (), (), None) == found


def test_penalty_ends_with_its_publication(penalty: Callable[..., Penalty]) -> None:
    """Of the last day of effect and the last day of publication the earlier one ends a penalty."""
    first, effect, shown = date(2026, 1, 5), date(2029, 1, 4), date(2027, 1, 4)
    assert Term(first, shown) == term_of(penalty(published_until=shown))
    assert Term(first, effect) == term_of(penalty())
    assert Term(first, None) == term_of(penalty(valid_until=None))
