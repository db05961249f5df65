# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the files `filing-duties/` say: what a region asks of the agencies that are filed there; values only."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from federation.records.agency_filing import MajorEventKind
from federation.records.value import Mnemonic, Text200, Text512, Value, in_order
from federation.rules.agreement import Region, Version, nearness, within

CalendarDays = Annotated[int, Field(ge=0, le=366)]


class SecondFiling(StrEnum):
    """What becomes of a filing for what is recognised from elsewhere already."""

    REFUSE = "refuse"
    WARN = "warn"


class FilingDuties(Value):
    """The duties of one region's agencies; days are calendar days, the day that starts a term not counted.

    Attributes:
        region: as of a retention term; `*` for regions that have no file of their own.
        change_days: to report an event; 0 for the same day.
        at_once: kinds of event that are reported the same day.
        review_month: month at whose end each year's review is due.
        handover_days: for an agency that leaves to hand over its data.
        second_filing: what becomes of a filing for what is recognised from elsewhere.
    """

    id: Mnemonic
    version: Version
    title_zh: Text200
    title_en: Text200
    source: Text512
    basis: Text512
    region: Region
    change_days: CalendarDays
    at_once: tuple[Annotated[MajorEventKind, Field(strict=False)], ...] = ()
    review_month: Annotated[int, Field(ge=1, le=12)]
    handover_days: CalendarDays
    second_filing: Annotated[SecondFiling, Field(strict=False)] = SecondFiling.REFUSE
    effective_from: date
    effective_until: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.effective_from, self.effective_until, "effective_until")
        return self

    @property
    def name(self) -> str:
        """The pinned form `id@version`."""
        return f"{self.id}@{self.version}"

    def nearness(self, home: str, day: date) -> int:
        """How near it is to a node on a day: 0 when it does not apply, more for a smaller territory."""
        return nearness(self.region, home) if within(self.effective_from, self.effective_until, day) else 0
