# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Hears what other processes of this node have written: looks at the table of feeds again and again, and rings.

A new head or heartbeat wakes whoever watches the feed, a longer queue wakes its sequencer, a longer feed the ledger, a
statement of a member whoever hands it on.
Only where several processes serve one store; a process alone rings its own bells.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from federation.errors import StoreFault
from node.assemble.serving.loops import Bells
from node.observe import Observer
from node.publish import Pulse

LOOK_EVERY_S = 0.05
AFTER_FAULT_S = 1.0


async def listen(read: Callable[[], Awaitable[Mapping[str, Pulse]]], bells: Bells, observer: Observer) -> None:
    """Looks and rings until cancelled; a store that is away is looked at again.

    Args:
        read: the pulse of every feed, by origin.
        bells: what to ring.
        observer: hears of a store that is away.
    """
    before: Mapping[str, Pulse] = {}
    while True:
        try:
            now = await read()
        except StoreFault as fault:
            observer.stage_failed("pulse", fault)
            await asyncio.sleep(AFTER_FAULT_S)
            continue
        for origin, pulse in now.items():
            _ring(bells, origin, before.get(origin), pulse)
        before = now
        await asyncio.sleep(LOOK_EVERY_S)


def _ring(bells: Bells, origin: str, before: Pulse | None, now: Pulse) -> None:
    if before == now:
        return
    if before is None or before.note != now.note:
        bells.head(origin).ring()
        bells.statements(origin).ring()
    elif before.stated_ms != now.stated_ms:
        bells.statements(origin).ring()
    if before is None or before.queued != now.queued:
        bells.queue(origin).ring()
    if before is None or before.size != now.size:
        bells.ledger.ring()
