# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Holder indexes on every database: header and filter replaced together, and what the own one is made of."""

import hashlib
from typing import TYPE_CHECKING

from federation.log.leaf import LeafKind
from node.holders.index import CHUNK_BYTES, HeldIndex, pieces_of
from tests.node.storage.indexing import indexed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.entry.pending import Pending
    from node.storage.store import Store
    from tests.node.storage.conftest import OwnFeed

MANY = bytes(range(256)) * (40 * CHUNK_BYTES // 256)
"""More pieces than are inserted one by one."""
SHORT = b"\7" * 128


def keep(store: "Store", held: HeldIndex, pieces: "Sequence[bytes] | None") -> None:
    """Keeps an index."""
    with store.write() as unit:
        unit.keep_holder_index(held, pieces)


def test_an_index_comes_back_whole(store: "Store") -> None:
    """Its header to the byte, its filter in one and piece by piece."""
    held = indexed("330100", MANY)
    keep(store, held, pieces_of(MANY))
    keep(store, indexed("yrd", SHORT), pieces_of(SHORT))
    digest = held.index.bits_sha256

    assert [held, indexed("yrd", SHORT)] == store.reader.holder_indexes()
    assert held == store.reader.holder_index("330100")
    assert store.reader.holder_bits("330100", digest) == MANY
    read = [store.reader.holder_piece("330100", digest, number) for number in range(41)]
    assert [*pieces_of(MANY), None] == read


def test_another_index_takes_the_place_of_the_whole(store: "Store") -> None:
    """No piece of the one before is found any more, under either digest; other nodes' stay."""
    keep(store, indexed("330100", MANY), pieces_of(MANY))
    keep(store, indexed("yrd", SHORT), pieces_of(SHORT))
    newer = indexed("330100", SHORT, 10)
    keep(store, newer, pieces_of(SHORT))
    before, now = (hashlib.sha256(bits).digest() for bits in (MANY, SHORT))

    assert [newer, indexed("yrd", SHORT)] == store.reader.holder_indexes()
    assert (None, SHORT) == tuple(store.reader.holder_bits("330100", digest) for digest in (before, now))
    assert (None, None) == tuple(store.reader.holder_piece("330100", digest, 1) for digest in (before, now))


def test_a_header_alone_leaves_the_filter(store: "Store") -> None:
    """An index that was stated again has the filter that is held."""
    keep(store, indexed("330100", SHORT), pieces_of(SHORT))
    again = indexed("330100", SHORT, 10)
    keep(store, again, None)

    assert again == store.reader.holder_index("330100")
    assert store.reader.holder_bits("330100", again.index.bits_sha256) == SHORT


def test_indexes_are_dropped_by_node(store: "Store") -> None:
    """Header and filter; the others stay."""
    for node_id in ("310000", "330100", "yrd"):
        keep(store, indexed(node_id, SHORT), pieces_of(SHORT))
    with store.write() as unit:
        unit.drop_holder_indexes(["310000", "yrd", "unknown"])

    (held,) = store.reader.holder_indexes()
    assert indexed("330100", SHORT) == held
    assert [None, SHORT, None] == [
        store.reader.holder_bits(node_id, held.index.bits_sha256) for node_id in ("310000", "330100", "yrd")
    ]


def _about(feed: "OwnFeed", subject: str, personal: bool = False) -> "Pending":
    return feed.pending()._replace(subject=subject, personal=personal)


def test_what_an_index_is_made_of(store: "Store", own_feed: "OwnFeed") -> None:
    """Good entries about organisations, in order and in parts; what acts on them is told as of the size."""
    own_feed.publish(
        *(_about(own_feed, subject) for subject in ("A", "B", "A")), _about(own_feed, "P", True), _about(own_feed, "")
    )
    own_feed.publish(own_feed.pending(kind=LeafKind.END, ref=2))
    parts = [store.reader.subjects_shown(own_feed.origin, start, 6, most) for start, most in ((0, 2), (2, 9))]
    read = [entry for part in parts for entry in part]

    assert [(0, "A", False), (1, "B", False), (2, "A", True)] == [(e.place, e.subject, e.acted) for e in read]
    assert [False] * 3 == [e.acted for e in store.reader.subjects_shown(own_feed.origin, 0, 5, 9)]
    assert [2, 1, 0] == [store.reader.count_subjects(own_feed.origin, stop) for stop in (6, 1, 0)]
    assert 0 == store.reader.count_subjects("delta.example/000000/lists/1", 9)
