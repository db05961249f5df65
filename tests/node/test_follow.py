# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Following: complete, and safe from whoever serves the feed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from federation.log.entry import PayloadState, RawEntry
from federation.records.feed_policy import Dataset
from federation.rules.admission import Admitted
from node.entry.pending import Checked
from node.follow.ports import Health, Received
from node.intake import check_submission
from tests.node.region.following import filled, health, reasons

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

pytestmark = pytest.mark.usefixtures("introduced")


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


async def test_a_peer_that_showed_less_is_met_again_once_it_knows_as_much(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """And with each session: whoever was told something may have been put back since."""
    hangzhou.publish("lists", samples.black(1))
    origin, notes = hangzhou.origin("lists"), []
    for number in (2, 3):
        hangzhou.publish("lists", samples.black(number))
        notes.append(hangzhou.publisher.checkpoint("x", origin))
    less, more = notes
    source = world.source(hangzhou, shanghai)
    counts = []
    for told in ([more, more], [less], [less, less, more], [more, less]):
        source.notes = told
        world.met.clear()
        source.idle.clear()
        await world.follow(shanghai, origin, source)
        counts.append(world.met.count((origin, "yrd")))

    assert [1, 0, 1, 1] == counts


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
    fit = check_submission(hangzhou.item(samples.black(7)), Dataset.LISTS, lambda _: Admitted())
    assert isinstance(fit, Checked)
    unreadable = fit._replace(payload=b"\xff\xff", digest=hashlib.sha256(b"\xff\xff").digest())
    hangzhou.publish("lists", samples.black(1))
    with hangzhou.stages.store.write() as unit:
        hangzhou.stages.intake._keep(unit, origin, [unreadable], amend=False)
    hangzhou.accepted[origin].append(unreadable.payload)
    hangzhou.publish("lists", samples.black(2))
    await world.mirror(shanghai, hangzhou, "lists")

    assert [True, False, True] == [shanghai.decision(origin, at).counts for at in range(3)]
    assert ("RECORD_INVALID", "RECORD_MALFORMED") == shanghai.decision(origin, 1).reasons
