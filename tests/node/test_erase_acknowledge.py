# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements of mirrors: only what is durable is stated, only pinned keys count, and nothing is said twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import NoteFault
from federation.log.checkpoint import FeedKeys, open_checkpoint
from federation.log.note import MAX_SIGNATURE_LINES, Note, SignatureLine, cosign_note
from node.erase.acknowledge import Cosigned, Statements, statements_in
from node.identity.keys import FileSigner, KeyRing
from tests.node.region.member import signing

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


def keys_of(node: Node, origin: str) -> FeedKeys:
    """The keys of a feed."""
    keys = node.stages.foundation.members.feed_keys(origin)
    assert keys is not None
    return keys


def statements(node: Node, origin: str) -> Statements:
    """What a node has to say about a feed."""
    return Statements(keys_of(node, origin), node.reader, node.keys, node.clock)


def heard(node: Node, origin: str, note: bytes) -> list[tuple[str, int, int]]:
    """What a node takes from a note: member, size and seconds."""
    members = node.stages.foundation.members.clock_keys
    found = statements_in(note, keys_of(node, origin), members, node.clock())
    return [(each.member, each.size, each.time_ms // 1000) for each in found]


def ring(node_id: str) -> KeyRing:
    """The keys of any node of the world."""
    return KeyRing(
        "delta.example", node_id, *(FileSigner(signing(node_id, name)) for name in ("log", "clock", "message"))
    )


def stated(owner: Node, origin: str, member: str, time_s: int) -> bytes:
    """The statement of a member about the newest checkpoint of an owner's feed."""
    note = Note.parse(owner.publisher.checkpoint(owner.id, origin))
    keys = ring(member)
    line = cosign_note(note.text, keys.name, keys.clock, keys.clock.public_key, time_s)
    return Note(note.text, (note.signatures[0], line)).encode()


async def test_a_mirror_states_what_it_holds_once(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """With the log's signature and its own; again when it holds more, and not for a newer heartbeat."""
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou, "lists")
    origin = hangzhou.origin("lists")
    says = statements(shanghai, origin)

    (note,) = says.due()
    assert says.due(), "what was not sent is still due"
    says.sent([note])

    assert [("310000", 1, world.clock() // 1000)] == heard(hangzhou, origin, note)
    assert 1 == open_checkpoint(note, keys_of(hangzhou, origin)).checkpoint.size
    world.clock.forward(minutes=2)
    hangzhou.stages.sequencer(origin).beat()
    await world.mirror(shanghai, hangzhou, "lists")
    assert () == says.due()
    hangzhou.publish("lists", samples.black(2))
    await world.mirror(shanghai, hangzhou, "lists")
    assert [2] == [size for note in says.due() for _, size, _ in heard(hangzhou, origin, note)]


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


async def test_statements_of_mirrors_downstream_are_handed_on(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """In one note for each size; those of one size together with the own one."""
    origin = hangzhou.origin("lists")
    hangzhou.publish("lists", samples.black(1))
    older = stated(hangzhou, origin, "yrd", 5)
    hangzhou.publish("lists", samples.black(2))
    await world.mirror(shanghai, hangzhou, "lists")
    same = stated(hangzhou, origin, "330000", 7)
    with shanghai.stages.store.write() as unit:
        unit.keep_cosigned(origin, [Cosigned("yrd", 1, 5000, older), Cosigned("330000", 2, 7000, same)])
        unit.keep_cosigned(origin, [Cosigned("reader", 0, 0, b"")])
    says = statements(shanghai, origin)

    notes = says.due()
    says.sent(notes)

    now_s = world.clock() // 1000
    taken = [sorted(heard(hangzhou, origin, note)) for note in notes]
    assert [[("310000", 2, now_s), ("330000", 2, 7)], [("yrd", 1, 5)]] == taken
    assert () == says.due()


def test_a_bad_cosignature_of_a_known_member_refuses_the_whole_note(hangzhou: Node, samples: Samples) -> None:
    """As the rules of notes say: nothing else on it counts."""
    hangzhou.publish("lists", samples.black(1))
    origin = hangzhou.origin("lists")
    note = Note.parse(stated(hangzhou, origin, "310000", 5))
    log, line = note.signatures
    forged = SignatureLine(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    other = Note.parse(stated(hangzhou, origin, "yrd", 5)).signatures[1]

    with pytest.raises(NoteFault, match="NOTE_SIGNATURE_INVALID"):
        heard(hangzhou, origin, Note(note.text, (log, forged, other)).encode())


def test_unknown_lines_the_owners_own_and_the_future_say_nothing(
    hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Only pinned members state, about others' feeds, at a time that can be."""
    hangzhou.publish("lists", samples.black(1))
    origin, now_s = hangzhou.origin("lists"), hangzhou.clock() // 1000

    assert [] == heard(hangzhou, origin, stated(hangzhou, origin, "999999", now_s))
    assert [] == heard(shanghai, origin, stated(hangzhou, origin, "330100", now_s))
    assert [] == heard(hangzhou, origin, stated(hangzhou, origin, "yrd", now_s + 301))
    assert [("yrd", 1, now_s + 300)] == heard(hangzhou, origin, stated(hangzhou, origin, "yrd", now_s + 300))


async def test_a_note_never_passes_the_caps(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """What finds no room in one note goes with the next: in the end everything was said."""
    hangzhou.publish("lists", samples.black(1))
    origin = hangzhou.origin("lists")
    await world.mirror(shanghai, hangzhou, "lists")
    names = [f"m{number:02}" for number in range(80)]
    with shanghai.stages.store.write() as unit:
        rows = [Cosigned(name, 1, 1000, stated(hangzhou, origin, name, 1)) for name in names]
        unit.keep_cosigned(origin, rows)
    says = statements(shanghai, origin)
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
