# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A city asks what is known elsewhere: by plan, through hubs, with members down, slow and lying; never silent."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from federation.rules.audit.pairing import PairClass
from federation.standards.identity import CodeKind
from node.exchange.inquire import Matter
from node.observe import Observer
from node.rpc.loop.client import BusinessClient
from node.rpc.trust import Trust
from tests.flow.asking.liar import ANOTHER, CANCELLED, CLEAR, DROPPED, HELD
from tests.flow.asking.world import (
    CITIES,
    DELTA,
    DOCUMENT,
    HANGZHOU,
    HEFEI,
    NATION,
    OTHER_PURPOSE,
    PERSON,
    PROVINCE,
    PURPOSE,
    SHANGHAI,
    SUBJECT,
    SUZHOU,
    TAIZHOU,
)
from tests.flow.world import until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.flow.asking.world import Asking

pytestmark = pytest.mark.slow

OTHERS = {HANGZHOU, TAIZHOU, SUZHOU, HEFEI, DELTA}
"""Who answers Shanghai's questions."""


def became(said: Any) -> dict[str, str]:  # noqa: ANN401 - what a command printed
    """What became of each member that was, or was not, asked for itself."""
    return {one["member"]: one["became"] for one in said["members"] if one["place"] != "mirror"}


def why(said: Any, member: str) -> Any:  # noqa: ANN401 - as above
    """The reason told of a member."""
    (one,) = [one for one in said["members"] if one["member"] == member and one["place"] != "mirror"]
    return one["reason"] and one["reason"]["code"]


def test_everybody_is_asked_by_plan_and_all_of_it_is_proven(asking: Asking, tmp_path: Path) -> None:
    """Local first, the home region through one hub, the rest over two and three; each exchange in both logs.

    The hubs on the way have logged that they handed on, and hold nothing of what Taizhou answered.
    """
    code, said = asking.asked("--save", str(tmp_path / "kept"))

    assert (0, "complete") == (code, said["completeness"]), said["members"]
    assert dict.fromkeys(OTHERS, "answered") | {NATION: "not-asked", PROVINCE: "not-asked"} == became(said)
    assert {HANGZHOU: DELTA, TAIZHOU: DELTA, SUZHOU: DELTA, HEFEI: DELTA, DELTA: None} == {
        one["member"]: one["through"] for one in said["members"] if one["became"] == "answered"
    }
    places = {one["member"]: one["place"] for one in said["members"]}
    assert ("home", "rest") == (places[HANGZHOU], places[TAIZHOU])
    assert [asking.origin("330100/lists/1")] == [one["origin"] for one in said["local"]]
    told = {one["origin"]: {each["responder"]: each["mirrored"] for each in one["said"]} for one in said["entries"]}
    assert {HANGZHOU: False, DELTA: True} == told[asking.origin("330100/lists/1")]
    assert {TAIZHOU: False} == told[asking.origin("331000/lists/1")]
    for hub in (DELTA, NATION, PROVINCE):
        held = [path for path in asking.nodes[hub].folder.rglob("*") if path.is_file()]
        held.append(asking.nodes[hub].log)
        assert [] == [path for path in held if DOCUMENT.encode() in path.read_bytes()], hub
        _, log = asking.command(hub, "exchanges")
        assert log is not None
    code, proven = asking.verified(tmp_path / "kept")
    assert (0, "proven", "complete") == (code, proven["verdict"], proven["completeness"]), proven


def test_who_asked_stands_in_every_responders_log(asking: Asking) -> None:
    """Shanghai, not the hub that brought it; and both logs agree on every exchange."""
    before = asking.reconciled(HANGZHOU, TAIZHOU)
    asking.asked()
    after = asking.reconciled(HANGZHOU, TAIZHOU)

    assert {HANGZHOU, TAIZHOU} == set(after)
    for responder, told in after.items():
        assert counted(told) == counted(before.get(responder, {})) + Counter(agreeing=1)


def counted(told: Mapping[str, int]) -> Counter[str]:
    """Exchanges by class; those on which both logs agree are one, however long the machine took for an answer."""
    found: Counter[str] = Counter()
    for each, count in told.items():
        found["agreeing" if each in {PairClass.MATCHED, PairClass.MATCHED_TOLERANCE} else each] += count
    return found


def test_a_hubs_right_does_not_serve_another(asking: Asking) -> None:
    """Taizhou grants the province a purpose that it does not grant Shanghai: the question is refused all the same."""
    code, said = asking.asked(purpose=OTHER_PURPOSE)

    assert (6, "refused", "PURPOSE_NOT_GRANTED") == (code, became(said)[TAIZHOU], why(said, TAIZHOU))
    assert [] == said["entries"]


def test_a_dead_origin_is_named_and_its_mirrors_are_heard_with_their_age(asking: Asking, tmp_path: Path) -> None:
    """The answer is partial and says so; the hub's mirror and the own one speak, told as mirrors."""
    with asking.down(HANGZHOU):
        code, said = asking.asked("--save", str(tmp_path / "kept"))

    assert (6, "partial", "unreachable") == (code, said["completeness"], became(said)[HANGZHOU])
    mirrors = {one["member"]: one for one in said["members"] if one["place"] == "mirror"}
    assert {SHANGHAI, DELTA} == set(mirrors)
    assert {HANGZHOU} == {one["stands_for"] for one in mirrors.values()}
    assert all(one["as_of_ms"] for one in mirrors.values())
    (entry,) = [one for one in said["entries"] if one["origin"] == asking.origin("330100/lists/1")]
    assert [(DELTA, True)] == [(each["responder"], each["mirrored"]) for each in entry["said"]]
    code, proven = asking.verified(tmp_path / "kept")
    assert (0, "proven", "partial") == (code, proven["verdict"], proven["completeness"])


def test_a_slow_member_holds_nobody_up(asking: Asking) -> None:
    """It is told as too slow when the time is over; all others have answered."""
    with asking.slow(SUZHOU):
        code, said = asking.asked(within="8")

    assert (6, "too-slow") == (code, became(said)[SUZHOU])
    assert dict.fromkeys(OTHERS - {SUZHOU}, "answered").items() <= became(said).items()


@pytest.mark.parametrize(
    ("lie", "reason"), [(ANOTHER, "ANSWER_INVALID"), (DROPPED, "EVIDENCE_PATH"), (CLEAR, "ANSWER_NOT_SEALED")]
)
def test_a_lie_is_refused_and_its_evidence_kept(asking: Asking, tmp_path: Path, lie: str, reason: str) -> None:
    """Nothing of it is used; what came is in the file, which is proven for all the others."""
    with asking.lying(lie):
        code, said = asking.asked("--save", str(tmp_path / "kept"))

    assert (6, "invalid", reason) == (code, became(said)[HEFEI], why(said, HEFEI))
    assert dict.fromkeys(OTHERS - {HEFEI}, "answered").items() <= became(said).items()
    code, proven = asking.verified(tmp_path / "kept")
    assert (0, "proven") == (code, proven["verdict"])
    assert b"\nevidence " in (tmp_path / "kept").read_bytes()


def test_a_node_that_is_not_served_asks_by_itself(asking: Asking) -> None:
    """The command takes the same ways, and logs in the own store."""
    asking.nodes[SHANGHAI].stop()
    try:
        code, said = asking.asked()
    finally:
        asking.nodes[SHANGHAI].serve()

    assert (0, "complete") == (code, said["completeness"]), said["members"]
    assert set(CITIES) - {SHANGHAI} <= set(became(said))


def test_a_person_is_asked_about_at_home_and_nowhere_else(asking: Asking, tmp_path: Path) -> None:
    """The others are named as spared, and asked only on demand; without an authority nobody is asked at all."""
    paper = tmp_path / "duty.pdf"
    paper.write_bytes(b"invented")
    duty = ("--duty", "虚构条款", "--duty-document", str(paper))
    code, said = asking.asked(*duty, code=PERSON)

    assert (6, "refused", "not-asked") == (code, became(said)[HANGZHOU], became(said)[TAIZHOU])
    assert ("PURPOSE_NOT_GRANTED", "PERSON_NOT_ASKED_ABOUT") == (why(said, HANGZHOU), why(said, TAIZHOU))
    assert (4, None) == asking.asked(code=PERSON)
    _, said = asking.asked(*duty, "--everywhere", code=PERSON)
    assert "refused" == became(said)[TAIZHOU]


def test_whoever_leaves_cancels_what_is_under_way_two_nodes_on(asking: Asking) -> None:
    """A business system that closes its call at the local port: the member that was slow to answer hears of it."""
    with asking.lying(HELD):
        asyncio.run(_leave_early(asking))

        until(asking.lie.with_name(CANCELLED).exists, "the member hears that nobody waits")
    until(lambda: "QUESTION_CANCELLED" in asking.outcomes(), "the own log tells of it")


async def _leave_early(asking: Asking) -> None:
    """Asks by plan at the local port, and goes when the question is at the member."""
    config = asking.nodes[SHANGHAI].config
    client = BusinessClient(config.listen.local, Trust.of(config, Observer(SHANGHAI)), 10)
    matter = Matter(PURPOSE, "虚构依据", "案-1", CodeKind.USCC, SUBJECT, "o-1", "p-1", timeout_ms=20_000)
    waiting = asyncio.create_task(client.inquire_widely(matter, everywhere=False))
    await asyncio.to_thread(until, asking.lie.with_name("held").exists, "the question at the member")
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await client.close()
