# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What has ended never counts again: not by an old head, a replayed record, an old store, or a hub that is silent."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.log.note import Note
from federation.records.exchange import Freshness
from node.acknowledge.behind import GRACE_MS
from node.assemble.serving.stating.looking import Looking
from node.follow.ports import Received
from node.intake import Duplicate
from tests.node.acknowledge.conftest import Heard, going_on, party

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.assemble.mirrors import HeadOf
    from tests.node.acknowledge.conftest import Party
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


@pytest.fixture
async def lists(world: World, hangzhou: Node, hub: Node, shanghai: Node, samples: Samples) -> str:
    """An entry that counts in Shanghai, which follows it from the hub."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    origin = hangzhou.origin("lists")
    await world.mirror(hub, hangzhou, "lists")
    await through_hub(world, hub, shanghai, hangzhou.origin("_catalogue"), origin)
    assert shanghai.decision(origin, 0).counts
    return origin


async def through_hub(world: World, hub: Node, city: Node, *origins: str) -> None:
    """The city follows feeds from the hub, and decides."""
    for origin in origins:
        await world.follow(city, origin, world.source(hub, city))
        city.decide()


async def end_first(world: World, nodes: Sequence[Node], origin: str, samples: Samples) -> None:
    """The first entry ends at the origin, and the ending reaches hub and city."""
    hangzhou, hub, city = nodes
    hangzhou.publish("lists", samples.ending(), ref=0)
    await world.mirror(hub, hangzhou, "lists")
    await through_hub(world, hub, city, origin)


def freshness(node: Node, origin: str) -> Freshness:
    """What the node says of an entry's feed."""
    return node.query.holding(origin, 0).freshness


async def test_an_older_head_changes_nothing(
    world: World, hangzhou: Node, hub: Node, shanghai: Node, samples: Samples, lists: str
) -> None:
    """A hub that shows the head from before the ending, signed as it is, is not believed to know better."""
    before = hub.publisher.checkpoint(shanghai.id, lists)
    await end_first(world, (hangzhou, hub, shanghai), lists, samples)
    source = world.source(hub, shanghai)
    source.notes = [before]

    await world.follow(shanghai, lists, source)
    shanghai.decide()

    assert ("ENDED", False) == (shanghai.decision(lists, 0).standing, shanghai.decision(lists, 0).counts)
    assert 3 == shanghai.reader.follow_range(lists).size


async def test_a_record_that_is_sent_again_stays_ended(
    world: World, hangzhou: Node, hub: Node, shanghai: Node, samples: Samples, lists: str
) -> None:
    """At the origin it is a known submission; from a hub, as an entry after the others, it is not what was signed."""
    await end_first(world, (hangzhou, hub, shanghai), lists, samples)
    again = hangzhou.offer("lists", hangzhou.item(samples.black(1)))
    hangzhou.publish("lists", samples.black(3))
    await world.mirror(hub, hangzhou, "lists")
    source = world.source(hub, shanghai)
    first = next(hub.publisher.entries(shanghai.id, lists, 4, 0, 1)).entries

    def replaying(chunk: Received) -> Sequence[Received]:
        return [Received(chunk.first_index, first, chunk.consistency_path)]

    source.lie = replaying
    await world.follow(shanghai, lists, source, lambda: bool(shanghai.reader.evidence(lists)))
    shanghai.decide()

    assert [True] == [isinstance(outcome, Duplicate) for outcome in again]
    assert not shanghai.decision(lists, 0).counts
    assert 3 == shanghai.reader.follow_range(lists).size
    assert {"ENTRIES_ROOT"} == {found.reason for _, found in shanghai.reader.evidence(lists)}


def copied(node: Node) -> Path:
    """A backup of a node's store."""
    node.stages.store.close()
    old = Path(shutil.copy(node.config.store_path, node.config.store_path.with_name("old.db")))
    node.open()
    return old


def put_back(node: Node, old: Path) -> None:
    """The backup takes the place of the store."""
    node.stages.store.close()
    for rest in ("-wal", "-shm"):
        node.config.store_path.with_name(f"{node.config.store_path.name}{rest}").unlink(missing_ok=True)
    shutil.copy(old, node.config.store_path)
    node.open()


async def acknowledge(origin: str, city: Party, hub: Party) -> None:
    """The city states to the hub what it holds, and learns what the hub knows of it."""

    async def tell(feed: str, note: bytes) -> bytes:
        return await hub.tell(city.node.id, feed, note)

    size = city.node.reader.follow_range(origin).size
    async with going_on(city.stating.state(city.keys(origin), "yrd", tell), hub.stating.keep()) as until:
        await until(lambda: hub.stated(origin).get((city.node.id, 2)) == size)


async def test_a_store_that_was_put_back_is_stale_until_it_has_caught_up(
    world: World, hangzhou: Node, hub: Node, shanghai: Node, samples: Samples, lists: str
) -> None:
    """The hub shows the city its own acknowledgement: nothing of the feed is fresh before all of that has come."""
    old = copied(shanghai)
    await end_first(world, (hangzhou, hub, shanghai), lists, samples)
    await acknowledge(lists, party(shanghai), party(hub))
    put_back(shanghai, old)
    assert (2, Freshness.FRESH) == (shanghai.reader.follow_range(lists).size, freshness(shanghai, lists))

    world.clock.forward(seconds=1)
    await acknowledge(lists, party(shanghai), party(hub))
    told = freshness(shanghai, lists)
    await through_hub(world, hub, shanghai, lists)

    assert (Freshness.STALE, Freshness.FRESH) == (told, freshness(shanghai, lists))
    assert not shanghai.decision(lists, 0).counts


@pytest.mark.parametrize("shown", ["the origin's head", "another's statement", "no note"])
async def test_only_its_own_signature_tells_a_node_that_it_had_more(
    world: World, hangzhou: Node, hub: Node, shanghai: Node, samples: Samples, lists: str, *, shown: str
) -> None:
    """Whatever else a hub shows, it cannot make a node call its copy old."""
    hangzhou.publish("lists", samples.ending(), ref=0)
    await world.mirror(hub, hangzhou, "lists")
    head = hangzhou.publisher.checkpoint(hangzhou.id, lists)
    (foreign,) = party(hub).stating.statements(hangzhou.id, lists)
    lies = {"the origin's head": head, "another's statement": foreign, "no note": b"no note"}
    city, asked = party(shanghai), list[bytes]()

    async def tell(_: str, note: bytes) -> bytes:
        asked.append(note)
        return lies[shown]

    async with going_on(city.stating.state(city.keys(lists), "yrd", tell)) as until:
        await until(lambda: bool(asked))

    assert {} == shanghai.reader.ahead()


def looking(city: Party, heads: dict[str, Node], heard: Heard) -> Looking:
    """The city asks others for what they know."""

    def asking(node: Node) -> HeadOf:
        async def head(origin: str) -> bytes:
            return node.publisher.checkpoint(city.node.id, origin)

        return head

    return Looking(city.node.stages, {name: asking(node) for name, node in heads.items()}, city.loops, heard)


async def test_a_hub_that_withholds_an_ending_is_found_out(
    world: World, hangzhou: Node, hub: Node, shanghai: Node, samples: Samples, lists: str
) -> None:
    """The origin shows more: after a short time the feed is stale, and the proof is kept against the hub, once."""
    hangzhou.publish("lists", samples.ending(), ref=0)
    city, heard = party(shanghai), Heard()
    look = looking(city, {"yrd": hub, "330100": hangzhou}, heard)

    await look.look(city.keys(lists), "yrd", set())
    soon = freshness(shanghai, lists), list(heard.said)
    world.clock.forward(milliseconds=GRACE_MS + 1)
    await look.look(city.keys(lists), "yrd", set())
    await look.look(city.keys(lists), "yrd", set())

    assert (Freshness.FRESH, []) == soon
    assert (Freshness.STALE, {("yrd", "3")}) == (freshness(shanghai, lists), set(heard.said))
    ((_, evidence),) = shanghai.reader.evidence(lists)
    assert ("yrd", "HEAD_WITHHELD") == (evidence.peer, evidence.reason)
    assert "\n3\n" in Note.parse(evidence.parts[0]).text
    await world.mirror(hub, hangzhou, "lists")
    await through_hub(world, hub, shanghai, lists)
    assert (Freshness.FRESH, False) == (freshness(shanghai, lists), shanghai.decision(lists, 0).counts)


async def test_a_hub_that_was_put_back_brings_nothing_back(
    world: World, hangzhou: Node, hub: Node, shanghai: Node, samples: Samples, lists: str
) -> None:
    """Its older head is older than what the city holds; and it takes its own acknowledgement back, until it is up."""
    old = copied(hub)
    await end_first(world, (hangzhou, hub, shanghai), lists, samples)
    await acknowledge(lists, party(hub), party(hangzhou))
    put_back(hub, old)

    await through_hub(world, hub, shanghai, lists)
    world.clock.forward(seconds=1)
    await acknowledge(lists, party(hub), party(hangzhou))
    less = party(hangzhou).stated(lists)[hub.id, 2]
    await world.mirror(hub, hangzhou, "lists")
    await acknowledge(lists, party(hub), party(hangzhou))

    assert not shanghai.decision(lists, 0).counts
    assert (2, 3) == (less, party(hangzhou).stated(lists)[hub.id, 2])


async def test_city_and_hub_that_were_both_put_back_are_told_by_the_origin(
    world: World, hangzhou: Node, hub: Node, shanghai: Node, samples: Samples, lists: str
) -> None:
    """Neither knows of the ending, nor of having acknowledged it: the head of the origin tells that something lacks."""
    backups = copied(hub), copied(shanghai)
    await end_first(world, (hangzhou, hub, shanghai), lists, samples)
    for node, old in zip((hub, shanghai), backups, strict=True):
        put_back(node, old)
    city, heard = party(shanghai), Heard()
    look = looking(city, {"yrd": hub, "330100": hangzhou}, heard)

    await look.look(city.keys(lists), "yrd", set())
    world.clock.forward(milliseconds=GRACE_MS + 1)

    assert Freshness.STALE is freshness(shanghai, lists)


async def test_a_hub_that_withholds_from_whoever_knows_nobody_else_grows_stale(
    world: World, hangzhou: Node, hub: Node, shanghai: Node, samples: Samples, lists: str
) -> None:
    """Only the origin can cosign anew, and what it cosigns shows the ending: by the agreed age at the latest."""
    hangzhou.publish("lists", samples.ending(), ref=0)
    world.clock.forward(seconds=301)
    hangzhou.stages.sequencer(lists).beat()

    await through_hub(world, hub, shanghai, lists)

    assert (2, Freshness.STALE) == (shanghai.reader.follow_range(lists).size, freshness(shanghai, lists))


async def test_a_hub_that_was_put_back_is_told_again_what_it_lost(
    world: World, hangzhou: Node, hub: Node, shanghai: Node, samples: Samples, lists: str
) -> None:
    """Once it has caught up, though nothing is new to tell: else the origin would wait for the city for ever."""
    old = copied(hub)
    await end_first(world, (hangzhou, hub, shanghai), lists, samples)
    city, hubs = party(shanghai), [party(hub)]

    async def tell(feed: str, note: bytes) -> bytes:
        return await hubs[-1].tell(shanghai.id, feed, note)

    async with going_on(city.stating.state(city.keys(lists), "yrd", tell)):
        for again in (False, True):
            async with going_on(hubs[-1].stating.keep()) as until:
                if again:
                    assert (shanghai.id, 2) not in hubs[-1].stated(lists)
                    city.stating.met(lists, "yrd")
                await until(lambda: hubs[-1].stated(lists).get((shanghai.id, 2)) == 3)
            put_back(hub, old)
            await world.mirror(hub, hangzhou, "lists")
            hubs.append(party(hub))
