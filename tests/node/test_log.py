# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The sequencer: a durable order, one history, and no signature over what it did not read back."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from federation.errors import ClockFault, ConfigFault, NoteFault, StoreFault
from federation.log.checkpoint import open_checkpoint
from federation.log.note import Note
from federation.records.feed_policy import Dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from federation.log.checkpoint import SignedCheckpoint
    from node.log import Sequencer, Waiting
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


def sequencer(node: Node) -> Sequencer:
    """The sequencer of the lists."""
    return node.stages.sequencer(node.origin("lists"))


def head(node: Node) -> SignedCheckpoint:
    """The newest checkpoint of the lists, verified."""
    keys = node.stages.foundation.members.feed_keys(node.origin("lists"))
    assert keys is not None
    return open_checkpoint(node.publisher.checkpoint(node.id, node.origin("lists")), keys)


def times(node: Node) -> list[int]:
    """Times of the entries of the lists."""
    entries = node.reader.held(node.origin("lists"), 0, 1000)
    return [leaf.time_ms for entry in entries if (leaf := entry.leaf) is not None]


@pytest.mark.parametrize("first", [1, 255, 256, 257])
def test_batches_lead_to_one_signed_root(hangzhou: Node, world: World, samples: Samples, first: int) -> None:
    """Whatever the sizes of batches, also around a full tile."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(first)))
    hangzhou.publish("lists", *(samples.black(number) for number in range(first, first + 3)))

    assert first + 3 == head(hangzhou).checkpoint.size
    world.audit()


def test_a_batch_has_a_bounded_number_of_entries(hangzhou: Node, samples: Samples) -> None:
    """What is beyond it waits for the next one, in order."""
    hangzhou.offer("lists", *(hangzhou.item(samples.black(number)) for number in range(5)))
    origin = hangzhou.origin("lists")
    small = type(sequencer(hangzhou))(origin, hangzhou.stages.store, hangzhou.keys, hangzhou.clock, max_batch=2)

    assert [2, 2, 1, 0] == [small.sequence() for _ in range(4)]
    assert hangzhou.accepted[origin] == [entry.payload for entry in hangzhou.reader.held(origin, 0, 9)]


def test_leaf_times_rise_although_the_clock_steps_back(hangzhou: Node, world: World, samples: Samples) -> None:
    """Each batch is a millisecond after the one before it, until the clock has caught up."""
    start = hangzhou.clock()
    for number, step in enumerate((0, -300, -300, 1000)):
        hangzhou.clock.forward(milliseconds=step)
        hangzhou.publish("lists", samples.black(number))

    assert [start, start + 1, start + 2, start + 400] == times(hangzhou)
    world.audit()


def test_a_clock_before_the_head_is_refused_at_start(hangzhou: Node, world: World, samples: Samples) -> None:
    """And nothing is signed until it is right again; then all goes on."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.reopen()
    hangzhou.clock.forward(milliseconds=-1001)
    for act in (sequencer(hangzhou).load, sequencer(hangzhou).sequence, sequencer(hangzhou).beat):
        with pytest.raises(ClockFault, match="CLOCK_BEHIND"):
            act()

    hangzhou.clock.forward(milliseconds=1)
    hangzhou.publish("lists", samples.black(2))

    assert 2 == head(hangzhou).checkpoint.size
    world.audit()


def test_a_clock_that_falls_a_day_back_amid_work_signs_nothing(hangzhou: Node, world: World, samples: Samples) -> None:
    """Neither entries nor heartbeats, as after a restart; no time falls, and all goes on when the clock is right."""
    hangzhou.publish("lists", samples.black(1))
    before = head(hangzhou).note
    hangzhou.offer("lists", hangzhou.item(samples.black(2)))
    hangzhou.clock.forward(days=-1)
    for act in (sequencer(hangzhou).sequence, sequencer(hangzhou).beat, sequencer(hangzhou).sequence):
        with pytest.raises(ClockFault, match="CLOCK_BEHIND"):
            act()
    assert (before, {hangzhou.origin("lists"): 1}) == (head(hangzhou).note, hangzhou.reader.pending())

    hangzhou.clock.forward(days=1)
    sequencer(hangzhou).beat()
    hangzhou.publish("lists", samples.black(3))

    assert times(hangzhou) == sorted(times(hangzhou))
    assert 3 == len(times(hangzhou))
    world.audit()


def flip(at: int) -> Callable[[bytes], bytes]:
    """Flips the lowest bit of one byte."""
    return lambda raw: raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] if at >= 0 else flip(len(raw) + at)(raw)


@pytest.mark.parametrize(
    ("place", "twist"),
    [
        ("tile.hashes", flip(0)),
        ("tile.hashes", flip(-1)),
        ("tile.hashes", lambda raw: raw[:-32]),
        ("feed.edge", flip(-1)),
        ("feed.edge", lambda _: b""),
        ("feed.note", flip(30)),
        ("feed.note", flip(60)),
        ("feed.note", lambda raw: raw.replace(b"\n3\n", b"\n4\n")),
        ("feed.note", flip(-9)),
        ("feed.note", lambda raw: raw.replace(b"/lists/", b"/filings/")),
        ("feed.note", lambda _: None),
    ],
)
def test_a_head_that_is_not_what_was_signed_is_never_built_on(
    hangzhou: Node, samples: Samples, place: str, twist: Callable[[bytes], bytes | None]
) -> None:
    """A changed tile, right edge or note: nothing is signed, and what waits goes on waiting."""
    origin = hangzhou.origin("lists")
    hangzhou.publish("lists", *(samples.black(number) for number in range(3)))
    hangzhou.offer("lists", hangzhou.item(samples.black(3)))
    before = hangzhou.reader.entries(origin, 0, 9)
    hangzhou.tamper(place, origin, twist)

    for act in (sequencer(hangzhou).load, sequencer(hangzhou).sequence, sequencer(hangzhou).beat):
        with pytest.raises(StoreFault, match=r"HEAD_CORRUPT|STORE_CORRUPT"):
            act()
    assert before == hangzhou.reader.entries(origin, 0, 9)
    assert {origin: 1} == hangzhou.reader.pending()


def twisted(changes: Mapping[str, Any]) -> Callable[[Sequence[Waiting]], Sequence[Waiting]]:
    """Gives the first pending row back with something changed."""

    def twist(rows: Sequence[Waiting]) -> Sequence[Waiting]:
        return [replace(row, pending=row.pending._replace(**changes)) for row in rows[:1]] + list(rows[1:])

    return twist


@pytest.mark.parametrize("changes", [{"payload": b"other"}, {"digest": bytes(32)}, {"salt": b"short"}, {"schema": -1}])
def test_a_pending_row_that_changed_is_not_signed(
    hangzhou: Node, world: World, samples: Samples, changes: dict[str, object]
) -> None:
    """It waits until the store is mended, and nothing overtakes it."""
    hangzhou.offer("lists", *(hangzhou.item(samples.black(number)) for number in range(2)))
    hangzhou.trouble.twists["waiting"] = twisted(changes)
    with pytest.raises(StoreFault, match="PENDING_CORRUPT"):
        sequencer(hangzhou).sequence()

    assert 0 == head(hangzhou).checkpoint.size
    hangzhou.trouble.twists.clear()
    assert 2 == sequencer(hangzhou).sequence()
    hangzhou.decide()
    world.audit()


def flipped(place: int) -> Callable[[Sequence[tuple[bytes, ...]]], Sequence[tuple[bytes, ...]]]:
    """Gives the last stored row back with one bit of its leaf, salt or payload flipped."""

    def twist(rows: Sequence[tuple[bytes, ...]]) -> Sequence[tuple[bytes, ...]]:
        last = list(rows[-1])
        last[place] = bytes([last[place][0] ^ 1]) + last[place][1:]
        return [*rows[:-1], tuple(last)]

    return twist


@pytest.mark.parametrize(
    "twist",
    [flipped(0), flipped(1), flipped(2), lambda rows: rows[:-1], lambda rows: [(row[0], b"", b"") for row in rows]],
)
def test_a_batch_that_reads_back_otherwise_is_not_signed(
    hangzhou: Node, world: World, samples: Samples, twist: Callable[[object], object]
) -> None:
    """One flipped bit between building and storing would end the log: it is undone, and tried again."""
    hangzhou.offer("lists", *(hangzhou.item(samples.black(number)) for number in range(2)))
    hangzhou.trouble.twists["stored"] = twist
    with pytest.raises(StoreFault, match="STORED_BATCH_DIFFERS"):
        sequencer(hangzhou).sequence()

    assert 0 == head(hangzhou).checkpoint.size
    hangzhou.trouble.twists.clear()
    assert 2 == sequencer(hangzhou).sequence()
    hangzhou.decide()
    world.audit()


def test_a_head_moved_by_another_writer_is_not_overwritten(hangzhou: Node, world: World, samples: Samples) -> None:
    """Compare and swap: the batch is undone."""
    hangzhou.offer("lists", hangzhou.item(samples.black()))
    hangzhou.trouble.twists["move_head"] = lambda _: False
    for act in (sequencer(hangzhou).sequence, sequencer(hangzhou).beat):
        with pytest.raises(StoreFault, match="HEAD_MOVED"):
            act()
    hangzhou.trouble.twists.clear()

    assert 0 == head(hangzhou).checkpoint.size
    hangzhou.stages.publish_pending()
    world.audit()


def test_a_heartbeat_cosigns_the_same_checkpoint_anew(hangzhou: Node, world: World, samples: Samples) -> None:
    """The text and the log's own signature stay byte for byte; the clock's says the new time."""
    hangzhou.publish("lists", samples.black())
    before = head(hangzhou)
    world.clock.forward(minutes=3)
    sequencer(hangzhou).beat()
    after = head(hangzhou)

    assert Note.parse(before.note).signatures[0] == Note.parse(after.note).signatures[0]
    assert before.checkpoint == after.checkpoint
    assert (world.clock() // 1000, 2) == (after.cosigned_at_s, len(Note.parse(after.note).signatures))
    world.audit()


def test_nothing_waiting_changes_nothing(hangzhou: Node) -> None:
    """No new checkpoint without entries."""
    before = head(hangzhou).note
    hangzhou.clock.forward(hours=1)

    assert 0 == sequencer(hangzhou).sequence()
    assert before == head(hangzhou).note


def test_a_feed_is_created_once_and_only_by_command(hangzhou: Node, samples: Samples) -> None:
    """Creating again changes nothing; a feed that was never created is not made by publishing."""
    hangzhou.publish("lists", samples.black())
    before = head(hangzhou).note
    origin = "delta.example/330100/lists/2"
    other = type(sequencer(hangzhou))(origin, hangzhou.stages.store, hangzhou.keys, hangzhou.clock)

    assert not sequencer(hangzhou).create(Dataset.LISTS)
    assert before == head(hangzhou).note
    for act in (other.load, other.sequence, other.beat):
        with pytest.raises(ConfigFault, match="FEED_NOT_CREATED"):
            act()
    assert hangzhou.reader.feed(origin) is None


def restored(node: Node, samples: Samples) -> bytes:
    """Publishes twice, puts the store back to how it was between, and gives the note that has left since."""
    node.publish("lists", samples.black(1))
    node.stages.store.close()
    copy = node.config.store_path.read_bytes()
    node.open()
    node.publish("lists", samples.black(2))
    newest = head(node).note
    node.stages.store.close()
    node.config.store_path.write_bytes(copy)
    node.open()
    return newest


def test_a_store_from_an_old_copy_signs_no_second_history(hangzhou: Node, samples: Samples) -> None:
    """A mirror that knows more stops it, for good: a mirror that is behind takes nothing back."""
    behind = head(hangzhou).note
    newest = restored(hangzhou, samples)
    hangzhou.offer("lists", hangzhou.item(samples.black(3)))
    log = sequencer(hangzhou)
    with pytest.raises(ConfigFault, match="HISTORY_LOST"):
        log.refuse_fork(newest)
    log.refuse_fork(behind)

    for act in (log.load, log.sequence, log.beat):
        with pytest.raises(ConfigFault, match="HISTORY_LOST"):
            act()
    assert 1 == head(hangzhou).checkpoint.size


def test_another_root_for_a_size_held_is_a_lost_history_too(hangzhou: Node, samples: Samples) -> None:
    """The store was restored and went on before anybody asked the mirror."""
    other = restored(hangzhou, samples)
    hangzhou.publish("lists", samples.black(4))

    with pytest.raises(ConfigFault, match="HISTORY_LOST"):
        sequencer(hangzhou).refuse_fork(other)


def test_a_mirror_that_agrees_or_is_behind_stops_nothing(hangzhou: Node, world: World, samples: Samples) -> None:
    """A smaller consistent checkpoint is no fork."""
    notes = [head(hangzhou).note]
    for number in range(3):
        hangzhou.publish("lists", samples.black(number))
        notes.append(head(hangzhou).note)
    for note in notes:
        sequencer(hangzhou).refuse_fork(note)
    hangzhou.publish("lists", samples.black(3))

    assert 4 == head(hangzhou).checkpoint.size
    world.audit()


def test_a_mirrors_note_must_be_signed_by_this_node(hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """Nobody stops a node with a checkpoint that it never signed."""
    shanghai.publish("lists", samples.black())
    theirs = Note.parse(shanghai.publisher.checkpoint(shanghai.id, shanghai.origin("lists")))
    text = theirs.text.replace("310000", "330100")

    with pytest.raises(NoteFault):
        sequencer(hangzhou).refuse_fork(Note(text, theirs.signatures).encode())
    assert 0 == sequencer(hangzhou).sequence()


@pytest.mark.parametrize("act", ["sequence", "beat"])
def test_a_crash_at_each_point_of_publishing(hangzhou: Node, world: World, samples: Samples, act: str) -> None:
    """After each one another process goes on: every record once, in order, and one note for each size ever seen."""
    done = point = 0
    while not done:
        hangzhou.offer("lists", *(hangzhou.item(samples.black(10 * point + number)) for number in range(3)))
        if act == "beat":
            hangzhou.stages.publish_pending()
            hangzhou.clock.forward(seconds=61)
        hangzhou.trouble.arm(point)
        try:
            getattr(sequencer(hangzhou), act)()
            done = 1
        except StoreFault:
            world.see()
            hangzhou.reopen()
            hangzhou.stages.publish_pending()
            world.audit()
            point += 1
    assert point >= {"sequence": 7, "beat": 4}[act]
    hangzhou.reopen()
    hangzhou.decide()
    world.audit()


def test_a_process_that_lives_on_reloads_before_it_writes(hangzhou: Node, world: World, samples: Samples) -> None:
    """A fault at any point, also one after a commit that was kept, and one in the reload too: then all goes on."""
    log = sequencer(hangzhou)
    for point in range(12):
        hangzhou.offer("lists", *(hangzhou.item(samples.black(10 * point + number)) for number in range(2)))
        for fault_at in (point, 1, 2):
            hangzhou.trouble.arm(fault_at, lasting=False)
            try:
                log.sequence()
            except StoreFault:
                world.see()
        hangzhou.trouble.mend()
        log.sequence()
        hangzhou.decide()
        world.audit()
    assert 24 == head(hangzhou).checkpoint.size


def test_salted_commitments_differ_for_equal_records(hangzhou: Node, samples: Samples) -> None:
    """The same bytes in two feeds, or twice, cannot be recognised from the leaf."""
    hangzhou.publish("lists", samples.black(1))
    (entry,) = hangzhou.reader.held(hangzhou.origin("lists"), 0, 9)

    assert hashlib.sha256(entry.payload).digest() not in entry.raw_leaf
