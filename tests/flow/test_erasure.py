# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Erasure across a federation: ordered at the origin, destroyed and acknowledged at every mirror, gone from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from federation.log.entry import PayloadState
from node.acknowledge.statement import Stage
from node.assemble.desk import open_desk
from tests.flow.world import Node, Region, black, submitted, until

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.slow

MARK = "独一无二的虚构事由".encode()


def holding(node: Node, secrets: Sequence[bytes]) -> list[str]:
    """Files of a node in which the bytes of a secret stand."""
    files = [path for path in sorted(node.folder.rglob("*")) if path.is_file()]
    return [path.name for path in files if any(secret in path.read_bytes() for secret in secrets)]


def three(region: Region) -> tuple[Node, Node, Node]:
    """Hangzhou, the hub that mirrors it, and Shanghai behind the hub; all served, all pinned at each other."""
    origin, hub, city = region.node("330100"), region.node("yrd"), region.node("310000")
    region.pin(origin, hub)
    region.pin(origin, city, indirect=True)
    region.pin(hub, origin, "330100/lists/1")
    region.pin(hub, city)
    region.pin(city, origin, indirect=True)
    region.pin(city, hub, "330100/lists/1")
    return origin, hub, city


def acknowledged(node: Node, origin: str) -> list[str]:
    """Members that have acknowledged every erasure of a feed."""
    with open_desk(node.config) as desk:
        erasures, stated = desk.reader.erasures(), desk.reader.stated(origin, 99)
    held = [each for each in stated if each.stage is Stage.HELD]
    return [mirror.member for mirror in held if all(each.acknowledged_by(mirror) for each in erasures)]


def test_an_erasure_reaches_every_copy_and_every_mirror_says_so(region: Region) -> None:
    """Origin, hub and the city behind it: destroyed, acknowledged hop by hop, and no byte of it in any file."""
    origin, hub, city = three(region)
    lists = region.origin("330100/lists/1")
    marked = black(3).model_copy(update={"reason": MARK.decode()})
    origin.submit("lists", *(submitted(record) for record in (black(1), black(2), marked, black(4))))
    for node in (origin, hub, city):
        node.serve()
    until(lambda: city.size(lists) == 4, "the city's mirror")
    salt = origin.ask(lambda desk: desk.reader.held(lists, 2, 1))[0].salt
    assert all(holding(node, [MARK]) and holding(node, [salt]) for node in (origin, hub, city))

    code, said = origin.ran("erase", "lists", "2", "--ground", "虚构的法律依据")

    assert (0, [{"index": 2, "outcome": "ordered", "others": []}]) == (code, said["erasures"])
    until(lambda: len(acknowledged(origin, lists)) == 2, "everybody's acknowledgement")
    code, told = origin.ran("status", "--erasures")
    (erasure,) = told["erasures"]
    assert (0, 2, 4, False) == (code, erasure["index"], erasure["erase_index"], erasure["pending"])
    assert [("310000", True), ("yrd", True)] == [(each["member"], each["acknowledged"]) for each in erasure["mirrors"]]
    for node in (origin, hub, city):
        assert PayloadState.ERASED is node.ask(lambda desk: desk.reader.held(lists, 2, 1))[0].state
    assert 2 == origin.ran("store", "clean")[0], "a node that is served cannot be cleaned"
    for node in (origin, hub, city):
        node.stop()
        assert 0 == node.ran("store", "clean")[0]
        assert [] == holding(node, [MARK, salt])
    region.check()
