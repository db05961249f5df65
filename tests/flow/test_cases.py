# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Cases across a federation: filed at the wrong end of it, carried by a hub, decided at the origin, told back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flow.world import Node, Region, black, submitted, until, uscc

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.slow

LISTS = "330100/lists/1"
DECISION = ("--document", "杭环异〔2026〕1号", "--date", "2026-11-02")


def reasons(node: Node, origin: str, index: int) -> Sequence[str]:
    """Reasons of what a node makes of an entry."""
    decision = node.ask(lambda desk: desk.reader.decision(origin, index))
    return decision.reasons if decision is not None else ()


def seen_at(node: Node, origin: str, reason: str) -> None:
    """Waits until a node has a reason for what it makes of the first entry."""
    until(lambda: reason in reasons(node, origin, 0), f"{reason} at {node.id}")


def state(node: Node, case_id: str) -> tuple[str | None, int]:
    """The newest statement that a node holds of a case, and its number."""
    found = node.ask(lambda desk: desk.reader.case_files(case_id))
    return (found[0].state, found[0].sequence) if found else (None, -1)


@pytest.fixture
def three(region: Region) -> tuple[Node, Node, Node]:
    """Hangzhou, a hub that mirrors its lists, and Shanghai behind the hub; the cities have no address of each other."""
    origin, hub, city = region.node("330100"), region.node("yrd"), region.node("310000")
    region.pin(origin, hub)
    region.pin(origin, city, indirect=True)
    region.pin(hub, origin, LISTS)
    region.pin(hub, city)
    region.pin(city, origin, indirect=True)
    region.pin(city, hub, LISTS)
    origin.submit("lists", submitted(black(1)), submitted(black(2)))
    return origin, hub, city


def file(node: Node, index: int, *words: str) -> str:
    """Files an objection to an entry of Hangzhou's."""
    code, said = node.ran(
        "objection", "file", LISTS, str(index), "--applicant", "杭州虚构公司", "--code", uscc(index + 1),
        "--grounds", "虚构的理由", *words,
    )  # fmt: skip
    assert 0 == code, said
    return str(said["case_id"])


def test_an_objection_filed_at_the_wrong_end_is_marked_everywhere_and_decided(
    region: Region, three: tuple[Node, Node, Node]
) -> None:
    """Filed in Shanghai while Hangzhou is down: held by the hub, marked everywhere, granted, and told back."""
    origin, hub, city = three
    lists = region.origin(LISTS)
    origin.serve()
    hub.serve()
    city.serve()
    until(lambda: city.size(lists) == 2, "the city's mirror")
    until(lambda: city.standing(lists, 0), "a decision")
    origin.stop()

    case = file(city, 0)
    until(lambda: hub.ask(lambda desk: desk.reader.letters_waiting(9)), "the case at the hub")
    hub.kill()
    hub.serve()
    assert (None, 0) == state(city, case)
    origin.serve()

    until(lambda: state(city, case) == ("marked", 2), "the mark told to the city")
    for node in (origin, hub, city):
        seen_at(node, lists, "OBJECTION_UNDER_WAY")
    assert 0 == origin.ran("cases", "accept", case)[0]
    code, said = origin.ran("cases", "decide", case, "--outcome", "removed", *DECISION)
    assert (0, "decided") == (code, said["state"])
    until(lambda: state(city, case) == ("decided", 4), "the decision told to the city")
    for node in (hub, city):
        seen_at(node, lists, "ENDED_REMOVED")
    shown = city.ran("cases", "show", case)[1]
    assert "removed" == shown["letters"][-1]["says"]["outcome"]
    until(lambda: [] == hub.ran("cases")[1]["waiting"], "the city's last receipt at the hub")
    region.check()


def test_what_is_withdrawn_through_a_hub_that_died_is_closed(region: Region, three: tuple[Node, Node, Node]) -> None:
    """The hub is killed when it has said that it keeps two cases: each arrives once, and one is taken back."""
    origin, hub, city = three
    lists = region.origin(LISTS)
    for node in (origin, hub, city):
        node.serve()
    withdrawn, other = file(city, 0), file(city, 1)
    until(lambda: city.ask(lambda desk: not desk.reader.letters_waiting(9)), "the hub's receipts")
    hub.kill()
    assert 0 == city.ran("cases", "withdraw", withdrawn)[0]
    hub.serve()

    until(lambda: state(city, withdrawn) == ("withdrawn", 3), "the withdrawal stated")
    until(lambda: state(city, other) == ("marked", 2), "the mark told to the city")
    assert 2 == len(origin.ask(lambda desk: desk.reader.cases(only_open=False, limit=9)))
    until(lambda: ("OBJECTION_UNDER_WAY",) == reasons(origin, lists, 1), "the other's mark")
    until(lambda: not reasons(origin, lists, 0), "the mark lifted")
    region.check()


def test_what_cannot_be_handed_on_is_told_to_the_operator(region: Region) -> None:
    """The member is away: `status` names the case and the reason."""
    city, away = region.node("310000"), region.node("320000")
    region.pin(city, away)
    words = ("--applicant", "甲", "--code", uscc(1), "--grounds", "虚构")
    code, said = city.ran("objection", "file", "320000/lists/1", "0", *words)
    assert 0 == code, said
    city.serve()

    def told() -> set[str]:
        problems = city.ran("status")[1]["problems"]
        return {problem["reason"] for problem in problems if said["case_id"] in problem["place"]}

    assert until(told, "the case in the city's status") <= {"PEER_UNREACHABLE", "PEER_TLS"}
