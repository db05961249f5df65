# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Follow, verified and durable, against a raw insert of the rows that the mirror ends up with."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench.baselines.insert import FOLLOWED
from tests.bench.ground import BIG, MIRRORS, Ground
from tests.bench.measure import Goal, Outcome, in_turn
from tests.bench.profiling import profiled
from tests.bench.rows.following import follow_whole

GOAL = Goal(at_least=0.6, aim=0.8)


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the row."""
    rows = _Rounds(ground)
    with ground.served(ground.config(BIG)):
        sides = in_turn(rows.ours, rows.baseline, ground.plan.long_rounds)
    note = f"{rows.batch} rows a commit"
    return [sides.outcome("跟随 follow, verified and durable / raw insert", "records/s", GOAL, note)]


def profile(ground: Ground, target: Path) -> None:
    """Profiles our side."""
    wanted = ground.origins(BIG)
    with ground.served(ground.config(BIG)), ground.copy(MIRRORS[BIG]) as config, profiled(target):
        follow_whole(config, wanted)


class _Rounds:
    """Each round follows into a new mirror, and inserts what that one holds."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._wanted = ground.origins(BIG)
        self._entries = sum(self._wanted.values())
        self._mirror = ExitStack()
        self.batch = 0

    def ours(self) -> float:
        """Records a second."""
        config = self._mirror.enter_context(self._ground.copy(MIRRORS[BIG]))
        followed = follow_whole(config, self._wanted)
        self._config = config
        self.batch = max(1, self._entries // followed.batches)
        return self._entries / followed.seconds

    def baseline(self) -> float:
        """Records a second, in transactions as large as those of the follower."""
        with self._mirror:
            return self._entries / self._ground.insert_again(self._config, FOLLOWED, self.batch)
