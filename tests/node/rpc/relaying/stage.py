# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands behind Relay: answers the first question at once, and holds the others until it is told, or cancelled."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

from federation.errors import Fault
from node.exchange.dialogue import Envelope
from node.routing.ways import Relayed


@dataclass
class Relaying:
    """Remembers parcels; `fate` is what becomes of the second question."""

    parcels: list[tuple[str, int, tuple[str, ...], float]] = field(default_factory=list)
    fate: Fault | None = None
    relays_cancelled: int = 0

    async def relay(
        self, caller: str, envelopes: Sequence[Envelope], passed: Sequence[str], within_s: float
    ) -> AsyncGenerator[Relayed]:
        """The first question's own bytes; then its fate, or nothing for ever."""
        self.parcels.append((caller, len(envelopes), tuple(passed), within_s))
        yield Relayed(0, replace(envelopes[0], payload_type="sealed"))
        if self.fate is not None:
            yield Relayed(1, self.fate)
            return
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.relays_cancelled += 1
            raise
