# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Following goes on: broken streams, peers that are away, two ways to one feed, a crash at any point."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from federation.errors import StoreFault, UnreachableFault
from node.follow.ports import Health, Received
from tests.node.region.following import filled, health, reasons

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import Source, World

pytestmark = pytest.mark.usefixtures("introduced")


class Breaking:
    """A source that breaks off: after so many chunks, or at once.

    Attributes:
        chunks: how many it still gives in one stream; counted anew each time.
    """

    def __init__(self, source: Source, chunks: int) -> None:
        self._source = source
        self.chunks = chunks
        self.sessions = 0

    async def watch(self, origin: str) -> AsyncIterator[bytes]:
        """The source's notes, unless it gives nothing at all."""
        self.sessions += 1
        if self.chunks < 0:
            raise UnreachableFault("PEER_UNREACHABLE")
        async for note in self._source.watch(origin):
            yield note

    async def read(self, origin: str, size: int, start: int, known: bytes) -> AsyncIterator[Received]:
        """One entry a chunk, then the stream breaks."""
        left = self.chunks
        for at in range(start, size):
            async for chunk in _single(self._source, origin, size, at):
                if left == 0:
                    raise UnreachableFault("PEER_UNREACHABLE")
                left -= 1
                yield chunk


async def _single(source: Source, origin: str, size: int, at: int) -> AsyncIterator[Received]:
    publisher, caller = source.serving
    for chunk in publisher.entries(caller, origin, size, at, 1):
        source.reads.append(at)
        yield Received(chunk.first_index, chunk.entries, chunk.consistency_path)


async def test_a_broken_stream_resumes_after_the_last_chunk(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """One entry and then an end, time and again, also over restarts: nothing is kept twice, nothing left out."""
    origin = filled(hangzhou, samples)
    inner = world.source(hangzhou, shanghai)
    await world.follow(shanghai, origin, Breaking(inner, 1), lambda: shanghai.reader.follow_range(origin).size == 3)
    assert shanghai.reader.feed(origin).note is None  # type: ignore[union-attr]
    shanghai.reopen()
    await world.follow(shanghai, origin, Breaking(inner, 1), inner.idle.is_set)
    shanghai.decide()

    assert hangzhou.publisher.checkpoint("x", origin) == shanghai.publisher.checkpoint(shanghai.id, origin)
    world.audit()


async def test_chunks_of_one_stream_are_taken_in_one_after_the_other(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Each is verified against those before it, durable or not yet: the stream is read once, in one session."""
    origin = filled(hangzhou, samples)
    inner = world.source(hangzhou, shanghai)
    single = Breaking(inner, 6)
    await world.follow(shanghai, origin, single, inner.idle.is_set)

    assert (1, [0, 1, 2, 3, 4, 5]) == (single.sessions, inner.reads)
    assert hangzhou.publisher.checkpoint("x", origin) == shanghai.publisher.checkpoint(shanghai.id, origin)


async def test_an_origin_that_grows_meanwhile_is_caught_up_with(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """The target stays fixed while its entries come; the larger one is next."""
    origin = filled(hangzhou, samples)
    inner = world.source(hangzhou, shanghai)
    await world.follow(shanghai, origin, Breaking(inner, 1), lambda: shanghai.reader.follow_range(origin).size == 2)
    hangzhou.publish("lists", samples.black(60))
    await world.follow(shanghai, origin, Breaking(inner, 1), inner.idle.is_set)
    shanghai.decide()

    assert 7 == shanghai.reader.feed(origin).size  # type: ignore[union-attr]
    world.audit()


async def test_an_unreachable_peer_is_asked_again_with_pauses(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Failures are counted; they end when it is back."""
    origin = filled(hangzhou, samples)
    away = Breaking(world.source(hangzhou, shanghai), -1)
    await world.follow(shanghai, origin, away, lambda: away.sessions > 3)

    assert ("PEER_UNREACHABLE", None) == (health(shanghai, origin).reason, health(shanghai, origin).heard_ms)
    assert 3 <= health(shanghai, origin).failures <= away.sessions
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))
    assert Health(world.clock(), 0, "") == health(shanghai, origin)


class Silent:
    """A source that ends each stream at once."""

    def __init__(self) -> None:
        self.sessions = 0

    async def watch(self, origin: str) -> AsyncIterator[bytes]:
        """Nothing."""
        self.sessions += 1
        for note in list[bytes]():
            yield note

    async def read(self, origin: str, size: int, start: int, known: bytes) -> AsyncIterator[Received]:
        """Nothing."""
        for chunk in list[Received]():
            yield chunk


async def test_a_peer_that_ends_every_stream_at_once_is_given_pauses(
    world: World, hangzhou: Node, shanghai: Node
) -> None:
    """It counts as a failure, so that the loop never spins."""
    origin, silent = hangzhou.origin("lists"), Silent()
    await world.follow(shanghai, origin, silent, lambda: silent.sessions > 2)

    assert "STREAM_EMPTY" == health(shanghai, origin).reason
    assert 2 <= health(shanghai, origin).failures


class Taking(Silent):
    """A peer that ends each stream at once, and whose first end comes while the disk is full.

    Args:
        node: whose disk.
    """

    def __init__(self, node: Node) -> None:
        super().__init__()
        self._trouble = node.trouble

    async def watch(self, origin: str) -> AsyncIterator[bytes]:
        """Nothing."""
        self._trouble.arm(None if self.sessions else 0, lasting=False)
        async for note in super().watch(origin):
            yield note


async def test_a_store_that_fails_while_a_failure_is_noted_ends_nothing(
    world: World, hangzhou: Node, shanghai: Node
) -> None:
    """The peer is away and the disk is full: the loop goes on, and notes the next failure."""
    origin, taking = hangzhou.origin("lists"), Taking(shanghai)
    await world.follow(shanghai, origin, taking, lambda: taking.sessions > 2)

    assert 2 < taking.sessions
    assert "STREAM_EMPTY" == health(shanghai, origin).reason


class Dictated:
    """A source that tells the notes it is given, one after the other.

    Attributes:
        notes: what to tell.
        told: how many were asked for.
    """

    def __init__(self, source: Source) -> None:
        self.read = source.read
        self.notes: asyncio.Queue[bytes] = asyncio.Queue()
        self.told = 0

    async def watch(self, origin: str) -> AsyncIterator[bytes]:
        """The notes given."""
        while True:
            self.told += 1
            yield await self.notes.get()


async def _until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.001)


async def _dictate(source: Dictated, note: bytes, waiting: asyncio.Task[None]) -> None:
    """Has one note taken in: the next one is asked for, in this session or the next, or the follower has ended."""
    await _until(lambda: source.told > 0)
    asked = source.told
    source.notes.put_nowait(note)
    await _until(lambda: source.told > asked or waiting.done())


@pytest.mark.parametrize("held", [0, 6])
@pytest.mark.parametrize("late", ["the same checkpoint", "an older one, cosigned anew"])
async def test_a_feed_may_be_followed_from_two_peers(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, late: str, held: int
) -> None:
    """The slower of two followers finds the store ahead of it: it ends nothing, spoils nothing, and goes on."""
    origin = filled(hangzhou, samples)
    slow = Dictated(world.source(hangzhou, shanghai))
    waiting = asyncio.create_task(world.follower(shanghai, origin, "330100", slow).run())
    await _until(lambda: slow.told > 0)
    if held:
        await _dictate(slow, hangzhou.publisher.checkpoint("x", origin), waiting)
    world.clock.forward(minutes=1)
    hangzhou.stages.sequencer(origin).beat()
    beaten = hangzhou.publisher.checkpoint("x", origin)
    hangzhou.publish("lists", samples.black(60))
    assert held == shanghai.reader.follow_range(origin).size
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))
    newest = hangzhou.publisher.checkpoint("x", origin)

    await _dictate(slow, newest if late == "the same checkpoint" else beaten, waiting)
    assert newest == shanghai.publisher.checkpoint(shanghai.id, origin)
    hangzhou.publish("lists", samples.black(61))
    await _dictate(slow, hangzhou.publisher.checkpoint("x", origin), waiting)
    assert 8 == shanghai.reader.follow_range(origin).size
    assert not waiting.done()
    assert ("", 0) == (shanghai.reader.health()[origin, "330100"].reason, len(reasons(shanghai, origin)))
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    shanghai.decide()
    world.audit()


async def test_a_stalled_peer_delays_no_other(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """One that never answers, beside one that does."""
    hangzhou.publish("lists", samples.black())
    hangzhou.publish("filings", samples.filing())
    stalled = world.source(hangzhou, shanghai)
    stalled.notes = []
    waiting = asyncio.create_task(world.follower(shanghai, hangzhou.origin("lists"), "yrd", stalled).run())
    await world.follow(shanghai, hangzhou.origin("filings"), world.source(hangzhou, shanghai))
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert 1 == shanghai.reader.follow_range(hangzhou.origin("filings")).size
    assert 0 == shanghai.reader.follow_range(hangzhou.origin("lists")).size


def _idle_or_dead(serving: Source, mortal: Node | None) -> bool:
    """Whether all was taken in, or the process that is to die has met its trouble."""
    return serving.idle.is_set() or (mortal is not None and mortal.trouble.fired)


@pytest.mark.slow
@pytest.mark.parametrize("lives", [True, False])
async def test_a_crash_at_each_point_of_following(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, lives: bool
) -> None:
    """The same process, or the next one, goes on after it: every entry once, and the mirror is the origin."""
    origin, point, fired = hangzhou.origin("lists"), 0, True
    while fired:
        hangzhou.publish("lists", samples.black(2 * point), samples.black(2 * point + 1))
        world.clock.forward(seconds=6)
        shanghai.trouble.arm(point, lasting=not lives)
        serving = world.source(hangzhou, shanghai)
        died = partial(_idle_or_dead, serving, None if lives else shanghai)
        await world.follow(shanghai, origin, serving, died)
        fired = shanghai.trouble.fired
        if not lives:
            shanghai.reopen()
            await world.follow(shanghai, origin, world.source(hangzhou, shanghai))
        shanghai.trouble.mend()
        shanghai.decide()
        world.audit()
        point += 1
    assert 8 <= point


async def test_a_crash_amid_a_quarantine_loses_no_evidence(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """At each point: the proof of a fork and the quarantine are kept together, or neither is and it is heard again."""
    origin = filled(hangzhou, samples)
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))
    forking = world.source(hangzhou, shanghai)
    forking.notes = [hangzhou.other_history("lists", 6)]
    point, fired = 0, True
    while fired:
        shanghai.trouble.arm(point)
        await world.follow(shanghai, origin, forking, lambda: shanghai.trouble.fired)
        fired = shanghai.trouble.fired
        shanghai.reopen()
        kept = bool(shanghai.reader.evidence(origin))
        assert kept == bool(shanghai.reader.quarantines())
        with shanghai.stages.store.write() as unit:
            unit.release(origin)
        if kept:
            break
        point += 1
    assert kept


async def test_a_store_that_contradicts_its_own_note_is_not_followed_on(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """A changed right edge: nothing is added until the store is mended."""
    origin = filled(hangzhou, samples)
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))
    shanghai.tamper("feed.edge", origin, lambda edge: edge[:-1] + bytes([edge[-1] ^ 1]))
    hangzhou.publish("lists", samples.black(60))
    serving, failed = world.source(hangzhou, shanghai), []
    follower = world.follower(shanghai, origin, "yrd", serving)
    try:
        follower._open()
    except StoreFault as fault:
        failed.append(fault.reason)

    assert (["FOLLOW_STATE_INVALID"], []) == (failed, serving.reads)
