# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One question of a business system put to twenty members under a deadline, with three of them standing still.

Every member is a served process that holds records about the subject. Those that stand still are stopped, which hurts
most: their connections stay, they take what is sent, and never answer. Between such stretches all are alive, in the
same run: what asking twenty costs by itself. Time is that of the whole call at the local port: planned, signed, asked,
verified, logged, told.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from federation.rules.routing.outcome import Became
from federation.standards.identity import CodeKind
from node.demo.process import environment
from node.demo.zygote import Zygote
from node.exchange.inquire import Matter
from node.observe import Observer
from node.routing.widely import Reply
from node.rpc.loop.client import BusinessClient
from node.rpc.trust import Trust
from tests.bench.data.fill import fill
from tests.bench.data.records import city
from tests.bench.ground import ASKER, PURPOSE, Ground, lift_limits
from tests.bench.measure import Goal, Outcome, quantile
from tests.bench.programs import Served
from tests.bench.rows.asking import codes
from tests.flow.world import Node, Region, until

IN_TIME, ALWAYS, ALIVE = Goal(at_most=1.1), Goal(at_least=1), Goal(at_most=1)
MEMBERS = tuple(f"{first + number}00" for first, cities in ((3301, 11), (3201, 9)) for number in range(cities))
"""Cities of two provinces."""
EACH_STANDING = 7
"""Every seventh member stands still, the first one, at home to the subjects, among them."""
DEADLINE_S = 1.0
QUESTIONS = 20
"""In each round, of each kind."""
RECORDS = 400
TIMEOUT_S = 60.0


def run(ground: Ground) -> Sequence[Outcome]:
    """Measures the row."""
    slow: list[Told] = []
    alive: list[Told] = []
    questions = ground.plan.calls(QUESTIONS, 1)
    with _federation(ground) as federation:
        for seed in range(ground.plan.rounds):
            federation.await_all()
            alive += federation.ask_all(questions, 2 * seed)
            with federation.standing_still():
                slow += federation.ask_all(questions, 2 * seed + 1)
        members, standing = federation.members, federation.standing
    return [_in_time(slow, members, standing), as_it_is(slow, members, standing), _alive(alive, members)]


def profile(ground: Ground, target: Path) -> None:
    """Profiles the node that asks."""
    with _federation(ground, target) as federation:
        federation.await_all()
        federation.ask_all(ground.plan.calls(5 * QUESTIONS), 0)


@dataclass(frozen=True, slots=True)
class Told:
    """What one call told.

    Attributes:
        seconds: until all was told.
        became: what became of each member.
        silent: members that answered, and told of nothing.
    """

    seconds: float
    became: Mapping[str, Became]
    silent: Sequence[str]


def _in_time(told: Sequence[Told], members: Sequence[str], standing: Sequence[str]) -> Outcome:
    """Whether the deadline holds."""
    took = [each.seconds for each in told]
    p99 = quantile(took, 0.99)
    path = f"扇出 fan-out to {len(members)} members, {len(standing)} standing still: p99 / deadline"
    note = f"p50 {1000 * quantile(took, 0.5):.0f} ms, worst {1000 * max(took):.0f} ms"
    samples = {"seconds": [round(each, 4) for each in took]}
    return Outcome(path, "s", p99, DEADLINE_S, p99 / DEADLINE_S, IN_TIME, len(took), note, samples)


def as_it_is(told: Sequence[Told], members: Sequence[str], standing: Sequence[str]) -> Outcome:
    """How many calls told what is so: whoever lives answered with records, whoever stands still was too slow."""
    is_so = {member: Became.TOO_SLOW if member in standing else Became.ANSWERED for member in members}
    right = sum(each.became == is_so and not each.silent for each in told)
    path = f"扇出 calls that told {len(members) - len(standing)} verified answers, {len(standing)} too slow"
    return Outcome(path, "calls", right, len(told), right / len(told), ALWAYS, len(told))


def _alive(told: Sequence[Told], members: Sequence[str]) -> Outcome:
    """What asking so many costs where nobody stands still."""
    took = [each.seconds for each in told]
    p50, p99 = quantile(took, 0.5), quantile(took, 0.99)
    answered = sum(list(each.became.values()).count(Became.ANSWERED) for each in told)
    path = f"扇出 fan-out to {len(members)} members, all alive: p99 / deadline"
    note = (
        f"p50 {1000 * p50:.0f} ms: {1000 * p50 / len(members):.1f} ms a member, all on this machine; "
        f"{answered} of {len(took) * len(members)} answered"
    )
    samples = {"seconds": [round(each, 4) for each in took]}
    return Outcome(path, "s", p99, DEADLINE_S, p99 / DEADLINE_S, ALIVE, len(took), note, samples)


@contextmanager
def _federation(ground: Ground, profile: Path | None = None) -> Iterator["_Federation"]:
    """The members and who asks them, forked from one process that ends them whatever happens; not who is profiled."""
    folder = ground.plan.folder / "fanout"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with ExitStack() as closing:
        zygote = closing.enter_context(Zygote(environment()))
        region = Region(folder, zygote)
        asker = _joined(region, MEMBERS[: ground.plan.calls(len(MEMBERS), 5)])
        forked = [node for node in region.nodes.values() if profile is None or node is not asker]
        closing.callback(region.close)
        for node in forked:
            node.start()
        if profile is not None:
            served = Served(asker.folder, asker.log, profile)
            closing.callback(served.stop)
            served.ready()
        for node in forked:
            node.ready()
        runner = closing.enter_context(asyncio.Runner())
        client = runner.run(_connected(asker))
        closing.callback(lambda: runner.run(client.close()))
        yield _Federation({name: node for name, node in region.nodes.items() if node is not asker}, runner, client)


def _joined(region: Region, members: Sequence[str]) -> Node:
    """The members, each filled with the same records and pinned at who asks; that node."""
    asker = region.node(ASKER)
    for name in members:
        node = region.node(name)
        fill(node.config, city(RECORDS))
        region.pin(asker, node)
        region.pin(node, asker, may_ask=(PURPOSE,))
    for node in region.nodes.values():
        lift_limits(node.folder)
    return asker


async def _connected(asker: Node) -> BusinessClient:
    config = asker.config
    return BusinessClient(config.listen.local, Trust.of(config, Observer(config.node.id)), TIMEOUT_S)


class _Federation:
    """Who is asked, and a business system of the node that asks.

    Attributes:
        members: their ids.
        standing: those that stand still where some do.
    """

    def __init__(self, nodes: Mapping[str, Node], runner: asyncio.Runner, client: BusinessClient) -> None:
        self.members = tuple(nodes)
        self.standing = self.members[::EACH_STANDING]
        self._nodes = nodes
        self._runner = runner
        self._client = client

    def ask_all(self, questions: int, seed: int) -> list[Told]:
        """Asks about one subject after the other, drawn by a seed."""
        return [self._ask(code) for code in codes(RECORDS, questions, seed)]

    def await_all(self) -> None:
        """Waits until every member answers: it is connected, and has caught up if it stood still."""
        (code,) = codes(RECORDS, 1, 0)
        until(lambda: set(self._ask(code).became.values()) == {Became.ANSWERED}, "answers of all members")

    def _ask(self, code: str) -> Told:
        matter = Matter(
            *(PURPOSE, "虚构依据", "案-1", CodeKind.USCC, code, "officer-1", "office-1"),
            timeout_ms=round(1000 * DEADLINE_S),
        )
        began = perf_counter()
        replies = self._runner.run(self._client.inquire_widely(matter, everywhere=False))
        seconds = perf_counter() - began
        became = {reply.outcome.member: reply.outcome.became for reply in replies}
        assert len(replies) == len(became)
        return Told(seconds, became, [reply.outcome.member for reply in replies if _is_silent(reply)])

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Some members stand still within the block; their connections do not."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for name in self.standing:
            process = self._nodes[name].process
            assert process is not None
            os.kill(process.pid, number)


def _is_silent(reply: Reply) -> bool:
    return reply.answered is not None and not reply.answered.answer.findings
