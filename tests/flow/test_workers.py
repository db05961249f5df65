# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One node on PostgreSQL, served by several processes: one leads, and its death costs seconds, never a fork."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import psycopg
import pytest

from federation.log.checkpoint import open_checkpoint
from node.assemble.desk import open_desk
from node.intake import Accepted
from tests.flow.world import Node, Region, black, submitted, until

if TYPE_CHECKING:
    from node.demo.postgres import TemporaryPostgres

pytestmark = pytest.mark.slow
LISTS = "flow.example/330100/lists/1"
WORKERS = 3
SECONDS_S = 15.0
"""A lease of five and a look of one, and as long again for a machine that does other things, too."""


class Shared:
    """A node in a database, and what can be seen of its processes from outside."""

    def __init__(self, node: Node, url: str) -> None:
        self.node = node
        self.url = url
        self.signed: dict[int, set[bytes]] = {}
        self.accepted = 0

    def leader(self) -> int:
        """Process that leads; 0 when none does."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                "select holder from xinqiao.lease where until_ms > extract(epoch from clock_timestamp()) * 1000"
            ).fetchone()
        return int(row[0].split(":")[1]) if row is not None and row[0] else 0

    def led_by_another(self, before: int) -> int:
        """The leader, when it is neither of the given process nor of the test; else 0."""
        now = self.leader()
        return 0 if now in {before, os.getpid()} else now

    def submit(self, count: int) -> None:
        """Submits entries through the node, which publishes them."""
        records = [submitted(black(self.accepted + number)) for number in range(count)]
        with open_desk(self.node.config) as desk:
            outcomes = desk.submit("lists", records)
        assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        self.accepted += count

    def look(self) -> int:
        """Keeps the newest checkpoint; returns its size."""
        with open_desk(self.node.config) as desk:
            view, keys = desk.reader.feed(LISTS), desk.feed_keys(LISTS)
        assert view is not None
        assert view.note is not None
        assert keys is not None
        checkpoint = open_checkpoint(view.note, keys).checkpoint
        self.signed.setdefault(checkpoint.size, set()).add(checkpoint.root)
        return checkpoint.size


@pytest.fixture
def shared(region: Region, postgres: "TemporaryPostgres") -> Iterator[Shared]:
    """Hangzhou in a database of its own, served by three processes."""
    url = postgres.make_database(f"workers_{os.getpid()}_{id(region)}")
    yield Shared(region.node("330100", url), url)


def test_a_dead_leader_is_followed_within_seconds(region: Region, shared: Shared) -> None:
    """Killed again and again under load: nothing accepted is lost, nothing is signed twice, the mirror follows on."""
    hangzhou, zhejiang = shared.node, region.node("330000")
    region.pin(hangzhou, zhejiang)
    region.pin(zhejiang, hangzhou, "330100/lists/1")
    hangzhou.serve("--workers", str(WORKERS))
    zhejiang.serve()
    for _ in range(2):
        leader = until(lambda: shared.led_by_another(0), "a leader")
        shared.submit(20)
        os.kill(leader, signal.SIGKILL)
        shared.submit(20)
        until(partial(shared.led_by_another, leader), "another leader", SECONDS_S)
        until(lambda: shared.look() == shared.accepted, "everything is published")
    until(lambda: zhejiang.size(LISTS) == shared.accepted, "everything has come to the mirror")
    assert 0 == hangzhou.stop()
    region.check()
    assert all(len(roots) == 1 for roots in shared.signed.values())


def test_a_file_is_served_by_one_process(region: Region) -> None:
    """More are refused, with the reason and what to do."""
    node = region.node("330100")
    words = [sys.executable, "-m", "node", "serve", "--workers", "2", "--node", str(node.folder)]
    done = subprocess.run(words, capture_output=True, check=False, text=True)
    assert (2, True) == (done.returncode, "WORKERS_NEED_POSTGRES" in done.stderr)
