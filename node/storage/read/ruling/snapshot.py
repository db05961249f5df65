# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is held and was decided, of one state: what decisions are made again from."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import select

from federation.records.feed_policy import Dataset
from node.entry.holding import Decision
from node.ledger.grounds import Against
from node.ledger.history import Broken, DecidedFeed, Past, Place
from node.storage.read.decided import black_decisions
from node.storage.read.feeds import Connect
from node.storage.read.ruling.history import decision_in_turn, decisions_between, past_decisions
from node.storage.read.ruling.rows import black_places, rule_bytes, rules_digests, tie_places
from node.storage.read.snapshot import SnapshotRows
from node.storage.schema import FEED

_DECIDED = (Dataset.LISTS.value, Dataset.FILINGS.value)
_KNOWN = select(FEED.c.origin, FEED.c.dataset, FEED.c.applied).where(FEED.c.dataset.in_(_DECIDED))
_FEEDS = _KNOWN.order_by(FEED.c.origin)


class DecidingRows(SnapshotRows):
    """A `HistorySnapshot` over one connection, inside its transaction; the promises stand with the stage."""

    def decisions_between(self, origin: str, first: int, last: int) -> Mapping[int, Past | Broken]:
        """The decisions in force on the entries of a feed from one index to another, both included."""
        return decisions_between(self._connection, origin, first, last)

    def past_decisions(self, origin: str, last: int, after: tuple[int, int], limit: int) -> Sequence[Past | Broken]:
        """Replaced decisions behind an entry and turn, up to the entry `last`, in order, at most `limit`."""
        return past_decisions(self._connection, origin, last, after, limit)

    def decision_in_turn(self, place: Place) -> Past | Broken | None:
        """One decision, in force or not; None when it was never made."""
        return decision_in_turn(self._connection, place)

    def rules_digests(self) -> Mapping[int, str]:
        """The digest of all rules that decisions were ever made by, by number."""
        return rules_digests(self._connection)

    def rule_bytes(self, digests: Sequence[str]) -> Mapping[str, bytes]:
        """Kept files of rules by their SHA-256 in hex, as they are stored; those not kept are absent."""
        return rule_bytes(self._connection, digests)

    def black_places(self, subjects: Sequence[str]) -> Mapping[str, Against]:
        """The first black decision that counts here on each of the subjects; those with none are absent."""
        return black_places(self._connection, subjects)

    def black_decisions(self, subjects: Sequence[str]) -> Sequence[Decision]:
        """The black decisions in force on some subjects, whether they count or not."""
        return black_decisions(self._connection, subjects)

    def tie_places(self, codes: Sequence[str]) -> Sequence[tuple[str, int]]:
        """Origin and index of every record that says of two of some codes that one replaced the other, in order."""
        return tie_places(self._connection, codes)


class HistoryRows:
    """A `HistoryReader`. Each call sees one state; safe from any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def decided_feeds(self) -> Sequence[DecidedFeed]:
        """The feeds that decisions are made on, by origin."""
        with self._connect() as connection:
            return [DecidedFeed(row.origin, Dataset(row.dataset), row.applied) for row in connection.execute(_FEEDS)]

    @contextmanager
    def deciding(self) -> Iterator[DecidingRows]:
        """What is held and decided now, for several reads of one batch; holds one reading connection until it ends."""
        with self._connect() as connection:
            yield DecidingRows(connection)
