# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Decisions as they followed each other on an entry, and what reads them back with all that they were made of."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from federation.records.feed_policy import Dataset
from node.entry.holding import Decision, HeldEntry
from node.entry.lineage import LineageReader
from node.ledger.grounds import Against

Place = tuple[str, int, int]
"""A decision by origin, index and turn."""


@dataclass(frozen=True, slots=True)
class Past:
    """A decision, and when another took its place; None while it is in force. Of one replaced, no subject is kept."""

    decision: Decision
    replaced_at_ms: int | None

    @property
    def place(self) -> Place:
        """What names it."""
        return self.decision.origin, self.decision.index, self.decision.turn


@dataclass(frozen=True, slots=True)
class Broken:
    """A row of the history that is no decision."""

    origin: str
    index: int
    turn: int

    @property
    def place(self) -> Place:
        """What names it."""
        return self.origin, self.index, self.turn


@dataclass(frozen=True, slots=True)
class DecidedFeed:
    """A feed that decisions are made on, and how far they have been made."""

    origin: str
    dataset: Dataset
    applied: int


class HistorySnapshot(LineageReader, Protocol):
    """One consistent state of what is held and of what was decided."""

    def held(self, origin: str, start: int, limit: int) -> Sequence[HeldEntry]:
        """Entries from `start`, in order, at most `limit`."""
        ...

    def decisions_between(self, origin: str, first: int, last: int) -> Mapping[int, Past | Broken]:
        """The decisions in force on the entries of a feed from one index to another, both included."""
        ...

    def past_decisions(self, origin: str, last: int, after: tuple[int, int], limit: int) -> Sequence[Past | Broken]:
        """Replaced decisions behind an entry and turn, up to the entry `last`, in order, at most `limit`."""
        ...

    def decision_in_turn(self, place: Place) -> Past | Broken | None:
        """One decision, in force or not; None when it was never made."""
        ...

    def rules_digests(self) -> Mapping[int, str]:
        """The digest of all rules that decisions were ever made by, by number."""
        ...

    def rule_bytes(self, digests: Sequence[str]) -> Mapping[str, bytes]:
        """Kept files of rules by their SHA-256 in hex, as they are stored; those not kept are absent."""
        ...

    def one_subject(self, codes: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """All codes of the subject that each of some codes stands for, that one among them."""
        ...

    def black_places(self, subjects: Sequence[str]) -> Mapping[str, Against]:
        """The first black decision that counts here on each of the subjects; those with none are absent."""
        ...

    def black_decisions(self, subjects: Sequence[str]) -> Sequence[Decision]:
        """The black decisions in force on some subjects, whether they count or not."""
        ...

    def tie_places(self, codes: Sequence[str]) -> Sequence[tuple[str, int]]:
        """Origin and index of every record that says of two of some codes that one replaced the other, in order."""
        ...


class HistoryReader(Protocol):
    """Where all of it is read; beside whoever writes it."""

    def decided_feeds(self) -> Sequence[DecidedFeed]:
        """The feeds that decisions are made on, by origin."""
        ...

    def deciding(self) -> AbstractContextManager[HistorySnapshot]:
        """What is held and decided now, for several reads of one batch."""
        ...
