# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How often members, offices and officers ask, and what is unusual about it: kept in memory, bounded, of each member.

Nothing of a subject is kept but keyed digests, under a key made at the start that never leaves the process. What is
kept is forgotten with the process. Each process that serves a node counts for itself, so that a member that spreads its
questions over connections to several may have as many times the rate.
"""

import hashlib
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from federation.records.exchange import Question
from federation.rules.asking.admission import AskingTerms, Refused, is_personal
from federation.rules.asking.anomalies import (
    REMEMBERED,
    Asked,
    Numbered,
    Past,
    marks_of,
    numbers_near,
    refusing,
)
from federation.rules.asking.rate import Level, allowed_for, levels_at, taken, wait_s

Name = TypeVar("Name")
Thing = TypeVar("Thing")
MAX_OFFICERS = 500
"""Officers of one member whose questions are remembered; who asked longest ago is forgotten first."""
MAX_BUCKETS = 2000
"""Rates of one member that are remembered."""
_DIGEST_BYTES = 16


@dataclass(slots=True)
class _Officer:
    """What one officer asked lately; the newest last."""

    questions: deque[int] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    refusals: deque[int] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    persons: OrderedDict[bytes, int] = field(default_factory=OrderedDict)
    numbers: OrderedDict[bytes, Numbered] = field(default_factory=OrderedDict)

    def past(self, asked: Asked) -> Past:
        """What the rules are told of it."""
        return Past(self.questions, self.refusals, tuple(self.persons.values()) if asked.personal else (), self.numbers)


@dataclass(slots=True)
class _Member:
    """What is remembered of one member."""

    buckets: OrderedDict[tuple[str, ...], tuple[Level, ...]] = field(default_factory=OrderedDict)
    officers: OrderedDict[str, _Officer] = field(default_factory=OrderedDict)


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking at a question.

    Attributes:
        refused: why it is refused: as it was before, or RATE_EXCEEDED or CODES_IN_SEQUENCE.
        marks: ids of the rules by which it is unusual.
    """

    refused: Refused | None
    marks: tuple[str, ...] = ()


class Scrutiny:
    """Looks at questions. Safe from any thread; requesters are pinned members, so that their number is bounded.

    Args:
        key: what digests are made with; 32 random bytes.
        monotonic: seconds that never go back, for rates.
    """

    def __init__(self, key: bytes, monotonic: Callable[[], float]) -> None:
        self._key = key
        self._monotonic = monotonic
        self._members: dict[str, _Member] = {}
        self._lock = threading.Lock()

    def look(self, question: Question, refused: Refused | None, terms: AskingTerms, now_ms: int) -> Looked:
        """Counts a member's question, refuses it where there are too many, and marks it where it is unusual."""
        with self._lock:
            member = self._members.setdefault(question.requester, _Member())
            if refused is None:
                refused = self._over_rate(member, question, terms)
            if question.batch or not terms.anomalies:
                return Looked(refused)
            officer = _officer(member, question)
            asked = self._asked(question, refused, terms, now_ms)
            waiting = refusing(officer.past(asked), asked, terms.anomalies)
            if waiting is not None:
                refused = Refused("CODES_IN_SEQUENCE", retry_after_s=waiting)
                asked = self._asked(question, refused, terms, now_ms)
            return Looked(refused, self._marked(officer, question, asked, terms))

    def note(self, question: Question, refused: Refused | None, terms: AskingTerms, now_ms: int) -> tuple[str, ...]:
        """Marks an own question where it is unusual; whether there are too many is for whoever is asked to say."""
        with self._lock:
            if question.batch or not terms.anomalies:
                return ()
            officer = _officer(self._members.setdefault(question.requester, _Member()), question)
            return self._marked(officer, question, self._asked(question, refused, terms, now_ms), terms)

    def _over_rate(self, member: _Member, question: Question, terms: AskingTerms) -> Refused | None:
        """Takes a token of each bucket, or of none where one of them is empty."""
        buckets, now_s = member.buckets, self._monotonic()
        allowed = list(allowed_for(question, terms.rules))
        levels = [levels_at(buckets.get(each.who, ()), each.rates, now_s) for each in allowed]
        waiting = max(wait_s(level, each.rates) for level, each in zip(levels, allowed, strict=True))
        if waiting:
            return Refused("RATE_EXCEEDED", retry_after_s=waiting)
        for each, level in zip(allowed, levels, strict=True):
            _keep(buckets, each.who, taken(level), MAX_BUCKETS)
        return None

    def _asked(self, question: Question, refused: Refused | None, terms: AskingTerms, now_ms: int) -> Asked:
        """What the rules are told of a question; nothing of what a refused one is about, whose code may be unsound."""
        if refused is not None:
            return Asked(now_ms, personal=False, refused=True)
        step = max(rule.step for rule in terms.anomalies)
        names = [self._digest(name) for name in numbers_near(question.code_kind, question.code, step)]
        return Asked(now_ms, is_personal(question), False, names[0] if names else b"", tuple(names[1:]))

    def _marked(self, officer: _Officer, question: Question, asked: Asked, terms: AskingTerms) -> tuple[str, ...]:
        """Remembers a question, and tells by which rules it is unusual."""
        officer.questions.append(asked.time_ms)
        if asked.refused:
            officer.refusals.append(asked.time_ms)
        if asked.personal:
            _keep(officer.persons, self._digest(question.code), asked.time_ms, REMEMBERED)
        if asked.number:
            _keep(officer.numbers, asked.number, Numbered(asked.time_ms, asked.near), REMEMBERED)
        return marks_of(officer.past(asked), asked, terms.anomalies, terms.standards.working_days)

    def _digest(self, name: str) -> bytes:
        return hashlib.blake2b(name.encode(), digest_size=_DIGEST_BYTES, key=self._key).digest()


def _officer(member: _Member, question: Question) -> _Officer:
    """What is remembered of the officer who asks."""
    officer = member.officers.get(question.officer) or _Officer()
    _keep(member.officers, question.officer, officer, MAX_OFFICERS)
    return officer


def _keep(kept: OrderedDict[Name, Thing], name: Name, thing: Thing, most: int) -> None:
    """Keeps a thing as the newest of at most so many."""
    kept[name] = thing
    kept.move_to_end(name)
    if len(kept) > most:
        kept.popitem(last=False)
