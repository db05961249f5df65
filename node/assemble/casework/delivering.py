# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Hands letters on, for ever: to each member what is for it or goes by it, many at once, one call at a time.

A letter is done when the next hop's receipt is kept; until then it is due again, after growing pauses. A member that
cannot be reached holds up nobody else's letters.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from federation.errors import Fault, WorldFault
from node.bell import Bell
from node.cases.ports import CaseReader, KeptLetter
from node.cases.post import Post, Taken
from node.exchange.dialogue import Envelope
from node.observe import Observer

AT_ONCE = 32
"""Letters in one call; as many as a call may bring."""
LOOKED_AT = 256
"""Letters looked at in one turn."""
MAX_CALL_BYTES = 1024 * 1024
LOOK_EVERY_S = 1.0
"""Other processes of this node take letters in, too, and ring no bell here."""


class Correspondent(Protocol):
    """A member that letters can be given to."""

    async def deliver(self, letters: Sequence[Envelope]) -> Sequence[Taken]:
        """What became of each; a Fault when the call failed."""
        ...


class Settle(Protocol):
    """Runs a step in the writer thread."""

    def __call__(
        self, step: Callable[[Sequence[KeptLetter]], None], letters: Sequence[KeptLetter], /
    ) -> Awaitable[None]:
        """Awaits its end."""
        ...


class Delivering:
    """The loop. For one event loop.

    Args:
        post: says where letters go, and keeps what became of them.
        reader: what is due.
        members: those that can be reached, by node id.
        act: runs a step in the writer thread.
        bell: rings when there are letters.
        observer: hears of calls that failed.
    """

    def __init__(
        self,
        post: Post,
        reader: CaseReader,
        members: Mapping[str, Correspondent],
        act: Settle,
        bell: Bell,
        observer: Observer,
    ) -> None:
        self._post = post
        self._reader = reader
        self._members = members
        self._act = act
        self._bell = bell
        self._observer = observer
        self._calls: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Hands on what is due, for ever; calls still at work are cancelled with it, and made again later."""
        try:
            while True:
                seen = self._bell.rung
                try:
                    await self._turn()
                except WorldFault as fault:
                    self._observer.stage_failed("cases", fault)
                await self._bell.wait(seen, LOOK_EVERY_S)
        finally:
            for call in self._calls.values():
                call.cancel()
            await asyncio.gather(*self._calls.values(), return_exceptions=True)

    async def _turn(self) -> None:
        """Starts a call to each member that something is due for and that none is made to now.

        Who is called is looked at before what is due: a call that ends meanwhile has settled what was read as due.
        """
        called = frozenset(hop for hop, call in self._calls.items() if not call.done())
        due = await asyncio.to_thread(self._reader.letters_due, self._post.now_ms(), LOOKED_AT)
        by_hop: defaultdict[str, list[KeptLetter]] = defaultdict(list)
        stranded: list[KeptLetter] = []
        for letter in due:
            hop = self._post.next_hop(letter)
            if hop is None:
                stranded.append(letter)
            else:
                by_hop[hop].append(letter)
        if stranded:
            await self._act(self._post.stranded, stranded)
        for hop, letters in by_hop.items():
            if hop not in called:
                self._calls[hop] = asyncio.create_task(self._call(hop, _fitting(letters)))

    async def _call(self, hop: str, letters: Sequence[KeptLetter]) -> None:
        """One call to one member, and what became of its letters."""
        try:
            taken = await self._members[hop].deliver([letter.envelope for letter in letters])
            settled = [self._post.outcome(hop, *each) for each in zip(letters, taken, strict=True)]
        except Fault as fault:
            self._observer.delivery_failed(hop, fault)
            settled = [self._post.unreached(letter, fault.reason) for letter in letters]
        try:
            await self._act(self._post.settle, settled)
        except WorldFault as fault:
            self._observer.stage_failed("cases", fault)
            return
        self._bell.ring()


def _fitting(letters: Sequence[KeptLetter]) -> Sequence[KeptLetter]:
    """As many letters as one call may bring, at least the first."""
    fitting: list[KeptLetter] = []
    total = 0
    for letter in letters[:AT_ONCE]:
        total += len(letter.envelope.payload)
        if fitting and total > MAX_CALL_BYTES:
            break
        fitting.append(letter)
    return fitting
