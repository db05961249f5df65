# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the files `procedures/` say: how long a region takes over objections and removals; values only."""

from typing import Self

from pydantic import model_validator

from federation.records.value import Contradiction, Text200, Text512
from federation.rules.agreement import Provision
from federation.rules.catalogue.repair import Days


class Procedure(Provision):
    """The deadlines of one region; all in working days, the day that starts one not counted. None: none is set.

    Attributes:
        region: as of a retention term; `*` for regions that have no file of their own.
        annotate_days: to mark the entry once an objection is filed; 0 for at once.
        decide_days: to decide where the record is the platform's own.
        total_days: to decide at most, extensions included.
        forward_days: to hand it on to whoever supplied the record.
        provider_days: for them to answer.
        provider_extension_days: that they may take beyond.
        act_days: to act on their answer.
        revoked_days: to remove an entry whose act was revoked.
        repaired_days: to stop display of a repaired one.
        suspends_disclosure: whether the entry is not shown while the objection runs.
        suspends_enforcement: whether no measure follows from it meanwhile.
    """

    title_zh: Text200
    title_en: Text200
    basis: Text512
    annotate_days: Days | None = None
    decide_days: Days
    total_days: Days
    forward_days: Days | None = None
    provider_days: Days | None = None
    provider_extension_days: Days | None = None
    act_days: Days | None = None
    revoked_days: Days | None = None
    repaired_days: Days | None = None
    suspends_disclosure: bool = False
    suspends_enforcement: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.total_days < self.decide_days:
            raise Contradiction("total_days", "PERIODS_OUT_OF_ORDER")
        return self
