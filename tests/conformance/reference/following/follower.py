# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The reference as a follower of the suite: it takes heads as they come, reads, and states what is in effect.

It verifies nothing: that a follower must is judged by cases of its own, with vectors, not by those that it serves here.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

import grpc
from creditexchange.v1 import entry_pb2, feed_service_pb2, feed_service_pb2_grpc

from tests.conformance.reference.feed import signature_line
from tests.conformance.reference.following.misrule import Misrule
from tests.conformance.reference.following.ruling import Kin, Misrules, Ruling, filed, kin_of, listed
from tests.conformance.reference.node import Node
from tests.conformance.reference.world import FEDERATION, MEMBER_ID, NODE

if TYPE_CHECKING:
    from creditexchange.v1.feed_service_pb2_grpc import FeedServiceAsyncStub

LISTS, FILINGS, SUBJECTS = (f"{FEDERATION}/{MEMBER_ID}/{feed}/1" for feed in ("lists", "filings", "subjects"))


@dataclass
class Follower:
    """What is held of the suite's feeds."""

    node: Node
    channel: grpc.aio.Channel
    misrules: Misrules
    held: dict[str, list[entry_pb2.Entry]] = field(default_factory=lambda: {LISTS: [], FILINGS: [], SUBJECTS: []})
    after: list[Callable[[], None]] = field(default_factory=list)
    note: bytes = b""
    stated: bytes = b""

    def has(self, misrule: Misrule) -> bool:
        """Tell whether a misrule is switched on."""
        return misrule in self.misrules

    def rulings(self) -> dict[str, list[Ruling]]:
        """What everything held is here, now."""
        kin = self.kin()
        lists = listed(self.held[LISTS], kin, self.misrules)
        return {LISTS: lists, FILINGS: filed(self.held[FILINGS], self.misrules)}

    def kin(self) -> Kin:
        """Which codes belong together, as far as it is believed."""
        return kin_of([entry.payload for entry in self.held[SUBJECTS]], self.misrules)

    async def follow(self, origin: str) -> None:
        """Follows one feed until cancelled; a stream that ends is begun again."""
        feeds: FeedServiceAsyncStub = feed_service_pb2_grpc.FeedServiceStub(self.channel)
        while True:
            with suppress(grpc.aio.AioRpcError):
                watched = feed_service_pb2.WatchCheckpointsRequest(origins=[origin])
                async for message in feeds.WatchCheckpoints(watched, wait_for_ready=True):
                    await self._take(feeds, origin, message.checkpoint)

    async def _take(self, feeds: "FeedServiceAsyncStub", origin: str, note: bytes) -> None:
        held, size = self.held[origin], int(note.split(b"\n")[1])
        if size < len(held) and self.has(Misrule.OLDER_HEAD_TAKEN):
            del held[size:]
        if size > len(held):
            wanted = feed_service_pb2.ReadEntriesRequest(origin=origin, checkpoint_size=size, start_index=len(held))
            async for chunk in feeds.ReadEntries(wanted):
                held.extend(chunk.entries)
        for step in self.after:
            step()
        known = note + self._stated(note)
        if origin == LISTS and size == len(held):
            self.note, self.stated = note, known
        if size == len(held) and not self.has(Misrule.UNSTATED):
            await feeds.GetCheckpoint(feed_service_pb2.GetCheckpointRequest(origin=origin, known_checkpoint=known))

    def _stated(self, note: bytes) -> bytes:
        """The lines by which it is held, and in effect."""
        text = note[: note.rindex(b"\n\n") + 1]
        at, key = int(time.time()), self.node.keys.clock
        lines = ""
        for kind, use in ((4, "cosignature/v1"), (0xFF, "creditexchange/in-effect/1")):
            broken = b"!" if self.has(Misrule.STATEMENT_MISSIGNED) else b""
            signature = key.sign(f"{use}\ntime {at}\n".encode() + text + broken)
            own = f"{use}\n".encode() if kind == 0xFF else b""
            public = key.public_key().public_bytes_raw()
            mark = sha256(f"{NODE}\n".encode() + bytes([kind]) + own + public).digest()[:4]
            lines += signature_line(NODE, mark, at.to_bytes(8, "big") + signature)
        return lines.encode()


@asynccontextmanager
async def following(node: Node, channel: grpc.aio.Channel, misrules: Misrules) -> AsyncIterator[Follower]:
    """Follows both feeds until the block ends."""
    follower = Follower(node, channel, misrules)
    tasks = [asyncio.create_task(follower.follow(origin)) for origin in follower.held]
    try:
        yield follower
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await channel.close()
