# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How often may be asked: token buckets, as arithmetic on values; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from federation.records.exchange import Question
from federation.rules.asking.terms import AskingRules

_MINUTE_S = 60.0
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a time: as many at once, and then as they come back."""

    times: int
    within_s: float


@dataclass(frozen=True, slots=True)
class Level:
    """What is left in a bucket, as of a time in seconds that never goes back."""

    tokens: float
    at_s: float


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whose rates a question is under.

    Attributes:
        who: whom the bucket is of: a right, and a member, an office of it or an officer of it.
        rates: all of them must allow it.
    """

    who: tuple[str, ...]
    rates: tuple[Rate, Rate]


def allowed_for(question: Question, rules: AskingRules) -> Iterator[Allowed]:
    """The rates that a question is under: of its member, of the office and of the officer, under its right."""
    pace = rules.batch if question.batch else rules.single
    named = (
        (("member",), pace.member_per_minute, pace.member_per_hour),
        (("office", question.office), pace.office_per_minute, pace.office_per_hour),
        (("officer", question.officer), pace.officer_per_minute, pace.officer_per_hour),
    )
    for whose, minute, hour in named:
        yield Allowed((pace.right, question.requester, *whose), (Rate(minute, _MINUTE_S), Rate(hour, _HOUR_S)))


def levels_at(levels: Sequence[Level], rates: Sequence[Rate], now_s: float) -> tuple[Level, ...]:
    """What is left in buckets at a time; full ones where nothing is known of them."""
    if not levels:
        return tuple(Level(float(rate.times), now_s) for rate in rates)
    return tuple(
        Level(min(rate.times, level.tokens + (now_s - level.at_s) * rate.times / rate.within_s), now_s)
        for level, rate in zip(levels, rates, strict=True)
    )


def wait_s(levels: Sequence[Level], rates: Sequence[Rate]) -> float:
    """How long until every bucket has a token; 0 when each has one now."""
    missing = ((1 - level.tokens) * rate.within_s / rate.times for level, rate in zip(levels, rates, strict=True))
    return max(0.0, *missing)


def taken(levels: Sequence[Level]) -> tuple[Level, ...]:
    """What is left once a token of each is taken."""
    return tuple(Level(level.tokens - 1, level.at_s) for level in levels)
