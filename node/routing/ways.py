# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The ways of the questions of one round: to a member directly, or through hubs, several questions in one parcel.

What goes out in one moment through one hub goes in one call: the members of a round are gone about side by side, each
judged by itself before it is asked, so the first waits a little for the rest. Each answer is handed to its asker as it
comes; when nobody waits for any of a parcel any more, the call is cancelled, and the hub cancels what it has under way.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from federation.errors import Fault, UnreachableFault
from node.exchange.dialogue import Envelope
from node.routing.route import Routes

MAX_PARCEL = 64
"""Most questions in one parcel."""
MAX_HUBS = 3
"""Most hubs on a question's way."""
_NEXT_HUB = frozenset({"NO_ROUTE", "PEER_UNREACHABLE", "PEER_TLS", "METHOD_UNKNOWN", "LIMIT_EXCEEDED"})
"""What a hub did not hand on for, so that another one may be asked to."""
_MOMENT_S = 0.005
"""How long the first question of a parcel waits for others."""
Asker = tuple[Envelope, "asyncio.Future[Envelope]"]


@dataclass(frozen=True, slots=True)
class Relayed:
    """What became of one question of a parcel.

    Attributes:
        place: its place in the parcel.
        outcome: the answer as the responder returned it, or why there is none.
    """

    place: int
    outcome: Envelope | Fault


class Neighbour(Protocol):
    """A member that is reached directly."""

    async def ask(self, question: Envelope, timeout_s: float | None = None) -> Envelope:
        """The signed answer; a Fault when there is none."""
        ...

    def relay(self, questions: Sequence[Envelope], passed: Sequence[str], timeout_s: float) -> AsyncGenerator[Relayed]:
        """What becomes of questions that it hands on; closing it cancels the call. A Fault when all of it fails."""
        ...


class Journey:
    """One round of questions that go out together. For one event loop.

    Args:
        routes: what is known of ways.
        neighbours: members that are reached directly, by node id.
        end_s: when the round is over, by the loop's clock.
        passed: hubs that the questions came over, this node last; empty at who asks.
        avoided: members that no way leads through.
    """

    def __init__(
        self,
        routes: Routes,
        neighbours: Mapping[str, Neighbour],
        end_s: float,
        passed: Sequence[str] = (),
        avoided: frozenset[str] = frozenset(),
    ) -> None:
        self._routes = routes
        self._neighbours = neighbours
        self._end_s = end_s
        self._passed = tuple(passed)
        self._avoided = avoided
        self._carriers: dict[str, _Carrier] = {}

    def way(self, responder: str) -> "Way":
        """The way to a member; one that leads nowhere says so when it is asked."""
        hops = [hop for hop in self._routes.hops(responder) if hop not in self._avoided and hop in self._neighbours]
        if responder in hops:
            return Way(responder, self._neighbours[responder], (), self._end_s)
        hubs = hops if len(self._passed) < MAX_HUBS else []
        return Way(responder, None, [(hub, self._carrier(hub)) for hub in hubs], self._end_s)

    def _carrier(self, hub: str) -> "_Carrier":
        if hub not in self._carriers:
            self._carriers[hub] = _Carrier(self._neighbours[hub], self._passed, self._end_s)
        return self._carriers[hub]


class Way:
    """The way to one member. An `inquire.Member`.

    Attributes:
        through: the hub that it was, or is to be, asked through; empty when it is reached directly, or not at all.
    """

    def __init__(
        self, responder: str, direct: Neighbour | None, hubs: Sequence[tuple[str, "_Carrier"]], end_s: float
    ) -> None:
        self._responder = responder
        self._direct = direct
        self._hubs = hubs
        self._end_s = end_s
        self.through = hubs[0][0] if hubs else ""

    async def ask(self, question: Envelope) -> Envelope:
        """What the member returns: sealed, when it is asked through a hub.

        Raises:
            UnreachableFault: NO_ROUTE, nobody knows a way; or no answer came, with the reason.
            CallerFault, PeerFault: as the member, or the hub, refused.
        """
        if self._direct is not None:
            return await self._direct.ask(question, _left(self._end_s))
        fault = UnreachableFault("NO_ROUTE", f"no way to {self._responder} is known")
        for hub, carrier in self._hubs:
            self.through = hub
            try:
                return await carrier.ask(question)
            except UnreachableFault as failed:
                fault = failed
                if failed.reason not in _NEXT_HUB:
                    break
        raise fault


class _Carrier:
    """Gathers what goes through one hub at once."""

    def __init__(self, hub: Neighbour, passed: Sequence[str], end_s: float) -> None:
        self._hub = hub
        self._passed = passed
        self._end_s = end_s
        self._waiting: list[Asker] = []
        self._carrying: set[asyncio.Task[None]] = set()

    async def ask(self, question: Envelope) -> Envelope:
        """What becomes of one question."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Envelope] = loop.create_future()
        if not self._waiting:
            loop.call_later(_MOMENT_S, self._send)
        self._waiting.append((question, future))
        return await future

    def _send(self) -> None:
        waiting, self._waiting = [asker for asker in self._waiting if not asker[1].done()], []
        for start in range(0, len(waiting), MAX_PARCEL):
            parcel = waiting[start : start + MAX_PARCEL]
            carrying = asyncio.create_task(self._carry(parcel))
            self._carrying.add(carrying)
            carrying.add_done_callback(self._carrying.discard)
            for _, future in parcel:
                future.add_done_callback(partial(_drop_unwanted, carrying, parcel))

    async def _carry(self, parcel: Sequence[Asker]) -> None:
        """One call: each asker gets what is told of its question, or what the call failed with."""
        fault: Fault = UnreachableFault("MEMBER_UNREACHABLE", "the hub said nothing of the question")
        try:
            questions = [question for question, _ in parcel]
            async with aclosing(self._hub.relay(questions, self._passed, _left(self._end_s))) as flow:
                async for told in flow:
                    if told.place < len(parcel):
                        _settle(parcel[told.place][1], told.outcome)
        except Fault as failed:
            fault = failed
        finally:
            for _, future in parcel:
                _settle(future, fault)


def _drop_unwanted(carrying: "asyncio.Task[None]", parcel: Sequence[Asker], _: "asyncio.Future[Envelope]") -> None:
    """Ends a call that nobody waits for."""
    if all(future.done() for _, future in parcel) and any(future.cancelled() for _, future in parcel):
        carrying.cancel()


def _settle(future: "asyncio.Future[Envelope]", outcome: Envelope | Fault) -> None:
    """Tells an asker, unless it has been told, or has gone."""
    if future.done():
        return
    if isinstance(outcome, Fault):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _left(end_s: float) -> float:
    """Seconds until the end, never none."""
    return max(0.001, end_s - asyncio.get_running_loop().time())
