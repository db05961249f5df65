# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Payloads that are lost here, from a mirror that has them: each is held against the leaf that is stored here."""

from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from federation.errors import EntriesFault, FieldFault
from federation.log.entry import PayloadState, RawEntry, VerifiedEntry
from federation.log.leaf import SALT_BYTES, Leaf, commitment
from node.follow.ports import Received
from node.refill.restoring import restored
from node.refill.store import Gap, RefillStore, Restored

GAPS = 1000
FAR = 4096
"""A gap so many entries behind the last chunk is asked for anew, rather than read up to."""
ChunksFrom = Callable[[int], AsyncGenerator[Received]]


async def fill_gaps(store: RefillStore, origin: str, chunks_from: ChunksFrom) -> int:
    """Fills what can be filled from one mirror; memory stays flat.

    Returns:
        How many payloads came back.

    Raises:
        EntriesFault: ENTRIES_RANGE, ENTRIES_ROOT; the mirror's entries are not those of this feed.
        UnreachableFault, StoreFault: what has come so far is kept.
    """
    filled = start = 0
    while True:
        with store.write() as unit:
            gaps = deque(unit.gaps(origin, start, GAPS))
        if not gaps:
            return filled
        start = gaps[-1].index + 1
        while gaps:
            before = len(gaps)
            filled += await _fill_some(store, origin, gaps, chunks_from)
            if len(gaps) == before:
                return filled  # the mirror's copy ends before them


async def _fill_some(store: RefillStore, origin: str, gaps: "deque[Gap]", chunks_from: ChunksFrom) -> int:
    """Reads on from the first gap while the next ones are near; takes those it has passed from `gaps`."""
    filled, expected = 0, gaps[0].index
    async with aclosing(chunks_from(expected)) as chunks:
        async for received in chunks:
            if received.first_index != expected or not received.entries:
                raise EntriesFault("ENTRIES_RANGE", f"{origin}: entries from elsewhere than {expected}")
            rows = _found(origin, gaps, received)
            if rows:
                with store.write() as unit:
                    unit.fill_gaps(origin, rows)
                    unit.unqueue(origin, rows)
            filled += len(rows)
            expected += len(received.entries)
            if not gaps or gaps[0].index > expected + FAR:
                break
    return filled


def _found(origin: str, gaps: "deque[Gap]", received: Received) -> Sequence[Restored]:
    """The payloads of a chunk that are lost here."""
    rows = []
    while gaps and gaps[0].index < received.first_index + len(received.entries):
        gap = gaps.popleft()
        raw = received.entries[gap.index - received.first_index]
        if raw.leaf != gap.leaf:
            evidence = (raw.leaf, gap.leaf)
            raise EntriesFault("ENTRIES_ROOT", f"{origin}: entry {gap.index} is another one", evidence)
        entry = _verified(origin, gap.index, raw)
        if entry is not None:
            rows.append(restored(entry, None))
    return rows


def _verified(origin: str, index: int, raw: RawEntry) -> VerifiedEntry | None:
    """The entry with its payload; None when the mirror has none that the leaf commits to."""
    try:
        leaf = Leaf.decode(raw.leaf)
        fits = raw.state is PayloadState.PRESENT and len(raw.salt) == SALT_BYTES
        if not fits or commitment(origin, leaf.schema, raw.salt, raw.payload) != leaf.commitment:
            return None
    except FieldFault:
        return None
    return VerifiedEntry(index, leaf, raw.leaf, raw.state, raw.salt, raw.payload, None)
