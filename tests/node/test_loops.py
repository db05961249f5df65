# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Bells and loops: woken by work, never ended by a fault, and silent while a history is lost."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from federation.errors import UnreachableFault
from federation.log.checkpoint import Checkpoint
from federation.log.note import Note
from node.assemble.serving.condition import Condition
from node.assemble.serving.loops import Bells, Loops
from node.bell import Bell
from node.config import PublishSection
from node.observe import Observer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


class Told(Observer):
    """An observer that remembers reasons, and what was published."""

    def __init__(self) -> None:
        super().__init__("test")
        self.reasons: list[str] = []
        self.batches: list[int] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def published(self, origin: str, count: int) -> None:
        """Remembered; something may come in before the loop goes on."""
        self.batches.append(count)
        self.meanwhile()

    def publishing_refused(self, origin: str, fault: object) -> None:
        """Remembered."""
        self.reasons.append(f"refused {getattr(fault, 'reason', '')}")

    def publishing_failed(self, origin: str, fault: object) -> None:
        """Remembered."""
        self.reasons.append(f"failed {getattr(fault, 'reason', '')}")

    def peer_lied(self, origin: str, peer: str, fault: object) -> None:
        """Remembered."""
        self.reasons.append(f"lied {peer}")

    def stage_failed(self, stage: str, fault: object) -> None:
        """Remembered."""
        self.reasons.append(f"{stage} {getattr(fault, 'reason', '')}")


class Rounds(Condition):
    """A condition that counts what ended well."""

    ended = 0

    def succeeded(self, loop: str, origin: str) -> None:
        """Counted."""
        self.ended += 1
        super().succeeded(loop, origin)


class Running:
    """The loops of a node, with their bells."""

    def __init__(self, node: Node, writer: ThreadPoolExecutor) -> None:
        self.bells = Bells(asyncio.get_running_loop())
        self.told = Told()
        self.condition = Rounds()
        self.loops = Loops(node.stages, self.bells, writer, self.told, self.condition)


@asynccontextmanager
async def running(
    node: Node,
    *loops: Callable[[Running], Coroutine[object, object, None]],
    publish: PublishSection = PublishSection(cadence_ms=0),  # noqa: B008 - a frozen value
) -> AsyncIterator[Running]:
    """Runs some loops of a node, with a writer thread of its own, until the block ends."""
    node.config = node.config.model_copy(update={"publish": publish})
    node.reopen()
    with ThreadPoolExecutor(1) as writer:
        made = Running(node, writer)
        tasks = [asyncio.create_task(loop(made)) for loop in loops]
        yield made
        assert [] == [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    """Lets the loops work until something is so."""
    while not true():
        await asyncio.sleep(0)


async def answer(note: bytes) -> bytes:
    """What a mirror says."""
    return note


async def away(_: str) -> bytes:
    """A mirror that cannot be reached."""
    raise UnreachableFault("MEMBER_UNREACHABLE")


def size(node: Node) -> int:
    """Entries published in the lists."""
    return node.reader.follow_range(node.origin("lists")).size


async def test_a_ring_between_two_waits_is_not_lost() -> None:
    """A waiter passes the number it saw last; several rings are one waking."""
    bell = Bell(asyncio.get_running_loop())
    seen = bell.rung
    bell.ring()
    bell.ring()
    await until(lambda: bell.rung == 2)

    assert 2 == await bell.wait(seen)


async def test_a_ring_from_another_thread_wakes_every_waiter() -> None:
    """All of them, each once."""
    bell = Bell(asyncio.get_running_loop())
    waiters = [asyncio.create_task(bell.wait(0)) for _ in range(3)]
    await asyncio.sleep(0)
    thread = threading.Thread(target=bell.ring)
    thread.start()
    thread.join()

    assert [1, 1, 1] == await asyncio.gather(*waiters)


async def test_a_wait_ends_with_its_time() -> None:
    """With the number it was given; a cancelled one leaves nothing behind."""
    bell = Bell(asyncio.get_running_loop())
    waiting = asyncio.create_task(bell.wait(0))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert 0 == await bell.wait(0, timeout_s=0)
    bell.ring()
    assert 1 == await bell.wait(0)


def test_a_ring_after_the_end_of_the_loop_does_nothing() -> None:
    """Threads may end later than the loop."""
    loop = asyncio.new_event_loop()
    bell = Bell(loop)
    loop.close()
    bell.ring()

    assert 0 == bell.rung


async def test_two_threads_get_one_bell() -> None:
    """However closely they ask for the first time: else one would ring a bell that nobody hears."""
    bells = Bells(asyncio.get_running_loop())
    before, together = sys.getswitchinterval(), threading.Barrier(2)

    def asked() -> list[Bell]:
        together.wait()
        return [bells.queue(str(number)) for number in range(5000)]

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as pool:
            first, second = (pool.submit(asked) for _ in range(2))
            assert first.result() == second.result()
    finally:
        sys.setswitchinterval(before)


async def test_what_is_submitted_is_published_when_the_bell_rings(
    world: World, hangzhou: Node, samples: Samples
) -> None:
    """What waited at the start too; and the ledger decides on it."""
    origin = hangzhou.origin("lists")
    hangzhou.offer("lists", hangzhou.item(samples.black(1)))
    loops = (lambda run: run.loops.publish(origin, {"x": away}), lambda run: run.loops.decide(lambda: [origin]))
    async with running(hangzhou, *loops) as run:
        await until(lambda: size(hangzhou) == 1)
        await run.loops.act(hangzhou.offer, "lists", hangzhou.item(samples.black(2)))
        run.bells.queue(origin).ring()
        await until(lambda: hangzhou.reader.decision(origin, 1) is not None)
    world.audit()


async def test_what_does_not_fit_a_batch_goes_into_the_next_at_once(hangzhou: Node, samples: Samples) -> None:
    """However long the cadence is."""
    origin = hangzhou.origin("lists")
    for number in range(5):
        hangzhou.offer("lists", hangzhou.item(samples.black(number)))
    slow = PublishSection(cadence_ms=3_600_000, max_batch_entries=2)
    async with running(hangzhou, lambda run: run.loops.publish(origin, {}), publish=slow) as run:
        await until(lambda: run.condition.ended == 1)

        assert [2, 2, 1] == run.told.batches


async def test_what_comes_meanwhile_waits_for_the_cadence(hangzhou: Node, samples: Samples) -> None:
    """Else a log that something is written to all the time would be signed all the time."""
    origin = hangzhou.origin("lists")
    hangzhou.offer("lists", hangzhou.item(samples.black(1)))
    slow = PublishSection(cadence_ms=3_600_000)
    async with running(hangzhou, lambda run: run.loops.publish(origin, {}), publish=slow) as run:
        run.told.meanwhile = lambda: hangzhou.offer("lists", hangzhou.item(samples.black(2)))
        await until(lambda: run.condition.ended == 1)

        assert [1] == run.told.batches


async def test_a_mirror_that_knows_more_stops_publishing(hangzhou: Node, samples: Samples) -> None:
    """Neither entries nor heartbeats are signed, whatever the next mirror says."""
    origin = hangzhou.origin("lists")
    hangzhou.publish("lists", samples.black(1))
    more, behind = hangzhou.other_history("lists", 9), hangzhou.publisher.checkpoint("x", origin)
    hangzhou.offer("lists", hangzhou.item(samples.black(2)))
    mirrors = {"a": lambda _: answer(more), "b": lambda _: answer(behind)}
    async with running(hangzhou, lambda run: run.loops.publish(origin, mirrors)) as run:
        await until(lambda: bool(run.told.reasons))
        assert ["refused HISTORY_LOST"] == run.told.reasons
    assert (1, behind) == (size(hangzhou), hangzhou.publisher.checkpoint("x", origin))


async def test_a_mirror_that_lies_about_this_node_stops_nothing(hangzhou: Node, samples: Samples) -> None:
    """A note that this node never signed is told to the operator."""
    origin = hangzhou.origin("lists")
    note = Note.parse(hangzhou.other_history("lists", 9))
    forged = Note(Checkpoint(origin, 10, bytes(32)).text(), note.signatures).encode()
    hangzhou.offer("lists", hangzhou.item(samples.black(1)))
    loop = lambda run: run.loops.publish(origin, {"a": lambda _: answer(forged)})  # noqa: E731
    async with running(hangzhou, loop) as run:
        await until(lambda: size(hangzhou) == 1)
        assert ["lied a"] == run.told.reasons


@pytest.mark.parametrize("stage", ["publish", "decide", "review", "beat"])
async def test_no_loop_ends_with_a_fault(world: World, hangzhou: Node, samples: Samples, stage: str) -> None:
    """A store that fails is told of; the loop is there when it is mended."""
    origin = hangzhou.origin("lists")
    hangzhou.offer("lists", hangzhou.item(samples.black(1)))
    loops: dict[str, Callable[[Running], Coroutine[object, object, None]]] = {
        "publish": lambda run: run.loops.publish(origin, {}),
        "decide": lambda run: run.loops.decide(lambda: [origin]),
        "review": lambda run: run.loops.review(),
        "beat": lambda run: run.loops.beat(origin),
    }

    async def broken(run: Running) -> None:
        hangzhou.trouble.arm(0)
        await loops[stage](run)

    async with running(hangzhou, broken) as run:
        await until(lambda: bool(run.told.reasons))
        hangzhou.trouble.mend()
        if stage == "publish":
            await until(lambda: size(hangzhou) == 1)
        assert run.told.reasons[0].endswith("STORE_UNAVAILABLE")
    hangzhou.stages.publish_pending()
    world.audit()


async def test_nothing_is_signed_at_the_end_before_the_mirrors_were_asked(hangzhou: Node, samples: Samples) -> None:
    """A node stopped while it waits for a mirror's answer leaves what is pending to the next start."""
    origin, answered = hangzhou.origin("lists"), asyncio.Event()

    async def slow(_: str) -> bytes:
        await answered.wait()
        return hangzhou.publisher.checkpoint("x", origin)

    hangzhou.offer("lists", hangzhou.item(samples.black(1)))
    async with running(hangzhou, lambda run: run.loops.publish(origin, {"a": slow})) as run:
        await asyncio.sleep(0)
        await run.loops.flush()
        assert 0 == size(hangzhou)
        answered.set()
        await until(lambda: size(hangzhou) == 1)
        await run.loops.act(hangzhou.offer, "lists", hangzhou.item(samples.black(2)))
        await run.loops.flush()
        assert 2 == size(hangzhou)


async def test_a_heartbeat_rings_the_head(hangzhou: Node) -> None:
    """So that watchers learn of the new cosignature."""
    origin = hangzhou.origin("lists")
    before = hangzhou.publisher.checkpoint("x", origin)
    hangzhou.clock.forward(minutes=1)
    async with running(hangzhou, lambda run: run.loops.beat(origin)) as run:
        await run.bells.head(origin).wait(0)
        assert before != hangzhou.publisher.checkpoint("x", origin)
