# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The loops of a node that is being served: publish, beat, decide, review. One task each; none waits for another.

Every loop works in the writer thread, one store transaction at a time, and is woken by a bell or by the clock. A fault
never ends a loop: it is told to the observer, and the loop tries again with growing pauses, so that a node whose disk
was full or whose clock was wrong recovers without a restart. From a fault of a loop that signs until that loop has
reloaded, verified and succeeded, the node is read-only (`Condition`).
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import timedelta
from typing import TypeVar

from federation.errors import ConfigFault, Fault, NoteFault, WorldFault
from federation.standards.calendar import china_date, midnight_ms
from node.assemble.members import EXCHANGE
from node.assemble.mirrors import HeadOf, heads_at_mirrors
from node.assemble.serving.condition import Condition
from node.assemble.stages import Stages
from node.bell import Bell
from node.log import Sequencer
from node.observe import Observer

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 30.0
REVIEW_EVERY_S = 60.0
ONE_DAY = timedelta(days=1)
LOOK_EVERY_S = 60.0
"""A queue is looked at so often though no bell rang: a commit that was reported as failed may have been kept."""
MIRROR_TIMEOUT_S = 3.0
Result = TypeVar("Result")


class Bells:
    """Bells for each feed's head, queue and statements, and one for the ledger. Safe from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heads: dict[str, Bell] = {}
        self._queues: dict[str, Bell] = {}
        self._statements: dict[str, Bell] = {}
        self.ledger = Bell(loop)
        self.letters = Bell(loop)

    def head(self, origin: str) -> Bell:
        """Rings when a feed has a new checkpoint."""
        return self._one(self._heads, origin)

    def queue(self, origin: str) -> Bell:
        """Rings when something waits to be published in an own feed."""
        return self._one(self._queues, origin)

    def statements(self, origin: str) -> Bell:
        """Rings when there may be something new to state of a feed: it has moved, is in effect, or a member stated."""
        return self._one(self._statements, origin)

    def _one(self, bells: dict[str, Bell], origin: str) -> Bell:
        """The one bell of a feed: `setdefault` is one step, so that two threads never get two."""
        return bells.setdefault(origin, Bell(self._loop))


class Loops:
    """The loops of one node, in one event loop."""

    def __init__(
        self, stages: Stages, bells: Bells, writer: Executor, observer: Observer, condition: Condition
    ) -> None:
        self._stages = stages
        self._bells = bells
        self._writer = writer
        self._observer = observer
        self._condition = condition
        self._config = stages.foundation.config
        self._asked: set[str] = set()

    async def act(self, step: Callable[..., Result], *args: object) -> Result:
        """Runs a step in the writer thread."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, step, *args)

    def forget(self) -> None:
        """Drops what only a leader knows: which mirrors were asked, and what keeps it from writing."""
        self._asked.clear()
        self._condition.forget()

    def advanced(self, origin: str) -> None:
        """A feed has moved, own or mirrored: whoever watches it, and the ledger, look again.

        Nothing is decided on exchange logs, and they move with every question: the ledger takes note of them when it
        looks anyway.
        """
        self._bells.head(origin).ring()
        self._bells.statements(origin).ring()
        if f"/{EXCHANGE}/" not in origin:
            self._bells.ledger.ring()

    async def publish(self, origin: str, mirrors: Mapping[str, HeadOf]) -> None:
        """Publishes one own feed for ever; first asks its mirrors whether this store is the newest copy."""
        sequencer = self._stages.sequencer(origin)
        queue = self._bells.queue(origin)
        pause = FIRST_PAUSE_S
        while True:
            seen = queue.rung
            try:
                if origin not in self._asked:
                    await self._ask_mirrors(origin, mirrors)
                    self._asked.add(origin)
                await self._publish_waiting(origin, sequencer)
                self._condition.succeeded("publish", origin)
                pause = FIRST_PAUSE_S
            except ConfigFault as fault:
                self._asked.discard(origin)
                self._condition.failed("publish", origin, fault)
                self._observer.publishing_refused(origin, fault)
                pause = await self._rest(LONGEST_PAUSE_S)
                continue
            except Fault as fault:
                self._condition.failed("publish", origin, fault)
                self._observer.publishing_failed(origin, fault)
                pause = await self._rest(pause)
                continue
            await queue.wait(seen, LOOK_EVERY_S)
            await asyncio.sleep(self._config.publish.cadence_ms / 1000)

    async def _publish_waiting(self, origin: str, sequencer: Sequencer) -> None:
        """Publishes what waits. What comes meanwhile waits for the next time, unless more waits than fits one batch."""
        full = True
        while full:
            count = await self.act(sequencer.sequence)
            if count:
                self._observer.published(origin, count)
                self.advanced(origin)
            full = count >= sequencer.max_batch

    async def _rest(self, pause: float) -> float:
        """Waits, and returns the next, longer pause."""
        await asyncio.sleep(pause)
        return min(2 * pause, LONGEST_PAUSE_S)

    async def _ask_mirrors(self, origin: str, mirrors: Mapping[str, HeadOf]) -> None:
        """Asks every member that can be reached, all at once, for its copy of an own feed's head.

        Raises:
            ConfigFault: HISTORY_LOST, one of them knows a history that this store does not.
        """
        heads = await heads_at_mirrors(origin, mirrors, MIRROR_TIMEOUT_S)
        for mirror, note in heads.items():
            try:
                await self.act(self._stages.sequencer(origin).refuse_fork, note)
            except NoteFault as fault:
                self._observer.peer_lied(origin, mirror, fault)

    async def flush(self) -> None:
        """Publishes what came in while the servers stopped, so that nothing waits for the next start; once.

        Not the feeds whose mirrors have not been asked yet: an old copy of a store, stopped at once, must sign nothing.
        """
        for origin in sorted(self._asked):
            try:
                while await self.act(self._stages.sequencer(origin).sequence):
                    pass
            except Fault as fault:
                self._observer.publishing_failed(origin, fault)

    async def beat(self, origin: str) -> None:
        """Cosigns one own feed's newest checkpoint with the time, for ever."""
        sequencer = self._stages.sequencer(origin)
        pause = FIRST_PAUSE_S
        while True:
            try:
                await self.act(sequencer.beat)
            except Fault as fault:
                self._condition.failed("beat", origin, fault)
                self._observer.publishing_failed(origin, fault)
                pause = await self._rest(pause)
                continue
            self._condition.succeeded("beat", origin)
            self._bells.head(origin).ring()
            pause = FIRST_PAUSE_S
            await asyncio.sleep(self._config.publish.heartbeat_s)

    async def decide(self, origins: Callable[[], list[str]]) -> None:
        """Applies the rules to whatever is new in any feed, for ever."""
        ledger = self._stages.ledger
        pause = FIRST_PAUSE_S
        while True:
            seen = self._bells.ledger.rung
            try:
                applied = 0
                for origin in await self.act(origins):
                    while count := await self.act(ledger.apply, origin):
                        applied += count
                        self._observer.decided(origin, count)
                        self._bells.statements(origin).ring()
                if applied:
                    await self._lift()
                pause = FIRST_PAUSE_S
            except WorldFault as fault:
                self._observer.stage_failed("ledger", fault)
                pause = await self._rest(pause)
                continue
            if not applied:
                await self._bells.ledger.wait(seen, REVIEW_EVERY_S)

    async def _lift(self) -> None:
        """Closes feedback on measures that no longer hold, and has it published at once."""
        for origin in await self.act(self._stages.feedbacks.lift):
            self._bells.queue(origin).ring()

    async def review(self) -> None:
        """Decides anew what a day or other rules may have changed, and forgets what was kept long enough, for ever.

        That is answers, what stands behind entries of the exchange log, and letters that were only handed on here.
        Cases whose term has run out are stated overdue. It wakes every minute, and at legal midnight, when what has
        lapsed stops counting with no message.
        """
        clock, ledger = self._stages.foundation.clock, self._stages.ledger
        while True:
            next_day_ms = midnight_ms(china_date(clock()) + ONE_DAY)  # it may begin during this look
            try:
                while await self.act(ledger.review) or await self.act(ledger.reevaluate):
                    pass  # a day that comes meanwhile does not wait for the end of a change of rules
                while await self.act(self._stages.cases.overdue):
                    self._bells.letters.ring()
                while await self.act(self._stages.cases.post.forget):
                    pass
                await self._lift()
                while await self.act(self._stages.exchange_log.forget):
                    pass
                while await self.act(self._stages.exchange_log.destroy_openings):
                    pass
            except WorldFault as fault:
                self._observer.stage_failed("review", fault)
            await asyncio.sleep(min(REVIEW_EVERY_S, max(0, next_day_ms - clock()) / 1000))
