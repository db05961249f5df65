# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Refills the own feeds of a node that is not served from one of its mirrors."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from federation.errors import AccessFault, ConfigFault
from federation.log.checkpoint import FeedKeys
from node.assemble.stages import Foundation, Stages, place_of
from node.config import Config
from node.observe import Observer
from node.refill.refill import Refill, Refilling
from node.refill.store import Mirror, Refilled
from node.rpc.client import PeerClient
from node.rpc.trust import Trust
from node.storage.reapply import reapply
from node.storage.store import Store
from node.storage.write.unit import Unit

NOT_MIRRORED = frozenset({"FEED_NOT_FOUND", "NO_CHECKPOINT"})
Told = Callable[[int], None]


def refill_node(config: Config, peer: str, feed: str | None, told: Told) -> Sequence[Refilled]:
    """Brings back what a mirror holds of the own feeds; nothing is signed. Interrupted, the same call goes on.

    Args:
        config: of the node.
        peer: node id of the mirror.
        feed: short name of the only feed to refill; None for all of them.
        told: told after each chunk how many entries came with it.

    Raises:
        ConfigFault: STORE_BUSY, the node is being served; FEED_UNKNOWN; REFILL_UNFINISHED.
        AccessFault: MEMBER_UNKNOWN, the mirror is not pinned with an address.
        PeerFault: the mirror lied, or this node has signed two histories; the bytes are kept as evidence.
        UnreachableFault: the mirror does not answer.
        StoreFault: the store is away.
    """
    with Stages.open(config) as stages:
        origins = list(stages.foundation.datasets) if feed is None else [stages.foundation.origin(feed)]
        return asyncio.run(_refill(stages, peer, origins, told))


async def _refill(stages: Stages, peer: str, origins: Sequence[str], told: Told) -> Sequence[Refilled]:
    config = stages.foundation.config
    section = next((section for section in config.peer if section.id == peer), None)
    if section is None or section.address is None:
        raise AccessFault("MEMBER_UNKNOWN", f"{peer} is not pinned with an address; mend: xinqiao peers")
    trust = Trust.of(config, Observer(config.node.id))
    client = PeerClient(peer, section.address, trust, config.follow.call_timeout_s)
    try:
        return await refill_feeds(stages, peer, client, origins, told)
    finally:
        await client.close()


async def refill_feeds(
    stages: Stages, peer: str, mirror: Mirror, origins: Sequence[str], told: Told = lambda _: None
) -> Sequence[Refilled]:
    """Refills some own feeds, one after the other; what was ordered erased is destroyed again before all is decided on.

    Raises as `refill_node`.
    """
    found = []
    for origin in origins:
        try:
            note = await mirror.checkpoint(origin)
        except AccessFault as fault:
            if fault.reason not in NOT_MIRRORED:
                raise
            found.append(Refilled(origin, mirrored=False))
            continue
        keys = _keys(stages.foundation, origin)
        store = _Leading(stages)
        if not _is_there(store, origin):
            stages.sequencer(origin).create(stages.foundation.datasets[origin])
        refilling = Refilling(keys, store, peer, mirror, stages.foundation.clock, told)
        found.append(await Refill(refilling).run(note))
        reapply(stages.store)
        while stages.ledger.apply(origin):
            pass
    return found


def _is_there(store: "_Leading", origin: str) -> bool:
    with store.write() as unit:
        return unit.log_head(origin) is not None


def _keys(foundation: Foundation, origin: str) -> FeedKeys:
    return FeedKeys(origin, foundation.keys.log_verifier(origin), foundation.keys.clock_verifier)


class _Leading:
    """The store of the stages, led by this process from one transaction to the next."""

    def __init__(self, stages: Stages) -> None:
        self._store: Store = stages.store
        self._place = place_of(stages.foundation.config)

    def write(self) -> AbstractContextManager[Unit]:
        """One transaction.

        Raises:
            ConfigFault: STORE_BUSY, another process leads.
        """
        return self._write()

    @contextmanager
    def _write(self) -> Iterator[Unit]:
        if not self._store.lead():
            raise ConfigFault("STORE_BUSY", f"{self._place} is in use; mend: stop the node first")
        with self._store.led.write() as unit:
            yield unit
