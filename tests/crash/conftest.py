# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What is crashed: nodes in one process over real stores, and whole federations of real processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.demo.zygote import Zygote
from tests.flow.world import Region
from tests.node.region.member import Node
from tests.node.region.samples import Samples
from tests.node.region.world import World


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where fresh nodes are kept, to be copied."""
    return tmp_path_factory.mktemp("nodes")


@pytest.fixture
def world(tmp_path: Path, templates: Path) -> Iterator[World]:
    """An empty world; its oracle keeps every note that could ever leave a node."""
    world = World(tmp_path, templates)
    yield world
    world.end()


@pytest.fixture
def hangzhou(world: World) -> Node:
    """The city that publishes."""
    return world.node("330100")


@pytest.fixture(scope="session")
def samples() -> Samples:
    """Records."""
    return Samples()


@pytest.fixture
def region(tmp_path: Path, zygote: Zygote) -> Iterator[Region]:
    """An empty federation of processes; whatever runs is ended afterwards."""
    made = Region(tmp_path, zygote)
    yield made
    made.close()
