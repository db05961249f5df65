# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Filings held, own and recognised: who may work here, from which filing, in which categories, until when."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import groupby, islice, takewhile
from typing import Protocol

from federation.log.checkpoint import Origin
from federation.records.agency_filing import AgencyFiling
from federation.records.feed_policy import Dataset
from federation.rules.filing.again import covered_by
from federation.rules.rule_book import RuleBook
from node.entry.holding import Decision, HeldEntry
from node.query.seen import Snapshot

BATCH_FILINGS = 500
_REPLACED = frozenset({"AMENDED", "ERASED"})


class FilingReader(Protocol):
    """Reads filings; safe from any thread."""

    def decisions(self, *, counting: bool) -> Iterator[Decision]:
        """Decisions by list kind (filings first), origin and index: all, or those that count here."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """What is held now, for several reads."""
        ...


@dataclass(frozen=True, slots=True)
class Registered:
    """A filing as it stands here.

    Attributes:
        decision: what it is here, and why.
        filing: its newest version.
        own: whether it is of this node.
        categories: those in which it counts here; all of it where it does not count.
    """

    decision: Decision
    filing: AgencyFiling
    own: bool
    categories: tuple[str, ...]


def registered(reader: FilingReader, home: str, book: RuleBook, *, counting: bool) -> Iterator[Registered]:
    """The filings held by origin and index, newest versions alone; flat memory.

    Args:
        reader: where they are read.
        home: this node.
        book: its rules.
        counting: only those that count here.
    """
    decided = takewhile(lambda each: not each.list_kind, reader.decisions(counting=counting))
    wanted = (each for each in decided if each.dataset is Dataset.FILINGS and _REPLACED.isdisjoint(each.reasons))
    for origin, of_feed in groupby(wanted, key=lambda each: each.origin):
        own = Origin.parse(origin).node_id == home
        while batch := list(islice(of_feed, BATCH_FILINGS)):
            with reader.snapshot() as seen:
                held = {entry.index: entry for entry in seen.held_at(origin, [each.index for each in batch])}
            yield from _of_batch(batch, held, book, own=own)


def _of_batch(
    batch: Sequence[Decision], held: dict[int, HeldEntry], book: RuleBook, *, own: bool
) -> Iterator[Registered]:
    for decision in batch:
        entry = held.get(decision.index)
        record = entry.record() if entry is not None and not entry.personal else None
        if isinstance(record, AgencyFiling):
            here = decision.counts and not own
            categories = covered_by(record, decision.versions, book) if here else record.categories
            yield Registered(decision, record, own, categories)
