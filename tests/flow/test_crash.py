# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Power may go at any moment: nothing accepted is lost, nothing is published or mirrored twice."""

import csv
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from federation.errors import ConfigFault, UnreachableFault
from node.assemble.bulk.importer import LARGE_FILE_BYTES
from node.assemble.checking import verify_store
from node.assemble.desk import open_desk
from node.assemble.making.founding import NewNode, create_node
from node.config import load_config
from tests.flow.world import ECOLOGY, FEDERATION, Node, Region, black, put_back, submitted, until, uscc
from tests.loopback import free_ports

pytestmark = pytest.mark.slow

ROWS = 1000
REASON, BASIS = "虚构事由" * 150, "虚构依据" * 20
ENTRIES = 3000
ROUNDS = 3
HEADER = (
    "名单类别,名单名称,领域,主体名称,主体类别,统一社会信用代码,法定代表人,列入事由,列入依据,认定标准,认定文号,认定单位,"
    "认定单位统一社会信用代码,认定日期,生效日期,有效期至,责任人,数据来源单位,数据来源单位统一社会信用代码"
)


def _write_table(path: Path) -> None:
    """A list table as a department would send it, large enough to be read by a process of its own."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER.split(","))
        for number in range(ROWS):
            who = (f"杭州虚构{number}号有限公司", "法人及非法人组织", uscc(number), "甲某", REASON, BASIS)
            decision = (
                f"杭环认〔2026〕{number}号",
                ECOLOGY.name,
                ECOLOGY.code,
                "2026/06/01",
                "2026/06/01",
                "2029/05/31",
            )
            what = ("黑名单", "生态环境领域名单", "生态环境", *who, "yrd-eco-environment-black@2", *decision)
            rows.writerow((*what, "甲某", ECOLOGY.name, ECOLOGY.code))


def _import(folder: Path, table: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "node", "import", table, "--node", folder, "--json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _payloads(folder: Path) -> list[bytes]:
    """What the list feed says, in its order."""
    config = load_config(folder)
    with open_desk(config) as desk:
        origin = desk.origin("lists")
        size = desk.reader.follow_range(origin).size
        assert [] == list(verify_store(config, lambda _: None))
        return [entry.payload for entry in desk.reader.held(origin, 0, size)]


def test_an_import_killed_at_random_points_gives_the_same_feed(tmp_path: Path) -> None:
    """Importing killed again and again, then once to the end, publishes what one clean import does, in its order."""
    table = tmp_path / "lists.csv"
    _write_table(table)
    assert table.stat().st_size > LARGE_FILE_BYTES
    peers, local, admin = (f"127.0.0.1:{port}" for port in free_ports(3))
    create_node(tmp_path / "clean", NewNode("330100", FEDERATION, peers, local, admin))
    shutil.copytree(tmp_path / "clean", tmp_path / "killed")
    began = time.monotonic()
    assert 0 == _import(tmp_path / "clean", table).wait(60)
    took = time.monotonic() - began
    chance = random.Random(20261122)

    for _ in range(ROUNDS):
        running = _import(tmp_path / "killed", table)
        time.sleep(chance.uniform(0.3, 1.0) * took)
        running.kill()
        running.wait()
    assert 0 == _import(tmp_path / "killed", table).wait(60)

    assert ROWS == len(_payloads(tmp_path / "clean"))
    assert _payloads(tmp_path / "clean") == _payloads(tmp_path / "killed")


def test_a_follower_killed_at_random_points_loses_and_doubles_nothing(region: Region) -> None:
    """A follower killed in the middle of catching up resumes, and ends with its origin's feed, byte for byte."""
    origin, hub = _pair(region)
    lists = region.origin("330100/lists/1")
    origin.submit("lists", *(submitted(black(number)) for number in range(ENTRIES)))
    origin.serve()
    chance = random.Random(20261122)

    for _ in range(ROUNDS):
        hub.serve()
        time.sleep(chance.uniform(0.0, 0.5))
        hub.kill()
        region.check()
    hub.serve()

    until(lambda: hub.size(lists) == ENTRIES, "the whole mirror")
    region.check()


def test_an_origin_killed_while_publishing_forks_nothing(region: Region) -> None:
    """An origin killed while it publishes goes on with the same feed; its follower never sees two histories."""
    origin, hub = _pair(region)
    lists = region.origin("330100/lists/1")
    origin.serve()
    hub.serve()
    chance = random.Random(20261122)
    accepted = 0

    for number in range(ROUNDS):
        batch = [submitted(black(100 * number + each)) for each in range(100)]
        accepted += len(origin.submit("lists", *batch))
        time.sleep(chance.uniform(0.0, 0.2))
        origin.kill()
        origin.serve()

    until(lambda: hub.size(lists) == accepted, "every accepted entry at the follower")
    assert origin.size(lists) == accepted
    assert hub.ask(lambda desk: desk.reader.quarantines()) == {}
    region.check()


def test_a_dead_peer_delays_no_other(region: Region) -> None:
    """With one peer dead, feeds of the other arrive as ever."""
    dead, alive, city = region.node("330000"), region.node("330100"), region.node("310000")
    region.pin(city, dead, "330000/lists/1")
    region.pin(city, alive, "330100/lists/1")
    region.pin(alive, city)
    alive.submit("lists", submitted(black(1)))
    alive.serve()

    city.serve()

    until(lambda: city.size(region.origin("330100/lists/1")) == 1, "the living peer's entry", patience_s=10)
    place = (region.origin("330000/lists/1"), "330000")
    health = until(lambda: city.ask(lambda desk: desk.reader.health().get(place)), "what is known of the dead peer")
    assert health is not None
    assert health.reason == "PEER_UNREACHABLE"


def test_a_store_restored_from_an_old_copy_signs_nothing(region: Region) -> None:
    """A node whose store was replaced by yesterday's sees at its mirror that history is lost, and refuses to sign."""
    origin, hub, lists = _put_back_yesterday(region)

    origin.serve()
    until(lambda: b"HISTORY_LOST" in origin.log.read_bytes(), "the refusal")
    with pytest.raises(UnreachableFault, match="STORE_UNAVAILABLE"):
        origin.submit("lists", submitted(black(3)))

    assert origin.size(lists) == 1
    assert hub.size(lists) == 2


def _put_back_yesterday(region: Region) -> tuple[Node, Node, str]:
    """Hangzhou with yesterday's store of one entry, a hub that mirrors two, and the feed they are of."""
    origin, hub = _pair(region)
    lists = region.origin("330100/lists/1")
    origin.submit("lists", submitted(black(1)))
    old = Path(shutil.copy(origin.folder / "store.db", origin.folder / "old.db"))
    origin.submit("lists", submitted(black(2)))
    origin.serve()
    hub.serve()
    until(lambda: hub.size(lists) == 2, "two entries at the mirror")
    origin.stop()
    put_back(old, origin.folder / "store.db")
    return origin, hub, lists


def _pair(region: Region) -> tuple[Node, Node]:
    """Hangzhou and a hub that follows it."""
    origin, hub = region.node("330100"), region.node("yrd")
    region.pin(hub, origin, "330100/lists/1")
    region.pin(origin, hub)
    return origin, hub


def test_an_old_store_is_noticed_by_a_command_too(region: Region) -> None:
    """Importing into a node that nobody serves asks the mirror first, and signs nothing over a lost history."""
    origin, _hub, lists = _put_back_yesterday(region)

    with pytest.raises(ConfigFault, match="HISTORY_LOST"):
        origin.submit("lists", submitted(black(3)))

    assert origin.size(lists) == 1
