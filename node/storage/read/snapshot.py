# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Holdings of one state, for several reads in one transaction: what `query` answers from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from federation.rules.conflict.tie import Tie
from node.entry.holding import Decision, HeldEntry
from node.publish import FeedView
from node.query.seen import Facts, Scope
from node.storage.read.decided import decisions_about_any, decisions_at, measures_on
from node.storage.read.erasures import destructions
from node.storage.read.feeds import feed_views
from node.storage.read.held import (
    acts_on,
    feed_numbers,
    held_about,
    held_about_any,
    held_at,
    held_from,
    held_within,
    known_of,
)
from node.storage.read.kin.codes import beside, kin, one_subject
from node.storage.read.tree import read_tile


class SnapshotRows:
    """A `Snapshot` over one connection, inside its transaction; the promises stand with the stage."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._destructions: int | None = None

    def feeds(self) -> Sequence[FeedView]:
        """Every feed held, ordered by origin."""
        return feed_views(self._connection)

    def about(self, subject: str, most: int) -> Sequence[HeldEntry]:
        """Entries about a subject, at most `most`."""
        return held_about(self._connection, subject, most)

    def together(
        self, subjects: Sequence[str], origins: Sequence[str], most: int
    ) -> tuple[Sequence[HeldEntry], Facts] | None:
        """Every entry about any of the subjects in some feeds, with the facts; None when there is more than `most`.

        Two statements, whatever the number of subjects and feeds, and two more for each feed in which something is
        found; more only where records were amended.
        """
        numbers = feed_numbers(self._connection)
        feeds = [numbers[origin] for origin in origins if origin in numbers]
        entries = held_about_any(self._connection, subjects, feeds, most + 1)
        return (entries, Facts.about(self, entries)) if len(entries) <= most else None

    def within(self, scope: Scope, subject: str, most: int) -> Sequence[HeldEntry]:
        """Good entries about a subject in a scope, at most `most`."""
        return held_within(self._connection, scope, subject, most)

    def held_at(self, origin: str, indexes: Sequence[int]) -> Sequence[HeldEntry]:
        """The entries at some indexes, in order of index."""
        return held_at(self._connection, origin, indexes)

    def acts(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Sequence[HeldEntry]]:
        """The acts on some entries, by the index acted on."""
        return acts_on(self._connection, origin, indexes)

    def decisions(self, origin: str, indexes: Sequence[int]) -> Mapping[int, Decision]:
        """The decisions on some entries, by index."""
        return decisions_at(self._connection, origin, indexes)

    def decided(self, subjects: Sequence[str], most: int) -> Sequence[Decision]:
        """The decisions on entries about some subjects, at most `most` in all."""
        return decisions_about_any(self._connection, subjects, most)

    def known(self, subjects: Sequence[str]) -> Collection[str]:
        """Those of some subjects about which anything is held."""
        return known_of(self._connection, subjects)

    def measures(self, subject: str, day: date) -> frozenset[str]:
        """Codes of the measures that follow from whatever counts and is not due for review."""
        return measures_on(self._connection, subject, day)

    def one_subject(self, codes: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """All codes of the subject that each of some codes stands for."""
        return one_subject(self._connection, codes)

    def kin(self, codes: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """All codes of the subject, for those of some codes that have others."""
        return kin(self._connection, codes)

    def beside(self, codes: Iterable[str]) -> Sequence[Tie]:
        """Branches and head offices of some codes."""
        return beside(self._connection, codes)

    def entry(self, origin: str, index: int) -> HeldEntry | None:
        """One entry."""
        found = held_at(self._connection, origin, [index])
        return found[0] if found else None

    def held(self, origin: str, start: int, limit: int) -> Sequence[HeldEntry]:
        """Entries from `start`, in order, at most `limit`."""
        return held_from(self._connection, origin, start, limit)

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        return read_tile(self._connection, origin, level, index)

    def destructions(self) -> int:
        """How often anything was destroyed; read once, since a snapshot does not change."""
        if self._destructions is None:
            self._destructions = destructions(self._connection)
        return self._destructions
