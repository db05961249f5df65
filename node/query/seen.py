# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What answers are made from: one state of what is held, and as much of it as a caller may see. Values and seams."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

from federation.log.checkpoint import freshness
from federation.log.note import Note
from federation.records.exchange import Freshness, Standing
from federation.records.feed_policy import Dataset
from federation.rules.conflict.table import Relation
from federation.rules.conflict.tie import Tie
from node.acknowledge.behind import is_behind
from node.entry.holding import Acts, Decision, HeldEntry
from node.entry.lineage import void_places
from node.publish import FeedView

TIMED_SIGNATURE = 8 + 64


@dataclass(frozen=True, slots=True)
class Scope:
    """As much of a feed as is searched.

    Attributes:
        start: index of the first entry.
        stop: index after the last entry that its newest complete checkpoint proves.
        personal: whether entries about natural persons are among them.
    """

    origin: str
    stop: int
    personal: bool
    start: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing held about a subject.

    Attributes:
        entry: the entry.
        acts: what has happened to it since.
        dataset: kind of record.
        standing: what it is here now.
        reasons: stable reason codes.
        measures: codes of the measures that follow.
        versions: rules used; empty for records that no rule decides on.
        freshness: how fresh the feed is.
    """

    entry: HeldEntry
    acts: Acts
    dataset: Dataset | None
    standing: Standing
    reasons: tuple[str, ...]
    measures: tuple[str, ...]
    versions: tuple[str, ...]
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class Beside:
    """What is held about a branch or a head office of the subject, for display; it counts for that one alone."""

    relation: Relation
    code: str
    holding: Holding


@dataclass(frozen=True, slots=True)
class Checked:
    """What is held about a subject, under any code that it has or had.

    Attributes:
        holdings: at most as many as were wanted, ordered by origin and index.
        measures: codes of the measures that follow from everything held, shown or not, each once, ordered.
        truncated: whether there are more holdings.
        beside: list entries on its branches and head office, at most 200.
    """

    holdings: Sequence[Holding]
    measures: Sequence[str]
    truncated: bool
    beside: Sequence[Beside] = ()


Place = tuple[str, int]
"""Origin and index of an entry."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of entries beside themselves.

    Attributes:
        acts: the acts on them, in the order of their feed.
        decisions: the decisions.
        void: why some of them are nothing, as `void_places` says.
    """

    acts: Mapping[Place, Sequence[HeldEntry]]
    decisions: Mapping[Place, Decision]
    void: Mapping[Place, str]

    @staticmethod
    def about(seen: "Snapshot", entries: Sequence[HeldEntry]) -> "Facts":
        """The facts about some entries, asked for once a feed."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for entry in entries:
            places[entry.origin].append(entry.index)
        acts: dict[Place, Sequence[HeldEntry]] = {}
        decisions: dict[Place, Decision] = {}
        for origin, indexes in places.items():
            acts |= {(origin, index): on for index, on in seen.acts(origin, indexes).items()}
            decisions |= {(origin, index): made for index, made in seen.decisions(origin, indexes).items()}
        return Facts(acts, decisions, void_places(seen, entries))


class Snapshot(Protocol):
    """One consistent state of what is held. For one thread, inside the block that opened it."""

    def feeds(self) -> Sequence[FeedView]:
        """Every feed held, ordered by origin."""
        ...

    def about(self, subject: str, most: int) -> Sequence[HeldEntry]:
        """Entries about a subject by origin and index; of more than `most`, those of the feeds held longest."""
        ...

    def together(
        self, subjects: Sequence[str], origins: Sequence[str], most: int
    ) -> tuple[Sequence[HeldEntry], Facts] | None:
        """Every entry about any of the subjects in some feeds, with the facts; what other feeds hold costs nothing.

        Args:
            subjects: at most 500.
            origins: at most 10000.
            most: under 2000; None is given when entries are more.
        """
        ...

    def within(self, scope: Scope, subject: str, most: int) -> Sequence[HeldEntry]:
        """Good entries with their payload about a subject in a scope, in order, at most `most`; no other is read."""
        ...

    def held_at(self, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
        """The entries at some indexes, in order of index; missing ones are left out."""
        ...

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on, each in the order of the feed."""
        ...

    def decisions(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Decision]:
        """What was decided about some entries, by index; nothing where nothing is decided on."""
        ...

    def measures(self, subject: str, day: date) -> frozenset[str]:
        """Codes of the measures that follow from whatever counts here and is not due for review on a day."""
        ...

    def one_subject(self, codes: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """All codes of the subject that each of some codes stands for, that one among them."""
        ...

    def beside(self, codes: Iterable[str]) -> Sequence[Tie]:
        """Branches and head offices of some codes: relation of the other code, the code, the other code; at most 64."""
        ...

    def entry(self, origin: str, index: int) -> HeldEntry | None:
        """One entry."""
        ...

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        ...

    def destructions(self) -> int:
        """How often anything was destroyed."""
        ...


class HoldingReader(Protocol):
    """Reads holdings; safe from any thread."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """What is held now, for several reads."""
        ...


def cosigned_at(view: FeedView) -> int | None:
    """The newest time on a stored note, seconds since the epoch; what is stored was verified when it came."""
    return None if view.note is None else _newest_time(view.note)


def freshness_of(view: FeedView, now_ms: int, max_age_s: int) -> Freshness:
    """How fresh a feed is: stale, however newly its head was cosigned, while its origin has long signed more."""
    if is_behind(view.behind_since_ms, now_ms):
        return Freshness.STALE
    return Freshness(freshness(cosigned_at(view), now_ms, max_age_s).value)


@lru_cache(maxsize=1024)
def _newest_time(note: bytes) -> int | None:
    """Remembered, since every answer states how fresh every feed is."""
    stated = [line.signature for line in Note.parse(note).signatures if len(line.signature) == TIMED_SIGNATURE]
    return max((int.from_bytes(signature[:8], "big") for signature in stated), default=None)
