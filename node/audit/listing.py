# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Finds entries of an exchange log, newest first, page by page; memory stays flat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.records.exchange import Exchange
from node.entry.holding import HeldEntry

BATCH_ENTRIES = 500
MAX_PAGE_ENTRIES = 1000


class HeldReader(Protocol):
    """Reads entries. Each call sees one consistent state; safe from any thread."""

    def held(self, origin: str, start: int, limit: int) -> Sequence[HeldEntry]:
        """Entries from `start`, in order, at most `limit`."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which exchanges are looked for; what is None is not looked at.

    Attributes:
        peer: node id of the other side.
        purpose: code.
        outcome: ANSWERED, or a reason code.
        mark: id of a rule; empty for any, where only what is unusual is looked for.
        from_ms: not sequenced before this time.
        until_ms: sequenced before this time.
    """

    peer: str | None = None
    purpose: str | None = None
    outcome: str | None = None
    from_ms: int = 0
    until_ms: int = 2**63
    mark: str | None = None

    def fits(self, record: Exchange) -> bool:
        """Whether an entry is looked for, its time left aside."""
        return (
            self.peer in {None, record.requester, record.responder}
            and self.purpose in {None, record.purpose}
            and self.outcome in {None, record.outcome}
            and (self.mark is None or self.mark in record.marks or bool(record.marks and not self.mark))
        )


@dataclass(frozen=True, slots=True)
class Found:
    """One entry that was looked for.

    Attributes:
        index: its place in the log.
        time_ms: when it was sequenced.
    """

    index: int
    time_ms: int
    record: Exchange


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first.

    Attributes:
        before: where the next page begins; None when there is no more.
    """

    found: Sequence[Found]
    before: int | None


def find_exchanges(reader: HeldReader, origin: str, before: int, wanted: Wanted, limit: int) -> Page:
    """A page of the entries that are looked for.

    Args:
        reader: the store.
        origin: an exchange log held in it.
        before: look at entries before this index only.
        wanted: which.
        limit: most entries of the page.
    """
    found: list[Found] = []
    stop = before
    while stop > 0:
        start = max(0, stop - BATCH_ENTRIES)
        for entry in reversed(reader.held(origin, start, stop - start)):
            time_ms = entry.leaf.time_ms if entry.leaf is not None else 0
            if entry.leaf is not None and time_ms < wanted.from_ms:
                return Page(found, None)
            record = entry.record() if time_ms < wanted.until_ms else None
            if isinstance(record, Exchange) and wanted.fits(record):
                found.append(Found(entry.index, time_ms, record))
                if len(found) == limit:
                    return Page(found, entry.index or None)
        stop = start
    return Page(found, None)
