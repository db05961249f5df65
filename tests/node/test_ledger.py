# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The ledger: what counts, why, from when until when; whatever order things arrive in, and through any crash."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.errors import StoreFault
from federation.log.entry import PayloadState
from federation.records.act import AnnotationKind, EndingKind
from federation.records.agency_filing import FilingStanding
from federation.records.exchange import Standing
from federation.records.list_entry import ListKind
from federation.standards.reading import shipped
from node.follow.ports import Received

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


def said(node: Node, origin: str, count: int) -> list[tuple[Standing, str]]:
    """Standing and first reason of the first entries of a feed; no reason for what counts as own."""
    decisions = [node.decision(origin, index) for index in range(count)]
    return [(decision.standing, decision.reasons[0] if decision.reasons else "") for decision in decisions]


async def test_foreign_entries_are_recognised_held_or_refused(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Each with its reason, the measures that follow, and the versions used; own ones count as own."""
    hangzhou.publish(
        "lists",
        samples.black(1),
        samples.black(2, kind=ListKind.WATCH, standard="yrd-tourism-watch@1", field="tourism"),
        samples.black(3, field="tourism", standard="yrd-tourism-black@1"),
    )
    await world.mirror(shanghai, hangzhou, "lists")
    origin = hangzhou.origin("lists")

    expected = [
        (Standing.RECOGNISED, "RECOGNISED"),
        (Standing.REFUSED, "ISSUER_NOT_AUTHORISED"),
        (Standing.REFUSED, "ISSUER_NOT_AUTHORISED"),
    ]
    assert expected == said(shanghai, origin, 3)
    assert [(Standing.OWN, "")] == said(hangzhou, origin, 1)
    decision = shanghai.decision(origin, 0)
    assert decision.measures
    assert {"yrd-lists@1", "yrd-eco-environment-black@2"} <= set(decision.versions)
    world.audit()


async def test_filings_are_recognised_too(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """One that is suspended with its own authority is held."""
    hangzhou.publish("filings", samples.filing(1), samples.filing(2, standing=FilingStanding.SUSPENDED))
    await world.mirror(shanghai, hangzhou, "filings")

    expected = [(Standing.RECOGNISED, "RECOGNISED"), (Standing.HELD, "FILING_SUSPENDED")]
    assert expected == said(shanghai, hangzhou.origin("filings"), 2)
    world.audit()


@pytest.mark.parametrize("kind", list(EndingKind))
async def test_an_ending_at_the_origin_ends_the_effect_everywhere(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, kind: EndingKind
) -> None:
    """As soon as it is followed, with its reason."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "lists")
    hangzhou.publish("lists", samples.ending(kind), ref=0)
    await world.mirror(shanghai, hangzhou, "lists")

    for node in (hangzhou, shanghai):
        assert [(Standing.ENDED, f"ENDED_{kind.name}")] == said(node, hangzhou.origin("lists"), 1)
        assert () == node.decision(hangzhou.origin("lists"), 0).measures
    world.audit()


async def test_an_ending_that_cannot_be_read_ends_all_the_same(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Its payload came garbled: doubt does not go on hurting the subject."""
    hangzhou.publish("lists", samples.black())
    hangzhou.publish("lists", samples.ending(), ref=0)
    await world.mirror(shanghai, hangzhou)
    garbling = world.source(hangzhou, shanghai)

    def garbled(chunk: Received) -> tuple[Received]:
        first, last = chunk.entries
        bad = type(last)(last.leaf, PayloadState.PRESENT, last.salt, b"garbled")
        return (Received(chunk.first_index, [first, bad], chunk.consistency_path),)

    garbling.lie = garbled
    await world.follow(shanghai, hangzhou.origin("lists"), garbling)
    shanghai.decide()

    assert [(Standing.ENDED, "ENDED_UNSTATED")] == said(shanghai, hangzhou.origin("lists"), 1)


async def test_a_suspension_holds_until_it_is_lifted(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """The newest annotation counts; an objection is only a remark."""
    hangzhou.publish("lists", samples.black())
    standings = []
    for kind in (AnnotationKind.OBJECTION, AnnotationKind.SUSPENDED, AnnotationKind.RESUMED):
        hangzhou.publish("lists", samples.mark(kind), ref=0)
        await world.mirror(shanghai, hangzhou, "lists")
        standings.append(shanghai.decision(hangzhou.origin("lists"), 0).standing)
        world.audit()

    assert [Standing.RECOGNISED, Standing.HELD, Standing.RECOGNISED] == standings


async def test_terms_end_and_begin_by_date_alone(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """On the day after the last one, and on the first one, by the review; in China's calendar, to the millisecond."""
    today = date(2026, 3, 2)
    hangzhou.publish(
        "lists", samples.black(1, valid_until=today), samples.black(2, valid_from=date(2026, 3, 3), valid_until=None)
    )
    await world.mirror(shanghai, hangzhou, "lists")
    origin = hangzhou.origin("lists")
    world.clock.forward(hours=12, milliseconds=-1)
    assert 0 == shanghai.stages.ledger.review()
    assert [Standing.RECOGNISED, Standing.HELD] == [each for each, _ in said(shanghai, origin, 2)]

    world.clock.forward(milliseconds=1)
    for node in (shanghai, hangzhou):
        while node.stages.ledger.review():
            pass
    assert [(Standing.LAPSED, "PERIOD_LAPSED"), (Standing.RECOGNISED, "RECOGNISED")] == said(shanghai, origin, 2)
    assert [Standing.LAPSED, Standing.OWN] == [each for each, _ in said(hangzhou, origin, 2)]
    world.audit()


async def test_a_red_entry_is_suspended_while_its_subject_is_black(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Wherever the black one comes from; it is back when that ends, and when it lapses."""
    hangzhou.publish("lists", samples.red(1))
    origin, standings = hangzhou.origin("lists"), []

    async def now() -> None:
        await world.mirror(shanghai, hangzhou, "lists")
        while shanghai.stages.ledger.review() or hangzhou.stages.ledger.review():
            pass
        standings.append([node.decision(origin, 0).counts for node in (hangzhou, shanghai)])
        world.audit()

    await now()
    hangzhou.publish("lists", samples.black(2))
    await now()
    hangzhou.publish("lists", samples.ending(), ref=1)
    await now()
    hangzhou.publish("lists", samples.black(3, valid_until=date(2026, 3, 9)))
    await now()
    world.clock.to(date(2026, 3, 10))
    await now()

    assert [[True, True], [False, False], [True, True], [False, False], [True, True]] == standings


async def test_a_black_entry_that_is_not_recognised_suspends_nothing(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Only what counts here stands against a red entry."""
    shanghai_only = samples.black(2, standard="yrd-tourism-black@1", field="tourism")
    hangzhou.publish("lists", samples.red(1), shanghai_only)
    await world.mirror(shanghai, hangzhou, "lists")

    assert not shanghai.decision(hangzhou.origin("lists"), 1).counts
    assert shanghai.decision(hangzhou.origin("lists"), 0).counts
    world.audit()


async def test_a_withheld_payload_is_held_and_not_refused(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Nothing is wrong with an entry whose payload this node may not see."""
    hangzhou.publish("lists", samples.black(1, identity=samples.person, responsible_persons=()))
    await world.mirror(shanghai, hangzhou, "lists")

    assert [(Standing.HELD, "PAYLOAD_ABSENT")] == said(shanghai, hangzhou.origin("lists"), 1)
    world.audit()


async def test_a_feed_waits_for_its_policy(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """Entries that came before it are decided on when it has come."""
    hangzhou.publish("lists", samples.black())
    origin = hangzhou.origin("lists")
    await world.follow(shanghai, origin, world.source(hangzhou, shanghai))
    assert 0 == shanghai.stages.ledger.apply(origin)
    await world.mirror(shanghai, hangzhou)

    assert [(Standing.RECOGNISED, "RECOGNISED")] == said(shanghai, origin, 1)
    world.audit()


async def test_a_node_speaks_for_its_own_feeds_only(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """A policy about another's feed has no effect."""
    open_policy = shanghai.stages.policies[-1].model_copy(update={"origin": hangzhou.origin("lists"), "readers": ()})
    shanghai.publish("_catalogue", open_policy)
    await world.mirror(hangzhou, shanghai)

    view = hangzhou.reader.feed(hangzhou.origin("lists"))
    assert view is not None
    assert view.policy is not None
    assert ("*",) == view.policy.readers


async def test_other_rules_decide_everything_anew(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """After a start with a rule file changed; with the same rules a start changes nothing."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "lists")
    origin = hangzhou.origin("lists")
    shanghai.stages.ledger.start()
    shanghai.decide()
    before = shanghai.decision(origin, 0)
    world.clock.forward(minutes=1)
    shanghai.reopen()
    shanghai.stages.ledger.start()
    shanghai.decide()
    assert before == shanghai.decision(origin, 0)

    agreement = shanghai.config.rules_folder / "agreements" / "yrd-lists@1.toml"
    agreement.write_text(agreement.read_text().replace('"eco-environment", ', ""))
    shanghai.reopen()
    shanghai.stages.ledger.start()
    shanghai.decide()

    assert [(Standing.HELD, "FIELD_NOT_COVERED")] == said(shanghai, origin, 1)
    world.audit()


async def test_other_tables_decide_everything_anew(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """After a start with a table replaced by the operator's own, decisions quote it."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "lists")
    shanghai.stages.ledger.start()
    shanghai.decide()
    table = shanghai.config.folder / "standards" / "regions@2027.csv"
    table.parent.mkdir()
    table.write_bytes(shipped("regions@2026.csv").replace(b'"2026"', b'"2027"', 1))
    shanghai.reopen()
    shanghai.stages.ledger.start()
    shanghai.decide()

    assert "regions@2027" in shanghai.decision(hangzhou.origin("lists"), 0).versions
    world.audit()


@pytest.mark.slow
async def test_a_crash_at_each_point_of_deciding(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """The next process goes on: no decision is lost, and all are what a fresh judgement says."""
    point, fired = 0, True
    while fired:
        hangzhou.publish("lists", samples.red(10 * point), samples.black(10 * point + 1))
        size = hangzhou.reader.follow_range(hangzhou.origin("lists")).size
        hangzhou.publish("lists", samples.ending(), ref=size - 1)
        await world.follow(shanghai, hangzhou.origin("lists"), world.source(hangzhou, shanghai))
        if point == 0:
            await world.mirror(shanghai, hangzhou)
        shanghai.trouble.arm(point)
        try:
            while shanghai.stages.ledger.apply(hangzhou.origin("lists")):
                pass
            shanghai.stages.ledger.review()
        except StoreFault:
            fired = True
        else:
            fired = False
        shanghai.reopen()
        shanghai.decide()
        world.audit()
        point += 1
    assert 10 <= point


ACTS = st.lists(st.tuples(st.sampled_from(["black", "red", "end", "suspend", "resume"]), st.integers(0, 5)), max_size=8)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=ACTS, turns=st.lists(st.integers(0, 1), max_size=12))
def test_the_order_of_arrival_does_not_matter(
    world: World, samples: Samples, story: list[tuple[str, int]], turns: list[int]
) -> None:
    """Two cities' feeds come in any interleaving: the decisions are those of a fresh judgement of it all."""
    world.clear()
    cities = [world.node("330100"), world.node("330000")]
    shanghai = world.node("310000")
    asyncio.run(_told(world, cities, shanghai, samples, story, turns))


async def _told(
    world: World,
    cities: list[Node],
    shanghai: Node,
    samples: Samples,
    story: list[tuple[str, int]],
    turns: list[int],
) -> None:
    """Tells a story at both cities alternately, followed in the order of the turns, and then to the end."""
    for number, (what, at) in enumerate(story):
        city = cities[number % 2]
        match what:
            case "black":
                city.publish("lists", samples.black(number))
            case "red":
                city.publish("lists", samples.red(number))
            case "end":
                city.publish("lists", samples.ending(number=number), ref=at)
            case _:
                kind = AnnotationKind.SUSPENDED if what == "suspend" else AnnotationKind.RESUMED
                city.publish("lists", samples.mark(kind, number), ref=at)
        if number < len(turns):
            await world.mirror(shanghai, cities[turns[number]], "lists")
    for city in cities:
        await world.mirror(shanghai, city, "lists")
    world.audit()
