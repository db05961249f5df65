# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""A member that asks: signs questions, verifies answers, and logs both durably, all by the product's own stages."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from time import perf_counter
from types import TracebackType
from typing import Self, TypeVar

from creditexchange.v1 import query_service_pb2 as wire

from federation.records.exchange import Answer
from federation.standards.identity import CodeKind
from node.assemble.asking.gates import Gates
from node.assemble.members import EXCHANGE
from node.assemble.serving.condition import Condition
from node.assemble.serving.logs import LogWatch, ThreadedLog
from node.assemble.serving.loops import Bells, Loops
from node.assemble.stages import Stages, standard_clock
from node.assemble.writer import WriterThread
from node.bell import Bell
from node.config import Config
from node.exchange.dialogue import Envelope
from node.exchange.inquire import Inquirer, Known, Matter, Member
from node.observe import Observer
from node.rpc.client import PeerClient
from node.rpc.trust import Trust
from node.rpc.wire import envelope_to_wire
from tests.bench.data.records import subjects
from tests.bench.data.subjects import Kind, code_of, kind_of
from tests.bench.ground import PURPOSE

Result = TypeVar("Result")


class Asker:
    """One asking node, in an event loop of its own; a context. Its exchange log is published as a served node's is."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._runner = asyncio.Runner()
        self._closing = AsyncExitStack()

    def __enter__(self) -> Self:
        self.run(self._open)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.run(self._closing.aclose)
        self._runner.close()

    def run(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Does something in the loop."""

        async def made() -> Result:
            return await work()

        return self._runner.run(made())

    async def _open(self) -> None:
        bells = Bells(asyncio.get_running_loop())
        config, observer = self._config, Observer(self._config.node.id)
        stages = self._closing.enter_context(
            Stages.open(config, standard_clock, lambda origin: bells.queue(origin).ring())
        )
        writer = self._closing.enter_context(WriterThread())
        condition = Condition()
        loops = Loops(stages, bells, writer, observer, condition)
        trust = Trust.of(config, observer)
        self.clients = {
            peer.id: PeerClient(peer.id, str(peer.address), trust, config.follow.call_timeout_s) for peer in config.peer
        }
        for client in self.clients.values():
            self._closing.push_async_callback(client.close)
        foundation = stages.foundation
        own = Gates(foundation, stages.store.reader).own
        known = Known(foundation.members.message_keys, foundation.members.feed_keys, own)
        failed = Bell(asyncio.get_running_loop())
        watch = LogWatch(stages.exchange_log, foundation.origin(EXCHANGE), condition, failed)
        log = ThreadedLog(watch, loops.act)
        self._inquirer = Inquirer(foundation.keys, known, log, foundation.clock, os.urandom)
        publishing = asyncio.create_task(loops.publish(foundation.origin(EXCHANGE), {}))
        self._closing.push_async_callback(_ended, publishing)

    async def ask(self, member: str, code: str, through: Member | None = None) -> Answer:
        """Asks a member about a subject; the answer is verified and logged."""
        matter = Matter(PURPOSE, "虚构依据", "案-1", CodeKind.USCC, code, "officer-1", "office-1")
        return await self._inquirer.inquire(member, through or self.clients[member], matter)

    def weigh(self, member: str, code: str) -> tuple[int, int]:
        """Bytes of a question and of its answer, as they go over the wire."""
        scales = _Scales(self.clients[member])
        answer = self.run(lambda: self.ask(member, code, scales))
        assert answer.findings, "nothing is held about the subject"
        return scales.question, scales.answer

    def ask_all(self, member: str, codes: Sequence[str], at_once: int) -> float:
        """Asks about each subject, so many at once; the seconds for all."""
        rest = iter(codes)

        async def one_after_another() -> None:
            for code in rest:
                await self.ask(member, code)

        async def everything() -> float:
            began = perf_counter()
            async with asyncio.TaskGroup() as group:
                for _ in range(at_once):
                    group.create_task(one_after_another())
            return perf_counter() - began

        return self.run(everything)

    def time_each(self, member: str, codes: Sequence[str]) -> list[float]:
        """Asks about one subject after the other; the seconds of each."""

        async def everything() -> list[float]:
            took = []
            for code in codes:
                began = perf_counter()
                await self.ask(member, code)
                took.append(perf_counter() - began)
            return took

        return self.run(everything)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class _Scales:
    """A member that weighs what goes through."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self.question = self.answer = 0

    async def ask(self, question: Envelope) -> Envelope:
        """As the member."""
        answer = await self._member.ask(question)
        self.question = wire.AskRequest(question=envelope_to_wire(question)).ByteSize()
        self.answer = wire.AskResponse(answer=envelope_to_wire(answer)).ByteSize()
        return answer


def codes(records: int, count: int, seed: int) -> list[str]:
    """Codes of organisations and sole traders that are held, drawn anew for each seed."""
    drawn = random.Random(seed)
    held = (drawn.randrange(subjects(records)) for _ in range(2 * count + 1000))
    return [code_of(number) for number in held if kind_of(number) is not Kind.PERSON][:count]
