# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes the plan of a question to many, of what this node knows without asking anybody. Safe from any thread."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from federation.records.feed_policy import Dataset
from federation.rules.routing.plan import Candidate, Hints, Plan, Sought, plan
from federation.standards.bundle import Standards
from federation.standards.identify import identify
from federation.standards.identity import CodeAccepted, CodeKind
from node.exchange.inquire import Matter

_PREFECTURE_DIGITS = 4


class HolderWords(Protocol):
    """What members' holder indexes say. Safe from any thread that may wait."""

    def empty(self, code: str, datasets: Set[Dataset], max_age_s: int, /) -> Mapping[str, int]:
        """Members that state that they hold nothing about a subject, each with the time of that, in milliseconds.

        Args:
            code: the subject.
            datasets: kinds of record that are wanted; none wants all that members answer from.
            max_age_s: a word that is older is none; 0 takes what is configured.
        """
        ...


@dataclass(frozen=True, slots=True)
class PlanGround:
    """What a plan is made of.

    Attributes:
        members: every pinned member.
        standards: regions, and what codes say.
        today: the day in China.
        held_of: of which members the own store holds something about a subject, by its code.
        words: what holder indexes say.
    """

    members: Sequence[Candidate]
    standards: Standards
    today: Callable[[], date]
    held_of: Callable[[str], Set[str]]
    words: HolderWords


def planned(ground: PlanGround, matter: Matter, *, everywhere: bool) -> Plan:
    """The plan for a matter.

    Raises:
        StoreFault: the own store cannot be read.
    """
    region, moved = _region(ground, matter.code)
    empty = ground.words.empty(matter.code, frozenset(matter.datasets), matter.max_age_s)
    personal = matter.code_kind is not CodeKind.USCC
    sought = Sought(region, moved, personal, everywhere)
    return plan(sought, ground.members, Hints(ground.held_of(matter.code), empty))


def _region(ground: PlanGround, code: str) -> tuple[str, bool]:
    """The region in a code, and whether its prefecture is in force no more."""
    today = ground.today()
    match identify(code, ground.standards, today):
        case CodeAccepted(region=str() as region):
            prefecture = ground.standards.regions.lookup(region[:_PREFECTURE_DIGITS] + "00", today)
            return region, prefecture is not None and not prefecture.in_force(today)
        case _:
            return "", False
