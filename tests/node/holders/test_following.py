# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Members' indexes: taken from whoever hands them on, as the member signed them and not older, or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from federation.records.codec import encode
from federation.records.feed_policy import Dataset
from federation.rules.holders.statement import HOLDER_INDEX_TYPE, CannotSay, MayHold, NothingHeld
from node.config import FeedSection
from node.exchange.dialogue import Envelope, seal
from node.holders.index import HeldIndex
from tests.node.holders.looking import Message, Way, follow, publish, said
from tests.node.region.member import FEEDS

if TYPE_CHECKING:
    from collections.abc import Callable

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


def forged(hangzhou: Node, held: HeldIndex, **changes: object) -> Callable[[Message], Message]:
    """Sends another header in place of the one held, signed by the node itself."""
    index = held.index.model_copy(update=changes)
    return lambda message: (
        seal(HOLDER_INDEX_TYPE, encode(index), hangzhou.keys) if isinstance(message, Envelope) else message
    )


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


async def test_a_new_index_takes_the_place_of_the_one_in_memory(
    hangzhou: Node, shanghai: Node, published: HeldIndex, samples: Samples
) -> None:
    """Who was ended there is not asked about any more."""
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})
    view = said(shanghai, samples.company.code)
    hangzhou.publish("lists", samples.ending(), ref=0)
    await publish(hangzhou)
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})

    assert {"330100": LISTED} == view
    assert isinstance(said(shanghai, samples.company.code)["330100"], NothingHeld)


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


async def test_an_older_index_is_refused(
    hangzhou: Node, shanghai: Node, published: HeldIndex, samples: Samples
) -> None:
    """A hub that hands on what the member has replaced would hide what came since; the newer one stays."""
    hangzhou.publish("lists", samples.black(2))
    newer = await publish(hangzhou)
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})
    back = Way(hangzhou, lambda message: published.envelope if isinstance(message, Envelope) else message)

    assert [("yrd", "HOLDER_INDEX_OLDER")] == await follow(shanghai, "330100", {"yrd": back})
    kept = shanghai.reader.holder_index("330100")
    assert newer is not None
    assert kept is not None
    assert newer.header == kept.header


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bits: bits[:-1] + bytes([bits[-1] ^ 1]),
        lambda bits: bits[:-1],
        lambda bits: bits + b"\0",
        lambda _bits: None,
        lambda _bits: b"",
    ],
    ids=["a bit", "shorter", "longer", "nothing", "empty"],
)
async def test_altered_bits_are_refused(
    hangzhou: Node, shanghai: Node, published: HeldIndex, spoil: Callable[[bytes], bytes | None]
) -> None:
    """Whoever turned, cut or added any; nothing is kept."""
    way = Way(hangzhou, lambda message: message if isinstance(message, Envelope) else spoil(message))

    assert [("330100", "HOLDER_INDEX_ALTERED")] == await follow(shanghai, "330100", {"330100": way})
    assert {} == said(shanghai, NOBODY)


async def test_the_last_good_index_stays(
    hangzhou: Node, shanghai: Node, published: HeldIndex, samples: Samples
) -> None:
    """When a newer one comes with bits that are not its own: header and filter are those of before."""
    await follow(shanghai, "330100", {"330100": Way(hangzhou)})
    hangzhou.publish("lists", samples.black(2))
    await publish(hangzhou)
    way = Way(hangzhou, lambda message: message if isinstance(message, Envelope) else bytes(len(message)))

    assert [("330100", "HOLDER_INDEX_ALTERED")] == await follow(shanghai, "330100", {"330100": way})
    kept = shanghai.reader.holder_index("330100")
    assert kept is not None
    assert published.header == kept.header
    assert {"330100": LISTED} == said(shanghai, samples.company.code)


async def test_another_signer_is_refused(world: World, hangzhou: Node, shanghai: Node, published: HeldIndex) -> None:
    """A hub may sign for itself alone."""
    hub = world.node("yrd")
    way = Way(
        hangzhou,
        lambda message: (
            seal(HOLDER_INDEX_TYPE, message.payload, hub.keys) if isinstance(message, Envelope) else message
        ),
    )

    assert [("yrd", "HOLDER_INDEX_UNSIGNED")] == await follow(shanghai, "330100", {"yrd": way})


async def test_a_header_that_was_changed_is_refused(hangzhou: Node, shanghai: Node, published: HeldIndex) -> None:
    """One byte of what was signed."""
    way = Way(
        hangzhou,
        lambda message: replace(message, payload=message.payload + b"\0") if isinstance(message, Envelope) else message,
    )

    assert [("330100", "HOLDER_INDEX_UNSIGNED")] == await follow(shanghai, "330100", {"330100": way})


async def test_another_nodes_index_is_refused(world: World, shanghai: Node, published: HeldIndex) -> None:
    """A hub that answers with its own."""
    hub = world.node("yrd")
    await publish(hub)

    assert [("yrd", "HOLDER_INDEX_UNSIGNED")] == await follow(shanghai, "330100", {"yrd": Way(hub, instead="yrd")})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"node_id": "yrd"}, "HOLDER_INDEX_FOREIGN"),
        ({"as_of_ms": 1 << 62}, "HOLDER_INDEX_FROM_FUTURE"),
        ({"bits": 64 * 1024 * 1024 * 8}, "HOLDER_INDEX_TOO_LARGE"),
        ({"bits": 8}, "HOLDER_INDEX_MALFORMED"),
        ({"keys": 0}, "HOLDER_INDEX_FALSE"),
    ],
)
async def test_what_a_node_may_not_state_is_refused(
    hangzhou: Node, shanghai: Node, published: HeldIndex, changes: dict[str, object], reason: str
) -> None:
    """Though it signed it itself; a filter that is too long is not even fetched."""
    way = Way(hangzhou, forged(hangzhou, published, **changes))

    assert [("330100", reason)] == await follow(shanghai, "330100", {"330100": way})
    assert None is shanghai.reader.holder_index("330100")


async def test_a_filter_without_its_header_is_refused(hangzhou: Node, shanghai: Node, published: HeldIndex) -> None:
    """Nobody knows what it would be of."""
    way = Way(hangzhou, lambda message: None if isinstance(message, Envelope) else message)

    assert [("330100", "ANSWER_MALFORMED")] == await follow(shanghai, "330100", {"330100": way})


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
