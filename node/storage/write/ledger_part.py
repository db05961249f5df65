# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the ledger keeps: how far it has come in each feed, policies, and decisions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, delete, select, update

from federation.records.codec import encode
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.records.list_entry import ListKind
from federation.rules.conflict.tie import Tie
from node.entry.holding import Decision, HeldEntry
from node.ledger import DECIDED
from node.storage.dialect.rows import insert_rows, replace_rows
from node.storage.read.chunks import key_chunks
from node.storage.read.decided import black_counting_at, decision_row
from node.storage.read.held import acts_on, held_at, held_from
from node.storage.read.kin.codes import one_subject
from node.storage.schema import DECISION, FEED, META, POLICY, TIE
from node.storage.write.feed_table import FeedTable

_RULES = "rules_digest"


class LedgerPart:
    """The methods of a `LedgerUnit`."""

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
        """Adds or replaces decisions."""
        feeds = {origin: self._feeds.held(origin).feed for origin in {decision.origin for decision in decisions}}
        rows = [decision_row(feeds[decision.origin], decision) for decision in decisions]
        replace_rows(self._connection, DECISION, rows)

    def black_counting(self, origin: str, indexes: Sequence[int]) -> frozenset[int]:
        """Those of some entries of a feed whose decisions are black and count here."""
        return black_counting_at(self._connection, origin, indexes)

    def black_counts(self, subjects: Iterable[str]) -> frozenset[str]:
        """Those of the subjects on whom a black decision counts here."""
        found: set[str] = set()
        for chunk in key_chunks(subjects):
            black = (DECISION.c.list_kind == ListKind.BLACK.value) & DECISION.c.counts
            wanted = select(DECISION.c.subject).distinct().where(DECISION.c.subject.in_(chunk), black)
            found |= set(self._connection.execute(wanted).scalars())
        return frozenset(found)

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
            .where(DECISION.c.review_on <= day.isoformat())
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

    def rules_digest(self) -> str:
        """Digest of the rule book that the decisions were made by; empty before the first."""
        wanted = select(META.c.value).where(META.c.name == _RULES)
        return self._connection.execute(wanted).scalar_one_or_none() or ""

    def set_rules_digest(self, digest: str) -> None:
        """Keeps that digest, and rewinds the cursors of all feeds that decisions are made on."""
        replace_rows(self._connection, META, [(_RULES, digest)])
        decided = FEED.c.dataset.in_([dataset.value for dataset in DECIDED])
        self._connection.execute(update(FEED).where(decided), {"applied": 0})
