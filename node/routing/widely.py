# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One matter put to many members at once, under one deadline: what each of them answers, or why it does not.

Every answer stays its responder's own. When a member is down, refuses to be understood or is too slow, whoever mirrors
it may be heard in its place, told as a mirror with its age: a hub that was asked anyway, this node itself, or a hub
that is asked then with a question of its own. The reader takes replies as they come; when it stops, everything that is
under way is cancelled.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from federation.errors import CallerFault, Fault, PeerFault, UnreachableFault
from federation.records.exchange import Answer
from federation.rules.routing.outcome import Became, MemberOutcome
from federation.rules.routing.plan import Place, Plan, Step
from node.exchange.inquire import Answered, Matter, Member
from node.routing.ways import Journey

FIRST_PART = 0.6
"""Part of the time that a member has whose mirror would have to be asked after it."""
LONGEST_S = 55.0
"""Longest time for all of it: a call at the local port may take a minute."""
_TOO_SLOW = frozenset({"CALL_TIMEOUT", "MEMBER_TOO_SLOW"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one member.

    Attributes:
        outcome: in a word.
        answered: what it answered, with what was signed; None when it did not, or is heard by what it said before.
        evidence: what came instead of an answer, when it is proof of a lie.
    """

    outcome: MemberOutcome
    answered: Answered | None = None
    evidence: bytes = b""


class Asks(Protocol):
    """Asks one member."""

    def check(self, matter: Matter) -> None:
        """Sees that a question can be made of it; FieldFault when not. Called in any thread."""
        ...

    async def inquire_signed(self, node_id: str, member: Member, matter: Matter, *, sealed: bool = False) -> Answered:
        """As `Inquirer.inquire_signed`."""
        ...


@dataclass(frozen=True, slots=True)
class Mirrors:
    """What is known of mirrored feeds.

    Attributes:
        home: this node.
        held_as_of_ms: when the oldest feed of a member that is mirrored here was last told; None when none is.
        told_as_of_ms: the same of a member's feeds in an answer.
    """

    home: str
    held_as_of_ms: Callable[[str], int | None]
    told_as_of_ms: Callable[[Answer, str], int | None]


@dataclass(slots=True)
class _Round:
    """One matter on its way.

    Attributes:
        known: what became of each member that is asked, once it is known.
    """

    matter: Matter
    journey: Journey
    known: Mapping[str, "asyncio.Future[Reply]"]
    told: "asyncio.Queue[Reply | Exception | None]" = field(default_factory=asyncio.Queue)
    stood_in: dict[str, "asyncio.Task[Reply]"] = field(default_factory=dict)


class Widely:
    """Asks many. For one event loop.

    Args:
        asks: asks one.
        journey: begins a round that ends at a time of the loop's clock.
        mirrors: who has whose feeds.
    """

    def __init__(self, asks: Asks, journey: Callable[[float], Journey], mirrors: Mirrors) -> None:
        self._asks = asks
        self._journey = journey
        self._mirrors = mirrors

    async def ask(self, matter: Matter, plan: Plan) -> AsyncGenerator[Reply]:
        """One reply for each member of the plan, as soon as it is known, and one for each mirror that is heard.

        Args:
            matter: with the longest wait, at most 55 s.
            plan: who is asked.

        Raises:
            FieldFault: the matter breaks a rule of the question; nobody was asked.
            StoreFault: EXCHANGE_LOG_UNAVAILABLE; nothing more is used.
        """
        await asyncio.to_thread(self._asks.check, matter)
        loop = asyncio.get_running_loop()
        within_s = min(LONGEST_S, matter.timeout_ms / 1000 or LONGEST_S)
        limited = replace(matter, timeout_ms=round(within_s * 1000))
        known = {step.member: loop.create_future() for step in plan.steps}
        round_ = _Round(limited, self._journey(loop.time() + within_s), known)
        for left in plan.left_out:
            yield Reply(MemberOutcome(left.member, None, Became.NOT_ASKED, left.reason, as_of_ms=left.as_of_ms))
        tasks = [asyncio.create_task(self._step(step, round_)) for step in plan.steps]
        try:
            ended = 0
            while ended < len(tasks):
                told = await round_.told.get()
                if isinstance(told, Exception):
                    raise told
                if told is None:
                    ended += 1
                else:
                    yield told
        finally:
            under_way = [*tasks, *round_.stood_in.values()]
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _step(self, step: Step, round_: _Round) -> None:
        """Asks a member, and listens to its mirrors when it does not answer."""
        try:
            part = FIRST_PART if _to_ask_later(step, round_) else 1.0
            reply = await self._one(step.member, step.place, round_, part)
            round_.known[step.member].set_result(reply)
            round_.told.put_nowait(reply)
            if reply.outcome.became in {Became.UNREACHABLE, Became.TOO_SLOW, Became.INVALID}:
                await self._listen_to_mirrors(step, round_)
            round_.told.put_nowait(None)
        except Exception as error:  # whoever reads the replies is told
            round_.told.put_nowait(error)

    async def _one(self, member: str, place: Place, round_: _Round, part: float) -> Reply:
        """Asks one member within a part of the time."""
        way = round_.journey.way(member)
        matter = replace(round_.matter, timeout_ms=max(1, round(round_.matter.timeout_ms * part)))
        evidence = b""
        try:
            answered = await self._asks.inquire_signed(member, way, matter, sealed=bool(way.through))
        except (CallerFault, PeerFault, UnreachableFault) as fault:
            if isinstance(fault, PeerFault):
                evidence = b"".join(fault.evidence[:1])
            return Reply(MemberOutcome(member, place, _became(fault), fault.reason, way.through), None, evidence)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            cut = (Became.UNREACHABLE, "QUESTION_CANCELLED", way.through)  # a channel that was closed under the call
            return Reply(MemberOutcome(member, place, *cut))
        short = answered.answer.truncated or bool(answered.answer.gaps)
        return Reply(MemberOutcome(member, place, Became.ANSWERED, "", way.through, short=short), answered)

    async def _listen_to_mirrors(self, step: Step, round_: _Round) -> None:
        """This node's own mirror; the first that is asked now and speaks of it; those that were asked anyway."""
        member, mirrors = step.member, self._mirrors
        held = await asyncio.to_thread(mirrors.held_as_of_ms, member)
        if held is not None:
            round_.told.put_nowait(_in_place_of(member, Reply(_answers(mirrors.home)), held))
        for mirror in _to_ask_later(step, round_):
            if await self._stands_in(mirror, member, round_):
                break
        for other, known in round_.known.items():
            if other != member:
                self._hear(member, await asyncio.shield(known), round_)

    async def _stands_in(self, mirror: str, member: str, round_: _Round) -> bool:
        """Asks a mirror, once a round, with a question of its own; whether it speaks of the member's feeds."""
        first = mirror not in round_.stood_in
        if first:
            asking = self._one(mirror, Place.MIRROR, round_, 1.0 - FIRST_PART)
            round_.stood_in[mirror] = asyncio.create_task(asking)
        reply = await asyncio.shield(round_.stood_in[mirror])
        heard = self._hear(member, reply, round_, anew=first)
        if first and not heard:
            round_.told.put_nowait(_in_place_of(member, reply, 0))
        return heard

    def _hear(self, member: str, reply: Reply, round_: _Round, *, anew: bool = False) -> bool:
        """Tells of a mirror that has spoken of a member's feeds; whether it has."""
        if reply.answered is None:
            return False
        as_of_ms = self._mirrors.told_as_of_ms(reply.answered.answer, member)
        if as_of_ms is None:
            return False
        round_.told.put_nowait(_in_place_of(member, reply if anew else Reply(reply.outcome), as_of_ms))
        return True


def _to_ask_later(step: Step, round_: _Round) -> Sequence[str]:
    """Mirrors of a member that are asked only when it does not answer: none, when one of them is asked anyway."""
    asked_anyway = any(mirror in round_.known for mirror in step.mirrors)
    return () if asked_anyway else step.mirrors


def _answers(node_id: str) -> MemberOutcome:
    return MemberOutcome(node_id, Place.MIRROR, Became.ANSWERED)


def _in_place_of(member: str, reply: Reply, as_of_ms: int) -> Reply:
    """A mirror's reply, told as what it is."""
    outcome = replace(reply.outcome, place=Place.MIRROR, stands_for=member, as_of_ms=as_of_ms)
    return replace(reply, outcome=outcome)


def _became(fault: Fault) -> Became:
    match fault:
        case PeerFault():
            return Became.INVALID
        case UnreachableFault(reason=reason):
            return Became.TOO_SLOW if reason in _TOO_SLOW else Became.UNREACHABLE
        case _:
            return Became.REFUSED
