# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whom to ask about a subject, and whom not, each with the reason. A member is never left out silently.

The own store is looked at first, by whoever plans. Then, all at once: the home member, whose region the subject's code
names; members that local knowledge says hold something; the rest. Left out are members that state by their holder index
that they hold nothing, and members that answer no questions by their roles.

A natural person is asked about at its home and where local knowledge says that something is held, and nowhere else
unless everywhere is asked for: every question tells one more office that somebody has business with that person.

The home member is the one with the longest part of the region's digits: 330106 is at home at 330100, and where nobody
is pinned for that at 330000. Where the prefecture of the code is in force no more, its people were given to others that
the digits do not name: then every member of the province is at home.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from federation.standards.identity import DIGITS

_REGION_DIGITS = 6
_PROVINCE_DIGITS = 2
NOTHING_HELD = "HOLDER_INDEX_EMPTY"
NO_RESPONDER = "MEMBER_ANSWERS_NOTHING"
PERSON_SPARED = "PERSON_NOT_ASKED_ABOUT"


class Place(StrEnum):
    """Why a member is asked."""

    HOME = "home"
    HOLDER = "holder"
    REST = "rest"
    MIRROR = "mirror"


@dataclass(frozen=True, slots=True)
class Sought:
    """What is asked about.

    Attributes:
        region: six digits of the subject's code; empty where it has none.
        moved: whether the prefecture of the region is in force no more.
        personal: whether it may be a natural person.
        everywhere: whether a natural person is asked about everywhere.
    """

    region: str
    moved: bool
    personal: bool
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member.

    Attributes:
        node_id: who.
        responds: whether it answers questions, by its roles.
        mirrors: members that have its feeds and answer in its place, best first.
    """

    node_id: str
    responds: bool
    mirrors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of holdings before anybody is asked.

    Attributes:
        holders: members of which the own store holds something about the subject.
        empty: members whose index states that they hold nothing, each with the time of that, in milliseconds.
    """

    holders: Set[str]
    empty: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """A member that is asked."""

    member: str
    place: Place
    mirrors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A member that is not asked: why, and as of when, in milliseconds; 0 where that is no matter."""

    member: str
    reason: str
    as_of_ms: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is asked, in order, all at once; and who is not."""

    steps: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]


def plan(sought: Sought, members: Sequence[Candidate], hints: Hints) -> Plan:
    """Plans a question to many."""
    home = home_members(sought.region, [each.node_id for each in members], moved=sought.moved)
    order = list(Place)
    steps: list[Step] = []
    left_out: list[LeftOut] = []
    for each in members:
        place = _place(each.node_id, home, hints)
        reason = _reason(each, place, sought, hints)
        if reason:
            as_of_ms = hints.empty[each.node_id] if reason == NOTHING_HELD else 0
            left_out.append(LeftOut(each.node_id, reason, as_of_ms))
        else:
            steps.append(Step(each.node_id, place, each.mirrors))
    steps.sort(key=lambda step: (order.index(step.place), step.member))
    return Plan(tuple(steps), tuple(sorted(left_out, key=lambda each: each.member)))


def home_members(region: str, node_ids: Sequence[str], *, moved: bool) -> frozenset[str]:
    """The members at home in a region; none where the code names no region, or nobody is pinned for it."""
    placed = {node_id: _digits(node_id) for node_id in node_ids if len(node_id) == _REGION_DIGITS and _is_code(node_id)}
    if moved:
        province = region[:_PROVINCE_DIGITS]
        return frozenset(each for each, digits in placed.items() if digits.startswith(province))
    fitting = {each: digits for each, digits in placed.items() if digits and region.startswith(digits)}
    longest = max((len(digits) for digits in fitting.values()), default=0)
    return frozenset(each for each, digits in fitting.items() if len(digits) == longest)


def _digits(node_id: str) -> str:
    """The digits of a region that say something: 330100 is 3301, and 330000 is 33."""
    while node_id.endswith("00"):
        node_id = node_id[:-2]
    return node_id


def _is_code(node_id: str) -> bool:
    return DIGITS.issuperset(node_id)


def _place(node_id: str, home: Set[str], hints: Hints) -> Place:
    if node_id in home:
        return Place.HOME
    return Place.HOLDER if node_id in hints.holders else Place.REST


def _reason(member: Candidate, place: Place, sought: Sought, hints: Hints) -> str:
    """Why a member is left out; empty when it is asked. What the own store holds of a member outweighs its index."""
    return next(_reasons(member, place, sought, hints), "")


def _reasons(member: Candidate, place: Place, sought: Sought, hints: Hints) -> Iterator[str]:
    if not member.responds:
        yield NO_RESPONDER
    if member.node_id in hints.empty and member.node_id not in hints.holders:
        yield NOTHING_HELD
    if sought.personal and not sought.everywhere and place is Place.REST:
        yield PERSON_SPARED
