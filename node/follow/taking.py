# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Chunks on their way into the store: read ahead, verified one after the other, joined for one transaction."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from federation.errors import EntriesFault, FieldFault
from federation.log.entry import PayloadState, VerifiedEntry
from federation.log.feed import Batch, FollowedFeed
from federation.log.merkle import CompactRange
from federation.records.codec import glance, glance_all
from federation.standards.identity import SubjectClass
from node.follow.ports import FollowedRow, Received

AHEAD_CHUNKS = 4
"""Chunks read while those before them are being taken in; as many at most go into one transaction."""


class ReadAhead:
    """Reads a stream of chunks on while what came is being taken in. For one event loop; end it with `close`.

    Args:
        chunks: the stream; at most `AHEAD_CHUNKS` of it wait here.
    """

    def __init__(self, chunks: AsyncIterator[Received]) -> None:
        self._room = asyncio.Semaphore(AHEAD_CHUNKS)
        self._came: asyncio.Queue[Received | None] = asyncio.Queue()
        self._reading = asyncio.create_task(self._read(chunks))
        self._reading.add_done_callback(lambda _: self._came.put_nowait(None))

    async def _read(self, chunks: AsyncIterator[Received]) -> None:
        async for received in chunks:
            await self._room.acquire()
            self._came.put_nowait(received)

    async def groups(self) -> AsyncIterator[Sequence[Received]]:
        """All chunks that have come, at least one, time and again until the stream ends; raises what the stream did."""
        ended = False
        while not ended:
            came = [await self._came.get()]
            while not self._came.empty():
                came.append(self._came.get_nowait())
            ended = came[-1] is None
            group = [received for received in came if received is not None]
            for _ in group:
                self._room.release()
            if group:
                yield group
        await self._reading

    async def close(self) -> None:
        """Ends the stream."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Taken:
    """Verified chunks, to be written as one.

    Attributes:
        before: right edge before them.
        batches: in order, at least one.
        rows: their entries as the store keeps them.
        levels: what all of them complete in the tree, level by level.
        fault: what is wrong with the chunk after them; None when nothing is.
    """

    before: CompactRange
    batches: tuple[Batch, ...]
    rows: list[FollowedRow]
    levels: list[list[bytes]]
    fault: EntriesFault | None

    @property
    def last(self) -> Batch:
        """The newest of them."""
        return self.batches[-1]


def verified(feed: FollowedFeed, group: Sequence[Received], after: Batch | None) -> Taken:
    """Verifies chunks that follow each other, up to the first that is not what its origin signed.

    Args:
        feed: how far the feed is adopted; only read.
        group: the chunks, at least one.
        after: what was verified before them and is not adopted yet; None when all is.

    Raises:
        EntriesFault: the very first one is not; OrderFault as `FollowedFeed.received`.
    """
    before = feed.state.range if after is None else after.state.range
    batches: list[Batch] = []
    fault = None
    for received in group:
        try:
            after = feed.received(received.first_index, received.entries, received.consistency_path, after)
        except EntriesFault as wrong:
            if not batches:
                raise
            fault = wrong
            break
        batches.append(after)
    rows = [row for batch in batches for row in followed_rows(batch.entries)]
    levels = [list(chain.from_iterable(level)) for level in zip_longest(*(one.levels for one in batches), fillvalue=())]
    return Taken(before, tuple(batches), rows, levels, fault)


def followed_rows(entries: Sequence[VerifiedEntry]) -> list[FollowedRow]:
    """Rows of verified entries. Bytes that are no record keep their place, and get a fault instead of an effect."""
    schemas = [entry.leaf.schema for entry in entries if entry.leaf is not None and entry.state is PayloadState.PRESENT]
    seen = glance_all(schemas, [entry.payload for entry in entries]) if len(schemas) == len(entries) else None
    if seen is None:
        return [followed_row(entry) for entry in entries]
    person = SubjectClass.NATURAL_PERSON
    return [FollowedRow(entry, code, about is person) for entry, (about, code) in zip(entries, seen, strict=True)]


def followed_row(entry: VerifiedEntry) -> FollowedRow:
    """The row of one verified entry; as `followed_rows`."""
    if entry.state is not PayloadState.PRESENT or entry.leaf is None:
        return FollowedRow(entry, "", personal=False)
    try:
        seen = glance(entry.leaf.schema, entry.payload)
    except FieldFault as fault:
        return FollowedRow(replace(entry, fault=fault.reason), "", personal=True)
    return FollowedRow(entry, seen.code, seen.personal)
