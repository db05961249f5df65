# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Endings, marks and erasures at the origin until every node has acknowledged them: five nodes on two hubs, three hops.

330100 <- 330000 (hub) <- yrd (hub) <- 310000, and 330000 <- 320000. Changes come by the clock whether or not earlier
ones are through. Each counts from when it was due until the origin's store holds, of every other node, the statement
that it is in effect there: looked for every few milliseconds. Afterwards every statement is verified anew with the
pinned keys, and every node is asked whether the entries count there no more.
"""

import asyncio
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from federation.records.act import Annotation, AnnotationKind, EndingKind
from federation.records.codec import encode, schema_of
from node.acknowledge.propagation import ACTS, PropagationReader
from node.acknowledge.statement import Stage, statements_in
from node.assemble.desk import Desk, open_desk
from node.assemble.stages import Foundation
from node.config import CONFIG_NAME, Config
from node.erase.order import Ordered
from node.intake import Accepted, Submission
from node.observe import Observer
from node.rpc.client import LocalClient
from node.rpc.trust import Trust
from tests.bench.ground import UNLIMITED, Ground
from tests.bench.measure import Goal, Outcome, quantile
from tests.bench.programs import Served
from tests.flow.world import ECOLOGY, Node, Region, black, removal, submitted, until

GOAL = Goal(at_most=2.0)
ENTRIES = 1000
CHANGES = 200
A_SECOND = 20
LOOK_S = 0.008
PATIENCE_S = 60.0
ORIGIN, FIRST_HUB, SECOND_HUB, CITY, OTHER_CITY = "330100", "330000", "yrd", "310000", "320000"
WAYS = {FIRST_HUB: ORIGIN, SECOND_HUB: FIRST_HUB, CITY: SECOND_HUB, OTHER_CITY: FIRST_HUB}
"""From whom each node follows."""
FEED = f"{ORIGIN}/lists/1"


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the row: one stretch of changes, since a p99 needs them all."""
    with _federation(ground) as federation:
        took = federation.change_all()
        federation.require_verified()
    p50, p99 = quantile(took, 0.5), quantile(took, 0.99)
    note = f"p50 {1000 * p50:.0f} ms, worst {1000 * max(took):.0f} ms; every acknowledgement verified"
    samples = {"seconds": [round(one, 4) for one in took]}
    path = f"终止 endings to acknowledged by 4 nodes on 2 hubs, {A_SECOND} a second: p99"
    return [Outcome(path, "s", p99, None, p99, GOAL, len(took), note, samples)]


def profile(ground: Ground, target: Path) -> None:
    """Profiles the first hub."""
    with _federation(ground, target) as federation:
        federation.change_all()


@contextmanager
def _federation(ground: Ground, profile: Path | None = None) -> Iterator["_Federation"]:
    """Five served nodes, with entries that every one has in effect."""
    entries, changes = ground.plan.calls(ENTRIES), ground.plan.calls(CHANGES)
    folder = ground.plan.folder / "endings"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    region = Region(folder)
    nodes = _joined(region)
    nodes[ORIGIN].submit("lists", *(submitted(black(number)) for number in range(entries)))
    with ExitStack() as closing:
        starting = [
            Served(node.folder, node.log, profile if name == FIRST_HUB else None) for name, node in nodes.items()
        ]
        for served in starting:
            closing.callback(served.stop)
        for served in starting:
            served.ready()
        federation = _Federation(nodes, region.origin(FEED), changes)
        federation.await_acknowledged(entries)
        yield federation


def _joined(region: Region) -> Mapping[str, Node]:
    """The nodes, each following the one before; all know the keys of all, since statements go to the origin."""
    nodes = {node_id: region.node(node_id) for node_id in (ORIGIN, *WAYS)}
    with (nodes[ORIGIN].folder / CONFIG_NAME).open("a", encoding="utf-8") as config:
        config.write(UNLIMITED)
    for name, node in nodes.items():
        for other, member in nodes.items():
            if other == WAYS.get(name):
                region.pin(node, member, FEED)
            elif other != name:
                region.pin(node, member, indirect=WAYS.get(other) != name)
    return nodes


@dataclass(frozen=True, slots=True)
class _Federation:
    """Where changes are made, and where their acknowledgements are looked for."""

    nodes: Mapping[str, Node]
    feed: str
    changes: int

    def await_acknowledged(self, size: int) -> None:
        """Waits until every node has stated that so many entries are in effect there."""
        with open_desk(self.nodes[ORIGIN].config) as desk:
            until(lambda: _least(desk.reader, self.feed) >= size, "acknowledgements", PATIENCE_S)

    def change_all(self) -> list[float]:
        """Makes every change, one after the other by the clock; the seconds until each was acknowledged by all.

        Raises:
            AssertionError: some never were.
        """
        first = time.monotonic() + 0.5
        due = [first + number / A_SECOND for number in range(self.changes)]
        with ThreadPoolExecutor(1) as looking:
            seen = looking.submit(self._look)
            asyncio.run(_submit(self.nodes[ORIGIN].config, due))
            steps = seen.result()
        with open_desk(self.nodes[ORIGIN].config) as desk:
            acts = desk.reader.acts(self.feed, range(self.changes))
        took = []
        for number, then in enumerate(due):
            (act,) = [act.index for act in acts[number] if act.leaf is not None and act.leaf.kind in ACTS]
            took.append(next(at for at, least in steps if least > act) - then)
        return took

    def _look(self) -> Sequence[tuple[float, int]]:
        """When the origin's store held statements of all up to which size, at each change of that."""
        end = time.monotonic() + self.changes / A_SECOND + PATIENCE_S
        steps: list[tuple[float, int]] = []
        with open_desk(self.nodes[ORIGIN].config) as desk:
            before = _least(desk.reader, self.feed)
            while not steps or steps[-1][1] < before + self.changes:
                least = _least(desk.reader, self.feed)
                if not steps or least > steps[-1][1]:
                    steps.append((time.monotonic(), least))
                assert time.monotonic() < end, f"acknowledged up to {least} of {before + self.changes}"
                time.sleep(LOOK_S)
        return steps

    def require_verified(self) -> None:
        """Sees that each statement is signed by its member, and that no node counts an ended entry.

        Raises:
            AssertionError: one is not, or does.
        """
        foundation = Foundation(self.nodes[ORIGIN].config)
        keys, members = foundation.members.feed_keys(self.feed), foundation.members.clock_keys
        assert keys is not None
        with open_desk(self.nodes[ORIGIN].config) as desk:
            stated = desk.reader.stated(self.feed, 100)
            size = max(each.size for each in stated)
        verified = [found for each in stated for found in statements_in(each.note, keys, members, foundation.clock())]
        assert sorted(verified, key=lambda each: (each.member, each.stage)) == sorted(
            stated, key=lambda each: (each.member, each.stage)
        )
        assert {(each.member, each.stage, each.size) for each in stated} == {
            (name, stage, size) for name in WAYS for stage in Stage
        }
        for node in self.nodes.values():
            with open_desk(node.config) as desk:
                assert [] == [index for index in range(self.changes) if not _has_effect(desk, self.feed, index)]


def _least(reader: PropagationReader, feed: str) -> int:
    """Up to which size every other node has stated that the feed is in effect there."""
    sizes = [each.size for each in reader.newest_stated(feed) if each.stage is Stage.IN_EFFECT]
    return min(sizes) if len(sizes) == len(WAYS) else 0


def _has_effect(desk: Desk, feed: str, index: int) -> bool:
    """Whether a node has drawn its conclusion from a change."""
    decision = desk.reader.decision(feed, index)
    if decision is None:
        return False
    if _is_mark(index):
        return any("OBJECTION" in reason for reason in decision.reasons)
    return decision.standing == "ENDED" and not decision.counts


def _is_mark(index: int) -> bool:
    return index % 10 == 8


async def _submit(config: Config, due: Sequence[float]) -> None:
    """Makes each change when it is due, as business systems do: through the local port."""
    client = LocalClient(config.listen.local, Trust.of(config, Observer(config.node.id)), PATIENCE_S)
    try:
        async with asyncio.TaskGroup() as group:
            for index, then in enumerate(due):
                await asyncio.sleep(max(0.0, then - time.monotonic()))
                group.create_task(_change(client, index))
    finally:
        await client.close()


async def _change(client: LocalClient, index: int) -> None:
    """Of ten changes one is an erasure and one a mark, the others endings of each kind; all must be accepted."""
    if index % 10 == 9:
        (ordered,) = await client.erase("lists", [index], "虚构的法律依据", with_acts=False)
        assert isinstance(ordered, Ordered), ordered
        return
    kinds = tuple(EndingKind)
    change = _mark(index) if _is_mark(index) else removal(index, kinds[index % len(kinds)])
    (outcome,) = await client.submit("lists", [change])
    assert isinstance(outcome, Accepted), outcome


def _mark(index: int) -> Submission:
    """The mark that an objection is under way."""
    mark = Annotation(
        kind=AnnotationKind.OBJECTION,
        authority=ECOLOGY,
        dated_on=date(2026, 11, 2),
        document_number=f"杭环异〔2026〕{index}号",
    )
    return Submission(f"mark/{index}", schema_of(mark), encode(mark), index)
