# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A database that goes away for a while: a clear message, no loss, and everything goes on by itself."""

import signal
from collections.abc import Iterator

import pytest

from federation.errors import StoreFault
from node.demo.postgres import TemporaryPostgres, best_programs
from node.intake import Accepted
from tests.flow.world import Region, black, submitted, until

pytestmark = pytest.mark.slow
LISTS = "flow.example/330100/lists/1"


@pytest.fixture
def server() -> Iterator[TemporaryPostgres]:
    """A server that the test may stop."""
    with TemporaryPostgres(best_programs(), {"fsync": "off"}) as running:
        yield running


def test_a_database_that_comes_back_is_gone_on_with(region: Region, server: TemporaryPostgres) -> None:
    """Stopped at once, without a word to anybody, and started again: the node was never restarted."""
    hangzhou, zhejiang = region.node("330100", server.make_database("away")), region.node("330000")
    region.pin(hangzhou, zhejiang)
    region.pin(zhejiang, hangzhou, "330100/lists/1")
    hangzhou.serve()
    zhejiang.serve()
    before = hangzhou.submit("lists", submitted(black(1)))
    until(lambda: zhejiang.size(LISTS) == 1, "the first entry")
    process = hangzhou.process
    assert process is not None
    server.stop(signal.SIGQUIT)
    with pytest.raises(StoreFault, match="STORE_UNAVAILABLE"):
        hangzhou.submit("lists", submitted(black(2)))
    server.start()
    after = hangzhou.submit("lists", submitted(black(3)))
    until(lambda: zhejiang.size(LISTS) == 2, "the entry after")

    assert [Accepted, Accepted] == [type(outcome) for outcome in (*before, *after)]
    assert (process.pid, None) == (hangzhou.process and hangzhou.process.pid, process.poll())
    assert 0 == hangzhou.stop()
    region.check()
