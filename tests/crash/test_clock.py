# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A clock that stands a day back, at the start and amid work: no time falls, and the node recovers by itself."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from federation.errors import UnreachableFault
from tests.crash.served import beat_every_second, serve_shifted, status, why_read_only
from tests.flow.world import Node, Region, black, submitted, until

pytestmark = pytest.mark.slow

LISTS = "flow.example/330100/lists/1"
DAY_MS = 24 * 60 * 60 * 1000


def times(node: Node) -> list[int]:
    """Times of the entries of the lists."""
    entries = node.ask(lambda desk: desk.reader.held(LISTS, 0, 100))
    return [leaf.time_ms for entry in entries if (leaf := entry.leaf) is not None]


def set_off(shift: Path, by_ms: int) -> None:
    """Sets the node's clock off, in one step."""
    fresh = shift.with_suffix(".new")
    fresh.write_text(str(by_ms), encoding="ascii")
    fresh.replace(shift)


def has_entries(node: Node, count: int) -> bool:
    """Whether so many are published."""
    return node.size(LISTS) == count


def test_a_served_node_waits_for_its_clock(region: Region, tmp_path: Path) -> None:
    """It starts read-only, and becomes so amid work; it says CLOCK_BEHIND, and goes on when the clock is right."""
    node, shift = region.node("330100"), tmp_path / "shift"
    beat_every_second(node)
    node.submit("lists", submitted(black(0)))
    set_off(shift, -DAY_MS)
    serve_shifted(node, shift)
    process = node.process
    for number in (1, 2):
        until(lambda: why_read_only(node) == {"CLOCK_BEHIND"}, "the node says that its clock is behind")
        with pytest.raises(UnreachableFault, match="STORE_UNAVAILABLE"):
            node.submit("lists", submitted(black(number)))
        assert {"CLOCK_BEHIND"} == {problem["reason"] for problem in status(node)["problems"]}
        set_off(shift, 0)
        until(lambda: not why_read_only(node), "the node takes records in again")
        node.submit("lists", submitted(black(number)))
        until(partial(has_entries, node, number + 1), "the record is published")
        set_off(shift, -DAY_MS)

    assert process is node.process
    assert times(node) == sorted(times(node))
    region.check()
