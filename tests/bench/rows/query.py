# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Signed, logged queries against a bare echo of the same message sizes, 32 at once; each side a client and a server."""

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from tests.bench.baselines.bare import call_all
from tests.bench.ground import ASKER, BIG, Ground
from tests.bench.measure import Goal, Outcome, in_turn
from tests.bench.programs import running
from tests.bench.rows.asking import Asker, codes

GOAL = Goal(at_least=0.35, aim=0.6)
AT_ONCE = 32
QUERIES, ECHOES = 960, 4000


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the row."""
    config, asking = ground.config(BIG), ground.config(ASKER)
    seeds = count(1)
    with ExitStack() as closing:
        closing.enter_context(ground.served(ground.config(BIG)))
        asker = closing.enter_context(Asker(asking))
        question, answer = asker.weigh(BIG, codes(ground.plan.scale, 1, 0)[0])
        places = (str(config.folder), str(asking.folder), str(answer))
        port = closing.enter_context(running("tests.bench.baselines.echo", *places))
        queries, echoes = ground.plan.calls(QUERIES), ground.plan.calls(ECHOES)
        request = bytes(question)

        def ours() -> float:
            return queries / asker.ask_all(BIG, codes(ground.plan.scale, queries, next(seeds)), AT_ONCE)

        def baseline() -> float:
            called = call_all(asking, config, port, lambda _: request, echoes, AT_ONCE)
            return echoes / asker.run(lambda: called)

        sides = in_turn(ours, baseline, ground.plan.rounds)
    note = f"{question} B asked, {answer} B answered"
    return [sides.outcome("查询 signed, logged query / bare echo", "calls/s", GOAL, note)]


def profile(ground: Ground, target: Path) -> None:
    """Profiles the answering node."""
    asked = codes(ground.plan.scale, ground.plan.calls(QUERIES), 1)
    with ground.served(ground.config(BIG), profile=target), Asker(ground.config(ASKER)) as asker:
        asker.ask_all(BIG, asked, AT_ONCE)
