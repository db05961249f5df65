# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A node whose store is an old copy, and the mirrors that know better."""

import shutil
import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from federation.errors import UnreachableFault
from node.assemble.upkeep.refilling import refill_feeds
from node.follow.ports import Received
from node.log import LogUnit
from node.refill.store import Refilled
from tests.node.region.member import Node
from tests.node.region.samples import Samples
from tests.node.region.world import World


@dataclass
class Copy:
    """A mirror as its owner asks it; lies on command, and breaks off after so many chunks.

    Attributes:
        lie: makes another chunk of a chunk.
        note: told instead of the newest checkpoint.
        entries: most entries of one chunk.
        chunks: how many chunks are told before the connection breaks.
    """

    mirror: Node
    owner: Node
    lie: Callable[[Received], Received] = lambda chunk: chunk
    note: bytes | None = None
    entries: int = 4
    chunks: int = 1 << 30
    reads: list[int] = field(default_factory=list)

    async def checkpoint(self, origin: str) -> bytes:
        """The newest checkpoint."""
        return self.note or self.mirror.publisher.checkpoint(self.owner.id, origin)

    async def read(self, origin: str, size: int, start: int, known: bytes) -> AsyncGenerator[Received]:
        """Small chunks."""
        self.reads.append(start)
        while start < size:
            if not self.chunks:
                raise UnreachableFault("PEER_UNREACHABLE", "the test says so")
            self.chunks -= 1
            (chunk,) = self.mirror.publisher.entries(self.owner.id, origin, size, start, self.entries)
            yield self.lie(Received(chunk.first_index, chunk.entries, chunk.consistency_path))
            start += len(chunk.entries)


@dataclass
class Restored:
    """Hangzhou, and the copy of its store of yesterday."""

    node: Node
    old: Path

    def put_back(self) -> None:
        """Restores the old copy, as an operator does who takes the newest for lost."""
        self.node.stages.store.close()
        for rest in ("-wal", "-shm"):
            self.node.config.store_path.with_name(self.node.config.store_path.name + rest).unlink(missing_ok=True)
        shutil.copy(self.old, self.node.config.store_path)
        self.node.open()

    def writing(self) -> AbstractContextManager[LogUnit]:
        """A transaction on its store."""
        return self.node.stages.store.write()

    async def refill(self, mirror: Copy, *feeds: str) -> Sequence[Refilled]:
        """Refills feeds from a mirror."""
        return await refill_feeds(
            self.node.stages, mirror.mirror.id, mirror, [self.node.origin(feed) for feed in feeds]
        )


@pytest.fixture
def backed_up(hangzhou: Node) -> Callable[[], Restored]:
    """Makes today's copy, to be put back tomorrow."""

    def copied() -> Restored:
        hangzhou.stages.store.close()
        old = hangzhou.config.folder / "old.db"
        shutil.copy(hangzhou.config.store_path, old)
        hangzhou.open()
        return Restored(hangzhou, old)

    return copied


@pytest.fixture
async def yesterday(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, backed_up: Callable[[], Restored]
) -> Restored:
    """Six entries are in the old copy; eight more, an ending among them, are at the mirror only."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(6)))
    old = backed_up()
    hangzhou.publish("lists", *(samples.black(number) for number in range(6, 13)))
    hangzhou.publish("lists", samples.ending(), ref=2)
    await world.mirror(shanghai, hangzhou, "lists")
    old.put_back()
    return old


@pytest.fixture
def mirror(hangzhou: Node, shanghai: Node) -> Copy:
    """Shanghai's copies."""
    return Copy(shanghai, hangzhou)


def forget(path: Path, origin: str) -> None:
    """Takes a feed out of a store, as if it had never been made."""
    with closing(sqlite3.connect(path)) as connection, connection:
        (number,) = connection.execute("select feed from feed where origin = ?", [origin]).fetchone()
        for table in ("entry", "act", "tile", "submission", "pending", "decision", "lease", "feed"):
            connection.execute(f"delete from {table} where feed = ?", [number])  # noqa: S608 - names of ours
