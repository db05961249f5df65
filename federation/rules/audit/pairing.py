# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the two sides of an exchange say of it, compared: one class for each exchange, with the fields that differ.

What could not be checked is a class of its own, and is never counted among the others: an exchange whose other side's
log is absent, unproven or unreadable there, or whose other entry may stand outside the period of that side's file.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from federation.records.exchange import ExchangeSide
from federation.rules.audit.row import CORE_AT, LOG_AT, SIDE_AT, Side, side_of, times_of
from federation.rules.exchange import ANSWERED, LOGGED_REFUSALS


class PairClass(StrEnum):
    """What became of comparing the two sides of one exchange."""

    MATCHED = "MATCHED"  # both say the same
    MATCHED_TOLERANCE = "MATCHED_TOLERANCE"  # both say the same; their times differ, within what clocks may
    NOT_DELIVERED = "NOT_DELIVERED"  # the requester says that no answer came; the responder says nothing else of it
    MISSING_AT_RESPONDER = "MISSING_AT_RESPONDER"  # the requester's log has it, the responder's has not
    MISSING_AT_REQUESTER = "MISSING_AT_REQUESTER"  # the other way round
    FIELD_MISMATCH = "FIELD_MISMATCH"  # parties, purpose, outcome or times differ
    DIGEST_MISMATCH = "DIGEST_MISMATCH"  # question, answer or what was committed to differs
    DUPLICATE = "DUPLICATE"  # one log has the same entry more than once
    AMBIGUOUS = "AMBIGUOUS"  # one log has several entries of it that differ
    LATE_LOGGED = "LATE_LOGGED"  # an entry stands in its log long after the time that it states
    UNAUDITABLE = "UNAUDITABLE"  # one side cannot be checked


SOUND = frozenset({PairClass.MATCHED, PairClass.MATCHED_TOLERANCE, PairClass.NOT_DELIVERED})
"""Classes in which nothing is wrong."""


_SAID_OF_A_QUESTION = ("requester", "responder", "purpose", "question_sha256")
_SAID_BY_BOTH = (*_SAID_OF_A_QUESTION, "outcome", "answer_sha256", "commitment")


@dataclass(frozen=True, slots=True)
class Terms:
    """What times may differ by, in milliseconds.

    Attributes:
        exact_ms: both sides count as saying the same time.
        skew_ms: most that two clocks may differ, with the time that an answer takes.
        late_ms: most time between what an entry states and its place in the log.
    """

    exact_ms: int = 2_000
    skew_ms: int = 300_000
    late_ms: int = 300_000

    @property
    def edge_ms(self) -> int:
        """So near to either end of a period, the other entry may stand outside it."""
        return self.skew_ms + self.late_ms


@dataclass(frozen=True, slots=True)
class AuditedLog:
    """One side's log in one period, as far as it is proven.

    Attributes:
        owner: node id.
        proven: whether the log as a whole is; else nothing in it counts for or against anybody.
        from_ms: begin of the period.
        until_ms: until when it is covered.
        unreadable_ms: times of entries in it that could not be checked, ascending.
    """

    owner: str
    proven: bool
    from_ms: int
    until_ms: int
    unreadable_ms: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """One exchange, compared.

    Attributes:
        requester: node id, as the first entry says.
        responder: node id, as the first entry says.
        fields: names of the fields that differ or are wrong; may be empty.
        why: reason code of what could not be checked; else empty.
        places: (log, index) of its entries.
        apart_ms: by how much the responder's time is after the requester's; None unless both are there.
    """

    found: PairClass
    exchange_id: str
    requester: str
    responder: str
    fields: tuple[str, ...] = ()
    why: str = ""
    places: tuple[tuple[int, int], ...] = ()
    apart_ms: int | None = None


class Judge:
    """Compares. Immutable; safe from any thread.

    Args:
        logs: the logs, by their number.
        terms: what times may differ by.
    """

    def __init__(self, logs: Mapping[int, AuditedLog], terms: Terms) -> None:
        self._logs = logs
        self._terms = terms
        self._by_owner = {log.owner: log for log in logs.values()}
        self._fronts = {
            (ours, theirs): f"{logs[ours].owner}\0{logs[theirs].owner}\0".encode() for ours in logs for theirs in logs
        }

    def plainly_matched(self, ours: bytes, theirs: bytes) -> int | None:
        """By how many milliseconds two rows' times differ, when all else is beyond doubt; None to look closer."""
        if ours[CORE_AT:] != theirs[CORE_AT:] or ours[SIDE_AT] + theirs[SIDE_AT] != 3:
            return None
        asked, told = (ours, theirs) if ours[SIDE_AT] == 1 else (theirs, ours)
        if not asked.startswith(self._fronts[asked[LOG_AT], told[LOG_AT]], CORE_AT):
            return None
        if not (self._logs[asked[LOG_AT]].proven and self._logs[told[LOG_AT]].proven):
            return None
        made, asked_leaf, asked_stated = times_of(asked)
        _, told_leaf, told_stated = times_of(told)
        apart = told_stated - asked_stated
        bound = self._terms.exact_ms
        if max(abs(apart), abs(asked_stated - made), asked_leaf - asked_stated, told_leaf - told_stated) > bound:
            return None
        return apart if min(asked_leaf - asked_stated, told_leaf - told_stated) >= -bound else None

    def judge(self, rows: Sequence[bytes]) -> Pair:
        """The class of one exchange, from all its rows; at least one."""
        sides = [side_of(row) for row in rows]
        asked = [side for side in sides if side.side is ExchangeSide.REQUESTER]
        told = [side for side in sides if side.side is ExchangeSide.RESPONDER]
        if not all(self._logs[side.log].proven for side in sides):
            return _pair(PairClass.UNAUDITABLE, sides, why="AUDIT_LOG_UNPROVEN")
        if len(asked) > 1 or len(told) > 1:
            alike = all(len({_said(side) for side in each}) <= 1 for each in (asked, told))
            return _pair(PairClass.DUPLICATE if alike else PairClass.AMBIGUOUS, sides)
        strayed = tuple(dict.fromkeys(str(side.side) for side in sides if self._logs[side.log].owner != side.owner))
        if strayed:
            return _pair(PairClass.FIELD_MISMATCH, sides, strayed)
        return self._judge_both(asked[0], told[0]) if asked and told else self._judge_one(sides[0])

    def _judge_both(self, asked: Side, told: Side) -> Pair:
        sides, delivered = (asked, told), _is_delivered(asked)
        names = _SAID_BY_BOTH if delivered else _SAID_OF_A_QUESTION
        differ = [name for name in names if getattr(asked, name) != getattr(told, name)]
        digests = {"question_sha256", "answer_sha256"} & {*differ}
        if (digests and "outcome" not in differ) or differ == ["commitment"]:
            return _pair(PairClass.DIGEST_MISMATCH, sides, tuple(differ))
        apart = abs(asked.stated_ms - told.stated_ms)
        if apart > self._terms.skew_ms or not all(map(self._may_state, sides)):
            differ.append("logged_at_ms")
        if differ:
            return _pair(PairClass.FIELD_MISMATCH, sides, tuple(differ))
        if any(map(self._is_late, sides)):
            return _pair(PairClass.LATE_LOGGED, sides)
        if not delivered:
            return _pair(PairClass.NOT_DELIVERED, sides)
        return _pair(PairClass.MATCHED if apart <= self._terms.exact_ms else PairClass.MATCHED_TOLERANCE, sides)

    def _judge_one(self, side: Side) -> Pair:
        sides, asked = (side,), side.side is ExchangeSide.REQUESTER
        if not self._may_state(side):
            return _pair(PairClass.FIELD_MISMATCH, sides, ("logged_at_ms",))
        why = self._why_not_to_be_found(side, self._by_owner.get(side.other))
        if why:
            return _pair(PairClass.UNAUDITABLE, sides, why=why)
        if asked and not _is_delivered(side):
            return _pair(PairClass.NOT_DELIVERED, sides)
        return _pair(PairClass.MISSING_AT_RESPONDER if asked else PairClass.MISSING_AT_REQUESTER, sides)

    def _why_not_to_be_found(self, side: Side, other: AuditedLog | None) -> str:
        """Why the other side's entry may be there, and not be seen; empty when it must be seen if it is there."""
        if other is None:
            return "AUDIT_LOG_ABSENT"
        if not other.proven:
            return "AUDIT_LOG_UNPROVEN"
        edge, times = self._terms.edge_ms, other.unreadable_ms
        if not other.from_ms + edge <= side.stated_ms < other.until_ms - edge:
            return "AUDIT_PERIOD_EDGE"
        near = bisect_left(times, side.stated_ms - edge)
        return "AUDIT_PAYLOAD_ABSENT" if near < len(times) and times[near] <= side.stated_ms + edge else ""

    def _may_state(self, side: Side) -> bool:
        """Whether an entry's time can be: not before its exchange began, nor after it was sequenced."""
        skew = self._terms.skew_ms
        return side.made_ms - skew <= side.stated_ms <= side.leaf_ms + skew

    def _is_late(self, side: Side) -> bool:
        """Whether an entry stands in the log long after its time, or states one long after its exchange began."""
        terms = self._terms
        stated_late = side.stated_ms - side.made_ms > terms.skew_ms + terms.late_ms
        return stated_late or side.leaf_ms - side.stated_ms > terms.late_ms


def _is_delivered(asked: Side) -> bool:
    """Whether the requester says that it was answered, or refused by a responder that could read the question."""
    return asked.outcome == ANSWERED or asked.outcome in LOGGED_REFUSALS


def _said(side: Side) -> tuple[object, ...]:
    """What an entry says, without where it stands and when it was written."""
    return side[5:]


def _pair(found: PairClass, sides: Sequence[Side], fields: tuple[str, ...] = (), why: str = "") -> Pair:
    first, places = sides[0], tuple((side.log, side.place) for side in sides)
    apart = None
    if len(sides) == 2:
        apart = (sides[1].stated_ms - first.stated_ms) * (1 if first.side is ExchangeSide.REQUESTER else -1)
    return Pair(found, first.exchange_id, first.requester, first.responder, fields, why, places, apart)
