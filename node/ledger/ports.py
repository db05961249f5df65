# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the ledger asks of the store, and what it keeps of its own progress there."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from federation.records.feed_policy import Dataset, FeedPolicy
from federation.rules.conflict.tie import Tie
from node.entry.holding import Decision, HeldEntry
from node.ledger.grounds import Against
from node.ledger.rules import RuleSet
from node.loop.taking import FeedbackUnit


@dataclass(frozen=True, slots=True)
class Redeciding:
    """How far a change of rules has come.

    Attributes:
        before: digest of the rules that decisions rest on which have not been looked at; empty when of several, or
            of none that are known: then every decision is made anew.
        origin: feed that is being looked at; empty at the beginning.
        index: first entry of it that has not been looked at.
    """

    before: str
    origin: str = ""
    index: int = 0


class LedgerUnit(FeedbackUnit, Protocol):
    """One transaction of the ledger."""

    def cursor(self, origin: str) -> int:
        """Index of the first entry not yet applied."""
        ...

    def set_cursor(self, origin: str, index: int) -> None:
        """Keeps the cursor."""
        ...

    def pass_over(self, origin: str) -> int:
        """Moves the cursor behind all that is held; how many entries it passed."""
        ...

    def held(self, origin: str, start: int, limit: int) -> Sequence[HeldEntry]:
        """Entries from `start`, in order, at most `limit`."""
        ...

    def held_at(self, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
        """The entries at some indexes, in order of index; missing ones are left out."""
        ...

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on, each in the order of the feed."""
        ...

    def dataset(self, origin: str) -> Dataset | None:
        """Kind of record of a feed; None for a mirror whose policy has not come yet."""
        ...

    def keep_policy(self, policy: FeedPolicy) -> None:
        """Replaces the policy of the feed that it speaks of."""
        ...

    def keep_decisions(self, decisions: Sequence[Decision]) -> None:
        """Adds decisions, or puts them in the place of others; one whose turn is not 0 has its forerunner kept."""
        ...

    def decided(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Decision]:
        """The decisions in force on some entries of a feed, by index."""
        ...

    def black_places(self, subjects: Iterable[str]) -> Mapping[str, Against]:
        """The first black decision that counts here on each of the subjects; those with none are absent."""
        ...

    def tie_places(self, codes: Iterable[str]) -> Sequence[tuple[str, int]]:
        """Origin and index of every record that says of two of some codes that one replaced the other, in order."""
        ...

    def one_subject(self, codes: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """All codes of the subject that each of some codes stands for, that one among them."""
        ...

    def replace_ties(self, origin: str, ties: Mapping[int, Sequence[Tie]]) -> frozenset[str]:
        """Replaces what some records of a feed say of codes; the codes of which something else is said now."""
        ...

    def red_decisions(self, subjects: Iterable[str]) -> Sequence[tuple[str, int]]:
        """Origin and index of every red decision on the subjects."""
        ...

    def due(self, day: date, limit: int) -> Sequence[tuple[str, int]]:
        """Origin and index of decisions to be reviewed on or before a day, oldest first."""
        ...

    def rules_digest(self) -> str:
        """Digest of the rules that the decisions were made by; empty before the first."""
        ...

    def set_rules_digest(self, digest: str) -> None:
        """Keeps that digest."""
        ...

    def rules_number(self, digest: str) -> int | None:
        """By what number this store calls the rules of a digest; None when it does not keep them."""
        ...

    def keep_rules(self, rules: RuleSet, now_ms: int) -> int:
        """Keeps every file of the rules, and the list of them; the number that they are called by."""
        ...

    def rule_bytes(self, digests: Sequence[str]) -> Mapping[str, bytes]:
        """Kept files of rules by their SHA-256 in hex, as they are stored; those not kept are absent."""
        ...

    def has_decisions(self) -> bool:
        """Whether anything was decided yet."""
        ...

    def decided_feeds(self) -> Sequence[str]:
        """Origins of the feeds that decisions are made on, in order."""
        ...

    def redeciding(self) -> Redeciding | None:
        """How far decisions have been made anew since the rules changed; None when all are."""
        ...

    def keep_redeciding(self, at: Redeciding | None) -> None:
        """Keeps that."""
        ...


class LedgerStore(Protocol):
    """Where decisions are kept."""

    def write(self) -> AbstractContextManager[LedgerUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...
