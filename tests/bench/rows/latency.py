# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a query costs where much is held, against one where little is: one at a time, both nodes served at once."""

from collections.abc import Sequence
from itertools import count

from tests.bench.ground import ASKER, BIG, SMALL, Ground
from tests.bench.measure import Goal, Outcome, in_turn, quantile
from tests.bench.rows import query
from tests.bench.rows.asking import Asker, codes

GOAL = Goal(at_most=1.5)
QUERIES = 200
profile = query.profile


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the row."""
    queries = ground.plan.calls(QUERIES)
    seeds = count(1000)
    with ground.served(ground.config(BIG), ground.config(SMALL)), Asker(ground.config(ASKER)) as asker:

        def half_at(source: str) -> float:
            asked = codes(ground.records(source), queries, next(seeds))
            return 1000 * quantile(asker.time_each(source, asked), 0.5)

        half_at(BIG), half_at(SMALL)  # caches are warm where they can be
        sides = in_turn(lambda: half_at(BIG), lambda: half_at(SMALL), ground.plan.rounds)
    path = f"时延 query p50 at {ground.plan.scale:,} / at {ground.plan.small:,} records"
    return [sides.outcome(path, "ms", GOAL, f"{queries} queries a round")]
