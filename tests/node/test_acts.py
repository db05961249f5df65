# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Acts on entries, honest and not: they mean the same everywhere, and what cannot be has no effect."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

import pytest

from federation.log.leaf import LeafKind
from federation.records.act import Annotation, AnnotationKind, Ending, EndingKind
from federation.records.codec import encode, schema_of
from federation.records.exchange import Standing
from federation.records.list_entry import ListEntry
from federation.records.subject import Authority
from node.entry.lineage import MAX_VERSIONS_BACK
from node.entry.pending import Pending
from node.intake import Accepted, Refused

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

OTHER = Authority(name="杭州市公共信用管理办公室", code="11330100PDY001047C")


def force(node: Node, *acts: tuple[LeafKind, Ending | Annotation | ListEntry, int]) -> None:
    """Publishes what the node's own intake would refuse, as a node of another make might."""
    origin = node.origin("lists")
    rows = []
    for kind, record, ref in acts:
        payload, node.made = encode(record), node.made + 1
        key = hashlib.sha256(b"forced %d" % node.made).digest()
        subject = record.identity.code if isinstance(record, ListEntry) else ""
        rows.append(
            Pending(
                key, hashlib.sha256(payload).digest(), kind, schema_of(record), ref, bytes(32), payload, subject, False
            )
        )
        node.accepted[origin].append(payload)
    with node.stages.store.write() as unit:
        unit.add_pending(origin, rows)
    node.stages.publish_pending()
    node.decide()


def said(node: Node, origin: str, index: int) -> tuple[Standing, tuple[str, ...]]:
    """Standing and reasons of an entry."""
    decision = node.decision(origin, index)
    return decision.standing, decision.reasons


async def test_an_amendment_after_the_end_brings_nothing_back(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """The entry stays ended, and its new version is nothing, and so is a version of that one."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.publish("lists", samples.ending(EndingKind.REVOKED), ref=0)
    force(hangzhou, (LeafKind.AMEND, samples.black(2), 0), (LeafKind.AMEND, samples.black(3), 2))
    await world.mirror(shanghai, hangzhou, "lists")

    for node in (hangzhou, shanghai):
        origin = hangzhou.origin("lists")
        assert (Standing.ENDED, ("ENDED_REVOKED",)) == said(node, origin, 0)
        nothing = (Standing.REFUSED, ("RECORD_INVALID", "ACT_AFTER_END"))
        assert [nothing, nothing] == [said(node, origin, index) for index in (2, 3)]
    world.audit()


async def test_an_entry_has_one_newer_version(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """Of two amendments of one entry the first one counts, else it would stand twice against its subject."""
    hangzhou.publish("lists", samples.black(1))
    force(hangzhou, (LeafKind.AMEND, samples.black(2), 0), (LeafKind.AMEND, samples.black(3), 0))
    await world.mirror(shanghai, hangzhou, "lists")

    origin = hangzhou.origin("lists")
    assert [True, False] == [shanghai.decision(origin, index).counts for index in (1, 2)]
    assert (Standing.REFUSED, ("RECORD_INVALID", "ACT_AFTER_AMEND")) == said(shanghai, origin, 2)
    world.audit()


async def test_an_honest_row_of_versions_stands_whatever_its_length(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """The last version counts, and only that one."""
    hangzhou.publish("lists", samples.black(1))
    versions = MAX_VERSIONS_BACK + 5
    force(hangzhou, *((LeafKind.AMEND, samples.black(1, reason=f"更正{n}"), n) for n in range(versions)))
    await world.mirror(shanghai, hangzhou, "lists")

    assert [versions] == [each.index for each in shanghai.reader.decisions(counting=True)]
    world.audit()


async def test_a_mark_after_the_end_has_no_effect(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """It is kept, and told with its reason wherever it is held."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.publish("lists", samples.ending(), ref=0)
    force(hangzhou, (LeafKind.ANNOTATE, samples.mark(AnnotationKind.RESUMED), 0), (LeafKind.END, samples.ending(), 0))
    await world.mirror(shanghai, hangzhou, "lists")

    origin = hangzhou.origin("lists")
    assert (Standing.ENDED, ("ENDED_REMOVED",)) == said(shanghai, origin, 0)
    assert ("", "ACT_AFTER_END", "ACT_AFTER_END") == shanghai.query.holding(origin, 0).acts.effects
    world.audit()


async def test_another_body_cannot_repair(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """Its own node takes it from nobody but the deciding body; published all the same, it has no effect anywhere."""
    hangzhou.publish("lists", samples.black(1))
    repair = samples.ending(EndingKind.REPAIRED).model_copy(update={"authority": OTHER})

    assert [Refused("ref", "ACTOR_NOT_DECIDER")] == hangzhou.offer("lists", hangzhou.item(repair, 0))
    force(hangzhou, (LeafKind.END, repair, 0))
    await world.mirror(shanghai, hangzhou, "lists")

    assert shanghai.decision(hangzhou.origin("lists"), 0).counts
    world.audit()


async def test_a_wrong_repair_is_revoked_with_full_history(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """By a signed act of the deciding body: the entry counts again everywhere, and shows what was done to it."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.publish("lists", samples.mark(AnnotationKind.REPAIR_PENDING), ref=0)
    hangzhou.publish("lists", samples.ending(EndingKind.REPAIRED), ref=0)
    await world.mirror(shanghai, hangzhou, "lists")
    origin = hangzhou.origin("lists")
    assert (Standing.ENDED, ("ENDED_REPAIRED",)) == said(shanghai, origin, 0)

    assert [Accepted()] == hangzhou.publish("lists", samples.mark(AnnotationKind.RESTORED), ref=0)
    await world.mirror(shanghai, hangzhou, "lists")

    assert (Standing.RECOGNISED, ("RECOGNISED",)) == said(shanghai, origin, 0)
    assert [1, 2, 3] == [act.index for act in shanghai.query.holding(origin, 0).acts.entries]
    world.audit()


ILLEGAL = [
    (AnnotationKind.RESUMED, "NOTHING_TO_RESUME"),
    (AnnotationKind.OBJECTION_CLOSED, "NO_OBJECTION_OPEN"),
    (AnnotationKind.REPAIR_REFUSED, "NO_REPAIR_OPEN"),
    (AnnotationKind.RESTORED, "RESTORE_WITHOUT_REPAIR"),
]


@pytest.mark.parametrize(("kind", "reason"), ILLEGAL)
def test_an_act_out_of_turn_is_refused_at_its_origin(
    hangzhou: Node, samples: Samples, kind: AnnotationKind, reason: str
) -> None:
    """With the reason of the table."""
    hangzhou.publish("lists", samples.black(1))

    assert [Refused("ref", reason)] == hangzhou.offer("lists", hangzhou.item(samples.mark(kind), 0))


def test_acts_of_one_call_see_each_other(hangzhou: Node, samples: Samples) -> None:
    """A suspension, its end, and a second end: the last one comes too late."""
    hangzhou.publish("lists", samples.black(1))
    acts = [hangzhou.item(samples.mark(kind), 0) for kind in (AnnotationKind.SUSPENDED, AnnotationKind.RESUMED)]

    outcomes = hangzhou.offer("lists", *acts, hangzhou.item(samples.mark(AnnotationKind.RESUMED), 0))

    assert [Accepted(), Accepted(), Refused("ref", "NOTHING_TO_RESUME")] == outcomes


def test_a_lapsed_entry_can_still_be_repaired(hangzhou: Node, samples: Samples) -> None:
    """Whether it has lapsed is no business of the order of acts."""
    hangzhou.publish("lists", samples.black(1, valid_until=date(2026, 2, 1)))

    assert [Accepted()] == hangzhou.publish("lists", samples.ending(EndingKind.REPAIRED), ref=0)


@pytest.mark.parametrize("act", ["end", "mark"])
def test_an_act_is_not_dated_before_the_decision(hangzhou: Node, samples: Samples, act: str) -> None:
    """Nothing can be done to what was not decided yet; on the same day it can."""
    hangzhou.publish("lists", samples.black(1))
    sound = samples.ending() if act == "end" else samples.mark(AnnotationKind.OBJECTION)
    field = "decided_on" if act == "end" else "dated_on"
    early, same = (sound.model_copy(update={field: day}) for day in (date(2025, 2, 28), date(2025, 3, 1)))

    assert [Refused("ref", "ACT_BEFORE_DECISION")] == hangzhou.offer("lists", hangzhou.item(early, 0))
    assert [Accepted()] == hangzhou.offer("lists", hangzhou.item(same, 0))
