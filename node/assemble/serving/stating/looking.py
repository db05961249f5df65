# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Looks for what a hub withholds: asks whoever else can be reached for the heads of the feeds that come through it.

The origin itself where it has an address here, other hubs, any member that may show the feed. A checkpoint that the
origin signed and that has not come after half a minute makes the feed stale, whatever the hub says of it, and what
proves it is kept against the hub. Where nobody else can be reached, the age of the newest cosignature tells, later.
"""

import asyncio
from collections.abc import Mapping, Sequence

from federation.errors import Fault, UnreachableFault, WorldFault
from federation.log.checkpoint import FeedKeys
from node.acknowledge.behind import Ahead, is_behind, shown_by
from node.assemble.mirrors import HeadOf
from node.assemble.serving.loops import Loops
from node.assemble.stages import Stages
from node.entry.evidence import Evidence
from node.observe import Observer

EVERY_S = 60.0
ANSWER_S = 5.0
Followed = Sequence[tuple[FeedKeys, str]]
"""Feeds, and the peer that each comes from."""


class Looking:
    """Compares what is followed with what others know of it. In one event loop.

    Args:
        stages: store and clock.
        heads: how to ask each member that can be reached, by node id.
        loops: run steps in the writer thread.
        observer: hears of what is withheld.
    """

    def __init__(self, stages: Stages, heads: Mapping[str, HeadOf], loops: Loops, observer: Observer) -> None:
        self._stages = stages
        self._heads = heads
        self._loops = loops
        self._observer = observer

    async def run(self, followed: Followed) -> None:
        """Looks, for ever: soon after the start, since a store may have been put back, and then every minute."""
        while True:
            await asyncio.sleep(ANSWER_S)
            silent: set[str] = set()
            for keys, peer in followed:
                try:
                    await self.look(keys, peer, silent)
                except WorldFault as fault:
                    self._observer.stage_failed("looking", fault)
            await asyncio.sleep(EVERY_S)

    async def look(self, keys: FeedKeys, peer: str, silent: set[str]) -> None:
        """Asks everybody but the peer that a feed comes from, one after the other, for its head.

        Args:
            keys: the feed's keys.
            peer: whom it comes from.
            silent: members that did not answer; they are not asked, and others that do not are added.
        """
        for member, head_of in self._heads.items():
            if member == peer or member in silent:
                continue
            try:
                async with asyncio.timeout(ANSWER_S):
                    note = await head_of(keys.origin)
            except (TimeoutError, UnreachableFault):
                silent.add(member)
                continue
            except Fault:
                continue
            ahead = shown_by(member, note, keys, self._stages.foundation.clock())
            if ahead is not None:
                await self._loops.act(self._keep, keys.origin, ahead)
        withheld = await asyncio.to_thread(self._withheld, keys.origin)
        if withheld is not None:
            await self._loops.act(self._accuse, keys.origin, peer, withheld)

    def _keep(self, origin: str, ahead: Ahead) -> None:
        with self._stages.store.write() as unit:
            unit.keep_ahead(origin, ahead)

    def _withheld(self, origin: str) -> Ahead | None:
        """A checkpoint that should have come by now, as another than this node itself knows of it."""
        ahead = self._stages.store.reader.ahead().get(origin)
        now_ms = self._stages.foundation.clock()
        return ahead if ahead is not None and ahead.since_ms and is_behind(ahead.since_ms, now_ms) else None

    def _accuse(self, origin: str, peer: str, ahead: Ahead) -> None:
        """Keeps what proves that the peer does not serve all there is; the same once."""
        detail = f"{ahead.peer} shows {ahead.size} entries"
        with self._stages.store.write() as unit:
            unit.keep_evidence(
                origin, Evidence(peer, "HEAD_WITHHELD", detail, (ahead.note,)), self._stages.foundation.clock()
            )
        self._observer.withheld(origin, peer, ahead.size)
