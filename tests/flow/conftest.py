# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Federations for flow tests; what they are made of is in world.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.world import Region


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Region]:
    """An empty federation; whatever runs is ended afterwards."""
    made = Region(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """Hangzhou, followed by Zhejiang, by the hub, and by Shanghai, who knows Hangzhou only by its keys; all served.

    At the end each is told to stop: it does so in order, and leaves a whole store.
    """
    region = Region(tmp_path_factory.mktemp("chain"))
    hangzhou, zhejiang, hub, shanghai = (region.node(node_id) for node_id in ("330100", "330000", "yrd", "310000"))
    feeds = ("330100/lists/1", "330100/filings/1")
    region.pin(hangzhou, zhejiang)
    region.pin(zhejiang, hangzhou, *feeds)
    region.pin(zhejiang, hub)
    region.pin(hub, hangzhou, indirect=True)
    region.pin(hub, zhejiang, *feeds)
    region.pin(hub, shanghai, may_ask=("joint-punishment",))
    region.pin(shanghai, hangzhou, indirect=True)
    region.pin(shanghai, hub, *feeds)
    try:
        for node in region.nodes.values():
            node.serve()
        yield region
        assert {node.stop() for node in region.nodes.values()} == {0}
        region.check()
    finally:
        region.close()
