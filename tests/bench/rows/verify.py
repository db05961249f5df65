# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""`verify` of a whole store against a bare hash loop over the same bytes.

Our side is the command itself, less what it takes on a node that holds nothing.
"""

from collections.abc import Sequence
from pathlib import Path

from tests.bench.baselines.hashing import hash_again
from tests.bench.ground import BIG, IMPORTER, Ground
from tests.bench.measure import Goal, Outcome, Sides
from tests.bench.programs import xinqiao

GOAL = Goal(at_least=0.4)


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the row."""
    config, empty = ground.config(BIG), ground.config(IMPORTER)
    ours, baseline = [], []
    for _ in range(ground.plan.long_rounds):
        start = xinqiao("verify", "--node", str(empty.folder)).seconds
        seconds = xinqiao("verify", "--node", str(config.folder)).seconds - start
        hashed, bare = hash_again(config)
        ours.append(hashed / seconds / 1e6)
        baseline.append(hashed / bare / 1e6)
    note = f"command start of {start:.1f} s taken off"
    return [Sides(ours, baseline).outcome("校验 verify of a whole store / bare hash loop", "MB/s", GOAL, note)]


def profile(ground: Ground, target: Path) -> None:
    """Profiles our side."""
    xinqiao("verify", "--node", str(ground.config(BIG).folder), profile=target)
