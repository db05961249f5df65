# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One federation for all tests of this folder; each leaves it served and honest."""

from collections.abc import Iterator

import pytest

from node.demo.zygote import Zygote
from tests.flow.asking.world import Asking


@pytest.fixture(scope="package")
def asking(tmp_path_factory: pytest.TempPathFactory, zygote: Zygote) -> Iterator[Asking]:
    """The eight nodes, served."""
    made = Asking(tmp_path_factory.mktemp("asking"), zygote)
    yield made
    made.close()
