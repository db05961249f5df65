# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Moves a node's store.

Durable order, and what a crash after each step leaves:

1. the source gets a token              nothing else has changed. If the source is written before the move goes on, the
                                        token is gone, and what was filled is thrown away.
2. an empty target is made, marked as   it cannot be opened; the same command goes on with it.
   unfinished under the token
3. batches of entries, then of rows,    undone, or kept: the same command goes on after the last one that was kept.
   each in a transaction
4. all rows of both are compared, and   nothing has changed: compared again.
   the roots recomputed from the target
5. the source is marked as moved        neither store can be written; the same command ends the move.
6. the target is marked as whole        as after 5.
7. `xinqiao.toml` names the target      the move has ended. (This step is the caller's.)

The source is marked before the target becomes a store, never after: between the two no store can be written, and at no
moment can both, since two stores that both sign fork the feeds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import Connection, Row, select

from federation.errors import StoreFault
from federation.log.merkle import CompactRange, leaf_hash
from node.storage.dialect.place import StorePlace
from node.storage.moving.replay import FeedReplay, KeysOf
from node.storage.moving.source import Source, mark_moved
from node.storage.moving.tables import COMPARED, COPIED, copy_table, count_rows, pairs, require_equal
from node.storage.moving.target import Target
from node.storage.opening.checks import StoreOwner
from node.storage.read.feeds import read_edge
from node.storage.schema import ENTRY, FEED

_FEEDS = select(FEED).order_by(FEED.c.feed)


@dataclass(frozen=True, slots=True)
class MoveProgress:
    """How far a move has come: `step` is replay, copy or compare; `done` of `total` in entries or rows of that step."""

    step: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class MovedFeed:
    """A feed in the new store, with the root that was recomputed from it and is the same in both."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved.

    Attributes:
        feeds: by origin.
        rows: rows of each table that were compared.
        resumed: whether an earlier run had begun.
    """

    feeds: tuple[MovedFeed, ...]
    rows: Mapping[str, int]
    resumed: bool


Told = Callable[[MoveProgress], None]


def move_store(
    places: tuple[StorePlace, StorePlace], owner: StoreOwner, keys_of: KeysOf, told: Told = lambda _: None
) -> Moved:
    """Moves a store; steps 1 to 6 above. Memory stays flat. Called again, it goes on where it was, or does nothing.

    Args:
        places: the source, and an empty place or what an interrupted move from this source left.
        owner: whose store it is.
        keys_of: keys of each feed.
        told: told of the progress after each batch.

    Raises:
        ConfigFault: STORE_BUSY, the source is in use; STORE_EXISTS, the target is not empty; STORE_MOVED, the source
            was moved to another place; and as `open_store` for the source.
        StoreFault: MOVE_SOURCE_CORRUPT, MOVE_DIFFERS; or a store is away. The move has not ended, and the source is the
            node's store as before.
        OrderFault: LEASE_LOST, likewise.
    """
    before, after = places
    with Source(before, owner) as source:
        token, moved = source.token()
        if moved:
            return _ended(after, owner, token)
        with Target(after, owner, token) as target:
            with source.held() as reading:
                run = _Move(source, reading, target, told)
                run.replay(keys_of)
                run.copy()
                ended = run.compare()
                mark_moved(reading, token, after)
            target.finish()
    return ended


def _ended(place: StorePlace, owner: StoreOwner, token: str) -> Moved:
    """Ends a move that had come to step 5 or 6.

    Raises:
        ConfigFault: STORE_MOVED, the source was moved elsewhere.
    """
    with Target(place, owner, token, make=False) as target:
        if not target.whole:
            target.finish()
        with target.write() as connection:
            feeds = tuple(_moved(row, read_edge(row.origin, row.edge)) for row in connection.execute(_FEEDS))
    return Moved(feeds, {}, resumed=True)


def _moved(row: Row[*tuple[Any, ...]], edge: CompactRange) -> MovedFeed:
    return MovedFeed(row.origin, edge.size, edge.root())


class _Move:
    """One run, over the connection that holds the source."""

    def __init__(self, source: Source, reading: Connection, target: Target, told: Told) -> None:
        self._source = source
        self._reading = reading
        self._target = target
        self._told = told
        self._feeds = reading.execute(_FEEDS).all()

    def replay(self, keys_of: KeysOf) -> None:
        """Feeds, entry by entry."""
        steps = _Steps("replay", sum(row.size for row in self._feeds), self._told)
        for row in self._feeds:
            FeedReplay(self._source, self._reading, self._target, row).run(keys_of(row.origin), steps.step)

    def copy(self) -> None:
        """Everything else, row by row."""
        steps = _Steps("copy", sum(count_rows(self._reading, table) for table in COPIED), self._told)
        for table in COPIED:
            copy_table(self._reading, self._target, table, partial(self._kept, steps))

    def _kept(self, steps: "_Steps", count: int) -> None:
        self._source.keep()
        steps.step(count)

    def compare(self) -> Moved:
        """Every row of both stores, and every root anew from the target's leaves."""
        counts = {table.name: count_rows(self._reading, table) for table in COMPARED if table is not ENTRY}
        counts[ENTRY.name] = sum(row.size for row in self._feeds)
        steps = _Steps("compare", sum(counts.values()), self._told)
        edges = _Edges({row.feed: row for row in self._feeds})
        origins = {row.feed: row.origin for row in self._feeds}
        with self._target.write() as theirs:
            for table in COMPARED:
                for left, right in pairs(self._reading, theirs, table):
                    require_equal(table, origins, left, right)
                    if table is ENTRY:
                        edges.extend(right)
                    self._kept(steps, len(right))
        return Moved(edges.require_kept(), counts, self._target.resumed)


class _Steps:
    """Counts the batches of one step."""

    def __init__(self, name: str, total: int, told: Told) -> None:
        self._name = name
        self._total = total
        self._told = told
        self._done = 0

    def step(self, count: int) -> None:
        self._done += count
        self._told(MoveProgress(self._name, min(self._done, self._total), self._total))


class _Edges:
    """The right edge of every feed, computed from leaves as they come in order."""

    def __init__(self, feeds: Mapping[int, Row[*tuple[Any, ...]]]) -> None:
        self._feeds = feeds
        self._edges = dict.fromkeys(feeds, CompactRange.empty())

    def extend(self, entries: Sequence[tuple[Any, ...]]) -> None:
        """Takes the next entries, as they are stored."""
        for feed, rows in groupby(entries, itemgetter(0)):
            self._edges[feed] = self._edges[feed].extended([leaf_hash(row[2]) for row in rows])

    def require_kept(self) -> tuple[MovedFeed, ...]:
        """The feeds by origin; their edges are those that are stored.

        Raises:
            StoreFault: MOVE_DIFFERS.
        """
        for feed, row in self._feeds.items():
            if self._edges[feed] != read_edge(row.origin, row.edge):
                raise StoreFault("MOVE_DIFFERS", f"{row.origin}: the entries in the new store give another root")
        moved = [_moved(row, self._edges[feed]) for feed, row in self._feeds.items()]
        return tuple(sorted(moved, key=attrgetter("origin")))
