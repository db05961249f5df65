# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The disk of a served node fills up: it says so, loses nothing, and goes on by itself once there is room."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from federation.errors import StoreFault, UnreachableFault
from federation.standards.identity import CodeKind
from node.demo.zygote import Zygote
from node.exchange.inquire import Matter
from tests.crash.served import beat_every_second, status, why_read_only
from tests.flow.world import Node, Region, black, submitted, until, uscc

pytestmark = pytest.mark.slow

DISK_BYTES = 4 * 1024 * 1024
BATCH = 25
BATCHES = 400


@dataclass
class Room:
    """A place for a node, whose room can be taken away and given back."""

    folder: Path
    reason: str
    fill: Callable[[Node], None]
    free: Callable[[Node], None]


@contextmanager
def small_disk(folder: Path) -> Iterator[Room]:
    """A filesystem of 4 MiB in memory; another file takes what is left."""
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no filesystem can be mounted here: {mounted.stderr.decode().strip()}")
    filler = disk / "filler"

    def fill(_: Node) -> None:
        with suppress(OSError), filler.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    try:
        yield Room(disk, "STORE_FULL", fill, lambda _: filler.unlink())
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@contextmanager
def small_files(folder: Path) -> Iterator[Room]:
    """A process that may write files up to their present size only, as a quota has it."""

    def limit(node: Node, most: int) -> None:
        assert node.process is not None
        resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    yield Room(
        folder,
        "STORE_UNAVAILABLE",
        lambda node: limit(node, (node.folder / "store.db-wal").stat().st_size),
        lambda node: limit(node, resource.RLIM_INFINITY),
    )


PLACES = {"disk": small_disk, "files": small_files}


@pytest.fixture
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """The place of the test."""
    with PLACES[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def node(room: Room, tmp_path: Path, zygote: Zygote) -> Iterator[Node]:
    """A node in it, served."""
    region = Region(room.folder, zygote)
    made = region.node("330100")
    made.log = tmp_path / "log"
    beat_every_second(made)
    try:
        yield made.serve()
        region.check()
    finally:
        region.close()


@pytest.mark.parametrize("room", list(PLACES), indirect=True)
def test_a_full_disk_stops_writing_and_loses_nothing(room: Room, node: Node) -> None:
    """Read-only with the reason in `status`, reads go on; with room again the same process publishes on."""
    lists, accepted = "flow.example/330100/lists/1", 0
    process = node.process
    room.fill(node)
    with pytest.raises(UnreachableFault, match=r"STORE_UNAVAILABLE|CALL_TIMEOUT"):
        for number in range(BATCHES):
            node.submit("lists", *(submitted(black(BATCH * number + each)) for each in range(BATCH)))
            accepted += BATCH
    until(lambda: why_read_only(node) == {room.reason}, "the node says that it is read-only")
    said = status(node)
    with pytest.raises(UnreachableFault, match="STORE_UNAVAILABLE"):
        node.submit("lists", submitted(black(1)))
    held = node.size(lists)

    assert (True, True, False) == (said["serving"], said["read_only"], said["ok"])
    assert {room.reason} == {problem["reason"] for problem in said["problems"]}
    assert accepted <= held + said["entries"]["pending"] <= accepted + BATCH
    room.free(node)
    until(lambda: not why_read_only(node), "the node takes records in again")
    again = [submitted(black(each)) for each in range(accepted + BATCH)]
    for start in range(0, len(again), BATCH):
        node.submit("lists", *again[start : start + BATCH])
    until(lambda: node.size(lists) == accepted + BATCH, "every record published once")
    assert process is node.process
    assert (False, []) == (status(node)["read_only"], status(node)["problems"])
    assert room.reason in node.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("room", ["disk"], indirect=True)
def test_a_command_on_a_full_disk_says_what_to_mend(room: Room, zygote: Zygote) -> None:
    """STORE_FULL with its cure; what was accepted before stays, and with room the same command ends well."""
    region = Region(room.folder, zygote)
    made = region.node("330100")
    made.submit("lists", submitted(black(0)))
    room.fill(made)
    with pytest.raises(StoreFault, match=r"STORE_FULL.*mend: make room"):
        made.submit("lists", submitted(black(1)))
    room.free(made)
    region.check()
    made.submit("lists", submitted(black(1)))

    region.check()
    assert 2 == made.size("flow.example/330100/lists/1")


MATTER = Matter("joint-punishment", "虚构依据", "沪信查〔2026〕1号", CodeKind.USCC, uscc(0), "officer-1", "office-1")


@pytest.fixture
def two(tmp_path: Path, zygote: Zygote) -> Iterator[tuple[Region, Node, Node, Room]]:
    """A city that answers on a small disk and signs nothing unasked, and one that asks, elsewhere."""
    with small_disk(tmp_path) as room:
        region = Region(room.folder, zygote)
        answering = region.node("330100")
        answering.log = tmp_path / "log"
        asking = Region(tmp_path / "elsewhere", zygote).node("310000")
        region.pin(answering, asking, may_ask=["joint-punishment"])
        region.pin(asking, answering)
        try:
            answering.serve()
            yield region, answering, asking, room
            region.check()
        finally:
            region.close()


def test_without_room_for_its_log_no_answer_leaves(two: tuple[Region, Node, Node, Room]) -> None:
    """The node says so in status and health at once, and the same process answers again once there is room."""
    _, answering, asking, room = two
    process, answers = answering.process, 0
    room.fill(answering)
    with pytest.raises(UnreachableFault, match="EXCHANGE_LOG_UNAVAILABLE"):
        for _ in range(BATCHES):
            asking.ask(lambda desk: desk.inquire_signed("330100", MATTER))
            answers += 1
    until(lambda: why_read_only(answering) == {room.reason}, "the node says that it is read-only")
    said = status(answering)
    room.free(answering)
    until(lambda: not why_read_only(answering), "the node writes again")
    asking.ask(lambda desk: desk.inquire_signed("330100", MATTER))
    until(lambda: answering.size("flow.example/330100/_exchange/1") == answers + 1, "each answer that left is logged")

    assert (True, {room.reason}) == (said["read_only"], {problem["reason"] for problem in said["problems"]})
    assert process is answering.process
