# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One federation for all tests of this folder: started with the first of them, ended with the last.

Tests may run in any order: each has subjects of its own, and leaves the nodes served and agreeing. What it has done is
doubted as soon as it has ended.
"""

from collections.abc import Iterator

import pytest

from tests.flow.delta.oracle import require_whole
from tests.flow.delta.world import Delta

_RUNNING: list[Delta] = []


@pytest.fixture
def delta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delta]:
    """The seven nodes, served; the oracle looks at them afterwards."""
    if not _RUNNING:
        _RUNNING.append(Delta(tmp_path_factory.mktemp("delta")))
    (running,) = _RUNNING
    with running.clock.kept():
        yield running
        try:
            require_whole(running)
        except BaseException:
            _RUNNING.pop().close()  # what one test has spoiled is no other's to suffer
            raise


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Ends the federation after the last of its tests, and after what that leaves behind."""
    if _RUNNING and (nextitem is None or nextitem.path.parent != item.path.parent):
        _RUNNING.pop().close()
