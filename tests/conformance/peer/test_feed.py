# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The suite's own feed: a history that was shown once is there in the next run, unless it was never shown."""

from pathlib import Path

import pytest
from creditexchange.v1 import feed_policy_pb2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conformance.peer.feed import Feed, Signer
from conformance.proof.leaf import ADD, parse
from conformance.proof.note import head_of

ORIGIN, NOW = "delta.example/310000/lists/1", 1_790_000_000_000
SIGNER = Signer("delta.example/310000", Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate())


def _feed(folder: Path) -> Feed:
    return Feed(ORIGIN, feed_policy_pb2.DATASET_LISTS, folder, SIGNER)


def test_the_next_run_goes_on_with_the_same_history(tmp_path: Path) -> None:
    """Size, root, and the clock of the leaves carry on, also when the clock of the machine went back."""
    before = _feed(tmp_path)
    for number in range(5):
        before.add(ADD, 4, bytes([number]), NOW)
    after = _feed(tmp_path)
    assert head_of(after.head(NOW)) == head_of(before.head(NOW))
    after.add(ADD, 4, b"x", NOW - 60_000)
    times = [parse(entry.leaf).time_ms for entry in after.entries]
    assert times == sorted(set(times))


@pytest.mark.parametrize("cut", [1, 3, 100])
def test_a_record_cut_short_is_dropped_and_written_anew(tmp_path: Path, cut: int) -> None:
    """A crash while an entry is written leaves those before it; no head was ever made over the broken one."""
    feed = _feed(tmp_path)
    for number in range(2):
        feed.add(ADD, 4, bytes([number]), NOW)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-cut])
    again = _feed(tmp_path)
    assert again.size == 1
    again.add(ADD, 4, b"y", NOW)
    assert [entry.payload for entry in _feed(tmp_path).entries] == [b"\0", b"y"]


async def test_a_watch_tells_what_is_shown_before_it_ends(tmp_path: Path) -> None:
    """A follower that has come back has read everything that was on the wire before it was hung up on."""
    feed = _feed(tmp_path)
    await feed.show(b"first")
    watch = feed.watch()
    assert await watch.next() == b"first"
    await feed.show(b"second")
    await feed.hang_up()
    assert [await watch.next(), await watch.next()] == [b"second", None]
    assert not feed.watched.is_set()
    assert await feed.watch().next() == b"second"
