# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the store is the newest copy of the own feeds: mirrors in reach are asked before anything is signed."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from federation.errors import NoteFault
from node.assemble.mirrors import heads_at_mirrors
from node.assemble.stages import Stages
from node.rpc.client import PeerClient
from node.rpc.trust import Trust

MIRROR_S = 3.0
"""A command waits this long for mirrors that are slow; one where nobody listens costs it nothing."""


class Newest:
    """Asks the mirrors of own feeds, once for each feed. For one thread.

    Args:
        trust: what calls need; not asked for where there is nobody to call.
    """

    def __init__(self, trust: Callable[[], Trust]) -> None:
        self._trust = trust
        self._asked: set[str] = set()

    def require(self, stages: Stages, origins: Iterable[str]) -> None:
        """Sees that no mirror knows more of some own feeds than the store does.

        Raises:
            ConfigFault: HISTORY_LOST; nothing may be signed.
        """
        new = tuple(origin for origin in origins if origin not in self._asked)
        if new:
            asyncio.run(self._ask(stages, new))
            self._asked.update(new)

    async def _ask(self, stages: Stages, origins: Sequence[str]) -> None:
        peers = stages.foundation.config.peer
        reached = [(peer.id, peer.address) for peer in peers if peer.address]
        if not reached:
            return
        trust = self._trust()
        clients = [PeerClient(node_id, address, trust, MIRROR_S) for node_id, address in reached]
        mirrors = {client.peer: client.checkpoint_at_once for client in clients}
        try:
            for origin in origins:
                for note in (await heads_at_mirrors(origin, mirrors, MIRROR_S)).values():
                    with suppress(NoteFault):
                        stages.sequencer(origin).refuse_fork(note)
        finally:
            for client in clients:
                await client.close()
