# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is measured, and how: both sides in turn in one run, and what is said is the median.

On a shared machine speed drifts from second to second, so each round measures one side and then the other, and the
ratio is the median of the rounds' own ratios: a second that is slow for all is slow for both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Goal:
    """What a value should be.

    Attributes:
        at_least: the value must reach this; None when it must not pass `at_most`.
        aim: what is hoped for beyond it.
    """

    at_least: float | None = None
    at_most: float | None = None
    aim: float | None = None

    def met(self, value: float) -> bool:
        """Whether a value is as it should be."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def text(self) -> str:
        """The goal in a word."""
        bound = f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"
        return bound if self.aim is None else f"{bound} ({self.aim:g})"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the table.

    Attributes:
        path: what was measured.
        unit: of `ours` and `baseline`.
        ours: median of our side.
        baseline: median of the other side; None where there is none.
        value: what the goal speaks of: the median of the rounds' ratios, or a time in seconds.
        rounds: how many times each side was measured.
        note: what must be known to read it.
        samples: everything that was measured, by name.
    """

    path: str
    unit: str
    ours: float
    baseline: float | None
    value: float
    goal: Goal
    rounds: int
    note: str = ""
    samples: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.goal.met(self.value)


@dataclass(frozen=True, slots=True)
class Sides:
    """What both sides gave, round by round; the same number of each."""

    ours: Sequence[float]
    baseline: Sequence[float]

    def outcome(self, path: str, unit: str, goal: Goal, note: str = "") -> Outcome:
        """The line of the table: medians, and the median of the ratios."""
        ratios = [ours / baseline for ours, baseline in zip(self.ours, self.baseline, strict=True)]
        samples = {"ours": list(self.ours), "baseline": list(self.baseline), "ratio": ratios}
        middle = (median(self.ours), median(self.baseline), median(ratios))
        return Outcome(path, unit, *middle, goal, len(ratios), note, samples)


def in_turn(ours: Callable[[], float], baseline: Callable[[], float], rounds: int) -> Sides:
    """Measures one side and then the other, so many times."""
    measured = [(ours(), baseline()) for _ in range(rounds)]
    return Sides([one for one, _ in measured], [other for _, other in measured])


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all does not exceed.

    Raises:
        IndexError: there are no values.
    """
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 10_000) * len(ordered) // 10_000) - 1)]
