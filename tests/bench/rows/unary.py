# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Follow against one signed call a record: what one would build otherwise."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice

from node.identity.keys import KeyRing
from tests.bench.baselines.bare import call_all
from tests.bench.data.records import city
from tests.bench.ground import BIG, MIRRORS, Ground
from tests.bench.measure import Goal, Outcome, in_turn
from tests.bench.programs import running
from tests.bench.rows import follow
from tests.bench.rows.following import follow_whole

GOAL = Goal(at_least=30)
CALLS = 3000
AT_ONCE = 32
profile = follow.profile


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the row."""
    wanted = ground.origins(BIG)
    entries = sum(wanted.values())
    sender, receiver = ground.config(BIG), ground.config(MIRRORS[BIG])
    keys = KeyRing.load(sender.keys_folder, sender.node.federation, sender.node.id)
    calls = ground.plan.calls(CALLS)
    messages = [
        record.code.encode() + record.form.fill(record.values)[0]
        for record in islice(city(ground.plan.scale, seed=ground.plan.seed), calls)
    ]

    def ours() -> float:
        with ground.copy(MIRRORS[BIG]) as config:
            return entries / follow_whole(config, wanted).seconds

    def signed(number: int) -> bytes:
        message = messages[number % len(messages)]
        return keys.message.sign(message) + message

    with ExitStack() as closing:
        closing.enter_context(ground.served(ground.config(BIG)))
        database = ground.plan.folder / "unary.db"
        key = keys.message.public_key.hex()
        places = (str(receiver.folder), str(sender.folder), str(database), key)
        port = closing.enter_context(running("tests.bench.baselines.unary", *places))

        def baseline() -> float:
            return calls / asyncio.run(call_all(sender, receiver, port, signed, calls, AT_ONCE))

        sides = in_turn(ours, baseline, ground.plan.long_rounds)
    note = f"{AT_ONCE} calls at once"
    return [sides.outcome("跟随 follow / one signed call a record", "records/s", GOAL, note)]
