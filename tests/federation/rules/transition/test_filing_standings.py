# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Which standing of a filing may follow which, by the table."""

from collections.abc import Callable

import pytest

from federation.records.agency_filing import CLOSED, AgencyFiling, FilingStanding
from federation.records.list_entry import ListEntry
from federation.rules.transition.course import entered, table_named, table_of, why_not_after
from federation.rules.transition.table import State

P, F, C, O, S, W, X, N = (  # noqa: E741 - a row of initials reads as the table it is
    FilingStanding.PENDING,
    FilingStanding.FILED,
    FilingStanding.CONDITIONAL,
    FilingStanding.ANNUAL_REVIEW_OVERDUE,
    FilingStanding.SUSPENDED,
    FilingStanding.WITHDRAWN,
    FilingStanding.EXITED,
    FilingStanding.CANCELLED,
)
LEGAL = {
    P: {F, C, W},
    F: {C, O, S, W, X, N},
    C: {F, O, S, W, X, N},
    O: {F, C, S, W, X, N},
    S: {F, C, W, X, N},
    W: set(),
    X: {N},
    N: set(),
}
MakeFiling = Callable[..., AgencyFiling]


def test_every_standing_is_a_state_of_the_table() -> None:
    """None that a record may state is one that the table does not know."""
    assert {standing.value for standing in FilingStanding} <= table_named("life-filing@1").states.keys()


@pytest.mark.parametrize("before", FilingStanding)
def test_what_may_follow_a_standing(filing: MakeFiling, before: FilingStanding) -> None:
    """Exactly the standings of the table; the same one again is a correction."""
    legal = {after for after in FilingStanding if not why_not_after(filing(standing=before), filing(standing=after))}

    assert {*LEGAL[before], before} == legal


REASONS = [
    (N, F, "FILING_CLOSED"),
    (W, F, "FILING_CLOSED"),
    (X, F, "FILING_CLOSED"),
    (P, S, "FILING_NOT_ACCEPTED"),
    (F, P, "FILING_STANDING_ILLEGAL"),
    (S, O, "FILING_STANDING_ILLEGAL"),
]


@pytest.mark.parametrize(("before", "after", "reason"), REASONS)
def test_why_a_standing_cannot_follow(
    filing: MakeFiling, before: FilingStanding, after: FilingStanding, reason: str
) -> None:
    """A filing that is over does not come back; one that is pending is accepted first."""
    assert reason == why_not_after(filing(standing=before), filing(standing=after))


def test_a_filing_enters_in_the_standing_it_states(filing: MakeFiling, entry: Callable[..., ListEntry]) -> None:
    """Other records in the state of their table; what cannot be read as a list entry would."""
    assert State("suspended") == entered(filing(standing=S))
    assert State("published") == entered(entry()) == entered(None)


def test_other_records_follow_each_other_freely(entry: Callable[..., ListEntry], filing: MakeFiling) -> None:
    """Only filings have standings."""
    assert "" == why_not_after(entry(), entry())
    assert "" == why_not_after(filing(standing=N), None)


@pytest.mark.parametrize("standing", sorted(CLOSED))
def test_a_filing_that_is_over_can_still_be_corrected(filing: MakeFiling, standing: FilingStanding) -> None:
    """To say who has its data, for one."""
    over = filing(standing=standing)
    assert "" == why_not_after(over, over.model_copy(update={"remark": "数据已移交"}))
    assert "amended" in table_of(over).acts
