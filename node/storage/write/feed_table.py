# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of feeds, inside one transaction."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from federation.errors import ConfigFault, OrderFault
from federation.log.checkpoint import Origin
from federation.log.merkle import CompactRange
from federation.records.feed_policy import Dataset, FeedPolicy
from node.log import LogHead
from node.storage.read.feeds import dataset_of, read_edge
from node.storage.read.policies import policy_of
from node.storage.schema import FEED, LEASE

_SPECIAL = {"_catalogue": Dataset.CATALOGUE, "_exchange": Dataset.EXCHANGE}
_FIND = select(FEED).where(FEED.c.origin == bindparam("wanted")).with_for_update(key_share=True)
"""Where several processes write, whoever finds a feed has it to itself until its transaction ends."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed as it is stored."""

    feed: int
    origin: str
    own: bool
    dataset: str | None
    size: int
    edge: bytes
    time_ms: int
    complete_size: int
    note: bytes | None
    quarantine: str | None
    next_place: int
    applied: int

    @property
    def range(self) -> CompactRange:
        """The right edge over all entries held.

        Raises:
            StoreFault: STORE_CORRUPT.
        """
        return read_edge(self.origin, self.edge)

    @property
    def kind(self) -> Dataset | None:
        """The kind of record; None until a policy tells."""
        return dataset_of(self.origin, self.dataset)


class FeedTable:
    """Finds, adds and changes feeds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, origin: str) -> FeedRow | None:
        """One feed; None when it is not held."""
        row = self._connection.execute(_FIND, {"wanted": origin}).one_or_none()
        return None if row is None else FeedRow(**{name: getattr(row, name) for name in FeedRow.__dataclass_fields__})

    def own(self, origin: str) -> FeedRow:
        """An own feed.

        Raises:
            ConfigFault: FEED_NOT_CREATED.
        """
        row = self.find(origin)
        if row is None or not row.own:
            raise ConfigFault("FEED_NOT_CREATED", f"{origin} is not an own feed of this store")
        return row

    def held(self, origin: str) -> FeedRow:
        """A feed that is held, own or not.

        Raises:
            OrderFault: FEED_NOT_HELD.
        """
        row = self.find(origin)
        if row is None:
            raise OrderFault("FEED_NOT_HELD", f"{origin} is not in the store")
        return row

    def followed(self, origin: str) -> FeedRow:
        """A feed of another node, added when it is new.

        Raises:
            FieldFault: ORIGIN_MALFORMED.
            OrderFault: FEED_IS_OWN, it is published here and so never followed.
        """
        row = self.find(origin)
        if row is None:
            kind = _SPECIAL.get(Origin.parse(origin).feed) or _told(policy_of(self._connection, origin))
            self.add(origin, kind, LogHead(CompactRange.empty(), 0, b""), own=False)
            return self.held(origin)
        if row.own:
            raise OrderFault("FEED_IS_OWN", f"{origin} is published by this node and cannot be followed")
        return row

    def add(self, origin: str, dataset: Dataset | None, head: LogHead, *, own: bool) -> None:
        """Adds a feed.

        Raises:
            FieldFault: ORIGIN_MALFORMED.
            StoreFault: STORE_CONFLICT, it is there.
        """
        row: dict[str, Any] = {
            "origin": origin,
            "owner": Origin.parse(origin).node_id,
            "dataset": None if dataset is None else dataset.value,
            "own": own,
            "size": head.range.size,
            "edge": head.range.to_bytes(),
            "time_ms": head.time_ms,
            "complete_size": head.range.size,
            "note": head.note or None,
            "next_place": 0,
            "applied": 0,
        }
        added = self._connection.execute(insert(FEED).returning(FEED.c.feed), row).scalar_one()
        if own:
            self._connection.execute(insert(LEASE), {"feed": added, "until_ms": 0})

    def change(self, feed: int, **values: object) -> None:
        """Sets columns of one feed."""
        self._connection.execute(update(FEED).where(FEED.c.feed == feed), values)

    def learn(self, policy: FeedPolicy) -> None:
        """Keeps the kind a policy tells, of a mirror of which nothing told before."""
        kind = _told(policy)
        if kind is not None:
            mirror = (FEED.c.origin == policy.origin) & FEED.c.dataset.is_(None)
            self._connection.execute(update(FEED).where(mirror), {"dataset": kind.value})


def _told(policy: FeedPolicy | None) -> Dataset | None:
    """The kind a policy tells.

    The special feeds are known by their names alone: a policy cannot make a feed readable by all, as a catalogue is.
    """
    return None if policy is None or policy.dataset in _SPECIAL.values() else policy.dataset
