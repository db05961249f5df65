# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Federations for flow tests; what they are made of is in world.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.demo.zygote import Zygote
from tests.flow.world import Region


@pytest.fixture
def region(tmp_path: Path, zygote: Zygote) -> Iterator[Region]:
    """An empty federation; whatever runs is ended afterwards."""
    made = Region(tmp_path, zygote)
    yield made
    made.close()
