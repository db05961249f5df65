# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What giving, lifting and counting feedback read, and how."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from node.entry.feedback import FeedbackRow
from node.entry.holding import Decision, HeldEntry

Place = tuple[str, int]
"""Origin and index of an entry."""


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Own feedback whose measure no longer holds; `decision` None where nothing is decided on the entry any more."""

    origin: str
    index: int
    measure: str
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class IssuedRow:
    """A list entry on which something is decided.

    Attributes:
        own: whether this node published it.
        payload: its record; empty when its bytes are not here.
        measures: codes of the measures that follow now; none unless it counts.
    """

    origin: str
    index: int
    own: bool
    counts: bool
    measures: tuple[str, ...]
    leaf: bytes
    payload: bytes


class DecisionRow(NamedTuple):
    """A licence or penalty of this node's: `published_ms` None for one that waits to be published."""

    schema: int
    payload: bytes
    published_ms: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which feedback a report is of: that given here, or that which came in about own entries; in one month."""

    own: bool
    period: str


class LoopReader(Protocol):
    """Reads what the loop of joint measures needs. Each call sees one state; safe from any thread."""

    def received(self, places: Sequence[Place]) -> Mapping[Place, tuple[HeldEntry, Decision]]:
        """Entries that are held and decided on, with the decisions; read once for each feed."""
        ...

    def lapsed(self, after: Place | None, limit: int) -> Sequence[Lapsed]:
        """Accepted, open own feedback whose measure no longer follows, in order, from the first one after a place.

        That is where the entry counts no longer, unless it is merely suspended, or gives no such measure any more.
        """
        ...

    def feedback(self, *, own: bool) -> Iterator[FeedbackRow]:
        """What is kept of all feedback, given here or come in; flat memory."""
        ...

    def reported(self, wanted: Wanted) -> Iterator[HeldEntry]:
        """The entries of a report, in order of origin and index; flat memory. Those with a fault are left out."""
        ...

    def issued(self) -> Iterator[IssuedRow]:
        """Every list entry that is decided on, in order of origin and index; flat memory."""
        ...

    def made(self, since: date | None) -> Iterator[DecisionRow]:
        """Own licences and penalties, as first published or waiting to be; flat memory.

        Args:
            since: only those published on this day or later, in China Standard Time; None for all.
        """
        ...
