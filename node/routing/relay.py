# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A hub hands on what members ask, and hands back what is answered, each answer as it comes.

It lends its connections and nothing else. A question must bear the signature of its requester, who brings it or has it
brought by another hub, and must name a key that its answer is sealed to: a hub never holds an answer that it can read.
Nothing is altered or signed here, and nothing is answered by this node's own right. That it was handed on is in the
exchange log before it leaves. Time shrinks with each hop, so that the answer `too slow` itself comes in time; when the
caller goes away, everything under way for it is cancelled.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence, Set
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from federation.errors import AccessFault, CallerFault, Fault, FieldFault, UnreachableFault
from federation.log.note import Verifier
from federation.records.codec import decode_as
from federation.records.exchange import AccessKind, Question
from federation.rules.asking.bearer import brought_by
from federation.rules.exchange import QUESTION_TYPE, Accessed
from node.exchange.dialogue import Envelope, opened
from node.exchange.sealing import check_reply_key
from node.routing.route import Routes
from node.routing.ways import MAX_HUBS, Journey, Neighbour, Relayed

HOP_MARGIN_S = 0.1
"""What each hop keeps of the time: the caller is still there when it is told that a member was too slow."""
CLOCKS_APART_S = 5.0
"""How far a requester's clock may be behind before its deadline is taken for over."""
MAX_UNDER_WAY = 256
"""Questions that are handed on at once, half of them for one caller at most: an answer may be 4 MiB long."""
_TOO_SLOW = frozenset({"CALL_TIMEOUT", "MEMBER_TOO_SLOW"})


@dataclass(frozen=True, slots=True)
class RelayGround:
    """What a hub knows.

    Attributes:
        home: this node.
        routes: ways.
        neighbours: members that are reached directly, by node id.
        message_keys: of each member, by node id.
        relays: members that are pinned as relays.
        log: logs an access; durable when it is done.
        now_ms: the clock.
    """

    home: str
    routes: Routes
    neighbours: Mapping[str, Neighbour]
    message_keys: Mapping[str, Verifier]
    relays: Set[str]
    log: Callable[[Accessed], Awaitable[None]]
    now_ms: Callable[[], int]


@dataclass(frozen=True, slots=True)
class _Handed:
    place: int
    question: Question
    envelope: Envelope


class Relay:
    """Hands questions on. For one event loop."""

    def __init__(self, ground: RelayGround) -> None:
        self._ground = ground
        self._under_way: Counter[str] = Counter()

    async def relay(
        self, caller: str, envelopes: Sequence[Envelope], passed: Sequence[str], within_s: float
    ) -> AsyncGenerator[Relayed]:
        """What becomes of each question, as soon as it is known.

        Args:
            caller: node id from the TLS identity.
            envelopes: at most 64 signed questions.
            passed: hubs that handed them on before.
            within_s: how long the caller waits.

        Raises:
            AccessFault: CALLER_NOT_ENTITLED, the way that they came is none; LIMIT_EXCEEDED, too much is under way.
            StoreFault: EXCHANGE_LOG_UNAVAILABLE; nothing was handed on.
        """
        end_s = asyncio.get_running_loop().time() + within_s - HOP_MARGIN_S
        self._check_way(caller, passed)
        handed: list[_Handed] = []
        for place, envelope in enumerate(envelopes):
            read = self._read(caller, place, envelope, {each.question.exchange_id for each in handed})
            if isinstance(read, Fault):
                yield Relayed(place, read)
            else:
                handed.append(read)
        if not handed:
            return
        with self._room(caller, len(handed)):
            codes = tuple(dict.fromkeys(each.question.code for each in handed))
            exchanges = " ".join(each.question.exchange_id for each in handed)
            await self._ground.log(Accessed(AccessKind.RELAY, caller, exchanges, codes))
            async with aclosing(self._told(caller, handed, passed, end_s)) as flow:
                async for told in flow:
                    yield told

    async def _told(
        self, caller: str, handed: Sequence[_Handed], passed: Sequence[str], end_s: float
    ) -> AsyncGenerator[Relayed]:
        """Hands all on at once; what is still under way when the reader stops is cancelled."""
        ground = self._ground
        avoided = frozenset({caller, *passed, *(each.question.requester for each in handed)})
        journey = Journey(ground.routes, ground.neighbours, end_s, (*passed, ground.home), avoided)
        tasks = {asyncio.create_task(self._one(journey, each, end_s)) for each in handed}
        try:
            waiting = set(tasks)
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, journey: Journey, handed: _Handed, end_s: float) -> Relayed:
        """One question, as far as it comes in its time."""
        question = handed.question
        left_s = end_s - asyncio.get_running_loop().time()
        if question.deadline_ms:
            left_s = min(left_s, (question.deadline_ms - self._ground.now_ms()) / 1000 + CLOCKS_APART_S)
        try:
            if left_s <= 0:
                raise TimeoutError
            async with asyncio.timeout(left_s):
                return Relayed(handed.place, await journey.way(question.responder).ask(handed.envelope))
        except TimeoutError:
            return Relayed(handed.place, UnreachableFault("MEMBER_TOO_SLOW"))
        except UnreachableFault as fault:
            slow = fault.reason in _TOO_SLOW
            return Relayed(handed.place, UnreachableFault("MEMBER_TOO_SLOW" if slow else fault.reason, fault.detail))
        except Fault as fault:
            return Relayed(handed.place, fault)

    def _check_way(self, caller: str, passed: Sequence[str]) -> None:
        """A way that was claimed must end at the caller, not lead in a circle, and not be too long."""
        ground = self._ground
        claimed = not passed or (passed[-1] == caller and caller in ground.relays)
        if not claimed or ground.home in passed or len(passed) >= MAX_HUBS:
            raise AccessFault("CALLER_NOT_ENTITLED", "the way that the questions came is none")

    def _read(self, caller: str, place: int, envelope: Envelope, known: Set[str]) -> _Handed | CallerFault:
        """The question in an envelope, or why it is not handed on."""
        ground = self._ground
        try:
            question = decode_as(Question, envelope.payload)
            verifier = ground.message_keys.get(question.requester)
            if verifier is None or not brought_by(caller, question.requester, ground.relays):
                return AccessFault("QUESTION_MISDIRECTED")
            opened(envelope, QUESTION_TYPE, verifier)
            if not question.reply_key:
                return FieldFault("reply_key", "QUESTION_INVALID")
            check_reply_key(question.reply_key)
        except FieldFault as fault:
            return FieldFault(fault.field, "QUESTION_INVALID")
        except CallerFault as fault:
            return fault
        if question.responder == ground.home:
            return AccessFault("QUESTION_MISDIRECTED")
        return (
            AccessFault("EXCHANGE_ID_REUSED") if question.exchange_id in known else _Handed(place, question, envelope)
        )

    @contextmanager
    def _room(self, caller: str, count: int) -> Iterator[None]:
        """Holds room for so many questions."""
        full = self._under_way.total() + count > MAX_UNDER_WAY
        if full or self._under_way[caller] + count > MAX_UNDER_WAY // 2:
            raise AccessFault("LIMIT_EXCEEDED", "too many questions are under way")
        self._under_way[caller] += count
        try:
            yield
        finally:
            self._under_way[caller] -= count
