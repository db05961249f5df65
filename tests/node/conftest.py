# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes in one process over real stores, keys and rules, and the oracle of them all."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.node.region.member import Node
from tests.node.region.oracle import verify_of
from tests.node.region.samples import Samples
from tests.node.region.world import World


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where fresh nodes are kept, to be copied."""
    return tmp_path_factory.mktemp("nodes")


@pytest.fixture
def world(tmp_path: Path, templates: Path) -> Iterator[World]:
    """An empty world."""
    world = World(tmp_path, templates)
    yield world
    world.end()


@pytest.fixture
def hangzhou(world: World) -> Node:
    """The city that publishes."""
    return world.node("330100")


@pytest.fixture
def shanghai(world: World) -> Node:
    """The city that follows."""
    return world.node("310000")


@pytest.fixture(scope="session")
def samples() -> Samples:
    """Records."""
    return Samples()


@pytest.fixture(scope="session")
def checked() -> Callable[[Node], list[tuple[str, int | None, str]]]:
    """What `verify` finds in a node's store, by feed, index and reason."""
    return lambda node: [(found.origin, found.index, found.reason) for found in verify_of(node).run()]


@pytest.fixture
async def introduced(world: World, hangzhou: Node, shanghai: Node) -> None:
    """Shanghai has Hangzhou's catalogue, and so knows what its feeds are."""
    await world.mirror(shanghai, hangzhou)
