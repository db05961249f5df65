# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A question to a member, or to many, asked by the process that writes the store."""

import os

from federation.errors import AccessFault
from node.assemble.asking.gates import Gates
from node.assemble.members import EXCHANGE
from node.assemble.outward.wide import WideInquiring
from node.assemble.stages import Stages, Views
from node.assemble.writer import persist
from node.exchange.exchange_log import ToLog, stands
from node.exchange.inquire import Answered, Inquirer, Known, Matter
from node.routing.widely import Reply
from node.rpc.client import PeerClient
from node.rpc.trust import Trust


async def inquire_widely_directly(
    stages: Stages, views: Views, trust: Trust, matter: Matter, *, everywhere: bool
) -> list[Reply]:
    """Asks many members, and logs each exchange in the own store. Raises as `Widely.ask`."""
    foundation = stages.foundation
    timeout_s = foundation.config.follow.call_timeout_s
    clients = {
        peer.id: PeerClient(peer.id, peer.address, trust, timeout_s) for peer in foundation.config.peer if peer.address
    }
    wide = WideInquiring(foundation, views, _inquirer(stages), clients)
    try:
        return [reply async for reply in wide.ask(matter, everywhere=everywhere)]
    finally:
        for client in clients.values():
            await client.close()


async def inquire_directly(stages: Stages, trust: Trust, node_id: str, matter: Matter) -> Answered:
    """Asks a member, and logs the exchange in the own store.

    Raises:
        AccessFault: MEMBER_UNKNOWN, not pinned with an address.
        Fault: as `Inquirer.inquire_signed`.
    """
    foundation = stages.foundation
    config = foundation.config
    peer = next((peer for peer in config.peer if peer.id == node_id and peer.address), None)
    if peer is None or peer.address is None:
        raise AccessFault("MEMBER_UNKNOWN", f"{node_id} is not pinned with an address")
    client = PeerClient(peer.id, peer.address, trust, config.follow.call_timeout_s)
    try:
        return await _inquirer(stages).inquire_signed(node_id, client, matter)
    finally:
        await client.close()


def _inquirer(stages: Stages) -> Inquirer:
    foundation = stages.foundation
    gate = Gates(foundation, stages.store.reader).own
    known = Known(foundation.members.message_keys, foundation.members.feed_keys, gate)
    return Inquirer(foundation.keys, known, _DirectLog(stages), foundation.clock, os.urandom)


class _DirectLog:
    """The requester's log while this process writes the store; published at once where this process leads."""

    def __init__(self, stages: Stages) -> None:
        self._stages = stages

    def require(self) -> None:
        """Nothing is known of the log before it is written to: this process has just opened the store."""

    async def log(self, entry: ToLog) -> bytes | None:
        """Appends one entry; durable when it returns."""
        return log_directly(self._stages, entry)


def log_directly(stages: Stages, entry: ToLog) -> bytes | None:
    """Appends one entry while this process writes the store, as `ExchangeLog.log`; published where it leads."""
    (logged,) = persist(stages.exchange_log.log_all, [entry])
    answer = stands(logged)
    if persist(stages.store.lead):
        persist(stages.sequencer(stages.foundation.origin(EXCHANGE)).sequence)
    return answer
