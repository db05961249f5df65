# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the files `filing-duties/` say: what a region asks of the agencies that are filed there; values only."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from federation.records.agency_filing import MajorEventKind
from federation.records.value import Text200, Text512
from federation.rules.agreement import Provision

CalendarDays = Annotated[int, Field(ge=0, le=366)]


class SecondFiling(StrEnum):
    """What becomes of a filing for what is recognised from elsewhere already."""

    REFUSE = "refuse"
    WARN = "warn"


class FilingDuties(Provision):
    """The duties of one region's agencies; days are calendar days, the day that starts a term not counted.

    Attributes:
        region: as of a retention term; `*` for regions that have no file of their own.
        change_days: to report an event; 0 for the same day.
        at_once: kinds of event that are reported the same day.
        review_month: month at whose end each year's review is due.
        handover_days: for an agency that leaves to hand over its data.
        second_filing: what becomes of a filing for what is recognised from elsewhere.
    """

    title_zh: Text200
    title_en: Text200
    basis: Text512
    change_days: CalendarDays
    at_once: tuple[Annotated[MajorEventKind, Field(strict=False)], ...] = ()
    review_month: Annotated[int, Field(ge=1, le=12)]
    handover_days: CalendarDays
    second_filing: Annotated[SecondFiling, Field(strict=False)] = SecondFiling.REFUSE
