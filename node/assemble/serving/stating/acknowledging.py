# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements of members on their way: taken in from callers, kept, stated and handed on to the peers that are followed.

What a call brings is verified before it is answered, since a bad signature refuses the whole note; it is kept a moment
later, many at once, in the writer thread, so that no answer waits for it. A statement that a crash loses comes again
with the member's next one. This node states when its ledger has applied what came, or at once where that takes longer:
a bell wakes it, and it calls each peer a few times a second at most, however much comes.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from federation.errors import Fault, NoteFault, StoreFault
from federation.log.checkpoint import Checkpoint, FeedKeys, Origin
from federation.log.note import Note
from node.acknowledge.behind import Ahead, shown_by
from node.acknowledge.statement import Stage, Stated, Statements, statements_in
from node.assemble.members import Members
from node.assemble.serving.loops import Bells, Loops
from node.assemble.stages import Stages
from node.bell import Bell

EVERY_S = 0.1
"""At most one round of calls so often, feed and peer."""
SELDOM_S = 1.0
"""The same, of feeds on which nothing is ever decided."""
SETTLE_S = 0.05
"""What has just come is applied in the meantime, mostly: then one note states both that it is held and in effect."""
GATHER_S = 0.02
LONGEST_PAUSE_S = 60.0
MAX_WAITING = 10_000
Tell = Callable[[str, bytes], Awaitable[bytes]]
"""Shows a peer a checkpoint that is known; gives back what this node itself once stated of more, if the peer has it."""


class Acknowledging:
    """Statements of one node, in one event loop; safe from any thread, but for what is awaited.

    Args:
        stages: store, keys and members.
        bells: rung for statements about a feed of which something new was stated.
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
        self._waiting: dict[tuple[str, str, Stage], Stated] = {}
        self._readers: set[tuple[str, str]] = set()
        self._met: set[tuple[str, str]] = set()

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
            self._put(origin, [Stated(caller, Stage.HELD, 0, 0, b"")])

    def met(self, origin: str, peer: str) -> None:
        """A peer that a feed is followed from knows as much of it as this node again: it is told everything once more.

        It may have been put back, and have lost what it had been told; nobody else would ever tell it again. For the
        event loop.
        """
        self._met.add((origin, peer))
        self._bells.statements(origin).ring()

    def acknowledged(self, caller: str, origin: str, known: bytes) -> bytes:
        """The caller's own statement of more entries than a checkpoint that it knows; empty when there is none."""
        note = self._store.reader.most_stated(origin, caller)
        return note if note and _size(note) > _size(known) else b""

    def statements(self, caller: str, origin: str) -> Sequence[bytes]:
        """What this node and members downstream state of a feed, for its owner; nothing for others."""
        keys = self._members.feed_keys(origin)
        return self._said(keys).due() if keys is not None and caller == Origin.parse(origin).node_id else ()

    def _said(self, keys: FeedKeys) -> Statements:
        foundation = self._foundation
        return Statements(keys, self._store.reader, foundation.keys, self._members.clock_keys, foundation.clock)

    def _put(self, origin: str, stated: Sequence[Stated]) -> None:
        with self._lock:
            for each in stated:
                place = origin, each.member, each.stage
                waiting = self._waiting.get(place)
                newer = waiting is None or each.order > waiting.order
                if newer and (waiting is not None or len(self._waiting) < MAX_WAITING):
                    self._waiting[place] = each
        self._news.ring()

    def _take(self) -> Mapping[str, Sequence[Stated]]:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        by_feed: defaultdict[str, list[Stated]] = defaultdict(list)
        for (origin, _, _), stated in waiting.items():
            by_feed[origin].append(stated)
        return by_feed

    async def keep(self) -> None:
        """Keeps what was stated, for ever, many statements in one transaction."""
        while True:
            seen = self._news.rung
            taken = self._take()
            if taken:
                with suppress(StoreFault):  # the members' next statements take their place
                    for origin in await self._loops.act(self._write, taken):
                        self._bells.statements(origin).ring()
            await self._news.wait(seen)
            await asyncio.sleep(GATHER_S)

    def _write(self, taken: Mapping[str, Sequence[Stated]]) -> Sequence[str]:
        """Keeps statements; gives the feeds of which something was new."""
        heard_ms = self._foundation.clock()
        with self._store.write() as unit:
            return [origin for origin in sorted(taken) if unit.keep_stated(origin, taken[origin], heard_ms)]

    async def state(self, keys: FeedKeys, peer: str, tell: Tell) -> None:
        """States to one peer what this node and the members downstream of it hold and have in effect, for ever.

        Args:
            keys: the feed's keys.
            peer: its node id.
            tell: asks it.
        """
        said, bell = self._said(keys), self._bells.statements(keys.origin)
        every_s = SELDOM_S if Origin.parse(keys.origin).feed.startswith("_") else EVERY_S
        pause = every_s
        while True:
            seen = bell.rung
            if (keys.origin, peer) in self._met:
                self._met.discard((keys.origin, peer))
                said.again()
            try:
                while notes := await asyncio.to_thread(said.due):
                    own = await asyncio.gather(*(tell(keys.origin, note) for note in notes))
                    said.sent(notes)
                    for note in filter(None, own):
                        await self._shown(keys, peer, note)
                    await asyncio.sleep(every_s)
                pause = every_s
            except Fault:  # the follower of this feed tells the operator what is wrong with the peer
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
                continue
            await bell.wait(seen)
            await asyncio.sleep(SETTLE_S)

    async def _shown(self, keys: FeedKeys, peer: str, own: bytes) -> None:
        """Takes in that this node had stated more than it holds now: its store is an older copy of what it was."""
        ahead = shown_by(peer, own, keys, 0) if own and self._is_ours(keys, own) else None
        if ahead is not None:
            await self._loops.act(self.keep_ahead, keys.origin, ahead)

    def _is_ours(self, keys: FeedKeys, note: bytes) -> bool:
        """Whether a statement is of this node itself: nobody else can make its copy look old."""
        own = self._foundation.keys.clock_verifier
        with suppress(NoteFault):
            return bool(statements_in(note, keys, [own], self._foundation.clock()))
        return False

    def keep_ahead(self, origin: str, ahead: Ahead) -> bool:
        """Keeps a checkpoint that is beyond what is held, in the writer thread; whether it was new."""
        with self._store.write() as unit:
            return unit.keep_ahead(origin, ahead)


def _size(note: bytes) -> int:
    """The size of a checkpoint that was verified when it came."""
    return Checkpoint.parse(Note.parse(note).text).size
