# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Members' indexes: fetched from them or from a hub, and asked whom they may hold something about."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest

from federation.records.feed_policy import Dataset
from federation.rules.holders.statement import CannotSay, MayHold, NothingHeld
from node.assemble.serving.holders import following
from node.assemble.stages import Views
from node.config import FeedSection
from node.holders.index import HeldIndex
from tests.node.holders.looking import Told, Way, follow, follower, publish, said
from tests.node.region.member import FEEDS

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

NOBODY = "91330100MA2PDY023W"
LISTED = MayHold(frozenset({Dataset.LISTS}))


@pytest.fixture
def shanghai(world: World) -> Node:
    """The city that follows; of the others it knows a hub."""
    return world.node("310000", nyrd={"roles": ("relay",)})


@pytest.fixture
async def published(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> HeldIndex:
    """Hangzhou has an index with one company; Shanghai knows its catalogue."""
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou)
    held = await publish(hangzhou)
    assert held is not None
    return held


async def test_an_index_comes_from_its_member(
    hangzhou: Node, shanghai: Node, published: HeldIndex, samples: Samples
) -> None:
    """As it was signed; then it says where something may be held, and where nothing is."""
    assert [] == await follow(shanghai, "330100", {"330100": Way(hangzhou)})

    kept = shanghai.reader.holder_index("330100")
    assert kept is not None
    assert published.header == kept.header
    assert {"330100": LISTED} == said(shanghai, samples.company.code)
    assert {"330100": NothingHeld(published.index.as_of_ms)} == said(shanghai, NOBODY)
    assert {"330100": NothingHeld(published.index.as_of_ms)} == said(shanghai, samples.company.code, Dataset.PENALTIES)


async def test_a_hub_hands_an_index_on_unchanged(
    world: World, hangzhou: Node, shanghai: Node, published: HeldIndex, samples: Samples
) -> None:
    """Where the member has no address here, or does not answer; the signature is the member's."""
    hub = world.node("yrd")
    assert [] == await follow(hub, "330100", {"330100": Way(hangzhou)})
    assert [] == await follow(shanghai, "330100", {"yrd": Way(hub)})
    assert {"330100": LISTED} == said(shanghai, samples.company.code)

    hangzhou.clock.forward(hours=1)
    await publish(hangzhou)
    await follow(hub, "330100", {"330100": Way(hangzhou)})
    ways = {"330100": Way(hangzhou, away=True), "yrd": Way(hub)}
    assert [("330100", "PEER_UNREACHABLE")] == await follow(shanghai, "330100", ways)
    kept = shanghai.reader.holder_index("330100")
    assert kept is not None
    assert 3_600_000 == kept.index.as_of_ms - published.index.as_of_ms


async def test_a_hub_is_not_asked_when_the_member_answers(hangzhou: Node, shanghai: Node, published: HeldIndex) -> None:
    """Nobody's word about it is newer than its own."""
    hub = Way(hangzhou)
    await follow(shanghai, "330100", {"330100": Way(hangzhou), "yrd": hub})
    await follow(shanghai, "330100", {"330100": Way(hangzhou), "yrd": hub})

    assert [] == hub.sent


async def test_who_is_no_hub_is_not_asked(hangzhou: Node, shanghai: Node, published: HeldIndex) -> None:
    """An index of another member is handed on by relays alone."""
    other = Way(hangzhou)

    assert [] == await follow(shanghai, "330100", {"330000": other})
    assert [] == other.sent


async def test_a_member_that_was_away_is_asked_again_soon(
    hangzhou: Node, shanghai: Node, published: HeldIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before the next round: else a start of all nodes at once would cost one."""
    monkeypatch.setattr(following, "RETRY_S", 0.0)
    way, told = Way(hangzhou, away=True), Told()
    asking = asyncio.create_task(follower(shanghai, {"330100": way}, told).run())
    while not told.refused:
        await asyncio.sleep(0)
    way.away = False
    while shanghai.reader.holder_index("330100") is None:
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)

    assert published.header == next(iter(shanghai.reader.holder_indexes())).header


async def test_a_filter_that_is_known_is_not_sent_again(hangzhou: Node, shanghai: Node, published: HeldIndex) -> None:
    """An index that was stated again comes as its header alone, and is no staler for it."""
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})
    hangzhou.clock.forward(hours=2)
    assert isinstance(said(shanghai, NOBODY)["330100"], NothingHeld)
    await publish(hangzhou)
    way = Way(hangzhou)
    await follow(shanghai, "330100", {"330100": way})
    hangzhou.clock.forward(hours=2)

    assert 1 == len(way.sent)
    assert {"330100": NothingHeld(published.index.as_of_ms + 7_200_000)} == said(shanghai, NOBODY)


async def test_an_index_grows_old(hangzhou: Node, shanghai: Node, published: HeldIndex) -> None:
    """What came since would be missed: a member that went silent is to be asked again."""
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})
    hangzhou.clock.forward(hours=4)

    assert {"330100": CannotSay("HOLDER_INDEX_STALE")} == said(shanghai, NOBODY)


async def test_whoever_asks_may_want_a_newer_index(hangzhou: Node, shanghai: Node, published: HeldIndex) -> None:
    """Than is configured, and never an older one."""
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})
    holders = Views(shanghai.stages.foundation, shanghai.reader).holders
    hangzhou.clock.forward(hours=1)
    found = [holders.said(NOBODY, max_age_s=age)["330100"] for age in (3600, 3599)]
    hangzhou.clock.forward(hours=3)

    assert [NothingHeld(published.index.as_of_ms), CannotSay("HOLDER_INDEX_STALE")] == found
    assert CannotSay("HOLDER_INDEX_STALE") == holders.said(NOBODY, max_age_s=1 << 20)["330100"]


async def test_a_new_index_takes_the_place_of_the_one_in_memory(
    hangzhou: Node, shanghai: Node, published: HeldIndex, samples: Samples
) -> None:
    """Who was ended there is not asked about any more."""
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})
    holders = Views(shanghai.stages.foundation, shanghai.reader).holders
    before = holders.said(samples.company.code)
    hangzhou.publish("lists", samples.ending(), ref=0)
    await publish(hangzhou)
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})

    assert {"330100": LISTED} == before
    assert isinstance(holders.said(samples.company.code)["330100"], NothingHeld)


async def test_of_persons_and_unknown_codes_no_index_says_anything(
    hangzhou: Node, shanghai: Node, published: HeldIndex, samples: Samples
) -> None:
    """A citizen number, and what is no code at all."""
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})

    for code in (samples.person.code, "91330100MA2PDY0153", ""):
        assert {"330100": CannotSay("SUBJECT_NOT_COVERED")} == said(shanghai, code)


async def test_without_the_catalogue_nothing_is_concluded(world: World, hangzhou: Node, published: HeldIndex) -> None:
    """There may be feeds that this node may read and the index leaves out."""
    nanjing = world.node("330000")
    await follow(nanjing, "330100", {"330100": Way(hangzhou)})

    assert {"330100": CannotSay("CATALOGUE_NOT_HELD")} == said(nanjing, NOBODY)


async def test_a_restricted_feed_that_may_be_read_takes_a_question(world: World, samples: Samples) -> None:
    """By the catalogue who may read it knows of it: for its dataset the index says nothing, for others it does."""
    inner = FeedSection(name="inner", dataset=Dataset.PENALTIES, readers=("310000",))
    hangzhou, shanghai = world.node("330100", (*FEEDS, inner)), world.node("310000")
    hangzhou.publish("lists", samples.black(1))
    await world.mirror(shanghai, hangzhou)
    await publish(hangzhou)
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})

    assert {"330100": CannotSay("FEED_NOT_COVERED")} == said(shanghai, NOBODY)
    assert isinstance(said(shanghai, NOBODY, Dataset.LISTS)["330100"], NothingHeld)


async def test_a_member_without_an_index_is_asked_for_it_elsewhere(
    world: World, hangzhou: Node, shanghai: Node, published: HeldIndex
) -> None:
    """It publishes none any more, and a hub has none: what is held grows old by itself."""
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})
    empty = world.node("yrd")

    assert [] == await follow(shanghai, "330100", {"330100": Way(empty), "yrd": Way(empty)})
    assert published.index.bits_sha256 == hashlib.sha256(bits_at(shanghai, published)).digest()


def bits_at(node: Node, held: HeldIndex) -> bytes:
    """The filter as a node has it."""
    bits = node.reader.holder_bits(held.node_id, held.index.bits_sha256)
    assert bits is not None
    return bits
