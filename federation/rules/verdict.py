# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What recognition answers: recognised with measures, held as information, or refused; and why, by which rules.

Grounds come in three kinds, each in the fixed order that the deciding module documents. One refusal makes the verdict
Refused, else one hold makes it Held; all grounds that apply are named, refusals first, then holds, then remarks.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Recognised:
    """It counts at home.

    Attributes:
        measures: codes of the local measures that follow, sorted; none means display only (NO_LOCAL_MEASURE).
        reasons: RECOGNISED, then remarks, then NO_LOCAL_MEASURE where no measure follows.
        versions: `id@version` of agreement, list standard and tables, and the digest of the rule book.
        review_on: earliest later day on which the same inputs could give another verdict; None when no day can.
        categories: categories of a filing that are covered, sorted; empty for list entries.
    """

    measures: tuple[str, ...]
    reasons: tuple[str, ...]
    versions: tuple[str, ...]
    review_on: date | None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """Kept as information; no measure may rest on it. Attributes as in `Recognised`."""

    reasons: tuple[str, ...]
    versions: tuple[str, ...]
    review_on: date | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Broken or unfounded; not shown as information about the subject. Attributes as in `Recognised`."""

    reasons: tuple[str, ...]
    versions: tuple[str, ...]
    review_on: date | None


Verdict = Recognised | Held | Refused


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that was found, by kind, each in its documented order."""

    refusals: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What follows if nothing stands against it: measures, and covered categories of a filing."""

    measures: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


def verdict_of(grounds: Grounds, effect: Effect, versions: tuple[str, ...], review_on: date | None) -> Verdict:
    """The verdict that grounds amount to."""
    if grounds.refusals:
        return Refused((*grounds.refusals, *grounds.holds, *grounds.remarks), versions, review_on)
    if grounds.holds:
        return Held((*grounds.holds, *grounds.remarks), versions, review_on)
    none = () if effect.measures else ("NO_LOCAL_MEASURE",)
    return Recognised(effect.measures, ("RECOGNISED", *grounds.remarks, *none), versions, review_on, effect.categories)
