# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Loops that make and fetch indexes, over nodes in one process, and a way between nodes that lies on command."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field

from federation.errors import Fault, UnreachableFault
from federation.records.feed_policy import Dataset
from federation.rules.holders.statement import COVERED, HolderSaid
from node.assemble.serving.condition import Condition
from node.assemble.serving.holders.following import IndexFollowing
from node.assemble.serving.holders.handing import Handing
from node.assemble.serving.holders.publishing import IndexPublishing
from node.assemble.serving.loops import Bells, Loops
from node.assemble.stages import Views
from node.exchange.dialogue import Envelope
from node.holders.index import HeldIndex
from node.observe import Observer
from tests.node.region.member import Node
from tests.node.region.trouble import InLine

Message = Envelope | bytes


class Told(Observer):
    """An observer that remembers what was refused, from whom."""

    def __init__(self) -> None:
        super().__init__("test")
        self.refused: list[tuple[str, str]] = []

    def index_refused(self, member: str, peer: str, fault: Fault) -> None:
        """Remembered."""
        self.refused.append((peer, fault.reason))


@dataclass
class Way:
    """An `IndexSource` over a node.

    Attributes:
        server: who hands out.
        spoil: what becomes of each message; to nothing when it is None.
        away: whether it answers nobody.
        instead: whose index is sent, whoever's was asked for.
        sent: what went.
    """

    server: Node
    spoil: Callable[[Message], Message | None] = lambda message: message
    away: bool = False
    instead: str | None = None
    sent: list[Message] = field(default_factory=list)

    async def holder_index(self, node_id: str, known_bits_sha256: bytes) -> AsyncGenerator[Message]:
        """As `IndexSource.holder_index`."""
        if self.away:
            raise UnreachableFault("PEER_UNREACHABLE")
        for message in self._messages(node_id if self.instead is None else self.instead, known_bits_sha256):
            spoilt = self.spoil(message)
            if spoilt is not None:
                self.sent.append(spoilt)
                yield spoilt

    def _messages(self, node_id: str, known: bytes) -> list[Message]:
        handing = Handing(self.server.reader, self.server.id)
        held = handing.index(node_id)
        if held is None:
            return []
        found: list[Message] = [held.envelope]
        number = 0
        while known != held.index.bits_sha256 and (piece := handing.piece(held, number)):
            found.append(piece)
            number += 1
        return found


def _loops(node: Node, told: Observer) -> Loops:
    return Loops(node.stages, Bells(asyncio.get_running_loop()), InLine(), told, Condition())


async def publish(node: Node) -> HeldIndex | None:
    """One look of the loop that makes the own index; what is held then."""
    told = Told()
    await IndexPublishing(node.stages, _loops(node, told), InLine(), told).look()
    return node.reader.holder_index(node.id)


def follower(node: Node, sources: Mapping[str, Way], told: Observer | None = None) -> IndexFollowing:
    """The loop that fetches indexes."""
    observer = told or Told()
    return IndexFollowing(node.stages, sources, _loops(node, observer), observer)


async def follow(node: Node, member: str, sources: Mapping[str, Way]) -> list[tuple[str, str]]:
    """One look of that loop, at one member's index; what was refused, from whom."""
    told = Told()
    await follower(node, sources, told).look(member)
    return told.refused


def said(node: Node, code: str, *datasets: Dataset) -> Mapping[str, HolderSaid]:
    """What the indexes that a node holds say."""
    return Views(node.stages.foundation, node.reader).holders.said(code, frozenset(datasets) or COVERED)
