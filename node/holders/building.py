# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes the own holder index of the open own feeds, a batch of entries at a time.

Memory is the filter's alone: what is in it already is not looked at again. A record is in the index when an answer may
show it (`statement.shows`); acts that stand beyond the covered sizes are not yet seen, so that an amended record is not
taken out before its new version is in.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from federation.log.entry import PayloadState
from federation.records.codec import encode
from federation.records.feed_policy import Dataset
from federation.records.holders.index import CoveredFeed, HolderIndex
from federation.rules.holders.filter import MILLION, Filter, shape_for
from federation.rules.holders.statement import HOLDER_INDEX_TYPE, may_be_covered, may_be_in, shows
from federation.rules.standing import OwnEntry, standing_on
from federation.rules.transition.course import Fact
from federation.standards.calendar import china_date
from node.entry.holding import HeldEntry, acts_of
from node.exchange.dialogue import seal
from node.holders.index import HeldIndex, pieces_of
from node.identity.keys import KeyRing
from node.publish import FeedView

BATCH_ENTRIES = 500
SALT_BYTES = 32


class Shown(NamedTuple):
    """A good entry that is about no natural person. A tuple, since millions are read.

    Attributes:
        place: its index in the feed.
        acted: whether there is an act on it.
    """

    place: int
    leaf: bytes
    payload: bytes
    subject: str
    acted: bool


class SubjectReader(Protocol):
    """Reads what the index is made of. Each call sees one consistent state; safe from any thread."""

    def feeds(self) -> Sequence[FeedView]:
        """Every feed held, ordered by origin."""
        ...

    def count_subjects(self, origin: str, stop: int) -> int:
        """How many subjects good entries below `stop` that are about no natural person name."""
        ...

    def subjects_shown(self, origin: str, start: int, stop: int, most: int) -> Sequence[Shown]:
        """Good entries in [start, stop) that are about no natural person and name a subject, in order.

        Args:
            origin: the feed.
            start: from which index on.
            stop: an act at or after it is none yet.
            most: most entries wanted.
        """
        ...

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on, each in the order of the feed."""
        ...


@dataclass(frozen=True, slots=True)
class Making:
    """What an index is made with.

    Attributes:
        keys: the message key signs.
        false_positive_rate: what the index states.
        random_bytes: source of salts.
    """

    keys: KeyRing
    false_positive_rate: float
    random_bytes: Callable[[int], bytes]

    @property
    def per_million(self) -> int:
        """The rate as an index states it."""
        return round(self.false_positive_rate * MILLION)


def covered_feeds(reader: SubjectReader, home: str) -> tuple[CoveredFeed, ...]:
    """The own feeds that every member may read, each with its complete size."""
    return tuple(
        CoveredFeed(origin=view.origin, dataset=view.policy.dataset, size=view.size)
        for view in reader.feeds()
        if view.owner == home and view.note is not None and view.policy is not None and may_be_covered(view.policy)
    )


def still_right(held: HeldIndex, feeds: Sequence[CoveredFeed], making: Making, now_ms: int) -> bool:
    """Whether an own index need not be made anew.

    It need not when the feeds have not moved, no day has begun that may end records, and nothing else is configured.
    """
    index = held.index
    same = index.feeds == tuple(feeds) and index.false_positives_per_million == making.per_million
    return same and china_date(index.built_at_ms) == china_date(now_ms)


def restated(held: HeldIndex, making: Making, now_ms: int) -> HeldIndex:
    """The same index, right as of now."""
    index = held.index
    return _signed(index.model_copy(update={"as_of_ms": max(now_ms, index.as_of_ms + 1)}), making.keys, now_ms)


class Building:
    """One index being made.

    Args:
        reader: where entries are read.
        feeds: what it covers.
        making: what it is made with.
        now_ms: when it begins: it is right as of then.
    """

    def __init__(self, reader: SubjectReader, feeds: Sequence[CoveredFeed], making: Making, now_ms: int) -> None:
        self._reader = reader
        self._feeds = tuple(feeds)
        self._making = making
        self._now_ms = now_ms
        self._day = china_date(now_ms)
        self._salt = making.random_bytes(SALT_BYTES)
        most = sum(reader.count_subjects(feed.origin, feed.size) for feed in feeds)
        self._shape = shape_for(most, making.per_million)
        self._filter = Filter(self._shape, self._salt)
        self._keys = 0

    def batches(self) -> Iterator[int]:
        """Reads everything, a batch with each step: how many keys it added. The caller may pause between steps."""
        for feed in self._feeds:
            start = 0
            while entries := self._reader.subjects_shown(feed.origin, start, feed.size, BATCH_ENTRIES):
                added = self._filter.add(feed.dataset, self._subjects(feed, entries))
                self._keys += added
                yield added
                start = entries[-1].place + 1

    def ended(self, after_ms: int) -> tuple[HeldIndex, Sequence[bytes]]:
        """The index with its pieces, once all batches are read.

        Args:
            after_ms: the time of the index before it, which it has to be newer than.
        """
        bits = self._filter.bits
        as_of_ms = max(self._now_ms, after_ms + 1)
        index = HolderIndex(
            node_id=self._making.keys.node_id,
            built_at_ms=as_of_ms,
            as_of_ms=as_of_ms,
            salt=self._salt,
            false_positives_per_million=self._making.per_million,
            keys=self._keys,
            bits=self._shape.bits,
            hashes=self._shape.hashes,
            feeds=self._feeds,
            bits_sha256=hashlib.sha256(bits).digest(),
        )
        return _signed(index, self._making.keys, self._now_ms), pieces_of(bits)

    def _subjects(self, feed: CoveredFeed, entries: Sequence[Shown]) -> Iterator[str]:
        """The subjects of entries that an answer may show; what the filter seems to have already is passed over."""
        new = [entry for entry in entries if self._is_new(feed.dataset, entry.subject)]
        acted = [entry.place for entry in new if entry.acted]
        acts = self._reader.acts(feed.origin, acted) if acted else {}
        for entry in new:
            before = [act for act in acts.get(entry.place, ()) if act.index < feed.size]
            if self._is_new(feed.dataset, entry.subject) and self._is_shown(_held(feed.origin, entry), before):
                yield entry.subject

    def _is_new(self, dataset: Dataset, subject: str) -> bool:
        return may_be_in(subject, personal=False) and not self._filter.has(dataset, subject)

    def _is_shown(self, entry: HeldEntry, acts: Sequence[HeldEntry]) -> bool:
        record = entry.record()
        if not isinstance(record, Fact):
            return False
        own = OwnEntry(record, acts_of(entry, acts).course)
        return shows(standing_on(own, self._day))


def _held(origin: str, entry: Shown) -> HeldEntry:
    index, leaf, payload, subject, _ = entry
    return HeldEntry(origin, index, leaf, PayloadState.PRESENT, b"", payload, None, subject, personal=False)


def _signed(index: HolderIndex, keys: KeyRing, now_ms: int) -> HeldIndex:
    return HeldIndex(index.node_id, seal(HOLDER_INDEX_TYPE, encode(index), keys).to_bytes(), now_ms)
