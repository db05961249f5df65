# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""How many exchanges of each pair of nodes fell into each class, and how far the two sides' clocks stood apart."""

from collections import Counter
from dataclasses import dataclass, field

from federation.rules.audit.pairing import PairClass

BIN_MS = 100
"""Differences between clocks are counted in steps of this."""


@dataclass(slots=True)
class Tally:
    """What was counted, in memory that grows with the number of nodes alone.

    Attributes:
        classes: exchanges by requester, responder and class.
    """

    classes: Counter[tuple[str, str, PairClass]] = field(default_factory=Counter)
    _apart: Counter[int] = field(default_factory=Counter)

    def add(self, requester: str, responder: str, found: PairClass) -> None:
        """Counts one exchange."""
        self.classes[requester, responder, found] += 1

    def stood_apart(self, milliseconds: int) -> None:
        """Counts by how much the responder's time was after the requester's."""
        self._apart[milliseconds // BIN_MS] += 1

    def total(self, found: PairClass) -> int:
        """Exchanges of one class."""
        return sum(count for (_, _, each), count in self.classes.items() if each is found)

    @property
    def exchanges(self) -> int:
        """All exchanges."""
        return self.classes.total()

    def apart_ms(self, share: float) -> int | None:
        """The difference that this share of matched exchanges does not exceed, to a step; None when none matched."""
        wanted, seen = share * self._apart.total(), 0
        for step, count in sorted(self._apart.items()):
            seen += count
            if seen >= wanted:
                return step * BIN_MS
        return None
