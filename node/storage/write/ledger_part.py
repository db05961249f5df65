# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the ledger keeps: how far it has come in each feed, policies, and decisions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, case, delete, func, insert, literal, select

from federation.records.codec import encode
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.list_entry import ListKind
from federation.rules.conflict.tie import Tie
from node.entry.holding import Decision, HeldEntry
from node.ledger.grounds import Against
from node.storage.dialect.rows import insert_rows, replace_rows
from node.storage.read.chunks import key_chunks
from node.storage.read.decided import DAY_LETTERS, decision_row, decisions_at
from node.storage.read.held import acts_on, held_at, held_from
from node.storage.read.kin.codes import one_subject
from node.storage.read.ruling.rows import black_places, tie_places
from node.storage.schema import BIG, DECISION, FEED, PAST_DECISION, POLICY, TIE
from node.storage.write.destroy import DECIDE_AT_ONCE
from node.storage.write.feed_table import FeedTable

ONE_DAY = timedelta(days=1)
_REVIEW = DECISION.c.review_on
_AT_ONCE = _REVIEW.startswith(DECIDE_AT_ONCE.isoformat())
_REPLACED = select(
    *(column for column in DECISION.c if column.name in PAST_DECISION.c and column is not _REVIEW),
    case((_AT_ONCE, func.nullif(func.substr(_REVIEW, DAY_LETTERS + 2), "")), else_=_REVIEW).label("review_on"),
)
"""Decisions as the history keeps them, with the day of review that they were made with."""


class LedgerPart:
    """The methods of a `LedgerUnit`, but for those about rules."""

    def __init__(self, connection: Connection, feeds: FeedTable) -> None:
        self._connection = connection
        self._feeds = feeds

    def cursor(self, origin: str) -> int:
        """Index of the first entry not yet applied; 0 for a feed that is not held."""
        row = self._feeds.find(origin)
        return 0 if row is None else row.applied

    def set_cursor(self, origin: str, index: int) -> None:
        """Keeps the cursor."""
        self._feeds.change(self._feeds.held(origin).feed, applied=index)

    def pass_over(self, origin: str) -> int:
        """Moves the cursor behind all that is held; how many entries it passed."""
        row = self._feeds.held(origin)
        passed = row.size - row.applied
        if passed:
            self._feeds.change(row.feed, applied=row.size)
        return passed

    def held(self, origin: str, start: int, limit: int) -> Sequence[HeldEntry]:
        """Entries from `start`, in order, at most `limit`."""
        return held_from(self._connection, origin, start, limit)

    def held_at(self, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
        """The entries at some indexes, in order of index; missing ones are left out."""
        return held_at(self._connection, origin, indexes)

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on, each in the order of the feed."""
        return acts_on(self._connection, origin, indexes)

    def dataset(self, origin: str) -> Dataset | None:
        """Kind of record of a feed; None for a mirror whose policy has not come yet, and for a feed not held."""
        row = self._feeds.find(origin)
        return None if row is None else row.kind

    def keep_policy(self, policy: FeedPolicy) -> None:
        """Replaces the policy of the feed that it speaks of."""
        replace_rows(self._connection, POLICY, [(policy.origin, encode(policy))])
        self._feeds.learn(policy)

    def keep_decisions(self, decisions: Sequence[Decision]) -> None:
        """Adds decisions, or puts them in the place of others; one whose turn is not 0 has its forerunner kept."""
        feeds = {origin: self._feeds.held(origin).feed for origin in {decision.origin for decision in decisions}}
        replaced: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for decision in decisions:
            if decision.turn:
                replaced[feeds[decision.origin], decision.decided_at_ms].append(decision.index)
        for (feed, now_ms), indexes in replaced.items():
            self._keep_replaced(feed, indexes, now_ms)
        rows = [decision_row(feeds[decision.origin], decision) for decision in decisions]
        replace_rows(self._connection, DECISION, rows)

    def _keep_replaced(self, feed: int, indexes: Sequence[int], now_ms: int) -> None:
        """Copies decisions of a feed that are about to be replaced into the history, by the batch."""
        for chunk in key_chunks(indexes):
            at = (DECISION.c.feed == feed) & DECISION.c.idx.in_(chunk)
            kept = _REPLACED.add_columns(literal(now_ms, BIG).label("replaced_at_ms")).where(at)
            names = [column.name for column in kept.selected_columns]
            self._connection.execute(insert(PAST_DECISION).from_select(names, kept))

    def decided(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Decision]:
        """The decisions in force on some entries of a feed, by index."""
        return decisions_at(self._connection, origin, indexes)

    def black_places(self, subjects: Iterable[str]) -> Mapping[str, Against]:
        """The first black decision that counts here on each of the subjects; those with none are absent."""
        return black_places(self._connection, subjects)

    def tie_places(self, codes: Iterable[str]) -> Sequence[tuple[str, int]]:
        """Origin and index of every record that says of two of some codes that one replaced the other, in order."""
        return tie_places(self._connection, codes)

    def black_counts(self, subjects: Iterable[str]) -> frozenset[str]:
        """Those of the subjects on whom a black decision counts here."""
        return frozenset(black_places(self._connection, subjects))

    def red_decisions(self, subjects: Iterable[str]) -> Sequence[tuple[str, int]]:
        """Origin and index of every red decision on the subjects, in that order."""
        found: set[tuple[str, int]] = set()
        for chunk in key_chunks(subjects):
            wanted = (
                select(FEED.c.origin, DECISION.c.idx)
                .join(FEED, FEED.c.feed == DECISION.c.feed)
                .where(DECISION.c.subject.in_(chunk), DECISION.c.list_kind == ListKind.RED.value)
            )
            found |= {(origin, index) for origin, index in self._connection.execute(wanted)}
        return sorted(found)

    def due(self, day: date, limit: int) -> Sequence[tuple[str, int]]:
        """Origin and index of decisions to be reviewed on or before a day, oldest first."""
        wanted = (
            select(FEED.c.origin, DECISION.c.idx)
            .join(FEED, FEED.c.feed == DECISION.c.feed)
            .where(DECISION.c.review_on < (day + ONE_DAY).isoformat())  # something may follow the day that is kept
            .order_by(DECISION.c.review_on, DECISION.c.feed, DECISION.c.idx)
            .limit(limit)
        )
        return [(origin, index) for origin, index in self._connection.execute(wanted)]

    def one_subject(self, codes: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """All codes of the subject that each of some codes stands for, that one among them."""
        return one_subject(self._connection, codes)

    def replace_ties(self, origin: str, ties: Mapping[int, Sequence[Tie]]) -> frozenset[str]:
        """Replaces what some records of a feed say of codes; the codes of which something else is said now."""
        feed = self._feeds.held(origin).feed
        rows = {(index, tie.relation.value, tie.code, tie.other) for index, told in ties.items() for tie in told}
        before: set[tuple[int, str, str, str]] = set()
        for chunk in key_chunks(sorted(ties)):
            at = (TIE.c.feed == feed) & TIE.c.idx.in_(chunk)
            kept = select(TIE.c.idx, TIE.c.relation, TIE.c.code, TIE.c.other).where(at)
            before |= {
                (index, relation, code, other) for index, relation, code, other in self._connection.execute(kept)
            }
        changed = before ^ rows
        if changed:
            for chunk in key_chunks(sorted(ties)):
                self._connection.execute(delete(TIE).where((TIE.c.feed == feed) & TIE.c.idx.in_(chunk)))
            insert_rows(self._connection, TIE, [(feed, *row) for row in sorted(rows)])
        return frozenset(code for _, _, *codes in changed for code in codes)
