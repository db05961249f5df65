# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What a mirror still holds comes back, verified, into an old copy of the store; after it the node signs on."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from federation.errors import ConfigFault, EntriesFault, ForkFault, UnreachableFault
from federation.log.entry import PayloadState
from federation.log.note import Note
from node.follow.ports import Received
from node.intake import Accepted, Duplicate
from node.refill.store import Refilled
from node.storage.reapply import reapply
from node.storage.register import Erased
from tests.node.region.member import Node
from tests.node.region.samples import Samples
from tests.node.region.world import World
from tests.node.upkeep.conftest import Copy, Restored, forget

Checked = Callable[[Node], list[tuple[str, int | None, str]]]


async def test_what_is_missing_comes_back(
    world: World, hangzhou: Node, yesterday: Restored, mirror: Copy, checked: Checked
) -> None:
    """Entries, acts, tree and note are as they were, byte for byte; the store is whole."""
    origin = hangzhou.origin("lists")

    (found,) = await yesterday.refill(mirror, "lists")

    assert Refilled(origin, before=6, after=14) == found
    assert [] == checked(hangzhou)
    world.audit()
    assert hangzhou.reader.acts(origin, [2])[2][0].index == 13


async def test_the_node_signs_on_after_it(
    world: World, hangzhou: Node, shanghai: Node, yesterday: Restored, mirror: Copy, samples: Samples
) -> None:
    """The sequencer goes on behind what came back, and the mirror follows; no size was ever signed twice."""
    world.see()
    await yesterday.refill(mirror, "lists")
    hangzhou.stages.sequencer(hangzhou.origin("lists")).refuse_fork(await mirror.checkpoint(hangzhou.origin("lists")))

    hangzhou.publish("lists", samples.black(20))
    await world.mirror(shanghai, hangzhou, "lists")

    world.audit()
    assert shanghai.reader.follow_range(hangzhou.origin("lists")).size == 15


async def test_it_beats_on_whatever_order_the_mirror_tells_signatures_in(
    hangzhou: Node, yesterday: Restored, mirror: Copy
) -> None:
    """The log's own line stands first again, so that a new cosignature does not put it out."""
    origin = hangzhou.origin("lists")
    note = Note.parse(await mirror.checkpoint(origin))
    mirror.note = Note(note.text, tuple(reversed(note.signatures))).encode()

    await yesterday.refill(mirror, "lists")
    hangzhou.stages.sequencer(origin).beat()

    assert hangzhou.stages.sequencer(origin).load().range.size == 14


async def test_the_same_file_imported_again_is_a_duplicate(
    hangzhou: Node, yesterday: Restored, mirror: Copy, samples: Samples
) -> None:
    """Keys come back with the records they are made of."""
    await yesterday.refill(mirror, "lists")

    outcomes = hangzhou.offer("lists", *(hangzhou.item(samples.black(number)) for number in range(13)))

    assert [Duplicate()] * 13 == outcomes


async def test_decisions_are_made_on_what_came_back(hangzhou: Node, yesterday: Restored, mirror: Copy) -> None:
    """An entry ends with the ending that came back, and new ones count."""
    await yesterday.refill(mirror, "lists")

    assert "ended" == hangzhou.decision(hangzhou.origin("lists"), 2).standing.lower()
    assert hangzhou.decision(hangzhou.origin("lists"), 12).counts


async def test_every_feed_of_the_node_comes_back(
    world: World, hangzhou: Node, shanghai: Node, yesterday: Restored, mirror: Copy
) -> None:
    """The catalogue too; a feed that the peer does not hold is told apart."""
    found = await yesterday.refill(mirror, "_catalogue", "lists", "penalties")

    assert [True, True, False] == [one.mirrored for one in found]


async def test_a_refill_interrupted_after_any_chunk_goes_on(
    hangzhou: Node, yesterday: Restored, mirror: Copy, checked: Checked
) -> None:
    """Midway nothing is signed; the next run goes on where it was, and the end is the same."""
    origin = hangzhou.origin("lists")
    mirror.entries = 1
    for size in range(7, 14):
        mirror.chunks = 1
        with pytest.raises(UnreachableFault):
            await yesterday.refill(mirror, "lists")
        hangzhou.reopen()

        assert size == hangzhou.reader.follow_range(origin).size
        with pytest.raises(ConfigFault, match=r"REFILL_UNFINISHED.*mend: xinqiao feed refill --from"):
            hangzhou.stages.sequencer(origin).sequence()
        assert [] == checked(hangzhou)
    mirror.chunks = 1
    (found,) = await yesterday.refill(mirror, "lists")

    assert (13, 14) == (found.before, found.after)
    assert 14 == hangzhou.stages.sequencer(origin).load().range.size


async def test_the_store_may_fail_at_any_point(
    hangzhou: Node, yesterday: Restored, mirror: Copy, checked: Checked
) -> None:
    """Before or after any call or commit: what is kept is whole, and another run brings the rest."""
    point = 0
    while True:
        hangzhou.trouble.arm(point)
        try:
            await yesterday.refill(mirror, "lists")
        except Exception:  # the test is of what is left
            assert hangzhou.trouble.fired
        if not hangzhou.trouble.fired:
            break
        hangzhou.reopen()
        assert [] == checked(hangzhou)
        await yesterday.refill(mirror, "lists")
        assert 14 == hangzhou.stages.sequencer(hangzhou.origin("lists")).load().range.size
        yesterday.put_back()
        point += 7
    assert point > 30


async def test_what_waited_and_was_published_is_not_published_twice(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, backed_up: Callable[[], Restored], mirror: Copy
) -> None:
    """Rows that waited when the copy was made are found by their commitments, acts too; new ones stay in the queue."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.offer("lists", hangzhou.item(samples.black(2)), hangzhou.item(samples.ending(), 0))
    old = backed_up()
    hangzhou.publish("lists", samples.black(3))
    await world.mirror(shanghai, hangzhou, "lists")
    old.put_back()
    hangzhou.offer("lists", hangzhou.item(samples.black(3)), hangzhou.item(samples.black(4)))

    (found,) = await old.refill(mirror, "lists")

    assert Refilled(hangzhou.origin("lists"), before=1, after=4, unqueued=3) == found
    assert {hangzhou.origin("lists"): 1} == hangzhou.reader.pending()
    hangzhou.publish("lists")
    assert [Duplicate()] * 4 == hangzhou.offer("lists", *(hangzhou.item(samples.black(each)) for each in (1, 2, 3, 4)))


def withholding(chunk: Received) -> Received:
    """The mirror may have none of the payloads, or says so."""
    bare = [replace(entry, state=PayloadState.WITHHELD, salt=b"", payload=b"") for entry in chunk.entries]
    return replace(chunk, entries=bare)


async def test_withheld_payloads_are_lost_until_another_mirror_has_them(
    hangzhou: Node, yesterday: Restored, mirror: Copy, checked: Checked, samples: Samples
) -> None:
    """A missing payload is a fault and never "no record"; the second mirror's are held against the leaves."""
    origin = hangzhou.origin("lists")
    mirror.lie = withholding
    (first,) = await yesterday.refill(mirror, "lists")

    assert Refilled(origin, before=6, after=14, lost=8) == first
    assert [PayloadState.LOST] * 8 == [entry.state for entry in hangzhou.reader.held(origin, 6, 99)]
    assert [] == checked(hangzhou)
    mirror.lie = lambda chunk: chunk
    (second,) = await yesterday.refill(mirror, "lists")

    assert Refilled(origin, before=14, after=14, payloads=8) == second
    assert [] == checked(hangzhou)
    assert hangzhou.decision(origin, 12).counts
    assert [Duplicate()] == hangzhou.offer("lists", hangzhou.item(samples.black(12)))


async def test_what_waited_lends_its_payload(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, backed_up: Callable[[], Restored], mirror: Copy
) -> None:
    """An entry whose payload the mirror withholds is not lost when it waits in the old copy."""
    hangzhou.offer("lists", hangzhou.item(samples.black(1)))
    old = backed_up()
    hangzhou.publish("lists")
    await world.mirror(shanghai, hangzhou, "lists")
    old.put_back()
    mirror.lie = withholding

    (found,) = await old.refill(mirror, "lists")

    assert (0, 1) == (found.lost, found.unqueued)


async def test_a_wrong_payload_is_evidence_and_never_kept(
    hangzhou: Node, yesterday: Restored, mirror: Copy, checked: Checked
) -> None:
    """The leaf holds, so the entry comes back; its payload is lost until somebody has the true one."""
    origin = hangzhou.origin("lists")
    mirror.lie = lambda chunk: replace(
        chunk,
        entries=[
            each if each.state is not PayloadState.PRESENT else replace(each, payload=b"x") for each in chunk.entries
        ],
    )

    (found,) = await yesterday.refill(mirror, "lists")

    assert 8 == found.lost
    assert {"PAYLOAD_COMMITMENT"} == {evidence.reason for _, evidence in hangzhou.reader.evidence(origin)}
    assert [] == checked(hangzhou)


async def test_an_erased_payload_is_lost_until_its_erase_has_come(
    hangzhou: Node, yesterday: Restored, mirror: Copy
) -> None:
    """A mirror's word alone erases nothing."""
    mirror.lie = lambda chunk: replace(
        chunk, entries=[replace(each, state=PayloadState.ERASED, salt=b"", payload=b"") for each in chunk.entries]
    )
    (found,) = await yesterday.refill(mirror, "lists")

    assert 8 == found.lost


async def test_what_was_ordered_erased_does_not_come_back(
    hangzhou: Node, yesterday: Restored, mirror: Copy, checked: Checked
) -> None:
    """A mirror that has not heard of the order still has the payload; the register outside the store knows it."""
    origin = hangzhou.origin("lists")
    register = hangzhou.stages.store.register
    assert register is not None
    register.append([Erased(origin, 8, 1)])
    hangzhou.reopen()

    (found,) = await yesterday.refill(mirror, "lists")

    assert (14, 0) == (found.after, found.lost)
    entry = hangzhou.reader.entry(origin, 8)
    assert entry is not None
    assert (PayloadState.ERASED, b"", b"") == (entry.state, entry.salt, entry.payload)
    assert [] == checked(hangzhou)
    await yesterday.refill(mirror, "lists")
    assert PayloadState.ERASED is hangzhou.reader.held(origin, 8, 1)[0].state


async def test_a_refill_that_dies_leaves_the_register_to_the_next_start(
    hangzhou: Node, yesterday: Restored, mirror: Copy
) -> None:
    """What came back before the crash is looked up again when the store is opened, as every start does."""
    origin = hangzhou.origin("lists")
    register = hangzhou.stages.store.register
    assert register is not None
    register.append([Erased(origin, 8, 1)])
    reapply(hangzhou.stages.store)
    mirror.chunks = 1
    with pytest.raises(UnreachableFault):
        await yesterday.refill(mirror, "lists")
    hangzhou.reopen()

    assert 1 == reapply(hangzhou.stages.store)
    assert PayloadState.ERASED is hangzhou.reader.held(origin, 8, 1)[0].state


async def test_other_entries_than_were_signed_are_refused(hangzhou: Node, yesterday: Restored, mirror: Copy) -> None:
    """Leaves that do not lead to the signed root are evidence against the mirror; nothing is kept."""
    origin = hangzhou.origin("lists")
    mirror.lie = lambda chunk: replace(chunk, entries=[replace(chunk.entries[0], leaf=bytes(84)), *chunk.entries[1:]])

    with pytest.raises(EntriesFault, match="ENTRIES_ROOT"):
        await yesterday.refill(mirror, "lists")

    assert 6 == hangzhou.reader.follow_range(origin).size
    assert ["ENTRIES_ROOT"] == [evidence.reason for _, evidence in hangzhou.reader.evidence(origin)]


async def test_two_histories_are_never_joined(
    world: World, hangzhou: Node, shanghai: Node, yesterday: Restored, mirror: Copy, samples: Samples
) -> None:
    """A copy that was signed on, out of reach of its mirrors, has forked: both notes are kept, nothing is changed."""
    origin = hangzhou.origin("lists")
    hangzhou.publish("lists", samples.black(30))
    ours = hangzhou.publisher.checkpoint(hangzhou.id, origin)

    with pytest.raises(ForkFault, match=r"CHECKPOINT_FORK.*two histories.*mend"):
        await yesterday.refill(mirror, "lists")

    theirs = await mirror.checkpoint(origin)
    ((_, evidence),) = hangzhou.reader.evidence(origin)
    assert ("CHECKPOINT_FORK", (ours, theirs)) == (evidence.reason, evidence.parts)
    assert 7 == hangzhou.reader.follow_range(origin).size


async def test_a_fork_below_our_size_is_found_too(hangzhou: Node, yesterday: Restored, mirror: Copy) -> None:
    """The mirror knows less, and something else."""
    origin = hangzhou.origin("lists")
    mirror.note = hangzhou.other_history("lists", 3)

    with pytest.raises(ForkFault, match="CHECKPOINT_FORK"):
        await yesterday.refill(mirror, "lists")

    ((_, evidence),) = hangzhou.reader.evidence(origin)
    assert mirror.note == evidence.parts[1]


async def test_a_mirror_that_is_behind_changes_nothing(
    hangzhou: Node, shanghai: Node, world: World, samples: Samples, mirror: Copy
) -> None:
    """There is nothing to bring back; a store that is the newest stays as it is."""
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou, "lists")
    hangzhou.publish("lists", samples.black(2))
    state = Restored(hangzhou, hangzhou.config.store_path)

    (found,) = await state.refill(mirror, "lists")

    assert Refilled(hangzhou.origin("lists"), before=2, after=2) == found
    assert [Accepted()] == hangzhou.publish("lists", samples.black(3))


async def test_a_feed_made_after_the_copy_is_made_again(
    world: World, hangzhou: Node, shanghai: Node, yesterday: Restored, mirror: Copy
) -> None:
    """The node's configuration names it, the mirror holds it, the old copy has never heard of it."""
    origin = hangzhou.origin("lists")
    hangzhou.stages.store.close()
    world_file = hangzhou.config.store_path
    forget(world_file, origin)
    hangzhou.open()

    (found,) = await yesterday.refill(mirror, "lists")

    assert (0, 14) == (found.before, found.after)
