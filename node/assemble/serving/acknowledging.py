# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements of mirrors on their way: taken in from callers, kept, stated and handed on to the peers that are followed.

What a call brings is verified before it is answered, since a bad cosignature refuses the whole note; it is kept later,
many at once, in the writer thread, so that no answer waits for it. A statement that a crash loses comes again with the
mirror's next one.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from federation.errors import Fault, StoreFault
from federation.log.checkpoint import FeedKeys, Origin
from node.assemble.members import Members
from node.assemble.serving.loops import Bells, Loops
from node.assemble.stages import Stages
from node.bell import Bell
from node.erase.acknowledge import Cosigned, Statements, statements_in

EVERY_S = 1.0
"""At most one call a second, feed and peer."""
GATHER_S = 0.2
LONGEST_PAUSE_S = 60.0
MAX_WAITING = 10_000
Tell = Callable[[str, bytes], Awaitable[bytes]]


class Acknowledging:
    """Statements of one node, in one event loop; `heard` and `read` are safe from any thread.

    Args:
        stages: store, keys and members.
        bells: rung for the head of a feed of which something new was stated.
        loops: run steps in the writer thread.
        loop: the event loop.
    """

    def __init__(self, stages: Stages, bells: Bells, loops: Loops, loop: asyncio.AbstractEventLoop) -> None:
        self._store = stages.store
        self._foundation = stages.foundation
        self._members: Members = stages.foundation.members
        self._bells = bells
        self._loops = loops
        self._news = Bell(loop)
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str], Cosigned] = {}
        self._readers: set[tuple[str, str]] = set()

    def heard(self, keys: FeedKeys, note: bytes) -> None:
        """Takes in what a note states, whose log signature was verified and that does not contradict what is held.

        Raises:
            NoteFault: NOTE_SIGNATURE_INVALID.
        """
        stated = statements_in(note, keys, self._members.clock_keys, self._foundation.clock())
        if stated:
            view = self._store.reader.feed(keys.origin)
            if view is not None and stated[0].size <= view.size:
                self._put(keys.origin, stated)

    def read(self, origin: str, caller: str) -> None:
        """Remembers that a member reads a feed: whoever has a copy is asked to acknowledge."""
        if (origin, caller) not in self._readers and caller != Origin.parse(origin).node_id:
            self._readers.add((origin, caller))
            self._put(origin, [Cosigned(caller, 0, 0, b"")])

    def _put(self, origin: str, stated: Sequence[Cosigned]) -> None:
        with self._lock:
            for each in stated:
                waiting = self._waiting.get((origin, each.member))
                newer = waiting is None or each.time_ms > waiting.time_ms
                if newer and len(self._waiting) < MAX_WAITING:
                    self._waiting[origin, each.member] = each
        self._news.ring()

    def _take(self) -> Mapping[str, Sequence[Cosigned]]:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        by_feed: defaultdict[str, list[Cosigned]] = defaultdict(list)
        for (origin, _), stated in waiting.items():
            by_feed[origin].append(stated)
        return by_feed

    async def keep(self) -> None:
        """Keeps what was stated, for ever, many statements in one transaction."""
        while True:
            seen = self._news.rung
            taken = self._take()
            if taken:
                with suppress(StoreFault):  # the mirrors' next statements take their place
                    for origin in await self._loops.act(self._write, taken):
                        self._bells.head(origin).ring()
            await self._news.wait(seen)
            await asyncio.sleep(GATHER_S)

    def _write(self, taken: Mapping[str, Sequence[Cosigned]]) -> Sequence[str]:
        """Keeps statements; gives the feeds of which something was new."""
        with self._store.write() as unit:
            return [origin for origin in sorted(taken) if unit.keep_cosigned(origin, taken[origin])]

    async def state(self, keys: FeedKeys, tell: Tell) -> None:
        """States to one peer what this node and the mirrors downstream of it hold of a feed, for ever.

        Args:
            keys: the feed's keys.
            tell: asks the peer for its newest checkpoint, and shows it one that is known.
        """
        said = Statements(keys, self._store.reader, self._foundation.keys, self._foundation.clock)
        bell = self._bells.head(keys.origin)
        pause = EVERY_S
        while True:
            seen = bell.rung
            try:
                for note in await asyncio.to_thread(said.due):
                    await tell(keys.origin, note)
                    said.sent([note])
                    await asyncio.sleep(EVERY_S)
                pause = EVERY_S
            except Fault:  # the follower of this feed tells the operator what is wrong with the peer
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
                continue
            await bell.wait(seen)
            await asyncio.sleep(EVERY_S)
