# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Tells whoever coordinates which members are late: an entry of `_exchange`, which coordinators may read.

One for each member, feed and first act that is not acknowledged: when the target is missed, and once more when the
longest term is over. The intake knows what was told already, so that a restart tells nothing twice.
"""

import asyncio
from collections.abc import Sequence

from federation.errors import Fault
from federation.records.exchange import LateAcknowledgement
from node.acknowledge.propagation import Late, late_in
from node.assemble.members import EXCHANGE
from node.assemble.serving.condition import Condition
from node.assemble.serving.loops import Bells, Loops
from node.assemble.serving.stating.terms import due_by
from node.assemble.stages import Stages
from node.intake import Accepted
from node.observe import Observer

LOOK_EVERY_S = 600.0
FIRST_S = 30.0
TOLD_AT_ONCE = 500


class Escalating:
    """Tells of members that are late with acts of own feeds. In one event loop; needs the lead.

    Args:
        stages: store, rules and intake.
        bells: rung where something is to be published.
        loops: run steps in the writer thread.
        condition: whether the node may write.
        observer: hears how many were told of, and of faults.
    """

    def __init__(self, stages: Stages, bells: Bells, loops: Loops, condition: Condition, observer: Observer) -> None:
        self._stages = stages
        self._bells = bells
        self._loops = loops
        self._condition = condition
        self._observer = observer

    async def run(self) -> None:
        """Looks and tells, for ever."""
        await asyncio.sleep(FIRST_S)
        while True:
            try:
                await self.look()
            except Fault as fault:
                self._observer.stage_failed("escalating", fault)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Tells once of whoever is late and was not told of.

        Raises:
            StoreFault: nothing was told, or the node may not write now.
        """
        late = await asyncio.to_thread(self._late)
        told = 0
        for start in range(0, len(late), TOLD_AT_ONCE):
            self._condition.require_writable()
            told += await self._loops.act(self._tell, late[start : start + TOLD_AT_ONCE])
        if told:
            self._observer.escalated(told)
            self._bells.queue(self._stages.foundation.origin(EXCHANGE)).ring()

    def _late(self) -> Sequence[LateAcknowledgement]:
        foundation, reader = self._stages.foundation, self._stages.store.reader
        now_ms, found = foundation.clock(), list[LateAcknowledgement]()
        for origin in foundation.datasets:
            view, due = reader.feed(origin), due_by(foundation, origin)
            for late in () if view is None else late_in(reader, origin, view.size, due, now_ms):
                allowed = due(late.published_ms)
                found.append(_record(late, "ACKNOWLEDGEMENT_LATE", allowed.target_ms))
                if late.is_overdue:
                    found.append(_record(late, "ACKNOWLEDGEMENT_OVERDUE", allowed.maximum_ms))
        return found

    def _tell(self, late: Sequence[LateAcknowledgement]) -> int:
        """Puts what is new into the log's queue; how many that were."""
        origin = self._stages.foundation.origin(EXCHANGE)
        with self._stages.store.write() as unit:
            outcomes = self._stages.intake.submit_within(unit, origin, late)
        return sum(isinstance(outcome, Accepted) for outcome in outcomes)


def _record(late: Late, reason: str, due_ms: int) -> LateAcknowledgement:
    return LateAcknowledgement(
        origin=late.origin,
        member=late.member,
        first_index=late.first,
        published_ms=late.published_ms,
        due_ms=due_ms,
        reason=reason,
    )
