# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How far an act has come: at which members it is held and in effect, since when, and who is late by how much.

Members are those that mirror or read the feed, as they state themselves or as the hubs before them hand on. An act is
acknowledged when the member's statement that it is in effect has come here; an erasure already when it is held there,
since what it orders is destroyed in the same transaction. Late is counted by this node's clock, from the publication of
the act by its origin's clock. A member that stated more before than it states now is one whose store was put back: it
counts as not having reached what it says no more.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.errors import FieldFault
from federation.log.leaf import Leaf, LeafKind
from federation.rules.propagation.term import Due
from node.acknowledge.statement import Stage, Stated

MAX_LATE_ACTS = 100
ACTS = frozenset({LeafKind.AMEND, LeafKind.ANNOTATE, LeafKind.END, LeafKind.ERASE})
DueBy = Callable[[int], Due]
"""Until when what was published at a time has to have come everywhere; milliseconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a member has come with a feed, by one of its statements.

    Attributes:
        size: entries that it speaks for.
        time_ms: when it was stated, by the member's clock; whole seconds.
        heard_ms: when it came here, by this node's clock.
    """

    member: str
    stage: Stage
    size: int
    time_ms: int
    heard_ms: int


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure that this node ordered.

    Attributes:
        index: the entry to be erased.
        ordered_ms: when it was ordered.
        erased_at: index of the ERASE entry; None while it waits.
    """

    origin: str
    index: int
    ordered_ms: int
    erased_at: int | None

    def acknowledged_by(self, mirror: Stated) -> bool:
        """Whether a member has stated that it holds the ERASE entry."""
        return self.erased_at is not None and mirror.size > self.erased_at


@dataclass(frozen=True, slots=True)
class AtMember:
    """How far an act has come at one member.

    Attributes:
        held: the first statement known by which it is received, verified and stored; None while there is none.
        in_effect: likewise, by which it has its effect.
        acknowledged: the one that is the acknowledgement; None while it is wanting.
        late_ms: how long after its time it was acknowledged, or how long it is late by now; 0 when it is in time.
        is_overdue: whether that is beyond the legal maximum, too.
    """

    member: str
    held: Reached | None
    in_effect: Reached | None
    acknowledged: Reached | None
    late_ms: int
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """An entry, and how far it has come.

    Attributes:
        index: of the act, or of an entry on which nothing acts.
        kind: what it is; None for a leaf that cannot be read.
        published_ms: when its origin published it.
        due: until when it has to have come everywhere.
        members: by node id.
    """

    index: int
    kind: LeafKind | None
    published_ms: int
    due: Due
    members: Sequence[AtMember]


@dataclass(frozen=True, slots=True)
class Late:
    """A member that has not acknowledged acts whose time is over.

    Attributes:
        first: index of the first of them.
        count: how many, at most 100.
        published_ms: when the first was published.
        late_ms: how long that is late.
        is_overdue: whether it is beyond the legal maximum, too.
        said: entries that the member has stated to be in effect.
    """

    origin: str
    member: str
    first: int
    count: int
    published_ms: int
    late_ms: int
    is_overdue: bool
    said: int


class PropagationReader(Protocol):
    """Reads what is stored durably. Each call sees one consistent state; safe from any thread."""

    def newest_stated(self, origin: str) -> Sequence[Reached]:
        """How far each member says that it has come with a feed, by member and stage."""
        ...

    def first_reached(self, origin: str, index: int) -> Sequence[Reached]:
        """The first statement of each member and stage that spoke for an act, as far as it is still known."""
        ...

    def acts_between(self, origin: str, start: int, stop: int, limit: int) -> Sequence[int]:
        """Indexes of entries in [start, stop) that act on earlier ones, in order, at most `limit`."""
        ...

    def leaf(self, origin: str, index: int) -> bytes | None:
        """One leaf as it is in the tree; None for an entry that is not held."""
        ...


def spread_of(reader: PropagationReader, place: tuple[str, int], due_by: DueBy, now_ms: int) -> Spread | None:
    """How far one entry has come at each member that is known to have the feed.

    Args:
        reader: what is stored.
        place: origin and index.
        due_by: the terms.
        now_ms: time now.

    Returns:
        None for an entry that is not held here.
    """
    origin, index = place
    raw = reader.leaf(origin, index)
    if raw is None:
        return None
    leaf = _leaf(raw)
    kind, published_ms = (None, now_ms) if leaf is None else (leaf.kind, leaf.time_ms)
    newest = {(each.member, each.stage): each for each in reader.newest_stated(origin)}
    first = {(each.member, each.stage): each for each in reader.first_reached(origin, index)}
    due = due_by(published_ms)
    at = []
    for member in sorted({member for member, _ in newest}):
        stages = [_since(newest.get((member, stage)), first.get((member, stage)), index) for stage in Stage]
        at.append(_at_member(member, stages, kind, due, now_ms))
    return Spread(index, kind, published_ms, due, at)


def _since(newest: Reached | None, first: Reached | None, index: int) -> Reached | None:
    """Since when a member has reached an act: by the first statement that is known, if its newest still says so."""
    if newest is None or newest.size <= index:
        return None
    return newest if first is None or first.heard_ms > newest.heard_ms else first


def _at_member(member: str, stages: Sequence[Reached | None], kind: LeafKind | None, due: Due, now_ms: int) -> AtMember:
    held, in_effect = stages
    if kind is LeafKind.ERASE and in_effect is None:
        in_effect = held
    at_ms = now_ms if in_effect is None else in_effect.heard_ms
    return AtMember(member, held, in_effect, in_effect, max(0, at_ms - due.target_ms), at_ms > due.maximum_ms)


def late_in(reader: PropagationReader, origin: str, size: int, due_by: DueBy, now_ms: int) -> Sequence[Late]:
    """Who is late with acts of a feed, by member.

    Only the first act that a member has not acknowledged is looked at, and those after it are counted: acts are in the
    order of time, and a statement speaks for all below its size.

    Args:
        reader: what is stored.
        origin: the feed.
        size: its size here.
        due_by: the terms.
        now_ms: time now.
    """
    reached = _acknowledged(reader.newest_stated(origin))
    firsts: dict[int, Sequence[int]] = {}
    found = []
    for member, said in sorted(reached.items()):
        if said not in firsts:
            firsts[said] = reader.acts_between(origin, said, size, MAX_LATE_ACTS)
        times = [(index, _time(reader, origin, index)) for index in firsts[said][:1]]
        for first, published_ms in times:
            due = due_by(published_ms)
            if now_ms > due.target_ms:
                count = _late_count(reader, origin, firsts[said], lambda at_ms: now_ms > due_by(at_ms).target_ms)
                late_ms, overdue = now_ms - due.target_ms, now_ms > due.maximum_ms
                found.append(Late(origin, member, first, count, published_ms, late_ms, overdue, said))
    return found


def waiting_for(reader: PropagationReader, origin: str, size: int, published_before_ms: int) -> Sequence[str]:
    """Members that have not acknowledged some act published before a time: whoever can be asked is asked."""
    found = []
    for member, said in sorted(_acknowledged(reader.newest_stated(origin)).items()):
        acts = reader.acts_between(origin, said, size, 1)
        if acts and _time(reader, origin, acts[0]) < published_before_ms:
            found.append(member)
    return found


def _acknowledged(newest: Iterable[Reached]) -> dict[str, int]:
    """Up to which size each member has acknowledged what is in effect; 0 for one that says nothing of it."""
    reached: dict[str, int] = {}
    for each in newest:
        reached[each.member] = max(reached.get(each.member, 0), each.size if each.stage is Stage.IN_EFFECT else 0)
    return reached


def _late_count(reader: PropagationReader, origin: str, acts: Sequence[int], is_late: Callable[[int], bool]) -> int:
    """How many of some acts, in the order of time, are late: found by halving."""
    low, high = 1, len(acts)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_late(_time(reader, origin, acts[middle - 1])) else (low, middle - 1)
    return low


def _time(reader: PropagationReader, origin: str, index: int) -> int:
    """When an entry was published; 0 for a leaf that cannot be read, which is nobody's to wait for long."""
    leaf = _leaf(reader.leaf(origin, index) or b"")
    return 0 if leaf is None else leaf.time_ms


def _leaf(raw: bytes) -> Leaf | None:
    try:
        return Leaf.decode(raw)
    except FieldFault:
        return None
