# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Checked rows straight into the log: decided on, published and kept in one transaction a batch.

The durable order is that of `node.log`; what intake keeps while rows wait, the entries themselves tell. A crash leaves
the batches before, each under its signed checkpoint, and nothing of the one under way: the same file imported again
goes on where it stopped, and ends with the feed that one clean import makes.
"""

from collections.abc import Sequence
from typing import cast

from node.assemble.stages import Stages
from node.entry.pending import Checked, Pending
from node.intake import IntakeUnit, Outcome
from node.log import LogUnit


class Straight:
    """The way of one file into one own feed. Call from the writer thread only.

    Rows of the file never amend one another: for whoever amends, all of them came at once, as if they waited together.

    Args:
        stages: the stages of this process, which sequences.
        origin: the feed.

    Raises:
        Fault: as `Sequencer.sequence`; what waited before is published first, so that nothing overtakes it.
    """

    def __init__(self, stages: Stages, origin: str) -> None:
        self._intake = stages.intake
        self._sequencer = stages.sequencer(origin)
        self._origin = origin
        while self._sequencer.sequence():
            pass
        self._before = self._sequencer.load().range.size

    def take(self, checked: Sequence[Checked], *, amend: bool = False) -> list[Outcome]:
        """Takes one batch.

        Args:
            checked: at most as many as fit under one checkpoint.
            amend: publish other bytes under a key that was known before this file as an AMEND.

        Returns:
            One outcome for each, in order; accepted ones are published and durable.

        Raises:
            OrderFault: BATCH_TOO_LARGE.
            StoreFault: nothing may be assumed published.
        """
        outcomes: list[Outcome] = []

        def choose(unit: LogUnit) -> Sequence[Pending]:
            whole = cast("IntakeUnit", unit)  # a transaction of the store is the unit of every stage
            decided = self._intake.decide(whole, self._origin, checked, amend=amend, closed_from=self._before)
            outcomes.extend(decided.outcomes)
            return decided.pending

        self._sequencer.publish(choose)
        return outcomes
