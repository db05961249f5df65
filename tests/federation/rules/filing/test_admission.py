# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What an own filing must not state: by tables, and by the day."""

from collections.abc import Callable
from datetime import date

import pytest

from federation.records.agency_filing import AgencyFiling, FilingStanding, MajorEvent, MajorEventKind, MarketExit
from federation.records.subject import Authority
from federation.rules.admission import Admitted, NotAdmitted, admit
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards

TODAY = date(2026, 11, 23)
LATER = date(2026, 11, 24)


def _event(occurred: date, reported: date | None = None) -> dict[str, object]:
    return {"events": (MajorEvent(kind=MajorEventKind.LITIGATION, occurred_on=occurred, reported_on=reported),)}


def _exit(code: str) -> dict[str, object]:
    heir = Authority(name="杭州青禾数据有限公司", code=code)
    left = MarketExit(reason="业务转型", exited_on=TODAY, handed_over_to=heir)
    return {"standing": FilingStanding.EXITED, "exit": left}


WRONG = [
    ({"regions": ("330100", "999999")}, NotAdmitted("regions", "REGION_UNKNOWN")),
    ({"standing_since": LATER}, NotAdmitted("standing_since", "DATE_IN_FUTURE")),
    (_event(LATER), NotAdmitted("events", "DATE_IN_FUTURE")),
    (_event(TODAY, LATER), NotAdmitted("events", "DATE_IN_FUTURE")),
    (_exit("91330100MA2PDY0153"), NotAdmitted("exit.handed_over_to.code", "CODE_CHECK")),
    ({"regions": ("330100",), "standing_since": TODAY, **_event(TODAY, TODAY)}, Admitted()),
    (_exit("91330100MA2PDY0152"), Admitted()),
]


@pytest.mark.parametrize(("change", "expected"), WRONG)
def test_a_filing_states_what_can_be(
    filing: Callable[..., AgencyFiling],
    standards: Standards,
    book: RuleBook,
    change: dict[str, object],
    expected: Admitted | NotAdmitted,
) -> None:
    """Regions that there are, days that have come, and whoever takes over the data by a sound code."""
    assert expected == admit(filing(**change), standards, book, TODAY, "330100")
