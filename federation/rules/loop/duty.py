# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Duties with a term in working days: to publish a decision, to answer a joint measure. Values, checked when built."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from federation.records.value import Mnemonic, Text200, Text512
from federation.rules.agreement import Territorial, nearest_of


class DutyKind(StrEnum):
    """What is owed."""

    PUBLICATION = "publication"
    FEEDBACK = "feedback"


class Duty(Territorial):
    """What one region owes within how many working days; the day that the term runs from does not count.

    Attributes:
        region: as of a retention term; `*` for every region.
    """

    code: Mnemonic
    title_zh: Text200
    title_en: Text200
    kind: Annotated[DutyKind, Field(strict=False)]
    working_days: Annotated[int, Field(ge=1, le=250)]
    basis: Text512


def duty_of(duties: Sequence[Duty], kind: DutyKind, home: str, day: date) -> Duty | None:
    """What a region owed on a day: a city's own term before its province's, those before the default; None for nothing.

    Of two equally near the one that came into force last.
    """
    return nearest_of((duty for duty in duties if duty.kind is kind), lambda duty: duty, home, day)
