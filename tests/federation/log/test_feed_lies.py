# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A hub that lies to the follower: refused with evidence, or one entry quarantined; the truth still fits afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from federation.errors import EntriesFault
from federation.log.entry import PayloadState
from federation.log.feed import Advance, FollowedFeed
from federation.log.merkle import CompactRange, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable

    from federation.log.entry import RawEntry
    from tests.federation.log.conftest import Publisher


def altered(entries: list[RawEntry]) -> list[RawEntry]:
    """Change one bit of one leaf's commitment."""
    leaf = entries[2].leaf
    return [*entries[:2], replace(entries[2], leaf=leaf[:30] + bytes([leaf[30] ^ 1]) + leaf[31:]), *entries[3:]]


LIES: dict[str, Callable[[list[RawEntry]], list[RawEntry]]] = {
    "alter": altered,
    "drop": lambda entries: entries[:2] + entries[3:],
    "drop the first": lambda entries: entries[1:],
    "drop and pad": lambda entries: entries[:2] + entries[3:] + entries[:1],
    "reorder": lambda entries: [entries[1], entries[0], *entries[2:]],
    "reverse": lambda entries: entries[::-1],
    "duplicate": lambda entries: [*entries[:3], entries[2], *entries[3:]],
    "truncate": lambda entries: entries[:-1],
    "extend": lambda entries: [*entries, entries[0]],
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize(("start", "end"), [(0, 6), (6, 13), (13, 20)])
def test_a_chunk_that_is_not_the_origins_is_refused(publisher: Publisher, lie: str, start: int, end: int) -> None:
    """Entries altered, dropped, reordered, repeated, cut off or added are refused with evidence; the truth fits."""
    feed = publisher.fill(20).started()
    publisher.pull(feed, chunk=start, chunks=1 if start else 0)
    before = feed.state
    index, entries, path = publisher.chunk(start, end, 20)
    with pytest.raises(EntriesFault) as caught:
        feed.received(index, LIES[lie](list(entries)), path)
    assert publisher.note() == caught.value.evidence[0]
    assert (
        "ENTRIES_RANGE" if (lie in {"duplicate", "extend"} and end == 20) else "ENTRIES_ROOT"
    ) == caught.value.reason
    assert before == feed.state
    feed.adopt(feed.received(index, entries, path))
    assert end == feed.state.range.size


def test_refused_entries_leave_enough_to_prove_it(publisher: Publisher) -> None:
    """From the evidence alone the wrong root is recomputed: note, range before, leaves, path."""
    feed = publisher.fill(8).started()
    _, entries, path = publisher.chunk(0, 4, 8)
    lie = LIES["reverse"](list(entries))
    with pytest.raises(EntriesFault) as caught:
        feed.received(0, lie, path)
    note, held, leaves, hashes = caught.value.evidence
    assert (publisher.note(), b"".join(path)) == (note, hashes)
    parts = [leaves[at : at + 84] for at in range(0, len(leaves), 84)]
    grown = CompactRange.from_bytes(held).extended([leaf_hash(leaf) for leaf in parts])
    assert grown.root() != publisher.tree.root(4)


@pytest.mark.parametrize("end", [7, 8, 20])
def test_a_chunk_needs_exactly_its_path(publisher: Publisher, end: int) -> None:
    """A path cut, padded or altered is refused, also a path where none belongs."""
    feed = publisher.fill(20).started()
    index, entries, path = publisher.chunk(0, end, 20)
    wrong = [(*path, bytes(32)), (bytes(32), *path), (*path, b"")]
    if path:
        wrong += [path[1:], path[:-1], (bytes(32), *path[1:]), (path[0][:31], *path[1:]), ()]
    for hashes in wrong:
        with pytest.raises(EntriesFault, match="ENTRIES_ROOT"):
            feed.received(index, entries, hashes)


@pytest.mark.parametrize(("start", "end", "stated"), [(0, 0, 0), (5, 8, 5), (0, 4, 1), (0, 4, -1), (0, 12, 0)])
def test_a_chunk_starts_where_the_follower_stands(publisher: Publisher, start: int, end: int, stated: int) -> None:
    """No entries, a gap, a wrong index or more than was asked for is refused before hashing."""
    feed = publisher.fill(12).started(10)
    with pytest.raises(EntriesFault, match="ENTRIES_RANGE"):
        feed.received(stated, publisher.entries[start:end], ())


def test_a_head_that_forgets_entries_held_is_refused_on_the_way(publisher: Publisher) -> None:
    """A larger tree that does not extend the one held cannot be reached: its entries are refused."""
    feed = publisher.fill(6).complete()
    other = publisher.forked(9)
    assert isinstance(feed.heard(other.note()), Advance)
    with pytest.raises(EntriesFault, match="ENTRIES_ROOT"):
        feed.received(*other.chunk(6, 9, 9))


def test_one_bad_payload_does_not_stop_the_good_ones(publisher: Publisher) -> None:
    """A hub that garbles one payload spoils that entry alone; its bytes are kept, the feed goes on."""
    feed = publisher.fill(5).started()
    index, entries, path = publisher.chunk(0, 5, 5)
    garbled = [*entries[:2], replace(entries[2], payload=b"garbled"), *entries[3:]]
    batch = feed.received(index, garbled, path)
    feed.adopt(batch)
    assert [entry.fault for entry in batch.entries] == [None, None, "PAYLOAD_COMMITMENT", None, None]
    assert (batch.entries[2].state, batch.entries[2].payload) == (PayloadState.QUARANTINED, b"garbled")
    assert publisher.note() == feed.state.note


def test_times_are_checked_across_chunks_and_restarts(publisher: Publisher) -> None:
    """A leaf older than one in an earlier chunk is quarantined, also by a process that has not seen that chunk."""
    publisher.add(publisher.entry(time_ms=2000), publisher.entry(time_ms=1999))
    feed = publisher.started()
    publisher.pull(feed, chunk=1, chunks=1)
    resumed = FollowedFeed(publisher.keys, feed.state)
    resumed.heard(publisher.note())
    (entry,) = publisher.pull(resumed)
    assert (entry.fault, resumed.state.last_time_ms) == ("LEAF_TIME", 2000)
