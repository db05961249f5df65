# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Decisions are kept with what they were made of, one row for each change, and so are the rules they were made by."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from federation.records.act import AnnotationKind
from federation.records.exchange import Standing
from node.ledger.grounds import MORE
from node.ledger.history import Past
from node.ledger.replay import Replay
from node.ledger.rules import Rules, read_rules
from tests.node.ledger.conftest import put_in_force, turns
from tests.node.region.oracle import again

if TYPE_CHECKING:
    import pytest

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World


async def test_every_change_is_kept_with_its_reason(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """What it was, from when to when, and why: nothing is overwritten."""
    origin = hangzhou.origin("lists")
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "lists")
    for kind in (AnnotationKind.SUSPENDED, AnnotationKind.RESUMED):
        world.clock.forward(hours=1)
        hangzhou.publish("lists", samples.mark(kind), ref=0)
        await world.mirror(shanghai, hangzhou, "lists")

    expected = [
        (Standing.RECOGNISED, ("RECOGNISED",)),
        (Standing.HELD, ("SUSPENDED",)),
        (Standing.RECOGNISED, ("RECOGNISED",)),
    ]
    assert expected == turns(shanghai, 0)
    with shanghai.reader.deciding() as seen:
        first, second = (each for each in seen.past_decisions(origin, 0, (0, -1), 9) if isinstance(each, Past))
    assert first.replaced_at_ms == second.decision.decided_at_ms
    assert ("acts 1 1",) == second.decision.grounds
    assert ("acts 2 2",) == shanghai.decision(origin, 0).grounds


async def test_deciding_again_keeps_nothing_when_nothing_changed(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """The row stays as it is, with its day: the history grows by changes alone."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "lists")
    before = shanghai.decision(hangzhou.origin("lists"), 0)
    world.clock.forward(days=3)
    with shanghai.stages.store.write() as unit:
        unit.set_cursor(hangzhou.origin("lists"), 0)
    shanghai.decide()

    assert before == shanghai.decision(hangzhou.origin("lists"), 0)
    assert 1 == len(turns(shanghai, 0))


async def test_a_suspended_red_entry_names_the_black_one(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """By its place and turn, and without whom both are about."""
    hangzhou.publish("lists", samples.red(1), samples.black(2))
    await world.mirror(shanghai, hangzhou, "lists")
    origin = hangzhou.origin("lists")

    assert (f"black {origin} 1 0",) == shanghai.decision(origin, 0).grounds
    assert [] == again(shanghai)


async def test_rules_are_kept_by_their_bytes(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> None:
    """After an operator replaced a file, what was decided by the old one can still be decided by it."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "lists")
    old = shanghai.stages.foundation.ledger_rules.digest
    put_in_force(shanghai, '"eco-environment", ', "")
    new = shanghai.stages.foundation.ledger_rules.digest

    with shanghai.reader.deciding() as seen:
        assert [old, new] == list(seen.rules_digests().values())
        before, after = read_rules(old, seen.rule_bytes), read_rules(new, seen.rule_bytes)
        assert hashlib.sha256(seen.rule_bytes([old])[old]).hexdigest() == old
    assert isinstance(before, Rules)
    assert isinstance(after, Rules)
    agreements = [each for rules in (before, after) for each in rules.book.agreements if each.id == "yrd-lists"]
    assert [True, False] == ["eco-environment" in each.list_fields for each in agreements]
    assert [Standing.RECOGNISED, Standing.HELD] == [standing for standing, _ in turns(shanghai, 0)]
    world.audit()


async def test_a_copied_store_replays_as_the_first_one(
    world: World, hangzhou: Node, shanghai: Node, samples: Samples
) -> None:
    """What a decision was made of and by is in the store, and in no folder beside it."""
    hangzhou.publish("lists", samples.black())
    await world.mirror(shanghai, hangzhou, "lists")
    shutil.rmtree(shanghai.config.rules_folder)

    said = Replay(shanghai.reader, None, lambda _: None).run()
    assert (1, 1) == (said.decisions, said.agreed)


async def test_the_history_keeps_the_day_of_review_through_an_erasure(
    world: World, hangzhou: Node, samples: Samples
) -> None:
    """What makes a red entry due at once does not alter what was decided on it before."""
    hangzhou.publish("lists", samples.red(1), samples.black(2))
    before = hangzhou.decision(hangzhou.origin("lists"), 0)
    hangzhou.stages.eraser.order(hangzhou.origin("lists"), (1,), "个人信息保护法第四十七条")
    hangzhou.stages.publish_pending()

    with hangzhou.reader.deciding() as seen:
        (kept,) = seen.past_decisions(hangzhou.origin("lists"), 0, (0, -1), 9)
    assert isinstance(kept, Past)
    assert (before.review_on, before.reasons) == (kept.decision.review_on, kept.decision.reasons)
    assert [] == again(hangzhou)


def test_the_history_is_about_nobody(hangzhou: Node, samples: Samples) -> None:
    """No row of it names the subject: an erasure has nothing to take out of it."""
    hangzhou.publish("lists", samples.black(1))
    hangzhou.publish("lists", samples.mark(AnnotationKind.OBJECTION), ref=0)

    with closing(sqlite3.connect(hangzhou.config.store_path)) as connection:
        rows = repr(connection.execute("SELECT * FROM past_decision").fetchall())
    assert "RECOGNISED" in rows or "OWN" in rows
    assert [] == [told for told in (samples.company.code, samples.company.name) if told in rows]


async def test_grounds_are_cut_where_they_go_on_and_on(
    world: World, hangzhou: Node, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member that acts on one entry without end fills no table."""
    monkeypatch.setattr("node.ledger.grounds.MAX_GROUNDS", 0)
    hangzhou.publish("lists", samples.black())
    hangzhou.publish("lists", samples.mark(AnnotationKind.OBJECTION), ref=0)

    assert (MORE,) == hangzhou.decision(hangzhou.origin("lists"), 0).grounds
    said = Replay(hangzhou.reader, None, lambda _: None).run()
    assert ({"REPLAY_GROUNDS_CUT": 1}, True) == (dict(said.apart), said.ok)
