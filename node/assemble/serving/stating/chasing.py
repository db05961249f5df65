# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Asks for acknowledgements that do not come by themselves, long before they are late.

Whoever publishes a feed asks: every member that can be reached and has not acknowledged an act of a minute ago, and the
members in between, who know of those behind them. One that has nothing newer to say is asked again later and later, up
to an hour. What comes back is verified as if the member had brought it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.errors import Fault
from node.acknowledge.propagation import waiting_for
from node.assemble.stages import Stages
from node.observe import Observer
from node.rpc.feed.head import ShownHead

FIRST_S = 60.0
"""So long an acknowledgement may take before it is asked for; and so often is looked."""
LONGEST_S = 3600.0


class Member(Protocol):
    """A member that can be reached."""

    async def head(self, origin: str, known: bytes, *, statements: bool = False) -> ShownHead:
        """Its head of a feed, with what members state of it; any fault of a call."""
        ...


@dataclass(slots=True)
class _Asked:
    """When a member is asked next about a feed, and how long after that again."""

    next_s: float = 0.0
    pause_s: float = FIRST_S


class Chasing:
    """Asks members for statements about own feeds. In one event loop.

    Args:
        stages: store and members.
        clients: members that can be reached, by node id.
        heard: takes in a note about a feed, once it is seen to be one that contradicts nothing.
        observer: hears of who does not answer.
    """

    def __init__(
        self,
        stages: Stages,
        clients: Mapping[str, Member],
        heard: Callable[[str, bytes], None],
        observer: Observer,
    ) -> None:
        self._stages = stages
        self._clients = clients
        self._heard = heard
        self._observer = observer
        self._asked: dict[tuple[str, str], _Asked] = {}

    async def run(self) -> None:
        """Looks and asks, for ever."""
        while True:
            await asyncio.sleep(FIRST_S)
            try:
                await self.look()
            except Fault as fault:
                self._observer.stage_failed("chasing", fault)

    async def look(self) -> None:
        """Asks once whoever is due, feed by feed."""
        now_s = asyncio.get_running_loop().time()
        for origin in self._stages.foundation.datasets:
            waiting = await asyncio.to_thread(self._waiting, origin)
            for place in [place for place in self._asked if place[0] == origin and not waiting]:
                del self._asked[place]
            for member in self._worth_asking(waiting):
                asked = self._asked.setdefault((origin, member), _Asked())
                if now_s >= asked.next_s:
                    asked.next_s, asked.pause_s = now_s + asked.pause_s, min(2 * asked.pause_s, LONGEST_S)
                    await self._ask(origin, member)

    def _waiting(self, origin: str) -> Sequence[str]:
        reader = self._stages.store.reader
        view = reader.feed(origin)
        before_ms = self._stages.foundation.clock() - int(1000 * FIRST_S)
        return () if view is None else waiting_for(reader, origin, view.size, before_ms)

    def _worth_asking(self, waiting: Sequence[str]) -> Sequence[str]:
        """Those that wait and can be reached; and where some cannot, everybody, since one may be before them."""
        reached = [member for member in waiting if member in self._clients]
        return reached if len(reached) == len(waiting) else sorted(self._clients)

    async def _ask(self, origin: str, member: str) -> None:
        """Asks one member, and takes in what it and those behind it state."""
        try:
            shown = await self._clients[member].head(origin, b"", statements=True)
            await asyncio.to_thread(self._take, origin, shown)
        except Fault as fault:
            self._observer.not_acknowledged(origin, member, fault.reason)

    def _take(self, origin: str, shown: ShownHead) -> None:
        """Verifies notes as if they had come with a call, and keeps what they state.

        Raises:
            NoteFault: one is not a checkpoint of this feed, or a signature on it fails.
            ForkFault: one contradicts what is held.
        """
        for note in shown.statements:
            self._heard(origin, note)
