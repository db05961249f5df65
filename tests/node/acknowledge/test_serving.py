# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements while nodes are served: up through hubs by themselves, and asked for where they do not come."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING

import pytest

from federation.errors import NoteFault, StoreFault, UnreachableFault
from federation.log.note import Note, SignatureLine
from federation.records.act import AnnotationKind
from federation.records.exchange import LateAcknowledgement
from federation.standards.calendar import midnight_ms
from node.acknowledge.statement import Stage, Stated, statements_in
from node.assemble.serving.condition import Condition
from node.assemble.serving.loops import Bells
from node.assemble.serving.pulse import listen
from node.assemble.serving.stating.chasing import FIRST_S, Chasing
from node.assemble.serving.stating.escalating import Escalating
from node.rpc.feed.head import ShownHead
from tests.node.acknowledge.conftest import Heard, going_on, party

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.publish import Pulse
    from tests.node.acknowledge.conftest import Party
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

HELD, IN_EFFECT = Stage.HELD, Stage.IN_EFFECT


@pytest.fixture
async def lists(world: World, hangzhou: Node, hub: Node, shanghai: Node, samples: Samples) -> str:
    """An ended entry at the origin, at the hub, and at the city behind it."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.publish("lists", samples.ending(), ref=0)
    await world.mirror(hub, hangzhou, "lists")
    for feed in ("_catalogue", "lists"):
        await world.follow(shanghai, hangzhou.origin(feed), world.source(hub, shanghai))
        shanghai.decide()
    return hangzhou.origin("lists")


async def test_statements_come_up_through_hubs_and_are_verified_at_the_origin(
    hangzhou: Node, hub: Node, shanghai: Node, lists: str
) -> None:
    """Each by its member's own pinned key: the hub hands them on and can make none."""
    origin, middle, city = party(hangzhou), party(hub), party(shanghai)

    async def to_hub(feed: str, note: bytes) -> bytes:
        return await middle.tell(city.node.id, feed, note)

    async def to_origin(feed: str, note: bytes) -> bytes:
        return await origin.tell(middle.node.id, feed, note)

    going = [city.stating.state(city.keys(lists), "yrd", to_hub), middle.stating.keep(), origin.stating.keep()]
    async with going_on(*going, middle.stating.state(middle.keys(lists), "330100", to_origin)) as until:
        await until(lambda: len(origin.stated(lists)) == 4)

    assert {("310000", 1): 2, ("310000", 2): 2, ("yrd", 1): 2, ("yrd", 2): 2} == origin.stated(lists)
    members = hangzhou.stages.foundation.members.clock_keys
    for each in hangzhou.reader.stated(lists, 9):
        assert (each,) == tuple(statements_in(each.note, origin.keys(lists), members, hangzhou.clock()))


async def test_a_hub_cannot_state_for_another(hangzhou: Node, hub: Node, lists: str) -> None:
    """Its own signature under another's name is refused, and nothing of it is kept."""
    origin, middle = party(hangzhou), party(hub)
    (note,) = middle.stating.statements(hangzhou.id, lists)
    log, *lines = Note.parse(note).signatures
    city = next(key for key in hangzhou.stages.foundation.members.clock_keys if key.name.endswith("/310000"))
    forged = SignatureLine(city.name, city.key_id, lines[0].signature)

    with pytest.raises(NoteFault, match="NOTE_SIGNATURE_INVALID"):
        await origin.tell(hub.id, lists, Note(Note.parse(note).text, (log, forged)).encode())

    assert {} == origin.stated(lists)


async def test_statements_are_shown_to_the_owner_of_the_feed_alone(
    hangzhou: Node, hub: Node, shanghai: Node, lists: str
) -> None:
    """Who has a copy is nobody else's business."""
    stating = party(hub).stating

    assert () == tuple(stating.statements(shanghai.id, lists))
    assert () == tuple(stating.statements(hangzhou.id, "delta.example/999999/lists/1"))
    assert 1 == len(stating.statements(hangzhou.id, lists))


async def test_a_member_that_reads_a_feed_is_one_to_wait_for(hangzhou: Node, lists: str) -> None:
    """From its first read on, once; the owner itself never."""
    origin = party(hangzhou)
    origin.stating.read(lists, "310000")
    origin.stating.read(lists, "310000")
    origin.stating.read(lists, hangzhou.id)
    async with going_on(origin.stating.keep()) as until:
        await until(lambda: bool(origin.stated(lists)))

    assert [Stated("310000", HELD, 0, 0, b"")] == hangzhou.reader.stated(lists, 9)


class Asked:
    """A member that is asked for statements: answers with what it is told, or not at all."""

    def __init__(self, of: Party | None) -> None:
        self.of = of
        self.times = 0

    async def head(self, origin: str, known: bytes, *, statements: bool = False) -> ShownHead:
        """As a peer's client."""
        assert (b"", True) == (known, statements)
        self.times += 1
        if self.of is None:
            raise UnreachableFault("PEER_UNAVAILABLE", "nobody is there")
        return ShownHead(b"", b"", tuple(self.of.stating.statements("330100", origin)))


async def test_what_does_not_come_is_asked_for(hangzhou: Node, hub: Node, lists: str) -> None:
    """After a minute, of whoever can be reached; what it says is taken in as if it had come by itself."""
    origin, heard = party(hangzhou), Heard()
    with hangzhou.stages.store.write() as unit:
        unit.keep_stated(lists, [Stated("yrd", HELD, 0, 0, b"")], 1)
    asked = Asked(party(hub))
    chasing = Chasing(hangzhou.stages, {"yrd": asked}, origin.forks.compare_known, heard)

    await chasing.look()
    soon = asked.times
    hangzhou.clock.forward(seconds=int(FIRST_S) + 1)
    async with going_on(origin.stating.keep()) as until:
        await chasing.look()
        await until(lambda: len(origin.stated(lists)) == 2)
        await chasing.look()

    assert (0, 1) == (soon, asked.times)
    assert {("yrd", 1): 2, ("yrd", 2): 2} == origin.stated(lists)


async def test_who_does_not_answer_is_asked_later_and_later(hangzhou: Node, lists: str) -> None:
    """Not at every look; and where the late one cannot be reached, the members that may be before it are asked."""
    origin, heard = party(hangzhou), Heard()
    with hangzhou.stages.store.write() as unit:
        unit.keep_stated(lists, [Stated("310000", HELD, 1, 5000, b"n")], 1)
    hangzhou.clock.forward(seconds=int(FIRST_S) + 1)
    silent, other = Asked(None), Asked(None)
    chasing = Chasing(hangzhou.stages, {"yrd": silent, "330000": other}, origin.forks.compare_known, heard)

    for _ in range(3):
        await chasing.look()

    assert (1, 1) == (silent.times, other.times)
    assert [("330000", "PEER_UNAVAILABLE"), ("yrd", "PEER_UNAVAILABLE")] == heard.said


async def test_the_coordinator_is_told_once_of_each_step_beyond_a_term(
    hangzhou: Node, lists: str, samples: Samples
) -> None:
    """In the feed that it reads: late, then overdue; not again at the next look, nor for acts after the first."""
    hangzhou.clock.to(date(2026, 11, 2))
    hangzhou.publish("lists", samples.black(7))
    hangzhou.publish("lists", samples.ending(number=2), ref=2)
    with hangzhou.stages.store.write() as unit:
        unit.keep_stated(lists, [Stated("310000", IN_EFFECT, 3, 5000, b"n")], 1)
    origin, heard = party(hangzhou), Heard()
    escalating = Escalating(hangzhou.stages, origin.bells, origin.loops, Condition(), heard)
    told = []
    for days in (1, 1, 0, 1, 3, 0):
        hangzhou.clock.forward(days=days)
        await escalating.look()
        hangzhou.publish("lists", samples.mark(AnnotationKind.OBJECTION, number=days), ref=2)
        hangzhou.stages.sequencer(hangzhou.origin("_exchange")).sequence()
        entries = hangzhou.reader.held(hangzhou.origin("_exchange"), 0, 9)
        records = [entry.record() for entry in entries]
        told.append([each.reason for each in records if isinstance(each, LateAcknowledgement)])

    late, overdue = "ACKNOWLEDGEMENT_LATE", "ACKNOWLEDGEMENT_OVERDUE"
    assert [[], [late], [late], [late], [late, overdue], [late, overdue]] == told
    assert [("1",), ("1",)] == heard.said
    record = records[0]
    assert isinstance(record, LateAcknowledgement)
    assert (lists, "310000", 3) == (record.origin, record.member, record.first_index)
    assert midnight_ms(date(2026, 11, 4)) == record.due_ms


async def test_nothing_is_told_by_a_node_that_may_not_write(hangzhou: Node, lists: str) -> None:
    """It is told when the node can sign again."""
    with hangzhou.stages.store.write() as unit:
        unit.keep_stated(lists, [Stated("310000", HELD, 1, 5000, b"n")], 1)
    hangzhou.clock.forward(days=9)
    origin, condition = party(hangzhou), Condition()
    condition.failed("publish", lists, StoreFault("STORE_FULL", ""))
    escalating = Escalating(hangzhou.stages, origin.bells, origin.loops, condition, Heard())

    with pytest.raises(StoreFault, match="STORE_READ_ONLY"):
        await escalating.look()

    assert {} == hangzhou.reader.pending()


async def test_a_statement_that_another_process_kept_is_handed_on_too(hangzhou: Node, lists: str) -> None:
    """Of several processes of a node each hears members, and one hands on: it sees what the others have written."""
    bells = Bells(asyncio.get_running_loop())

    async def read() -> Mapping[str, Pulse]:
        return hangzhou.reader.pulses()

    async with going_on(listen(read, bells, Heard())) as until:
        await until(lambda: bool(bells.statements(lists).rung))
        seen, heads = bells.statements(lists).rung, bells.head(lists).rung
        with hangzhou.stages.store.write() as unit:
            unit.keep_stated(lists, [Stated("yrd", HELD, 2, 5000, b"n")], 6)
        await until(lambda: bells.statements(lists).rung > seen)

    assert heads == bells.head(lists).rung
