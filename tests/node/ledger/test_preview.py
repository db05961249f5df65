# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A preview of other rules tells just what they then do, and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.standards.calendar import china_date
from node.assemble.stages import rule_files
from node.ledger import preview as previewing
from node.ledger.preview import Preview, Previewed
from node.ledger.rules import rules_of
from tests.node.ledger.conftest import AGREEMENT, OTHER, put_in_force

if TYPE_CHECKING:
    from tests.node.region.member import Node
    from tests.node.region.samples import Samples
    from tests.node.region.world import World

STANDARD = Path("list-standards") / "yrd-eco-environment-black@2.toml"
MEASURES = Path("measures") / "measures-310000@1.toml"
Said = dict[tuple[str, int], tuple[str, tuple[str, ...], tuple[str, ...]]]


@pytest.fixture
async def mirrored(world: World, hangzhou: Node, shanghai: Node, samples: Samples) -> Node:
    """Shanghai with a red entry of its own on a company that is black in Hangzhou, and with others of both kinds."""
    shanghai.stages.ledger.start()
    hangzhou.publish(
        "lists", samples.black(1), samples.red(2, identity=OTHER), samples.black(3), samples.red(4, identity=OTHER)
    )
    hangzhou.publish("lists", samples.ending(), ref=2)
    hangzhou.publish("filings", samples.filing(1))
    shanghai.publish("lists", samples.red(5))
    await world.mirror(shanghai, hangzhou, "lists", "filings")
    return shanghai


def said(node: Node) -> Said:
    """Standing, reasons and measures of every decision."""
    listed = node.reader.decisions(counting=False)
    return {(each.origin, each.index): (each.standing.value, each.reasons, each.measures) for each in listed}


def previewed(node: Node, old: str, new: str, path: Path) -> Previewed:
    """What a changed rule file would do."""
    config = node.stages.foundation.config
    files = dict(rule_files(config))
    files[path.as_posix()] = files[path.as_posix()].decode().replace(old, new).encode()
    after = rules_of(config.node.id, files, {})
    rules = node.stages.foundation.ledger_rules, after
    return Preview(node.reader, rules, china_date(node.clock()), lambda _: None).run()


@pytest.mark.parametrize(
    ("old", "new", "path", "count"),
    [
        ('"eco-environment", ', "", AGREEMENT, 5),
        ('registry = "shared"', 'registry = "330100"', STANDARD, 3),
        ("effective_from = 2018-11-01", "effective_from = 2030-01-01", MEASURES, 4),
        ('title_en = "', 'title_en = "another ', STANDARD, 0),
    ],
)
def test_what_is_previewed_is_what_happens(
    mirrored: Node, monkeypatch: pytest.MonkeyPatch, old: str, new: str, path: Path, count: int
) -> None:
    """Each entry that is named, and no other; also a red one that is free because a black one no longer counts."""
    monkeypatch.setattr(previewing, "BATCH_ENTRIES", 2)
    before = said(mirrored)
    found = previewed(mirrored, old, new, path)
    promised = {
        (each.origin, each.index): (each.after.standing.value, each.after.reasons, each.after.measures)
        for each in found.changes
    }
    assert before == said(mirrored)
    put_in_force(mirrored, old, new, path)
    after = said(mirrored)

    assert {place: now for place, now in after.items() if now != before[place]} == promised
    assert (count, count) == (len(promised), found.steps.total())


def test_a_freed_red_entry_is_counted_by_its_standings(mirrored: Node) -> None:
    """From held to own, beside the black ones that are refused, one of which has ended before."""
    found = previewed(mirrored, 'registry = "shared"', 'registry = "330100"', STANDARD)

    assert {("RECOGNISED", "REFUSED"): 1, ("ENDED", "REFUSED"): 1, ("HELD", "OWN"): 1} == dict(found.steps)
    assert 3 == found.looked_at


def test_the_list_has_a_limit_and_the_counts_have_none(mirrored: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that touches millions fills no memory."""
    monkeypatch.setattr(previewing, "MAX_CHANGES_LISTED", 1)
    found = previewed(mirrored, '"eco-environment", ', "", AGREEMENT)

    assert (1, 5) == (len(found.changes), found.steps.total())
