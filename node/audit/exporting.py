# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes what an exchange log holds of a period into an audit file, with its proof; memory stays flat.

The log may be the node's own, or one that it mirrors as a coordinator. Everything is bound to the newest complete
checkpoint at the start: what is logged meanwhile belongs to a later file.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from federation.errors import AccessFault, FieldFault, Misuse, StoreFault
from federation.log.entry import PayloadState, RawEntry
from federation.log.leaf import Leaf
from federation.log.merkle import consistency_path
from federation.log.tile import TileMemory, TileTree
from federation.records.feed_policy import Dataset
from federation.rules.audit.form import MAGIC, MAX_PART_ENTRIES, SEAL_TYPE, Head, Part, encode_entries, part
from federation.rules.exchange import pae
from node.identity.keys import KeyRing
from node.publish import FeedView, StoredEntry

PART_BYTES = 256 * 1024
_READ_AT_ONCE = 512


class LogReader(Protocol):
    """Reads feeds. Each call sees one consistent state; safe from any thread."""

    def feed(self, origin: str) -> FeedView | None:
        """One feed."""
        ...

    def entries(self, origin: str, start: int, stop: int) -> Sequence[StoredEntry]:
        """Entries [start, stop), fewer when fewer are stored."""
        ...

    def tile(self, origin: str, level: int, index: int) -> bytes:
        """One stored tile, empty when there is none."""
        ...


class Sink(Protocol):
    """Takes the bytes of a file."""

    def write(self, data: bytes, /) -> int:
        """Writes all of them."""
        ...


@dataclass(frozen=True, slots=True)
class Period:
    """A period in milliseconds: from, inclusive, until, exclusive."""

    from_ms: int
    until_ms: int


def export(reader: LogReader, origin: str, period: Period, keys: KeyRing, made_at_ms: int) -> Iterator[bytes]:
    """The bytes of an audit file, part by part; whoever writes them can stop at any of them.

    Args:
        reader: the store.
        origin: an exchange log held in it.
        period: at most a year.
        keys: the message key seals the file.
        made_at_ms: when, by the own clock.

    Raises:
        AccessFault: FEED_NOT_FOUND, it is not held, or is no exchange log; NO_CHECKPOINT, it is not complete yet.
        Misuse: PERIOD_INVALID, it is empty or too long.
        StoreFault: the store cannot be read, or lacks entries.
    """
    view = reader.feed(origin)
    if view is None or view.dataset is not Dataset.EXCHANGE:
        raise AccessFault("FEED_NOT_FOUND", f"{origin} is no exchange log that is held here")
    if view.note is None:
        raise AccessFault("NO_CHECKPOINT", f"nothing of {origin} is complete yet")
    first = _first_from(reader, view, period.from_ms)
    stop = max(first, _first_from(reader, view, period.until_ms))
    begin, end = max(0, first - 1), min(view.size, stop + 1)
    times = made_at_ms, period.from_ms, period.until_ms
    head = Head(origin, keys.node_id, *times, begin, first, stop, end, view.size)
    if not head.is_period:
        raise Misuse("PERIOD_INVALID", "a period has a begin before its end, and is at most a year long")
    return _sealed(_proof_and_entries(reader, head, view.note), keys)


def _sealed(parts: Iterator[bytes], keys: KeyRing) -> Iterator[bytes]:
    """All parts, and the seal over them."""
    hashed = hashlib.sha256()
    for one in parts:
        hashed.update(one)
        yield one
    signature = keys.message.sign(pae(SEAL_TYPE, hashed.digest()))
    yield part(Part.SEAL, keys.message_verifier.key_id + signature)


def _proof_and_entries(reader: LogReader, head: Head, note: bytes) -> Iterator[bytes]:
    tile = partial(reader.tile, head.origin)
    node = TileMemory().reader(head.origin, tile)
    yield MAGIC + part(Part.HEAD, head.encode())
    yield part(Part.CHECKPOINT, note)
    yield part(Part.EDGE, TileTree(tile).compact_range(head.begin).to_bytes())
    yield part(Part.PATH, b"".join(consistency_path(node, head.end, head.size)))
    together: list[RawEntry] = []
    held = 0
    for entry in _entries(reader, head):
        size = len(entry.payload) + 128
        if together and (held + size > PART_BYTES or len(together) == MAX_PART_ENTRIES):
            yield part(Part.ENTRIES, encode_entries(together))
            together, held = [], 0
        together.append(entry)
        held += size
    if together:
        yield part(Part.ENTRIES, encode_entries(together))


def _entries(reader: LogReader, head: Head) -> Iterator[RawEntry]:
    """The entries from `begin` to before `end`; neighbours without their payload."""
    at = head.begin
    while at < head.end:
        found = reader.entries(head.origin, at, min(head.end, at + _READ_AT_ONCE))
        if not found:
            raise StoreFault("STORE_CORRUPT", f"{head.origin}: entry {at} is missing")
        for index, (entry, _) in enumerate(found, at):
            within = head.first <= index < head.stop
            yield entry if within or entry.state is not PayloadState.PRESENT else _without_payload(entry)
        at += len(found)


def _without_payload(entry: RawEntry) -> RawEntry:
    return RawEntry(entry.leaf, PayloadState.WITHHELD, b"", b"")


def _first_from(reader: LogReader, view: FeedView, time_ms: int) -> int:
    """Index of the first entry whose leaf has this time or a later one; times never fall."""
    low, high = 0, view.size
    while low < high:
        middle = (low + high) // 2
        if _time_at(reader, view.origin, middle) < time_ms:
            low = middle + 1
        else:
            high = middle
    return low


def _time_at(reader: LogReader, origin: str, index: int) -> int:
    found = reader.entries(origin, index, index + 1)
    try:
        return Leaf.decode(found[0].entry.leaf).time_ms
    except (IndexError, FieldFault):
        raise StoreFault("STORE_CORRUPT", f"{origin}: entry {index} cannot be read") from None
