# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The loop that fetches members' holder indexes, from each member itself or else from a hub that hands them on."""

import asyncio
import math
from collections.abc import Mapping, Sequence

from federation.errors import Fault, WorldFault
from node.assemble.serving.loops import Loops
from node.assemble.stages import Stages
from node.config import PeerSection
from node.holders.fetching import Fetched, IndexSource, NoIndex, fetch
from node.holders.index import Expected
from node.observe import Observer

RETRY_S = 60.0
"""When a member is asked again that did not answer."""


class IndexFollowing:
    """Fetches indexes. In one event loop; needs the lead.

    Args:
        stages: members, clock and store.
        sources: members that can be asked, by node id.
        loops: run steps in the writer thread.
        observer: hears what came, and what was refused.
    """

    def __init__(self, stages: Stages, sources: Mapping[str, IndexSource], loops: Loops, observer: Observer) -> None:
        self._stages = stages
        self._sources = sources
        self._loops = loops
        self._observer = observer
        self._config = stages.foundation.config

    async def run(self) -> None:
        """Asks for every index in turn, for ever; where nobody answered, again before long."""
        time = asyncio.get_running_loop().time
        due = {peer.id: time() for peer in self._config.peer}
        while due:
            for member in [member for member, at in due.items() if at <= time()]:
                answered = await self._looked(member)
                due[member] = time() + min(self._config.holders.every_s, math.inf if answered else RETRY_S)
            await asyncio.sleep(max(0.0, min(due.values()) - time()))
        await asyncio.Event().wait()

    async def _looked(self, member: str) -> bool:
        try:
            return await self.look(member)
        except WorldFault as fault:
            self._observer.stage_failed("holder indexes", fault)
            return False

    async def look(self, member: str) -> bool:
        """Asks for the index of one member: the member itself first, then hubs, until one has it.

        Returns:
            Whether anybody answered, or nobody can be asked.

        Raises:
            StoreFault: it could not be kept.
        """
        foundation = self._stages.foundation
        max_bytes = self._config.holders.max_index_bytes
        verifier = foundation.members.message_keys[member]
        expected = Expected(member, self._config.node.federation, verifier, max_bytes)
        ways = self._ways_to(member)
        answered = not ways
        for source in ways:
            held = await asyncio.to_thread(self._stages.store.reader.holder_index, member)
            try:
                found = await fetch(self._sources[source], expected, held, foundation.clock())
            except Fault as fault:
                self._observer.index_refused(member, source, fault)
                continue
            answered = True
            if isinstance(found, Fetched):
                await self._loops.act(self._keep, found)
                self._observer.index_followed(member, source, found.held.index.bits // 8)
            if not isinstance(found, NoIndex):
                break
        return answered

    def _ways_to(self, member: str) -> Sequence[str]:
        """Whom to ask for a member's index, in order."""
        hubs = [peer.id for peer in self._config.peer if _is_hub(peer) and peer.id != member]
        return [peer for peer in (member, *hubs) if peer in self._sources]

    def _keep(self, found: Fetched) -> None:
        with self._stages.store.led.write() as unit:
            unit.keep_holder_index(found.held, found.pieces)


def _is_hub(peer: PeerSection) -> bool:
    return "relay" in peer.roles
