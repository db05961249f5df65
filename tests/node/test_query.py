# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Questions about a subject: all that is held for the own house, only what it may know for a member."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.errors import AccessFault
from federation.log.proof import verify_evidence
from federation.records.act import AnnotationKind
from federation.records.exchange import Freshness, Standing
from federation.records.feed_policy import Dataset
from federation.records.subject import Subject
from node.config import FeedSection
from node.exchange.inquire import evidence_of
from node.query.query import MAX_READ_TOGETHER
from tests.node.region.talk import sought

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

COMPANY = "91330100MA2PDY0152"
PERSON = "330102194901019917"


async def test_check_tells_own_and_foreign_entries_with_what_they_are_here(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Standing, reasons, measures, freshness; also of what does not count."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    hangzhou.publish("lists", samples.ending(), ref=1)
    hangzhou.publish("filings", samples.filing())
    await world.mirror(shanghai, hangzhou, "lists", "filings")

    found = shanghai.query.check(COMPANY).holdings

    assert [Standing.RECOGNISED, Standing.RECOGNISED, Standing.ENDED] == [holding.standing for holding in found]
    assert [Dataset.FILINGS, Dataset.LISTS, Dataset.LISTS] == [holding.dataset for holding in found]
    assert [True, True, False] == [bool(holding.measures) for holding in found]
    assert {Freshness.FRESH} == {holding.freshness for holding in found}
    assert [] == shanghai.query.check("91330100MA2PDY0153").holdings
    assert [Standing.OWN, Standing.OWN, Standing.ENDED] == [
        each.standing for each in hangzhou.query.check(COMPANY).holdings
    ]


async def test_records_that_no_agreement_speaks_of_count_at_home_and_inform_elsewhere(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Basic information of a subject, for instance."""
    hangzhou.publish("subjects", Subject(identity=samples.company, source=samples.black().authority))
    await world.mirror(shanghai, hangzhou, "subjects")

    (own,), (foreign,) = hangzhou.query.check(COMPANY).holdings, shanghai.query.check(COMPANY).holdings
    assert (Standing.OWN, ()) == (own.standing, own.reasons)
    assert (Standing.HELD, ("INFORMATION_ONLY",)) == (foreign.standing, foreign.reasons)


@pytest.mark.slow
def test_nothing_held_is_left_out(hangzhou: Node, samples: Samples) -> None:
    """A subject with more entries than an answer to a member may have."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(430)))

    assert 430 == len(hangzhou.query.check(COMPANY).holdings)
    findings, _, truncated, *_ = hangzhou.query.find(sought("310000", COMPANY))
    assert (200, True) == (len(findings), truncated)


@pytest.mark.slow
def test_a_subject_with_very_many_entries_costs_what_is_told_of_it(hangzhou: Node, samples: Samples) -> None:
    """It is answered in part, and says so; who asks beside it is answered as if alone; measures are whole."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(MAX_READ_TOGETHER + 10)))
    hangzhou.publish("lists", samples.ending(), ref=3)
    hangzhou.publish("filings", samples.filing())
    hangzhou.publish("lists", samples.black(1, identity=samples.person, responsible_persons=()))
    asked = [
        sought("310000", COMPANY),
        sought("310000", PERSON),
        sought(hangzhou.id, PERSON),
        sought("310000", "91330100MA2PDY0153"),
    ]

    together = hangzhou.query.find_all(asked)

    assert [hangzhou.query.find(each) for each in asked] == together
    assert [(200, True), (0, False), (1, False), (0, False)] == [(len(found[0]), found[2]) for found in together]
    verify_evidence(evidence_of(together[0][0][-1].evidence), hangzhou.keys.log_verifier(hangzhou.origin("lists")))
    whole, part = hangzhou.query.check(COMPANY), hangzhou.query.check(COMPANY, 3)
    assert (MAX_READ_TOGETHER + 11, False, 3, True) == (
        len(whole.holdings),
        whole.truncated,
        len(part.holdings),
        part.truncated,
    )
    assert whole.measures == part.measures == sorted({code for each in whole.holdings for code in each.measures})


def test_an_answer_fits_its_message(hangzhou: Node, samples: Samples) -> None:
    """Findings stop before 3 MiB, and the answer says that there are more."""
    long = "虚构依据" * 1000
    hangzhou.publish("lists", *(samples.black(number, basis=long, reason=long) for number in range(190)))

    findings, _, truncated, *_ = hangzhou.query.find(sought("310000", COMPANY))

    assert truncated
    assert sum(len(finding.evidence.payload) for finding in findings) <= 3 * 1024 * 1024
    assert len(findings) > 100


@pytest.mark.slow
def test_what_a_member_may_not_know_takes_no_place_from_what_it_may(world: World, samples: Samples) -> None:
    """Hundreds of entries in a closed feed: the open one is found, and nothing is said to be left out."""
    closed = FeedSection(name="a-lists", dataset=Dataset.LISTS, readers=())
    node = world.node("330100", [closed, FeedSection(name="filings", dataset=Dataset.FILINGS)])
    node.publish("a-lists", *(samples.black(number) for number in range(430)))
    node.publish("filings", samples.filing())

    findings, _, truncated, *_ = node.query.find(sought("310000", COMPANY))

    assert ([node.origin("filings")], False) == ([finding.evidence.origin for finding in findings], truncated)


async def test_every_finding_and_act_verifies_against_the_origin(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Also from a third member that mirrors it."""
    hangzhou.publish("lists", *(samples.black(number) for number in range(5)))
    hangzhou.publish("lists", samples.mark(AnnotationKind.OBJECTION), ref=2)
    await world.mirror(shanghai, hangzhou, "lists")

    findings, heads, truncated, *_ = shanghai.query.find(sought("yrd", COMPANY))

    log_key = hangzhou.keys.log_verifier(hangzhou.origin("lists"))
    parts = [each for finding in findings for each in (finding.evidence, *finding.acts)]
    assert (6, False) == (len(parts), truncated)
    for each in parts:
        verify_evidence(evidence_of(each), log_key)
    assert hangzhou.publisher.checkpoint("x", hangzhou.origin("lists")) in [head.checkpoint for head in heads]


def test_unknown_withheld_and_closed_subjects_get_the_same_answer(world: World, samples: Samples) -> None:
    """No findings, and the same heads: of the feeds the caller may read, and no others."""
    closed = FeedSection(name="lists", dataset=Dataset.LISTS, readers=())
    opened = FeedSection(name="open", dataset=Dataset.LISTS)
    node = world.node("330100", [closed, opened])
    node.publish("lists", samples.black(1))
    node.publish("open", samples.black(2, identity=samples.person, responsible_persons=()))

    answers = [node.query.find(sought("310000", subject)) for subject in ("91330100MA2PDY0153", COMPANY, PERSON)]

    assert answers[0] == answers[1] == answers[2]
    findings, heads, truncated, *_ = answers[0]
    assert ([], False) == (findings, truncated)
    assert [node.publisher.checkpoint("310000", node.origin("open"))] == [head.checkpoint for head in heads]
    assert (1, 1) == (
        len(node.query.find(sought(node.id, COMPANY))[0]),
        len(node.query.find(sought(node.id, PERSON))[0]),
    )


def test_what_is_not_public_yet_is_not_found(hangzhou: Node, samples: Samples) -> None:
    """An accepted record is told only with a checkpoint that proves it."""
    hangzhou.offer("lists", hangzhou.item(samples.black()))

    assert ([], [], False) == (
        hangzhou.query.check(COMPANY).holdings,
        *hangzhou.query.find(sought("310000", COMPANY))[:3:2],
    )


async def test_freshness_is_that_of_the_newest_cosignature(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """Stale after the agreed age, fresh again after a beat."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "lists")
    ages = []
    for seconds in (300, 1):
        world.clock.forward(seconds=seconds)
        ages.append(shanghai.query.check(COMPANY).holdings[0].freshness)
    hangzhou.stages.sequencer(hangzhou.origin("lists")).beat()
    await world.mirror(shanghai, hangzhou, "lists")
    ages.append(shanghai.query.check(COMPANY).holdings[0].freshness)

    assert [Freshness.FRESH, Freshness.STALE, Freshness.FRESH] == ages


async def test_evidence_is_of_what_is_held_and_nothing_else(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """No entry, no payload, no feed: each with its reason."""
    hangzhou.publish("lists", samples.black(1, identity=samples.person, responsible_persons=()), samples.black(2))
    await world.mirror(shanghai, hangzhou, "lists")
    origin = hangzhou.origin("lists")

    verify_evidence(evidence_of(shanghai.query.evidence(origin, 1)), hangzhou.keys.log_verifier(origin))
    for place, reason in (
        ((origin, 0), "PAYLOAD_NOT_HELD"),
        ((origin, 2), "ENTRY_NOT_FOUND"),
        ((origin, 2**63), "ENTRY_NOT_FOUND"),
        (("delta.example/999999/lists/1", 0), "FEED_NOT_FOUND"),
    ):
        with pytest.raises(AccessFault, match=reason):
            shanghai.query.evidence(*place)
    assert Standing.RECOGNISED is shanghai.query.holding(origin, 1).standing
    with pytest.raises(AccessFault, match="ENTRY_NOT_FOUND"):
        shanghai.query.holding(origin, 2)
