# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Finds own records that are past their term, feed by feed, in batches; memory stays flat.

Only current versions are looked at: with a record its earlier versions are erased. What was erased, or cannot be read,
has no term. One pass decodes every own record: at 26.5 million records it is the work of minutes, once a day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from federation.log.leaf import LeafKind
from federation.records.agency_filing import AgencyFiling
from federation.records.licence import Licence
from federation.records.list_entry import ListEntry
from federation.records.penalty import Penalty
from federation.rules.retention.term import RetentionTerm, past_term
from node.entry.holding import Acts, HeldEntry, acts_of

BATCH_ENTRIES = 500
_RECORDS = frozenset({LeafKind.ADD, LeafKind.AMEND})


class RetentionReader(Protocol):
    """Reads own entries. Each call sees one consistent state; safe from any thread."""

    def held(self, origin: str, start: int, limit: int) -> Sequence[HeldEntry]:
        """Entries from `start`, in order, at most `limit`."""
        ...

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on, each in the order of the feed."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """Records of one feed that are past one term.

    Attributes:
        indexes: at least one, at most 500, in order.
    """

    origin: str
    term: RetentionTerm
    indexes: tuple[int, ...]

    @property
    def ground(self) -> str:
        """The ground of the erasure: the provision, and the pinned term."""
        return f"{self.term.basis[:400]} ({self.term.name})"


@dataclass(frozen=True, slots=True)
class Terms:
    """What retention rests on: the terms in the rule book, the node they are applied at, and the day."""

    terms: Sequence[RetentionTerm]
    home: str
    day: date


def due_in(reader: RetentionReader, origin: str, terms: Terms) -> Iterator[Sequence[Due]]:
    """What is past its term in one own feed: for each batch of entries, one `Due` for each term.

    Batches without any are given too, empty, so that the caller can pause between them.
    """
    if not any(term.nearness(terms.home, terms.day) for term in terms.terms):
        return
    start = 0
    while entries := reader.held(origin, start, BATCH_ENTRIES):
        start = entries[-1].index + 1
        yield _due(reader, origin, entries, terms)


def _due(reader: RetentionReader, origin: str, entries: Sequence[HeldEntry], terms: Terms) -> Sequence[Due]:
    records = [entry for entry in entries if entry.payload and entry.leaf is not None and entry.leaf.kind in _RECORDS]
    acts = reader.acts(origin, [entry.index for entry in records]) if records else {}
    found: dict[str, tuple[RetentionTerm, list[int]]] = {}
    for entry in records:
        term = _past(entry, acts_of(entry, acts.get(entry.index, ())), terms)
        if term is not None:
            found.setdefault(term.name, (term, []))[1].append(entry.index)
    return [Due(origin, term, tuple(indexes)) for term, indexes in found.values()]


def _past(entry: HeldEntry, acts: Acts, terms: Terms) -> RetentionTerm | None:
    """The term that an entry is past; None while it is kept."""
    record = entry.record()
    if acts.superseded or not isinstance(record, Licence | Penalty | ListEntry | AgencyFiling):
        return None
    return past_term(terms.terms, terms.home, record, acts.ending, terms.day)
