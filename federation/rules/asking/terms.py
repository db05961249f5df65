# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the files `asking/` say: whose clock, on what authority, how often; values, checked when built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from federation.records.exchange import AuthorisationKind
from federation.records.value import Contradiction, Mnemonic, Text200, Text512, Value
from federation.rules.agreement import Provision, nearest_of

Times = Annotated[int, Field(ge=1, le=10_000_000)]
LongestDays = Annotated[int, Field(ge=1, le=3660)]
AcceptedKind = Annotated[AuthorisationKind, Field(strict=False)]


class AskingVersion(Provision):
    """The terms of one region that every question is under.

    Attributes:
        region: node id of the responder, or a GB/T 2260 code that it lies within; `*` for every region.
        clock_skew_s: most that a question's time may differ from the responder's.
        longest_consent_days: longest term of a consent, its ends counted.
        longest_duty_days: longest term for which a duty is stated.
        least_digits: digits that identify a natural person who has no citizen number, at least.
        basis: the provisions.
    """

    title_zh: Text200
    title_en: Text200
    basis: Text512
    clock_skew_s: Annotated[int, Field(ge=1, le=86_400)]
    longest_consent_days: LongestDays
    longest_duty_days: LongestDays
    least_digits: Annotated[int, Field(ge=1, le=18)]


class PurposeTerm(Value):
    """What a question about a natural person may rest on, for one purpose."""

    purpose: Mnemonic
    accepts: Annotated[tuple[AcceptedKind, ...], Field(min_length=1, max_length=2)]


class Pace(Value):
    """How often may be asked under one right: by one officer, by one office, by one member in all."""

    right: Mnemonic
    officer_per_minute: Times
    officer_per_hour: Times
    office_per_minute: Times
    office_per_hour: Times
    member_per_minute: Times
    member_per_hour: Times

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """An hour allows no less than a minute: else the minute would mean nothing."""
        for whose in ("officer", "office", "member"):
            if getattr(self, f"{whose}_per_hour") < getattr(self, f"{whose}_per_minute"):
                raise Contradiction(f"{whose}_per_hour", "FIELD_MALFORMED")
        return self


@dataclass(frozen=True, slots=True)
class AskingRules:
    """One file.

    Attributes:
        version: what every question is under.
        purposes: what questions about natural persons may rest on, by purpose; nothing for one that is not named.
        single: how often single questions are asked.
        batch: how often questions of batches are.
    """

    version: AskingVersion
    purposes: Mapping[str, PurposeTerm]
    single: Pace
    batch: Pace


def asking_rules_of(known: Sequence[AskingRules], home: str, day: date) -> AskingRules | None:
    """The terms that a responder goes by on a day: the nearest, and the newest of several; None where none apply."""
    return nearest_of(known, lambda rules: rules.version, home, day)
