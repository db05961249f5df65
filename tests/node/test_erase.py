# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Erasure: what is ordered is destroyed everywhere at once, by whom it may be and for what, and stays destroyed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from federation.errors import FieldFault, StoreFault
from federation.log.entry import PayloadState
from federation.log.leaf import NO_COMMITMENT, LeafKind
from federation.records.act import AnnotationKind
from federation.records.exchange import Standing
from federation.records.list_entry import ListKind
from node.entry.evidence import Evidence
from node.erase.order import AlreadyOrdered, NotErasable, Ordered
from node.intake import Duplicate, Refused
from tests.node.region.oracle import decided, replayed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

    Checked = Callable[[Node], Sequence[tuple[str, int | None, str]]]

GROUND = "《个人信息保护法》第四十七条"


def erase(node: Node, *indexes: int, feed: str = "lists", with_acts: bool = False) -> tuple[object, ...]:
    """Orders entries erased, and publishes."""
    outcomes = node.stages.eraser.order(node.origin(feed), indexes, GROUND, with_acts=with_acts)
    node.stages.publish_pending()
    return outcomes


def states(node: Node, origin: str) -> list[PayloadState]:
    """Payload states of a feed."""
    return [entry.state for entry in node.reader.held(origin, 0, 99)]


def cells(node: Node, query: str) -> list[tuple[Any, ...]]:
    """Rows straight from the file."""
    with closing(sqlite3.connect(node.config.store_path)) as connection:
        return connection.execute(query).fetchall()


def test_an_order_destroys_all_that_the_row_said(hangzhou: Node, samples: Samples, checked: Checked) -> None:
    """Payload, salt and subject are gone, the leaf and the tree stay, and the ERASE entry commits to nothing."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    origin = hangzhou.origin("lists")
    before = hangzhou.reader.held(origin, 0, 9)

    assert (Ordered(0),) == erase(hangzhou, 0)

    gone, stands, order = hangzhou.reader.held(origin, 0, 9)
    assert (PayloadState.ERASED, b"", b"", "", False) == (
        gone.state,
        gone.payload,
        gone.salt,
        gone.subject,
        gone.personal,
    )
    assert (before[0].raw_leaf, before[1]) == (gone.raw_leaf, stands)
    assert order.leaf is not None
    assert (LeafKind.ERASE, 0, NO_COMMITMENT) == (order.leaf.kind, order.leaf.ref, order.leaf.commitment)
    assert PayloadState.NONE is order.state
    assert [] == checked(hangzhou)
    assert decided(hangzhou) == replayed(hangzhou)
    assert (Standing.ENDED, ("ERASED",)) == (
        hangzhou.decision(origin, 0).standing,
        hangzhou.decision(origin, 0).reasons,
    )


async def test_a_mirror_destroys_its_copy_too(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, checked: Checked
) -> None:
    """In the transaction in which it takes the ERASE entry in; and whoever asks it later is told that it was erased."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    await world.mirror(shanghai, hangzhou, "lists")
    origin = hangzhou.origin("lists")
    erase(hangzhou, 1)

    await world.mirror(shanghai, hangzhou, "lists")

    assert [PayloadState.PRESENT, PayloadState.ERASED, PayloadState.NONE] == states(shanghai, origin)
    assert (b"", b"") == (shanghai.reader.held(origin, 1, 1)[0].payload, shanghai.reader.held(origin, 1, 1)[0].salt)
    assert Standing.ENDED is shanghai.decision(origin, 1).standing
    assert [] == checked(shanghai)
    assert decided(shanghai) == replayed(shanghai)
    (chunk,) = shanghai.publisher.entries(shanghai.id, origin, 3, 0, 0)
    assert PayloadState.ERASED is chunk.entries[1].state


async def test_who_comes_late_never_gets_the_payload(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, checked: Checked
) -> None:
    """A mirror that begins after the erasure verifies the whole feed without it."""
    hangzhou.publish("lists", samples.black(1))
    erase(hangzhou, 0)

    await world.mirror(shanghai, hangzhou, "lists")

    assert [PayloadState.ERASED, PayloadState.NONE] == states(shanghai, hangzhou.origin("lists"))
    assert [] == checked(shanghai)


def test_a_red_entry_counts_again_when_the_black_one_is_erased(hangzhou: Node, samples: Samples) -> None:
    """At once, although nothing in the store tells any more whom the black one was about."""
    hangzhou.publish("lists", samples.red(1), samples.black(2))
    origin = hangzhou.origin("lists")
    assert Standing.OWN is not hangzhou.decision(origin, 0).standing

    erase(hangzhou, 1)

    assert Standing.OWN is hangzhou.decision(origin, 0).standing
    assert decided(hangzhou) == replayed(hangzhou)


def test_importing_an_erased_record_again_is_refused(hangzhou: Node, samples: Samples) -> None:
    """Same bytes or others, amending or not; and no digest tells what the bytes were."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    erase(hangzhou, 0)

    changed = samples.black(1, reason="另一事由")
    for record in (samples.black(1), changed):
        for amend in (False, True):
            assert [Refused("", "RECORD_ERASED")] == hangzhou.offer("lists", hangzhou.item(record), amend=amend)
    assert [Duplicate()] == hangzhou.offer("lists", hangzhou.item(samples.black(2)))
    kept = cells(
        hangzhou,
        "SELECT idx, digest = zeroblob(32) FROM submission JOIN feed USING (feed) WHERE dataset = 'lists' ORDER BY idx",
    )
    assert [(0, 1), (1, 0)] == kept[:2]


def test_a_key_that_a_caller_made_up_is_spent_too(hangzhou: Node, samples: Samples) -> None:
    """Whatever name the record was submitted under."""
    item = hangzhou.item(samples.black(1), key="made up")
    hangzhou.offer("lists", item)
    hangzhou.stages.publish_pending()
    erase(hangzhou, 0)

    assert [Refused("", "RECORD_ERASED")] == hangzhou.offer("lists", item)


def test_earlier_versions_are_erased_with_a_record(hangzhou: Node, samples: Samples) -> None:
    """Each by an entry of its own, back to the first; the version after the one that is named stays."""
    for reason in ("一", "二", "三"):
        hangzhou.offer("lists", hangzhou.item(samples.black(1, reason=reason)), amend=True)
        hangzhou.stages.publish_pending()

    assert (Ordered(1, (0,)),) == erase(hangzhou, 1)

    expected = [PayloadState.ERASED, PayloadState.ERASED, PayloadState.PRESENT, PayloadState.NONE, PayloadState.NONE]
    assert expected == states(hangzhou, hangzhou.origin("lists"))


@pytest.mark.parametrize(("with_acts", "expected"), [(False, PayloadState.PRESENT), (True, PayloadState.ERASED)])
def test_acts_are_erased_when_asked_for(
    hangzhou: Node, samples: Samples, checked: Checked, *, with_acts: bool, expected: PayloadState
) -> None:
    """Endings and annotations keep their payloads unless the order says otherwise."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.publish("lists", samples.mark(AnnotationKind.OBJECTION), ref=0)
    hangzhou.publish("lists", samples.ending(), ref=0)

    erase(hangzhou, 0, with_acts=with_acts)

    origin = hangzhou.origin("lists")
    assert [PayloadState.ERASED, expected, expected] == states(hangzhou, origin)[:3]
    assert "ERASED" in hangzhou.decision(origin, 0).reasons
    assert [] == checked(hangzhou)


def test_what_cannot_be_erased_is_refused_and_the_rest_is_taken(hangzhou: Node, samples: Samples) -> None:
    """Twice, an unknown index, an entry that has nothing to erase: each is told, and stops nothing."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    erase(hangzhou, 0)

    expected = (AlreadyOrdered(0), NotErasable(9, "ENTRY_NOT_FOUND"), NotErasable(2, "PAYLOAD_NONE"), Ordered(1))
    assert (*expected, AlreadyOrdered(1)) == erase(hangzhou, 0, 9, 2, 1, 1)


def test_an_order_that_waits_is_not_taken_twice(hangzhou: Node, samples: Samples) -> None:
    """Also before it is published; and the entry can no longer be acted on."""
    hangzhou.publish("lists", samples.black(1))
    order = (hangzhou.origin("lists"), [0], GROUND)
    hangzhou.stages.eraser.order(*order)

    assert (AlreadyOrdered(0),) == hangzhou.stages.eraser.order(*order)
    assert [Refused("ref", "ACT_AFTER_ERASE")] == hangzhou.offer("lists", hangzhou.item(samples.ending(), 0))


def test_an_act_that_waited_before_the_order_stays_harmless(hangzhou: Node, samples: Samples, checked: Checked) -> None:
    """An ending that came in before the order is published with it; the feed stays whole."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.offer("lists", hangzhou.item(samples.ending(), 0))

    assert (Ordered(0),) == erase(hangzhou, 0)

    origin = hangzhou.origin("lists")
    assert [PayloadState.ERASED, PayloadState.PRESENT, PayloadState.NONE] == states(hangzhou, origin)
    assert [] == checked(hangzhou)


@pytest.mark.parametrize(
    ("indexes", "ground", "reason"),
    [([0], " ", "GROUND_MISSING"), ([0], "x" * 513, "FIELD_TOO_LONG"), ([], "g", "FIELD_MISSING")],
)
def test_an_order_without_ground_or_entry_is_refused(
    hangzhou: Node, indexes: list[int], ground: str, reason: str
) -> None:
    """Whoever destroys must say on what legal ground, and what."""
    with pytest.raises(FieldFault, match=reason):
        hangzhou.stages.eraser.order(hangzhou.origin("lists"), indexes, ground)


@pytest.mark.parametrize(
    ("feed", "reason"), [("310000/lists", "FEED_NOT_OWN"), ("330100/_catalogue", "FEED_NOT_ERASABLE")]
)
def test_only_the_origin_orders_and_never_its_catalogue(hangzhou: Node, feed: str, reason: str) -> None:
    """A mirrored entry is its origin's to erase; a policy is changed, never erased."""
    with pytest.raises(FieldFault, match=reason):
        hangzhou.stages.eraser.order(f"delta.example/{feed}/1", [0], GROUND)


async def test_answers_and_evidence_that_hold_a_copy_are_destroyed(hangzhou: Node, samples: Samples) -> None:
    """A remembered answer becomes a spent id; evidence keeps its reason and loses its bytes; others stay."""
    hangzhou.publish("lists", samples.black(1), samples.black(2))
    erased, kept = hangzhou.reader.held(hangzhou.origin("lists"), 0, 2)
    foreign = "delta.example/310000/lists/1"
    rows = [("a", b"q", b"." * 80 + erased.salt + b"...", 0), ("b", b"q", b"." * 80 + kept.salt, 0)]
    hangzhou.stages.store.close()
    with closing(sqlite3.connect(hangzhou.config.store_path)) as connection, connection:
        connection.executemany("INSERT INTO answered VALUES (?, ?, ?, ?)", rows)
    hangzhou.open()
    with hangzhou.stages.store.write() as unit:
        for entry in (erased, kept):
            unit.keep_evidence(foreign, Evidence("yrd", "ENTRIES_ROOT", "", (b"x", entry.payload)), 1)

    erase(hangzhou, 0)

    answers = dict(cells(hangzhou, "SELECT exchange_id, answer FROM answered"))
    assert {"a": b"EXCHANGE_ID_REUSED", "b": rows[1][2]} == answers
    parts = [evidence.parts for _, evidence in hangzhou.reader.evidence(foreign)]
    assert sorted([(), (b"x", kept.payload)]) == sorted(parts)


def test_nothing_is_destroyed_when_the_register_cannot_be_written(hangzhou: Node, samples: Samples) -> None:
    """The order waits until it can: an older copy of the store must never bring back what was destroyed."""
    hangzhou.publish("lists", samples.black(1))
    register = hangzhou.config.folder / "erasures.jsonl"
    register.mkdir()
    hangzhou.stages.eraser.order(hangzhou.origin("lists"), [0], GROUND)

    with pytest.raises(StoreFault, match="ERASURES_UNWRITABLE"):
        hangzhou.stages.publish_pending()
    assert [PayloadState.PRESENT] == states(hangzhou, hangzhou.origin("lists"))

    register.rmdir()
    hangzhou.stages.publish_pending()
    assert [PayloadState.ERASED, PayloadState.NONE] == states(hangzhou, hangzhou.origin("lists"))


def test_an_erased_watch_entry_is_told_as_erased(hangzhou: Node, samples: Samples) -> None:
    """Whoever asks for the entry by its index is told that it was erased, never that there is none."""
    hangzhou.publish("lists", samples.black(1, kind=ListKind.WATCH, standard="yrd-tourism-watch@1", field="tourism"))
    erase(hangzhou, 0)

    holding = hangzhou.query.holding(hangzhou.origin("lists"), 0)

    assert (Standing.ENDED, ("ERASED",), PayloadState.ERASED) == (
        holding.standing,
        holding.reasons,
        holding.entry.state,
    )


async def test_a_payload_that_should_be_gone_is_found(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples, checked: Checked
) -> None:
    """A mirror whose operator put the bytes back says so itself."""
    hangzhou.publish("lists", samples.black(1))
    origin = hangzhou.origin("lists")
    kept = hangzhou.reader.held(origin, 0, 1)[0]
    erase(hangzhou, 0)
    await world.mirror(shanghai, hangzhou, "lists")

    shanghai.tamper("entry.salt", origin, lambda _: kept.salt, 0)
    shanghai.tamper("entry.payload", origin, lambda _: kept.payload, 0)

    assert (origin, 0, "PAYLOAD_NOT_ERASED") in checked(shanghai)
