# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How much is measured, and how often."""

import re
from dataclasses import dataclass
from pathlib import Path

_SCALE = re.compile(r"([0-9]+(?:\.[0-9]+)?)(k|m|)", re.ASCII)
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}


def records_of(scale: str) -> int:
    """How many records a scale means: `20k`, `100k`, `1m`, `26.5m`.

    Raises:
        ValueError: it is none.
    """
    matched = _SCALE.fullmatch(scale.lower())
    if matched is None:
        raise ValueError(f"{scale} is no scale; write 20k, 100k, 1m, 5m or 26m")
    return int(float(matched[1]) * _UNITS[matched[2]])


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured, and how often.

    Attributes:
        scale: records of the big node.
        small: records of the node it is compared with.
        rounds: how often each side is measured, at least 5 for a figure to be told.
        load: share of the usual number of calls; below 1 only to try whether all works.
        seed: another one makes other records in another order.
        database: name of the database under test, of `DATABASES`.
        folder: where everything is made.
    """

    scale: int
    folder: Path
    small: int = 10_000
    rounds: int = 5
    load: float = 1.0
    seed: int = 1
    database: str = "sqlite"

    @property
    def long_rounds(self) -> int:
        """Rounds of paths that take every record: fewer where one round takes many minutes."""
        if self.scale <= 1_000_000:
            return self.rounds
        return min(self.rounds, 3 if self.scale <= 5_000_000 else 1)

    def calls(self, usual: int, least: int = 8) -> int:
        """How many calls to make where so many are usual."""
        return max(least, int(usual * self.load))
