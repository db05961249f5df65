# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the holder indexes held here say of a subject, so that members are asked only where there may be something.

    said = holders.said(code, {Dataset.LISTS, Dataset.PENALTIES})
    match said.get(node_id):
        case NothingHeld(as_of_ms=as_of_ms): not asked; say so, with the time
        case MayHold() | CannotSay() | None: ask

A member that publishes no index, or whose index is not followed, is absent: it is to be asked. A miss stands for the
open feeds of that member alone: of what a hub mirrors, the index of each origin tells. Of feeds beside those this node
knows by the member's catalogue: without it, or with a feed there that it may read and the index does not cover, the
index cannot say.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, Protocol

from federation.records.feed_policy import Dataset, FeedPolicy
from federation.rules.disclosure import may_read_feed, owner_of
from federation.rules.holders.filter import Filter
from federation.rules.holders.statement import COVERED, CannotSay, HolderSaid, Wanted, said_by
from node.holders.index import HeldIndex, shape_of
from node.publish import FeedView


class Holders(Protocol):
    """Says who may hold something. Safe from any thread."""

    def said(
        self, code: str, datasets: AbstractSet[Dataset] = COVERED, max_age_s: int | None = None
    ) -> Mapping[str, HolderSaid]:
        """What each member's index says of a subject, by node id; members whose index is not held are absent.

        It reads the store, and a filter that is new for the first time: call it in a thread that may wait.

        Args:
            code: the subject's code, normalised, of any kind.
            datasets: kinds of record asked about.
            max_age_s: an older index says nothing; never more than is configured, which None stands for.

        Raises:
            StoreFault: the store cannot be read.
        """
        ...


class IndexReader(Protocol):
    """Reads what is kept of indexes. Each call sees one consistent state; safe from any thread."""

    def holder_indexes(self) -> Sequence[HeldIndex]:
        """Every index that is held, own and members', by node id."""
        ...

    def holder_bits(self, node_id: str, bits_sha256: bytes) -> bytes | None:
        """The filter of a node with this digest; None when another one, or none, is held now."""
        ...

    def feeds(self) -> Sequence[FeedView]:
        """Every feed held, ordered by origin."""
        ...

    def policies(self) -> Sequence[FeedPolicy]:
        """Every policy that is known, of feeds held or not."""
        ...


class _Kept(NamedTuple):
    digest: bytes
    filter: Filter


class HeldHolders:
    """`Holders` over the indexes in the store. Filters stay in memory until others have taken their place.

    Args:
        reader: where they are kept.
        home: this node, about which nobody is asked.
        unified: the unified code in a text; empty where it is none, or may be a person's number.
        now_ms: the clock.
        max_age_s: age from which an index says nothing.
    """

    def __init__(
        self,
        reader: IndexReader,
        home: str,
        unified: Callable[[str], str],
        now_ms: Callable[[], int],
        max_age_s: int,
    ) -> None:
        self._reader = reader
        self._home = home
        self._unified = unified
        self._now_ms = now_ms
        self._max_age_s = max_age_s
        self._filters: dict[str, _Kept] = {}
        self._loading = threading.Lock()

    def said(
        self, code: str, datasets: AbstractSet[Dataset] = COVERED, max_age_s: int | None = None
    ) -> Mapping[str, HolderSaid]:
        """As `Holders.said`."""
        held = [each for each in self._reader.holder_indexes() if each.node_id != self._home]
        if not held:
            return {}
        known, catalogues = self._readable(datasets), self._catalogues()
        max_age_ms = min(self._max_age_s, self._max_age_s if max_age_s is None else max_age_s) * 1000
        unified, found = self._unified(code), dict[str, HolderSaid]()
        for each in held:
            kept = self._filter(each)
            if each.node_id not in catalogues:
                found[each.node_id] = CannotSay("CATALOGUE_NOT_HELD")
            elif kept is not None:
                origins = frozenset(origin for origin, owner in known if owner == each.node_id)
                wanted = Wanted(unified, datasets, origins)
                found[each.node_id] = said_by(each.index, kept.has, wanted, self._now_ms(), max_age_ms)
        return found

    def _catalogues(self) -> AbstractSet[str]:
        """Members whose catalogue is held: of their feeds this node knows those it may read."""
        return {view.owner for view in self._reader.feeds() if view.dataset is Dataset.CATALOGUE and view.note}

    def _readable(self, datasets: AbstractSet[Dataset]) -> Sequence[tuple[str, str]]:
        """Origin and owner of the feeds of some datasets that this node knows it may read."""
        policies = [(policy, owner_of(policy)) for policy in self._reader.policies() if policy.dataset in datasets]
        return [(policy.origin, owner) for policy, owner in policies if may_read_feed(policy, self._home, owner)]

    def _filter(self, held: HeldIndex) -> Filter | None:
        """The filter of an index; None when another index has taken its place this moment."""
        index = held.index
        kept = self._filters.get(held.node_id)
        if kept is not None and kept.digest == index.bits_sha256:
            return kept.filter
        with self._loading:  # one at a time: filters are large, and whoever waits finds it loaded
            kept = self._filters.get(held.node_id)
            if kept is None or kept.digest != index.bits_sha256:
                bits = self._reader.holder_bits(held.node_id, index.bits_sha256)
                if bits is None:
                    return None
                kept = _Kept(index.bits_sha256, Filter(shape_of(index), index.salt, bits))
                self._filters[held.node_id] = kept
        return kept.filter
