# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The measurements themselves are sound: every row runs, at a scale at which its numbers mean nothing."""

import io
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from federation.rules.routing.outcome import Became
from tests.bench.ground import Ground
from tests.bench.measure import Goal, Outcome, Sides, in_turn, quantile
from tests.bench.plan import Plan, records_of
from tests.bench.report import Report
from tests.bench.rows.business.fanout import Told, as_it_is
from tests.bench.table import ROWS


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Nodes of a few hundred records."""
    return Ground(Plan(400, tmp_path_factory.mktemp("bench"), small=400, rounds=1, load=0))


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_every_row_yields_numbers(ground: Ground, name: str) -> None:
    """With real nodes, real calls and both sides; how large the numbers are is not asked."""
    outcomes = ROWS[name].run(ground)

    assert outcomes
    assert all(math.isfinite(one.value) and one.rounds >= 1 for one in outcomes)


def test_the_ratio_is_the_median_of_the_rounds() -> None:
    """One round in which the whole machine was slow does not change it."""
    outcome = Sides([10, 20, 1], [10, 10, 1]).outcome("path", "records/s", Goal(at_least=1))

    assert (10, 10, 1.0, 3) == (outcome.ours, outcome.baseline, outcome.value, outcome.rounds)
    assert outcome.met


def test_sides_take_turns() -> None:
    """One side, then the other, so many times: never all of one before the other."""
    clock = itertools.count(1.0)

    sides = in_turn(lambda: next(clock), lambda: next(clock), 2)

    assert Sides([1, 3], [2, 4]) == sides


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100)])
def test_a_quantile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    """The smallest that the share of all does not exceed."""
    assert expected == quantile(list(range(100, 0, -1)), share)


@pytest.mark.parametrize(
    ("goal", "value", "met"),
    [
        (Goal(at_least=0.6), 0.6, True),
        (Goal(at_least=0.6), 0.59, False),
        (Goal(at_most=1.5), 1.5, True),
        (Goal(at_most=1.5), 1.51, False),
    ],
)
def test_a_goal_is_met_at_its_bound(goal: Goal, value: float, *, met: bool) -> None:
    """And missed just beyond it."""
    assert met == goal.met(value)


@pytest.mark.parametrize(
    ("became", "silent", "right"),
    [
        ({"a": Became.ANSWERED, "b": Became.TOO_SLOW}, (), 1),
        ({"a": Became.ANSWERED, "b": Became.TOO_SLOW}, ("a",), 0),
        ({"a": Became.ANSWERED, "b": Became.UNREACHABLE}, (), 0),
        ({"a": Became.TOO_SLOW, "b": Became.TOO_SLOW}, (), 0),
        ({"a": Became.ANSWERED}, (), 0),
    ],
)
def test_a_call_that_tells_of_a_member_what_is_not_so_is_not_counted(
    became: Mapping[str, Became], silent: Sequence[str], right: int
) -> None:
    """Of two members the second stands still; an answer without a record, or no word of a member, is not so either."""
    outcome = as_it_is([Told(1.0, became, silent)], ("a", "b"), ("b",))

    assert (right, right == 1) == (outcome.value, outcome.met)


@pytest.mark.parametrize(("scale", "records"), [("20k", 20_000), ("1m", 1_000_000), ("26.5m", 26_500_000), ("7", 7)])
def test_scales_are_written_short(scale: str, records: int) -> None:
    """Thousands and millions."""
    assert records == records_of(scale)


@pytest.mark.parametrize(("scale", "rounds"), [("100k", 5), ("1m", 5), ("5m", 3), ("26m", 1)])
def test_what_takes_many_minutes_is_measured_less_often(tmp_path: Path, scale: str, rounds: int) -> None:
    """Paths that take every record, at scales of millions."""
    assert rounds == Plan(records_of(scale), tmp_path).long_rounds


def test_a_scale_that_is_none_is_refused() -> None:
    """With what to write instead."""
    with pytest.raises(ValueError, match="write 20k"):
        records_of("many")


def test_the_report_tells_what_failed_and_what_was_missed(tmp_path: Path) -> None:
    """A row that could not be run stands in table and file, beside those that could, and the run is not whole."""
    report = Report(Plan(1000, tmp_path))
    report.add("follow", [Outcome("path", "records/s", 1, 2, 0.5, Goal(at_least=0.6), 5)])
    report.failed("query", "Traceback\nAssertionError: nobody answered")
    shown = io.StringIO()

    report.show(shown)
    told = json.loads(report.write(tmp_path).read_text(encoding="utf-8"))

    assert "MISSED" in shown.getvalue()
    assert "nobody answered" in shown.getvalue()
    assert ([0.5], ["query"]) == ([row["value"] for row in told["rows"]], list(told["failed"]))
    assert not report.whole
