# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Following: complete, resumable, and safe from whoever serves the feed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from federation.errors import StoreFault, UnreachableFault
from federation.log.entry import PayloadState, RawEntry
from node.follow import Health, Received

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import Source, World


@pytest.fixture
async def shanghai(world: World, hangzhou: Node) -> Node:
    """The city that follows; it has the other's catalogue, and so knows what its feeds are."""
    node = world.node("310000")
    await world.mirror(node, hangzhou)
    return node


def filled(node: Node, samples: Samples, count: int = 6) -> str:
    """Publishes some entries with an ending among them; gives their origin."""
    node.publish("lists", *(samples.black(number) for number in range(count - 1)))
    node.publish("lists", samples.ending(), ref=0)
    return node.origin("lists")


def reasons(node: Node, origin: str) -> list[str]:
    """Reasons of the evidence kept on a feed."""
    return [evidence.reason for _, evidence in node.reader.evidence(origin)]


def health(node: Node, origin: str) -> Health:
    """How following goes."""
    return node.reader.health()[origin, "yrd"]


def altered(chunk: Received) -> Sequence[Received]:
    """One bit of one leaf is another."""
    entries = list(chunk.entries)
    leaf = entries[1].leaf
    entries[1] = replace(entries[1], leaf=leaf[:60] + bytes([leaf[60] ^ 1]) + leaf[61:])
    return (replace(chunk, entries=entries),)


def swapped(chunk: Received) -> Sequence[Received]:
    """Two entries have changed places."""
    first, second, *rest = chunk.entries
    return (replace(chunk, entries=[second, first, *rest]),)


LIES = {
    "altered": (altered, "ENTRIES_ROOT"),
    "dropped": (lambda chunk: (replace(chunk, entries=[*chunk.entries[:1], *chunk.entries[2:]]),), "ENTRIES_ROOT"),
    "last dropped": (lambda chunk: (replace(chunk, entries=chunk.entries[:-1]),), "ENTRIES_ROOT"),
    "reordered": (swapped, "ENTRIES_ROOT"),
    "doubled": (lambda chunk: (replace(chunk, entries=[*chunk.entries[:1], *chunk.entries]),), "ENTRIES_RANGE"),
    "repeated": (lambda chunk: (chunk, chunk), "ENTRIES_RANGE"),
    "from elsewhere": (lambda chunk: (replace(chunk, first_index=chunk.first_index + 1),), "ENTRIES_RANGE"),
    "empty": (lambda chunk: (replace(chunk, entries=[]),), "ENTRIES_RANGE"),
    "nothing at all": (lambda _: (), "ENTRIES_MISSING"),
    "proof altered": (lambda chunk: (replace(chunk, consistency_path=[bytes(32)]),), "ENTRIES_ROOT"),
}


@pytest.mark.parametrize("count", [1, 6, pytest.param(300, marks=pytest.mark.slow)])
async def test_a_mirror_is_byte_for_byte_the_origin(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, count: int
) -> None:
    """Entries, payloads and note; and what comes later is added to it."""
    origin = hangzhou.origin("lists")
    for round_ in range(3):
        hangzhou.publish("lists", *(samples.black(1000 * round_ + number) for number in range(count)))
        await world.mirror(shanghai, hangzhou, "lists")
        assert hangzhou.publisher.checkpoint("x", origin) == shanghai.publisher.checkpoint(shanghai.id, origin)
        world.audit()


@pytest.mark.parametrize("lie", LIES)
async def test_a_hub_that_lies_is_refused_and_may_mend(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, lie: str
) -> None:
    """Nothing of a chunk that does not verify is kept but the evidence; from an honest source all comes."""
    origin = filled(hangzhou, samples)
    wrong, reason = LIES[lie]
    lying = world.source(hangzhou, shanghai)
    lying.lie = wrong
    await world.follow(shanghai, origin, lying, lambda: (origin, "yrd") in shanghai.reader.health())

    assert {reason} == set(reasons(shanghai, origin))
    assert 1 <= health(shanghai, origin).failures
    if lie != "repeated":
        assert ((), None) == (tuple(shanghai.reader.held(origin, 0, 9)), shanghai.reader.feed(origin).note)  # type: ignore[union-attr]
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))
    shanghai.decide()
    assert Health(world.clock(), 0, "") == health(shanghai, origin)
    world.audit()


async def test_the_evidence_of_a_lie_is_kept_once_with_the_bytes_that_prove_it(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """The signed checkpoint, and the leaves that do not lead to it, however often they come."""
    origin = filled(hangzhou, samples)
    lying = world.source(hangzhou, shanghai)
    lying.lie = swapped
    await world.follow(shanghai, origin, lying, lambda: len(lying.reads) > 4)

    ((when, evidence),) = shanghai.reader.evidence(origin)
    leaves = [entry.raw_leaf for entry in hangzhou.reader.held(origin, 0, 9)]
    assert (world.clock(), "yrd") == (when, evidence.peer)
    assert hangzhou.publisher.checkpoint("x", origin) == evidence.parts[0]
    assert b"".join([leaves[1], leaves[0], *leaves[2:]]) == evidence.parts[2]


@pytest.mark.parametrize(
    ("twist", "reason"),
    [
        (lambda note: note[:40] + bytes([note[40] ^ 1]) + note[41:], None),
        (lambda note: note.replace(b"\n6\n", b"\n7\n"), "NOTE_SIGNATURE_INVALID"),
        (lambda note: note.replace(b"/lists/", b"/filings/"), "CHECKPOINT_ORIGIN"),
        (lambda note: note.split(b"\n\n")[0] + b"\n", "NOTE_MALFORMED"),
        (lambda _: b"\xff", "NOTE_MALFORMED"),
        (lambda _: b"", "NOTE_MALFORMED"),
    ],
)
async def test_a_note_that_is_not_the_feeds_is_refused(
    world: World,
    hangzhou: Node,
    shanghai: Node,
    samples: Samples,
    twist: Callable[[bytes], bytes],
    reason: str | None,
) -> None:
    """No entry is even asked for, and the note is kept."""
    origin = filled(hangzhou, samples)
    lying = world.source(hangzhou, shanghai)
    lying.notes = [twist(hangzhou.publisher.checkpoint("x", origin))]
    await world.follow(shanghai, origin, lying, lambda: bool(shanghai.reader.evidence(origin)))

    assert [] == lying.reads
    assert reason in {None, *reasons(shanghai, origin)}
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))
    shanghai.decide()
    world.audit()


@pytest.mark.parametrize("size", [3, 6])
async def test_a_fork_quarantines_the_feed_until_an_operator_releases_it(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, size: int
) -> None:
    """Both notes are kept; neither the loop nor a restart follows on, honest as the source may be."""
    origin = filled(hangzhou, samples)
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))
    held, other = hangzhou.publisher.checkpoint("x", origin), hangzhou.other_history("lists", size)
    forking = world.source(hangzhou, shanghai)
    forking.notes = [other]
    await world.follow(shanghai, origin, forking, lambda: False)
    shanghai.reopen()
    hangzhou.publish("lists", samples.black(50))
    honest = world.source(hangzhou, shanghai)
    await world.follow(shanghai, origin, honest, lambda: False)

    assert {origin: "CHECKPOINT_FORK"} == shanghai.reader.quarantines()
    ((_, evidence),) = shanghai.reader.evidence(origin)
    assert ("CHECKPOINT_FORK", (held, other)) == (evidence.reason, evidence.parts)
    assert ("CHECKPOINT_FORK", []) == (health(shanghai, origin).reason, honest.reads)
    with shanghai.stages.store.write() as unit:
        unit.release(origin)
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))
    shanghai.decide()
    assert 7 == shanghai.reader.follow_range(origin).size
    world.audit()


async def test_an_older_checkpoint_is_no_error(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """A server behind others tells what was passed through already: nothing happens."""
    origin, notes = hangzhou.origin("lists"), []
    for number in range(4):
        hangzhou.publish("lists", samples.black(number))
        notes.append(hangzhou.publisher.checkpoint("x", origin))
    behind = world.source(hangzhou, shanghai)
    behind.notes = [notes[3], notes[1], notes[0], notes[3]]
    await world.follow(shanghai, origin, behind)
    shanghai.decide()

    assert ([], [0]) == (reasons(shanghai, origin), behind.reads)
    assert notes[3] == shanghai.publisher.checkpoint(shanghai.id, origin)
    world.audit()


async def test_a_newer_cosignature_is_kept_without_reading_anything(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """The head becomes fresh again; the log's signature stays."""
    origin = filled(hangzhou, samples)
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))
    world.clock.forward(minutes=7)
    hangzhou.stages.sequencer(origin).beat()
    beating = world.source(hangzhou, shanghai)
    await world.follow(shanghai, origin, beating)
    shanghai.decide()

    assert [] == beating.reads
    assert hangzhou.publisher.checkpoint("x", origin) == shanghai.publisher.checkpoint(shanghai.id, origin)
    world.audit()


def spoilt(which: int, change: Callable[[RawEntry], RawEntry]) -> Callable[[Received], Sequence[Received]]:
    """Changes what is beside the leaf of one entry."""

    def lie(chunk: Received) -> Sequence[Received]:
        entries = [change(entry) if at == which else entry for at, entry in enumerate(chunk.entries)]
        return (replace(chunk, entries=entries),)

    return lie


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda entry: replace(entry, payload=entry.payload + b"x"), "PAYLOAD_COMMITMENT"),
        (lambda entry: replace(entry, salt=bytes(32)), "PAYLOAD_COMMITMENT"),
        (lambda entry: replace(entry, salt=b"short"), "PAYLOAD_SALT"),
        (lambda entry: replace(entry, state=PayloadState.WITHHELD), "PAYLOAD_STATE"),
        (lambda entry: replace(entry, state=PayloadState.NONE, salt=b"", payload=b""), "PAYLOAD_STATE"),
    ],
)
async def test_a_bad_payload_between_good_ones_has_no_effect_and_stops_nothing(
    world: World,
    hangzhou: Node,
    shanghai: Node,
    samples: Samples,
    change: Callable[[RawEntry], RawEntry],
    fault: str,
) -> None:
    """It is quarantined with its reason and refused; those before and after it count."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(3)))
    origin = hangzhou.origin("lists")
    lying = world.source(hangzhou, shanghai)
    lying.lie = spoilt(1, change)
    await world.follow(shanghai, origin, lying)
    shanghai.decide()

    held = shanghai.reader.held(origin, 0, 9)
    assert [None, fault, None] == [entry.fault for entry in held]
    assert PayloadState.QUARANTINED is held[1].state
    assert [True, False, True] == [shanghai.decision(origin, at).counts for at in range(3)]
    assert ("RECORD_INVALID", fault) == shanghai.decision(origin, 1).reasons


async def test_bytes_that_are_no_record_keep_their_place(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """They match their commitment, so they are held and served on; they are refused, and those after them count."""
    origin = hangzhou.origin("lists")
    unreadable = replace(hangzhou.item(samples.black(7)), payload=b"\xff\xff")
    hangzhou.publish("lists", samples.black(1))
    with hangzhou.stages.store.write() as unit:
        hangzhou.stages.intake._keep(unit, origin, [(unreadable, (samples.black(7), ()))], amend=False)
    hangzhou.accepted[origin].append(unreadable.payload)
    hangzhou.publish("lists", samples.black(2))
    await world.mirror(shanghai, hangzhou, "lists")

    assert [True, False, True] == [shanghai.decision(origin, at).counts for at in range(3)]
    assert ("RECORD_INVALID", "RECORD_MALFORMED") == shanghai.decision(origin, 1).reasons


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
