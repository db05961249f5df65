# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What somebody is told without an exchange between members is logged before it is told, or is not told."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from federation.errors import FieldFault, StoreFault
from federation.records.exchange import Access, AccessKind
from federation.standards.identity import CodeKind
from node.assemble.serving.checks import AuditedFeeds, LoggedChecks
from node.assemble.serving.condition import Condition
from node.assemble.serving.logs import AccessLog, LogWatch, ThreadedLog
from node.assemble.stages import Views
from node.bell import Bell
from node.query.business import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.node.region.member import Node
    from tests.node.region.samples import Samples

CODE = "91330106PDY209008Q"
HOUR_MS = 60 * 60 * 1000


class Serving:
    """What a served node logs accesses with."""

    def __init__(self, node: Node) -> None:
        loop = asyncio.get_running_loop()
        self.node, self.condition = node, Condition()
        self._writer = ThreadPoolExecutor(1)

        async def act(step: Callable[..., object], *args: object) -> object:
            return await loop.run_in_executor(self._writer, step, *args)

        watch = LogWatch(node.stages.exchange_log, node.origin("_exchange"), self.condition, Bell(loop))
        self.log = AccessLog(ThreadedLog(watch, act), node.stages.accesses.entry, loop)  # type: ignore[arg-type]
        views = Views(node.stages.foundation, node.stages.store.reader)
        self.checks = LoggedChecks(views.business, views.reports, self.log)

    async def told(self, step: Callable[[], object]) -> object:
        """What is told in a reader thread."""
        return await asyncio.to_thread(step)

    @property
    def logged(self) -> list[tuple[AccessKind, str, int]]:
        """What stands in the log, once published."""
        self.node.stages.publish_pending()
        held = self.node.stages.store.reader.held(self.node.origin("_exchange"), 0, 99)
        records = [entry.record() for entry in held]
        return [(one.kind, one.caller, one.subjects) for one in records if isinstance(one, Access)]

    def close(self) -> None:
        """Ends the writer."""
        self._writer.shutdown()


@pytest.fixture
async def serving(hangzhou: Node, samples: Samples) -> Iterator[Serving]:  # type: ignore[misc]
    """Hangzhou, with a black entry."""
    hangzhou.publish("lists", samples.black())
    made = Serving(hangzhou)
    yield made
    made.close()


async def test_checks_of_business_systems_are_logged(serving: Serving) -> None:
    """One entry for a subject, one for a batch; what was refused told nothing, and is not logged."""
    wanted = Wanted()
    await serving.told(lambda: serving.checks.check(CodeKind.USCC, CODE, wanted, "330100/licensing"))
    await serving.told(lambda: serving.checks.batch([CODE] * 3, wanted, "330100/tax"))
    with pytest.raises(FieldFault):
        await serving.told(lambda: serving.checks.check(CodeKind.USCC, "no code", wanted, "330100/tax"))

    assert [
        (AccessKind.CHECK, "330100/licensing", 1),
        (AccessKind.BATCH_CHECK, "330100/tax", 3),
    ] == serving.logged


async def test_nothing_is_told_that_cannot_be_logged(serving: Serving) -> None:
    """While the node is read-only, and when the log fails."""
    serving.condition.failed("beat", "x", StoreFault("STORE_FULL"))
    with pytest.raises(StoreFault, match="EXCHANGE_LOG_UNAVAILABLE"):
        await serving.told(lambda: serving.checks.check(CodeKind.USCC, CODE, Wanted(), "330100"))
    serving.condition.succeeded("beat", "x")
    serving.node.trouble.arm(0)
    with pytest.raises(StoreFault, match="EXCHANGE_LOG_UNAVAILABLE"):
        await serving.told(lambda: serving.checks.batch([CODE], Wanted(), "330100"))
    serving.node.trouble.mend()
    assert [] == serving.logged


async def test_whoever_reads_a_log_is_logged_once_an_hour(serving: Serving) -> None:
    """Before it gets anything; its owner is not, and who reads something else is not."""
    node, clock = serving.node, [0]
    await serving.told(lambda: serving.checks.check(CodeKind.USCC, CODE, Wanted(), "330100"))
    assert 1 == len(serving.logged)
    reader, members = node.stages.store.reader, node.stages.foundation.members
    feeds = AuditedFeeds(
        reader,
        members,
        node.id,
        lambda _origin, _caller: None,
        lambda caller, origin: serving.log.log_read(caller, origin, clock[0]),
    )
    feeds._coordinators = frozenset({"yrd"})

    def read(caller: str, feed: str = "_exchange") -> None:
        list(feeds.entries(caller, node.origin(feed), 1, 0, 1))

    for caller, feed in (("yrd", "_exchange"), ("yrd", "_exchange"), ("330100", "_exchange"), ("yrd", "_catalogue")):
        await serving.told(lambda caller=caller, feed=feed: read(caller, feed))  # type: ignore[misc]
    clock[0] += HOUR_MS
    await serving.told(lambda: read("yrd"))

    assert [(AccessKind.READ, "yrd", 0)] * 2 == serving.logged[1:]
