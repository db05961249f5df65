# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What following needs of others, and the values that pass between: peers that serve a feed, a store that keeps it."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from federation.log.checkpoint import FeedKeys
from federation.log.entry import RawEntry, VerifiedEntry
from federation.log.feed import FollowState
from node.entry.evidence import Evidence
from node.observe import Observer


@dataclass(slots=True)
class FollowedRow:
    """A verified entry as the store keeps it: with the number of its subject, empty when not known or about nobody.

    A value like any other: not frozen only since millions are made.
    """

    entry: VerifiedEntry
    subject: str
    personal: bool


@dataclass(frozen=True, slots=True)
class Health:
    """How following one feed goes.

    Attributes:
        heard_ms: when the peer last answered well; None if never.
        failures: tries that failed in a row.
        reason: stable code of the newest failure; empty when all is well.
    """

    heard_ms: int | None
    failures: int
    reason: str


class FollowUnit(Protocol):
    """One transaction of a follower."""

    def follow_state(self, origin: str) -> FollowState:
        """Where following stands; the start for a feed never followed."""
        ...

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        ...

    def mirror(
        self,
        origin: str,
        rows: Sequence[FollowedRow],
        tiles: Mapping[tuple[int, int], bytes],
        state: FollowState,
    ) -> None:
        """Adds entries, replaces tiles and keeps the state."""
        ...

    def keep_note(self, origin: str, note: bytes) -> None:
        """Replaces the note of the newest complete checkpoint, which is then one of all that is held."""
        ...

    def keep_evidence(self, origin: str, evidence: Evidence, now_ms: int) -> None:
        """Keeps a peer's bad bytes; the same reason and bytes are kept once, and at most 100 a feed."""
        ...

    def keep_health(self, origin: str, peer: str, health: Health) -> None:
        """Replaces what is known of how following goes."""
        ...

    def quarantine(self, origin: str, reason: str) -> None:
        """Stops following the feed until an operator releases it."""
        ...

    def quarantined(self, origin: str) -> str | None:
        """Why the feed is quarantined; None when it is not."""
        ...


class FollowStore(Protocol):
    """Where mirrored feeds live."""

    def write(self) -> AbstractContextManager[FollowUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """A chunk as it came over the wire."""

    first_index: int
    entries: Sequence[RawEntry]
    consistency_path: Sequence[bytes]


class FeedSource(Protocol):
    """A peer that serves the feed. Faults are UnreachableFault (try again) or PeerFault (it answered nonsense)."""

    def watch(self, origin: str) -> AsyncIterator[bytes]:
        """Signed notes as they become known; ends when the peer ends the stream."""
        ...

    def read(self, origin: str, size: int, start: int, known: bytes) -> AsyncIterator[Received]:
        """Chunks from `start` as of checkpoint size `size`."""
        ...


@dataclass(frozen=True, slots=True)
class FollowedPeer:
    """Who is asked for one feed, and under which keys the feed is known.

    Attributes:
        keys: the feed's origin and the origin's keys.
        peer: node id of whoever serves it.
        source: the connection to that peer.
    """

    keys: FeedKeys
    peer: str
    source: FeedSource


def _to_nobody(_origin: str, _peer: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class FollowSurroundings:
    """What every loop of a node shares.

    Attributes:
        store: where mirrors live.
        writer: runs store transactions, and verification, one at a time.
        now_ms: the clock, milliseconds since the epoch.
        observer: hears of failures and progress.
        advanced: called with the origin after something new is durable.
        max_backoff_s: longest pause between two tries.
        met: called with the origin and the peer when that peer knows as much as is held here, for the first time in a
            session, or again after it had shown less.
    """

    store: FollowStore
    writer: Executor
    now_ms: Callable[[], int]
    observer: Observer
    advanced: Callable[[str], None]
    max_backoff_s: float = 60.0
    met: Callable[[str, str], None] = _to_nobody
