# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements of members: only what is durable and in effect is stated, only pinned keys count, nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import NoteFault
from federation.log.checkpoint import FeedKeys, open_checkpoint
from federation.log.note import COSIGNATURE, IN_EFFECT, MAX_SIGNATURE_LINES, Note, SignatureLine, cosign_note
from node.acknowledge.statement import Stage, Stated, Statements, statements_in
from node.identity.keys import FileSigner, KeyRing
from tests.node.region.member import signing

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

KINDS = {Stage.HELD: COSIGNATURE, Stage.IN_EFFECT: IN_EFFECT}
HELD, IN_FORCE = Stage.HELD, Stage.IN_EFFECT


def keys_of(node: Node, origin: str) -> FeedKeys:
    """The keys of a feed."""
    keys = node.stages.foundation.members.feed_keys(origin)
    assert keys is not None
    return keys


def statements(node: Node, origin: str) -> Statements:
    """What a node has to say about a feed."""
    members = node.stages.foundation.members.clock_keys
    return Statements(keys_of(node, origin), node.reader, node.keys, members, node.clock)


def heard(node: Node, origin: str, note: bytes) -> list[tuple[str, Stage, int, int]]:
    """What a node takes from a note: member, stage, size and seconds."""
    members = node.stages.foundation.members.clock_keys
    found = statements_in(note, keys_of(node, origin), members, node.clock())
    return sorted((each.member, each.stage, each.size, each.time_ms // 1000) for each in found)


def ring(node_id: str) -> KeyRing:
    """The keys of any node of the world."""
    return KeyRing(
        "delta.example", node_id, *(FileSigner(signing(node_id, name)) for name in ("log", "clock", "message"))
    )


def stated(owner: Node, origin: str, member: str, time_s: int, stage: Stage = HELD) -> bytes:
    """The statement of a member about the newest checkpoint of an owner's feed."""
    note = Note.parse(owner.publisher.checkpoint(owner.id, origin))
    keys = ring(member)
    line = cosign_note(note.text, keys.name, keys.clock, keys.clock.public_key, time_s, KINDS[stage])
    return Note(note.text, (note.signatures[0], line)).encode()


async def test_a_member_states_once_what_it_holds_and_has_in_effect(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """On one note, with the log's signature; again when there is more, and not for a newer heartbeat."""
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou, "lists")
    origin, now_s = hangzhou.origin("lists"), world.clock() // 1000
    says = statements(shanghai, origin)

    (note,) = says.due()
    assert says.due(), "what was not sent is still due"
    says.sent([note])

    assert [("310000", HELD, 1, now_s), ("310000", IN_FORCE, 1, now_s)] == heard(hangzhou, origin, note)
    assert 1 == open_checkpoint(note, keys_of(hangzhou, origin)).checkpoint.size
    world.clock.forward(minutes=2)
    hangzhou.stages.sequencer(origin).beat()
    await world.mirror(shanghai, hangzhou, "lists")
    assert () == says.due()
    hangzhou.publish("lists", samples.black(2))
    await world.mirror(shanghai, hangzhou, "lists")
    assert [2, 2] == [size for note in says.due() for _, _, size, _ in heard(hangzhou, origin, note)]


async def test_what_the_ledger_has_not_applied_is_not_stated_to_be_in_effect(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """It is held; its effect is stated when the rules have been applied, under the same checkpoint."""
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou, "lists")
    origin = hangzhou.origin("lists")
    says = statements(shanghai, origin)
    says.sent(says.due())
    hangzhou.publish("lists", samples.ending(), ref=0)
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))

    first = says.due()
    says.sent(first)
    shanghai.decide()
    second = says.due()

    now_s = world.clock() // 1000
    assert [("310000", HELD, 2, now_s)] == [each for note in first for each in heard(hangzhou, origin, note)]
    assert [("310000", IN_FORCE, 2, now_s)] == [each for note in second for each in heard(hangzhou, origin, note)]


async def test_an_effect_is_stated_though_more_comes_than_is_applied(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """A ledger that is never quite done: the checkpoint seen before has its turn when it is applied."""
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou)
    origin, source = hangzhou.origin("lists"), world.source(hangzhou, shanghai)
    await world.follow(shanghai, origin, source)
    says = statements(shanghai, origin)
    says.sent(says.due())
    while shanghai.stages.ledger.apply(origin):
        pass
    hangzhou.publish("lists", samples.black(2))
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))

    notes = says.due()

    assert {(HELD, 2), (IN_FORCE, 1)} == {each[1:3] for note in notes for each in heard(hangzhou, origin, note)}


def test_nothing_is_stated_of_what_is_not_held(hangzhou: Node, shanghai: Node) -> None:
    """A feed never followed."""
    assert () == statements(shanghai, hangzhou.origin("lists")).due()


async def test_nothing_is_stated_of_a_quarantined_feed(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """What contradicts itself is not vouched for."""
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou, "lists")
    with shanghai.stages.store.write() as unit:
        unit.quarantine(hangzhou.origin("lists"), "CHECKPOINT_FORK")

    assert () == statements(shanghai, hangzhou.origin("lists")).due()


async def test_statements_of_members_downstream_are_handed_on(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """In one note for each size; those of one size together with the own ones; none of a member that is not pinned."""
    origin = hangzhou.origin("lists")
    hangzhou.publish("lists", samples.black(1))
    older = stated(hangzhou, origin, "yrd", 5)
    hangzhou.publish("lists", samples.black(2))
    await world.mirror(shanghai, hangzhou, "lists")
    same = stated(hangzhou, origin, "330000", 7, IN_FORCE)
    with shanghai.stages.store.write() as unit:
        kept = [Stated("yrd", HELD, 1, 5000, older), Stated("330000", IN_FORCE, 2, 7000, same)]
        kept += [Stated("reader", HELD, 0, 0, b""), Stated("999999", HELD, 2, 7000, same)]
        unit.keep_stated(origin, kept, 1)
    says = statements(shanghai, origin)

    notes = says.due()
    says.sent(notes)

    now_s = world.clock() // 1000
    own = [("310000", HELD, 2, now_s), ("310000", IN_FORCE, 2, now_s)]
    taken = [heard(hangzhou, origin, note) for note in notes]
    assert [[*own, ("330000", IN_FORCE, 2, 7)], [("yrd", HELD, 1, 5)]] == taken
    assert () == says.due()


def test_a_line_of_one_stage_is_none_of_the_other(hangzhou: Node, samples: Samples) -> None:
    """A cosignature put under the key id of the other kind fails: holding is never passed off as effect."""
    hangzhou.publish("lists", samples.black(1))
    origin = hangzhou.origin("lists")
    note = Note.parse(stated(hangzhou, origin, "310000", 5))
    log, line = note.signatures
    passed_off = SignatureLine(line.name, ring("310000").clock_verifier.in_effect().key_id, line.signature)

    with pytest.raises(NoteFault, match="NOTE_SIGNATURE_INVALID"):
        heard(hangzhou, origin, Note(note.text, (log, passed_off)).encode())


@pytest.mark.parametrize("stage", Stage)
def test_a_bad_signature_of_a_known_member_refuses_the_whole_note(
    hangzhou: Node, samples: Samples, stage: Stage
) -> None:
    """As the rules of notes say: nothing else on it counts."""
    hangzhou.publish("lists", samples.black(1))
    origin = hangzhou.origin("lists")
    note = Note.parse(stated(hangzhou, origin, "310000", 5, stage))
    log, line = note.signatures
    forged = SignatureLine(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    other = Note.parse(stated(hangzhou, origin, "yrd", 5)).signatures[1]

    with pytest.raises(NoteFault, match="NOTE_SIGNATURE_INVALID"):
        heard(hangzhou, origin, Note(note.text, (log, forged, other)).encode())


@pytest.mark.parametrize("stage", Stage)
def test_unknown_lines_the_owners_own_and_the_future_say_nothing(
    hangzhou: Node, shanghai: Node, samples: Samples, stage: Stage
) -> None:
    """Only pinned members state, about others' feeds, at a time that can be."""
    hangzhou.publish("lists", samples.black(1))
    origin, now_s = hangzhou.origin("lists"), hangzhou.clock() // 1000

    assert [] == heard(hangzhou, origin, stated(hangzhou, origin, "999999", now_s, stage))
    assert [] == heard(shanghai, origin, stated(hangzhou, origin, "330100", now_s, stage))
    assert [] == heard(hangzhou, origin, stated(hangzhou, origin, "yrd", now_s + 301, stage))
    in_time = stated(hangzhou, origin, "yrd", now_s + 300, stage)
    assert [("yrd", stage, 1, now_s + 300)] == heard(hangzhou, origin, in_time)


async def test_a_note_never_passes_the_caps(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """What finds no room in one note goes with the next: in the end everything was said."""
    hangzhou.publish("lists", samples.black(1))
    origin = hangzhou.origin("lists")
    await world.mirror(shanghai, hangzhou, "lists")
    names = [f"m{number:02}" for number in range(80)]
    with shanghai.stages.store.write() as unit:
        unit.keep_stated(origin, [Stated(name, HELD, 1, 1000, stated(hangzhou, origin, name, 1)) for name in names], 1)
    members = [ring(name).clock_verifier for name in names]
    says = Statements(keys_of(shanghai, origin), shanghai.reader, shanghai.keys, members, shanghai.clock)
    told: set[str] = set()
    rounds = 0
    while notes := says.due():
        rounds += 1
        for note in notes:
            lines = Note.parse(note).signatures
            assert len(lines) <= MAX_SIGNATURE_LINES
            told |= {line.name.rpartition("/")[2] for line in lines[1:]}
        says.sent(notes)

    assert 2 == rounds
    assert told == {*names, "310000"}
