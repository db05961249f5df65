# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is unusual about the questions of one officer: rules with ids, judged over what the officer asked lately; pure.

A mark is a reason to look, never a finding of guilt. What was asked about is known here by keyed digests only: whether
two numbers follow each other is told by the digests of the numbers next to each, which whoever keeps them made with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Self, assert_never

from pydantic import Field, model_validator

from federation.records.exchange import RuleId
from federation.records.value import Contradiction, Text200, Text512, Value
from federation.rules.agreement import Provision, nearest_of
from federation.standards.calendar import WorkingDays, china_date
from federation.standards.identity import CodeKind

REMEMBERED = 128
"""Questions, refusals, persons and numbers of one officer that rules may count, of each the newest."""
_HOUR_MS = 60 * 60 * 1000
_CHINA_HOURS = 8
Hour = Annotated[int, Field(ge=0, le=24)]


class AnomalyKind(StrEnum):
    """What a rule looks at."""

    BURST = "burst"
    OFF_HOURS = "off-hours"
    SEQUENCE = "sequence"
    MANY_PERSONS = "many-persons"
    REFUSALS = "refusals"


class AnomalyVersion(Provision):
    """Root of a file of rules; `region` is that of whoever judges."""

    title_zh: Text200
    title_en: Text200
    basis: Text512


class AnomalyRule(Value):
    """One rule.

    Attributes:
        window_s: how far back is counted; for all but off hours.
        threshold: from how many a question is marked; for all but off hours.
        step: numbers that differ by no more follow each other; for sequences.
        refuses_from: from how many a question is refused; for sequences, 0 for never.
        from_hour: office hours begin, China Standard Time; for off hours.
        until_hour: office hours end.
    """

    id: RuleId
    kind: Annotated[AnomalyKind, Field(strict=False)]
    title_zh: Text200
    title_en: Text200
    window_s: Annotated[int, Field(ge=0, le=86_400)] = 0
    threshold: Annotated[int, Field(ge=0, le=REMEMBERED)] = 0
    step: Annotated[int, Field(ge=0, le=8)] = 0
    refuses_from: Annotated[int, Field(ge=0, le=REMEMBERED)] = 0
    from_hour: Hour = 0
    until_hour: Hour = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Each kind has what it counts by, and nothing that it would not heed."""
        counts, sequence = self.kind is not AnomalyKind.OFF_HOURS, self.kind is AnomalyKind.SEQUENCE
        fitting = {
            "window_s": bool(self.window_s) is counts,
            "threshold": self.threshold > 1 if counts else not self.threshold,
            "step": bool(self.step) is sequence,
            "refuses_from": self.refuses_from == 0 or (sequence and self.refuses_from >= self.threshold),
            "until_hour": self.from_hour == self.until_hour == 0 if counts else self.from_hour < self.until_hour,
        }
        for field, fits in fitting.items():
            if not fits:
                raise Contradiction(field, "FIELD_MALFORMED")
        return self


@dataclass(frozen=True, slots=True)
class AnomalyRules:
    """One file."""

    version: AnomalyVersion
    rules: tuple[AnomalyRule, ...]


def anomaly_rules_of(known: Sequence[AnomalyRules], home: str, day: date) -> tuple[AnomalyRule, ...]:
    """The rules that a node judges by on a day: the nearest, and the newest of several; none where none apply."""
    found = nearest_of(known, lambda rules: rules.version, home, day)
    return () if found is None else found.rules


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number that was asked about, by a keyed digest.

    Attributes:
        time_ms: when it was asked about last.
        near: digests of the numbers that follow it or that it follows, within the rule's step.
    """

    time_ms: int
    near: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """What one officer asked lately, the question that is judged included; times in their order, the newest last.

    Attributes:
        questions: when something was asked.
        refusals: when it was refused.
        persons: when each natural person was asked about last.
        numbers: numbers that follow others in a register, by digest; the question's own need not be among them.
    """

    questions: Sequence[int]
    refusals: Sequence[int]
    persons: Sequence[int]
    numbers: Mapping[bytes, Numbered]


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that is judged.

    Attributes:
        time_ms: when it was asked.
        personal: whether it is about a natural person.
        refused: whether it is refused already.
        number: digest of its number; empty where it can follow no other.
        near: digests of the numbers next to it, as of `Numbered`.
    """

    time_ms: int
    personal: bool
    refused: bool
    number: bytes = b""
    near: tuple[bytes, ...] = ()


def marks_of(past: Past, asked: Asked, rules: Sequence[AnomalyRule], calendar: WorkingDays) -> tuple[str, ...]:
    """Ids of the rules by which a question is unusual, in the order of the rules."""
    return tuple(rule.id for rule in rules if _is_unusual(past, asked, rule, calendar))


def _is_unusual(past: Past, asked: Asked, rule: AnomalyRule, calendar: WorkingDays) -> bool:
    match rule.kind:
        case AnomalyKind.BURST:
            return _are_within(past.questions, rule, asked.time_ms)
        case AnomalyKind.OFF_HOURS:
            hour = (asked.time_ms // _HOUR_MS + _CHINA_HOURS) % 24
            return not (rule.from_hour <= hour < rule.until_hour and calendar.is_working(china_date(asked.time_ms)))
        case AnomalyKind.SEQUENCE:
            return bool(asked.number) and len(run_of(past, asked, rule)) >= rule.threshold
        case AnomalyKind.MANY_PERSONS:
            return asked.personal and _are_within(past.persons, rule, asked.time_ms)
        case AnomalyKind.REFUSALS:
            return asked.refused and _are_within(past.refusals, rule, asked.time_ms)
        case _:
            assert_never(rule.kind)


def _are_within(times: Sequence[int], rule: AnomalyRule, now_ms: int) -> bool:
    """Whether as many as the rule's threshold lie in its window: as far back as that one of the newest does."""
    return len(times) >= rule.threshold and times[-rule.threshold] > now_ms - rule.window_s * 1000


def run_of(past: Past, asked: Asked, rule: AnomalyRule) -> Sequence[int]:
    """When each number of the run was asked about that the question's own number is part of, within the window."""
    since = asked.time_ms - rule.window_s * 1000
    run, waiting = {asked.number: asked.time_ms}, list(asked.near)
    while waiting and len(run) < REMEMBERED:
        number = waiting.pop()
        known = past.numbers.get(number)
        if number not in run and known is not None and known.time_ms > since:
            run[number] = known.time_ms
            waiting.extend(known.near)
    return tuple(run.values())


def refusing(past: Past, asked: Asked, rules: Sequence[AnomalyRule]) -> float | None:
    """When a question that lengthens a run too long may be asked again, in seconds; None where it need not wait."""
    waits = [_wait(run_of(past, asked, rule), asked, rule) for rule in rules if rule.refuses_from and asked.number]
    return max((wait for wait in waits if wait is not None), default=None)


def _wait(run: Sequence[int], asked: Asked, rule: AnomalyRule) -> float | None:
    """Until so much of the run has left the window that the number may be added."""
    over = len(run) - rule.refuses_from
    return None if over < 0 else (sorted(run)[over] - asked.time_ms) / 1000 + rule.window_s


def numbers_near(kind: CodeKind, code: str, step: int) -> Iterator[str]:
    """What a number is known by where numbers follow each other, first its own name, then those of its neighbours.

    Registers give out the body of an organisation code (characters 9 to 16 of a unified code), and the sequence within
    region and day of birth of a citizen number (digits 15 to 17): what stands before is the run's place, and check
    characters are none. Nothing for other numbers.

    Args:
        kind: what the code is.
        code: a code that was found sound.
        step: how far neighbours may be away.
    """
    match kind:
        case CodeKind.USCC:
            place, number = code[:8], int(code[8:16], 36)
        case CodeKind.CITIZEN:
            place, number = code[:14], int(code[14:17])
        case CodeKind.OTHER:
            return
        case _:
            assert_never(kind)
    yield f"{place}/{number}"
    for away in range(1, step + 1):
        yield f"{place}/{number - away}"
        yield f"{place}/{number + away}"
