# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a node does in a day, step by step, each as its caller would repeat it when it is told of a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federation.records.exchange import Exchange, ExchangeSide
from node.exchange.inquire import uuid7

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.crash.database import Plan
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

    Step = Callable[[], Awaitable[object]]


class Day:
    """One day of a node that publishes; every day has records of its own.

    Records come in, are published, decided on, ended, amended; the head is cosigned; an exchange is logged.
    """

    def __init__(self, node: Node, samples: Samples, day: int) -> None:
        node.clock.forward(days=1)
        self._node = node
        self._lists = node.origin("lists")
        self._new = [node.item(record) for record in (samples.black(10 * day), samples.red(10 * day + 1))]
        self._ending = node.item(samples.ending(), ref=node.reader.follow_range(self._lists).size)
        self._amended = node.item(samples.red(10 * day + 1, reason="守信"))
        self._exchange = _exchange(day)

    @property
    def steps(self) -> list[Step]:
        """What happens, in order."""
        first: list[Step] = [self.submit, self.publish, self.decide, self.end, self.publish, self.amend, self.publish]
        return [*first, self.decide, self.beat, self.log, self.publish_log]

    async def submit(self) -> None:
        """Two records come in."""
        self._node.offer("lists", *self._new)

    async def end(self) -> None:
        """The first of them is ended."""
        self._node.offer("lists", self._ending)

    async def amend(self) -> None:
        """The second is replaced."""
        self._node.offer("lists", self._amended, amend=True)

    async def publish(self) -> None:
        """What waits is signed."""
        while self._node.stages.sequencer(self._lists).sequence():
            pass

    async def decide(self) -> None:
        """The rules are applied to what is new, and to what the day has changed."""
        while self._node.stages.ledger.apply(self._lists):
            pass
        self._node.stages.ledger.review()

    async def beat(self) -> None:
        """The head is cosigned."""
        self._node.stages.sequencer(self._lists).beat()

    async def log(self) -> None:
        """A question was answered."""
        self._node.stages.exchange_log.log(self._exchange, bytes(100))

    async def publish_log(self) -> None:
        """The exchange is signed."""
        self._node.stages.sequencer(self._node.origin("_exchange")).sequence()


def mirroring(world: World, node: Node, owner: Node, plan: Plan) -> list[Step]:
    """A feed comes in from its owner, and is decided on."""
    lists = owner.origin("lists")

    async def follow() -> None:
        source = world.source(owner, node)
        await world.follow(node, lists, source, lambda: source.idle.is_set() or plan.dead)

    async def decide() -> None:
        while node.stages.ledger.apply(lists):
            pass
        node.stages.ledger.review()

    return [follow, decide]


def _exchange(day: int) -> Exchange:
    return Exchange(
        exchange_id=uuid7(day, bytes(10)),
        requester="310000",
        responder="330100",
        side=ExchangeSide.RESPONDER,
        purpose="joint-punishment",
        outcome="ANSWERED",
        question_sha256=bytes(32),
        answer_sha256=bytes(32),
        commitment=bytes(32),
        logged_at_ms=1,
    )
