# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the files `procedures/` say: how long a region takes over objections and removals; values only."""

from datetime import date
from typing import Self

from pydantic import model_validator

from federation.records.value import Contradiction, Mnemonic, Text200, Text512, Value, in_order
from federation.rules.agreement import Region, Version, nearness, within
from federation.rules.catalogue.repair import Days


class Procedure(Value):
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

    id: Mnemonic
    version: Version
    title_zh: Text200
    title_en: Text200
    source: Text512
    basis: Text512
    region: Region
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
    effective_from: date
    effective_until: date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        in_order(self.effective_from, self.effective_until, "effective_until")
        if self.total_days < self.decide_days:
            raise Contradiction("total_days", "PERIODS_OUT_OF_ORDER")
        return self

    @property
    def name(self) -> str:
        """The pinned form `id@version`, as cases quote it."""
        return f"{self.id}@{self.version}"

    def nearness(self, home: str, day: date) -> int:
        """How near it is to a node on a day: 0 when it does not apply, more for a smaller territory."""
        return nearness(self.region, home) if within(self.effective_from, self.effective_until, day) else 0
