# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Orders that own entries be erased. An order is a pending ERASE entry, and the sequencer publishes it like any other.

Durable order, and what a crash after each step leaves:

1. check      nothing is written yet: the order is given again.
2. commit     pending ERASE entries and the order with its ground; whoever repeats the order is told `AlreadyOrdered`.
3. publish    the sequencer destroys the entries in the transaction that makes the ERASE entries part of the tree;
              every mirror does so in the transaction in which it takes them in.

Only its origin can order an entry erased: for a mirrored one, ask the node that published it. With a record its earlier
versions are erased, each by an entry of its own; a newer version stays, unless it is named.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from federation.errors import FieldFault
from federation.log.checkpoint import Origin
from federation.log.entry import PayloadState
from federation.log.leaf import KINDS_WITH_PAYLOAD, LeafKind
from node.entry.holding import HeldEntry
from node.entry.pending import Pending

MAX_GROUND_CHARACTERS = 512
MAX_INDEXES = 1000
_CATALOGUE = "_catalogue"
_NOTHING = hashlib.sha256(b"").digest()
_KEY_DOMAIN = b"\xff erase "
"""No key of a submission begins so: theirs are UTF-8."""


@dataclass(frozen=True, slots=True)
class Order:
    """Entries of one feed to be erased on one ground.

    Attributes:
        refs: the entries.
        ground: the legal ground, in the operator's words; kept in this store alone.
        ordered_ms: when, milliseconds since the epoch.
    """

    refs: tuple[int, ...]
    ground: str
    ordered_ms: int


@dataclass(frozen=True, slots=True)
class Ordered:
    """The erasure of an entry is ordered, durably; `others` are erased with it: earlier versions, acts if asked."""

    index: int
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AlreadyOrdered:
    """It was ordered before."""

    index: int


@dataclass(frozen=True, slots=True)
class NotErasable:
    """Nothing was ordered: ENTRY_NOT_FOUND, or PAYLOAD_NONE for an entry that has nothing to erase."""

    index: int
    reason: str


Outcome = Ordered | AlreadyOrdered | NotErasable


class EraseUnit(Protocol):
    """One transaction of the eraser."""

    def held_at(self, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
        """The entries at some indexes, in order of index; missing ones are left out."""
        ...

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on, each in the order of the feed."""
        ...

    def is_erasing(self, origin: str, indexes: Sequence[int]) -> frozenset[int]:
        """Those of some entries that were ordered to be erased, published or not."""
        ...

    def keep_order(self, origin: str, order: Order) -> None:
        """Keeps an order; the caller has seen that none of its entries was ordered before."""
        ...

    def add_pending(self, origin: str, pending: Sequence[Pending]) -> None:
        """Adds pending rows in order."""
        ...


class EraseStore(Protocol):
    """Where orders go."""

    def write(self) -> AbstractContextManager[EraseUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...


class Eraser:
    """Takes orders to erase. Call from the writer thread only.

    Args:
        store: where orders go.
        origins: the own feeds.
        now_ms: the clock, milliseconds since the epoch.
    """

    def __init__(self, store: EraseStore, origins: Sequence[str], now_ms: Callable[[], int]) -> None:
        self._store = store
        self._origins = frozenset(origins)
        self._now_ms = now_ms

    def order(
        self, origin: str, indexes: Sequence[int], ground: str, *, with_acts: bool = False
    ) -> tuple[Outcome, ...]:
        """Orders some entries of one own feed erased; bad ones never stop good ones.

        Args:
            origin: an own feed.
            indexes: 1 to 1000 entries.
            ground: the legal ground, 1 to 512 characters.
            with_acts: erase the payloads of the acts on them, too (endings, annotations).

        Returns:
            One outcome for each index, in order; what is ordered is durable.

        Raises:
            FieldFault: as `check_order`.
            StoreFault: nothing of this call was kept.
        """
        check_order(origin, self._origins, indexes, ground)
        with self._store.write() as unit:
            taking = _Taking(unit, origin, with_acts=with_acts)
            outcomes = tuple(taking.take(index) for index in indexes)
            if taking.refs:
                unit.add_pending(origin, [erasure_of(ref) for ref in taking.refs])
                unit.keep_order(origin, Order(tuple(taking.refs), ground, self._now_ms()))
        return outcomes


class _Taking:
    """The orders of one call: later ones see earlier ones."""

    def __init__(self, unit: EraseUnit, origin: str, *, with_acts: bool) -> None:
        self.refs: list[int] = []
        self._unit = unit
        self._origin = origin
        self._with_acts = with_acts

    def take(self, index: int) -> Outcome:
        """Decides on one entry, and takes it with what goes with it."""
        found = self._unit.held_at(self._origin, [index])
        if not found:
            return NotErasable(index, "ENTRY_NOT_FOUND")
        entry = found[0]
        if entry.leaf is None or entry.leaf.kind not in KINDS_WITH_PAYLOAD:
            return NotErasable(index, "PAYLOAD_NONE")
        if index in self.refs or self._unit.is_erasing(self._origin, [index]):
            return AlreadyOrdered(index)
        wanted = [index, *self._earlier(entry)]
        if self._with_acts:
            wanted += self._acts(wanted)
        known = self._unit.is_erasing(self._origin, wanted)
        fresh = [ref for ref in dict.fromkeys(wanted) if ref not in known and ref not in self.refs]
        self.refs += fresh
        return Ordered(index, tuple(sorted(ref for ref in fresh if ref != index)))

    def _earlier(self, entry: HeldEntry) -> list[int]:
        """The versions before an entry, back to the first, as far as they are not erased."""
        earlier: list[int] = []
        leaf = entry.leaf
        while leaf is not None and leaf.kind is LeafKind.AMEND and leaf.ref is not None:
            before = self._unit.held_at(self._origin, [leaf.ref])
            earlier += [found.index for found in before if found.state is not PayloadState.ERASED]
            leaf = before[0].leaf if before else None
        return earlier

    def _acts(self, refs: Sequence[int]) -> list[int]:
        """The endings and annotations on some entries, as far as they are not erased."""
        acts = [act for found in self._unit.acts(self._origin, refs).values() for act in found]
        return [
            act.index
            for act in acts
            if act.leaf is not None
            and act.leaf.kind in {LeafKind.END, LeafKind.ANNOTATE}
            and act.state is not PayloadState.ERASED
        ]


def erasure_of(ref: int) -> Pending:
    """The pending row that erases an entry; its key is one that no submission can have."""
    key = hashlib.sha256(_KEY_DOMAIN + str(ref).encode()).digest()
    return Pending(key, _NOTHING, LeafKind.ERASE, 0, ref, b"", b"", "", personal=False)


def check_order(origin: str, own: Collection[str], indexes: Sequence[int], ground: str) -> None:
    """Sees that an order could be taken at all; needs no store.

    Raises:
        FieldFault: GROUND_MISSING, FIELD_TOO_LONG, FIELD_MISSING; FEED_NOT_OWN, only its origin can order that an entry
            be erased; FEED_NOT_ERASABLE, the catalogue tells others who may read what.
    """
    if not ground.strip():
        raise FieldFault("ground", "GROUND_MISSING", "mend: state the legal ground of the order")
    if len(ground) > MAX_GROUND_CHARACTERS:
        raise FieldFault("ground", "FIELD_TOO_LONG", f"at most {MAX_GROUND_CHARACTERS} characters")
    if not 1 <= len(indexes) <= MAX_INDEXES:
        raise FieldFault("indexes", "FIELD_TOO_LONG" if indexes else "FIELD_MISSING", f"1 to {MAX_INDEXES}")
    named = Origin.parse(origin)
    if origin not in own:
        detail = f"{origin} is of another node: only its origin can order an entry erased; mend: ask {named.node_id}"
        raise FieldFault("feed", "FEED_NOT_OWN", detail)
    if named.feed == _CATALOGUE:
        raise FieldFault("feed", "FEED_NOT_ERASABLE", f"{origin} says who may read what; mend: change the policy")
