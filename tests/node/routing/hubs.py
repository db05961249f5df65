# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes that reach each other in one process, by hubs; each hub is the real one, over real logs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from federation.errors import UnreachableFault
from federation.records.codec import decode
from federation.records.exchange import Access
from node.routing.relay import Relay, RelayGround
from node.routing.route import Routes
from node.routing.ways import Journey, Neighbour, Relayed
from tests.node.region.talk import Log, answered

if TYPE_CHECKING:
    from federation.rules.exchange import Accessed
    from node.entry.holding import HeldEntry
    from node.exchange.dialogue import Envelope
    from tests.node.region.member import Node


@dataclass
class Line:
    """The line of one node to another, in one process: it answers, or hands on.

    Attributes:
        down: nobody is there.
        held: questions wait for ever.
        spoil: what becomes of an answer on its way.
        parcels: sizes of what went through it, and the hubs passed.
        waits_s: how long whoever handed each on would wait.
        waiting: how many questions have come to wait for ever.
        cancelled: how many of them were given up.
    """

    caller: str
    node: Node
    hub: Relay | None = None
    down: bool = False
    held: bool = False
    spoil: Callable[[Envelope], Envelope] = lambda envelope: envelope
    parcels: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    answers: list[Envelope] = field(default_factory=list)
    waiting: int = 0
    cancelled: int = 0

    async def ask(self, question: Envelope, timeout_s: float | None = None) -> Envelope:
        """As `PeerClient.ask`."""
        if self.down:
            raise UnreachableFault("PEER_UNREACHABLE")
        if self.held:
            self.waiting += 1
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
        self.answers.append(self.spoil(await answered(self.node, self.caller, question)))
        return self.answers[-1]

    async def relay(
        self, questions: Sequence[Envelope], passed: Sequence[str], timeout_s: float
    ) -> AsyncGenerator[Relayed]:
        """As `PeerClient.relay`."""
        self.parcels.append((len(questions), tuple(passed)))
        self.waits_s.append(timeout_s)
        if self.down or self.hub is None:
            raise UnreachableFault("PEER_UNREACHABLE")
        async for told in self.hub.relay(self.caller, questions, passed, timeout_s):
            yield told


def hub(node: Node, lines: Mapping[str, Line], relays: Sequence[str] = ()) -> Relay:
    """A hub with lines to some members, and the other hubs it may go on by."""
    members = node.stages.foundation.members
    routes = Routes(node.id, frozenset(lines), {}, tuple(relays))

    async def log(accessed: Accessed) -> None:
        await Log(node).log(node.stages.accesses.entry(accessed))

    ground = RelayGround(node.id, routes, lines, members.message_keys, members.relays, log, node.clock)
    return Relay(ground)


def journey(home: str, neighbours: Mapping[str, Neighbour], relays: Sequence[str], within_s: float = 20) -> Journey:
    """A round of questions from a node."""
    end_s = asyncio.get_running_loop().time() + within_s
    return Journey(Routes(home, frozenset(neighbours), {}, tuple(relays)), neighbours, end_s)


def accesses(node: Node) -> list[Access]:
    """What a node has logged, which is nothing but what it told without an exchange of its own."""
    node.stages.publish_pending()
    records = [decode(entry.leaf.schema, entry.payload) for entry in _logged(node) if entry.leaf is not None]
    told = [record for record in records if isinstance(record, Access)]
    assert len(told) == len(records)
    return told


def _logged(node: Node) -> Sequence[HeldEntry]:
    return node.reader.held(node.origin("_exchange"), 0, 99)
