# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The loop that hands letters on: many in a call, one call at a time to each member, and nobody waits for another."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from federation.errors import UnreachableFault
from federation.records.case import CaseKind
from node.assemble.casework.delivering import AT_ONCE, Delivering
from node.bell import Bell
from node.cases.letter import CaseName
from node.cases.ports import KeptLetter
from node.cases.post import Taken
from node.cases.window import Application
from node.exchange.dialogue import Envelope
from node.observe import Observer
from tests.node.region.member import Node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.node.region.world import World


@dataclass
class Member:
    """A node that is called; remembers how many letters each call brought, and answers when it is let."""

    node: Node
    caller: str
    calls: list[int] = field(default_factory=list)
    open_calls: int = 0
    away: bool = False
    let: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, letters: Sequence[Envelope]) -> Sequence[Taken]:
        """Takes letters as the node does."""
        assert 0 == self.open_calls, "one call at a time"
        self.calls.append(len(letters))
        self.open_calls += 1
        try:
            await self.let.wait()
            if self.away:
                raise UnreachableFault("PEER_UNREACHABLE")
            return self.node.stages.cases.take(self.caller, letters)
        finally:
            self.open_calls -= 1


@dataclass
class Office:
    """A node with letters, and the members it can call."""

    node: Node
    members: dict[str, Member]
    bell: Bell

    async def settled(self, holds: Callable[[], bool]) -> None:
        """Lets the loop run until something holds; the test's own time limit ends a wait in vain."""
        while not holds():
            await asyncio.wait({asyncio.create_task(asyncio.to_thread(holds))})

    def waiting(self) -> Sequence[KeptLetter]:
        """What is not handed on yet."""
        return self.node.reader.letters_waiting(999)

    @asynccontextmanager
    async def delivering(self) -> "AsyncIterator[None]":
        """While the loop runs."""

        async def act(step: Callable[..., Any], *given: object) -> Any:  # noqa: ANN401 - whatever the step gives
            return step(*given)

        settle: Callable[..., Awaitable[None]] = act
        parts = (self.node.stages.cases.post, self.node.reader, self.members, settle, self.bell, Observer("310000"))
        running = asyncio.create_task(Delivering(*parts).run())
        yield
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def office(world: "World") -> Office:
    """Shanghai, with the addresses of the hub and of Zhejiang; its own letters are for either."""
    reached = {"address": "127.0.0.1:1"}
    shanghai = world.node("310000", nyrd=reached, n330000=reached)
    members = {node_id: Member(world.node(node_id), "310000") for node_id in ("yrd", "330000")}
    return Office(shanghai, members, Bell(asyncio.get_running_loop()))


def put(office: Office, destination: str, count: int) -> None:
    """Files cases about entries of a node."""
    for number in range(count):
        origin = f"delta.example/{destination}/lists/1"
        office.node.stages.cases.file(Application(CaseKind.OBJECTION, origin, number, "甲", "code", "虚构"))


async def test_letters_go_many_in_a_call(office: Office) -> None:
    """As many as a call may bring, and then the rest."""
    put(office, "yrd", AT_ONCE + 1)
    office.members["yrd"].let.set()
    async with office.delivering():
        await office.settled(lambda: not office.waiting())

    assert [AT_ONCE, 1] == office.members["yrd"].calls


async def test_a_member_that_hangs_holds_up_nobody_else(office: Office) -> None:
    """Nor is it called again meanwhile."""
    put(office, "yrd", 2)
    put(office, "330000", 2)
    office.members["330000"].let.set()
    async with office.delivering():
        await office.settled(lambda: len(office.waiting()) == 2)
        put(office, "330000", 1)
        office.bell.ring()
        await office.settled(lambda: len(office.waiting()) == 2 and sum(office.members["330000"].calls) == 3)
        assert [2] == office.members["yrd"].calls
        office.members["yrd"].let.set()
        await office.settled(lambda: not office.waiting())


async def test_a_letter_is_tried_until_the_member_is_back(office: Office, world: "World") -> None:
    """With a pause that grows; each try is counted, with the reason."""
    member = office.members["yrd"]
    member.away = True
    member.let.set()
    put(office, "yrd", 1)
    async with office.delivering():
        await office.settled(lambda: bool(office.waiting()) and office.waiting()[0].tries == 1)
        (letter,) = office.waiting()
        assert ("PEER_UNREACHABLE", [1]) == (letter.reason, member.calls)
        member.away = False
        world.clock.forward(minutes=2)
        office.bell.ring()
        await office.settled(lambda: not office.waiting())


async def test_what_cannot_be_kept_is_handed_on_again(office: Office) -> None:
    """The receipt is lost with the disk: the letter goes once more, and the member has it once."""
    put(office, "yrd", 1)
    member = office.members["yrd"]
    member.let.set()
    office.node.trouble.arm(0, lasting=False)
    async with office.delivering():
        await office.settled(lambda: not office.waiting())

    assert [1, 1] == member.calls
    assert 1 == len(member.node.reader.cases(only_open=False, limit=9))


async def test_a_letter_without_a_way_keeps_nobody_waiting(office: Office) -> None:
    """It is remarked, and the others go."""
    put(office, "999999", 1)
    (letter,) = office.waiting()
    with office.node.stages.store.write() as unit:
        other = replace(letter, name=letter.name._replace(case=CaseName("310000", "other")), destination="330100")
        unit.keep_letters([other])
    put(office, "yrd", 1)
    office.members["yrd"].let.set()
    async with office.delivering():
        reasons = {"CASE_ORIGIN_UNKNOWN", "CASE_ROUTE_UNKNOWN"}
        await office.settled(lambda: {each.reason for each in office.waiting()} == reasons)

    assert [1] == office.members["yrd"].calls
