# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the servicers find behind their doors: stages, each in the thread where it may run."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor

from federation.errors import AccessFault, ConfigFault, FieldFault, ForkFault
from federation.log.checkpoint import FeedKeys, Origin
from federation.records.codec import FEEDBACK_SCHEMA
from federation.records.feed_policy import Dataset
from federation.rules.loop.feedback import NotTaken, Statement
from node.assemble.members import Members
from node.assemble.outward.wide import WideInquiring
from node.assemble.serving.condition import Condition
from node.assemble.serving.loops import Bells
from node.assemble.stages import Stages
from node.erase.order import Outcome as ErasureOutcome
from node.exchange.bars import BarOrder
from node.exchange.dialogue import Envelope
from node.exchange.gather import Gatherer
from node.exchange.inquire import Answered, Inquirer, Matter
from node.exchange.respond import Responder
from node.intake import Outcome, Submission
from node.observe import Observer
from node.publish import Chunk, FeedReader, Publisher
from node.routing.widely import Reply
from node.rpc.client import PeerClient

MOST_ANSWERING = 3
"""Groups of questions answered at once, where one waits for the disk; fewer than reader threads."""


class Answering:
    """Questions of members, in the reader threads: those that wait together are answered together."""

    def __init__(self, responder: Responder, readers: Executor) -> None:
        async def step(questions: Sequence[tuple[str, Envelope]]) -> Sequence[Envelope | Exception]:
            return await asyncio.get_running_loop().run_in_executor(readers, _answer_all, responder, questions)

        self._gatherer = Gatherer(step, MOST_ANSWERING)

    async def answer(self, caller: str, envelope: Envelope) -> Envelope:
        """As `Responder.answer`."""
        answer = await self._gatherer.ask((caller, envelope))
        if isinstance(answer, Exception):
            raise answer
        return answer


def _answer_all(responder: Responder, questions: Sequence[tuple[str, Envelope]]) -> Sequence[Envelope | Exception]:
    """As `Responder.answer_all`; when that fails, one by one, so that what one of them meets is nobody else's fault."""
    try:
        return responder.answer_all(questions)
    except Exception:  # told by whoever meets it alone
        return [_answer(responder, *question) for question in questions]


def _answer(responder: Responder, caller: str, envelope: Envelope) -> Envelope | Exception:
    try:
        return responder.answer(caller, envelope)
    except Exception as error:  # carried to the caller it belongs to
        return error


class Submitting:
    """The intake by short names of feeds; wakes the sequencer; closed while the node is read-only.

    For the writer thread.
    """

    def __init__(self, stages: Stages, bells: Bells, condition: Condition) -> None:
        self._stages = stages
        self._bells = bells
        self._condition = condition

    def submit(self, feed: str, submissions: Sequence[Submission], *, amend: bool) -> list[Outcome]:
        """As `Intake.submit`; AccessFault FEED_NOT_FOUND for a feed that is not ours, or not for business records.

        StoreFault STORE_READ_ONLY: nothing was looked at.
        """
        if feed.startswith("_"):
            raise AccessFault("FEED_NOT_FOUND")
        try:
            origin = self._stages.foundation.origin(feed)
        except ConfigFault:
            raise AccessFault("FEED_NOT_FOUND") from None
        if any(item.schema == FEEDBACK_SCHEMA for item in submissions):
            raise FieldFault("submissions", "FEEDBACK_NOT_SUBMITTED", "give it by GiveFeedback")
        self._condition.require_writable()
        try:
            return self._stages.intake.submit(origin, submissions, amend=amend)
        finally:
            self._bells.queue(origin).ring()  # after a fault too: the commit may have been kept although it failed


class Giving:
    """Feedback of own bodies; wakes the sequencers; closed while the node is read-only. For the writer thread."""

    def __init__(self, stages: Stages, bells: Bells, condition: Condition) -> None:
        self._stages = stages
        self._bells = bells
        self._condition = condition

    def give(self, statements: Sequence[Statement | NotTaken]) -> list[Outcome]:
        """As `Feedbacks.give`. StoreFault STORE_READ_ONLY: nothing was looked at."""
        self._condition.require_writable()
        try:
            return self._stages.feedbacks.give(statements)
        finally:
            for policy in self._stages.policies:
                if policy.dataset is Dataset.FEEDBACK:
                    self._bells.queue(policy.origin).ring()  # as above


class ReadFeeds(Publisher):
    """A publisher that tells who reads which feed. Safe from any thread."""

    def __init__(self, reader: FeedReader, members: Members, node_id: str, told: Callable[[str, str], None]) -> None:
        super().__init__(reader, node_id, members.coordinators)
        self._told = told

    def entries(self, caller: str, origin: str, size: int, start: int, limit: int) -> Iterator[Chunk]:
        """As `Publisher.entries`."""
        chunks = super().entries(caller, origin, size, start, limit)
        self._told(origin, caller)
        return chunks


class Erasing:
    """The eraser by short names of feeds; wakes the sequencer. For the writer thread."""

    def __init__(self, stages: Stages, bells: Bells, condition: Condition) -> None:
        self._stages = stages
        self._bells = bells
        self._condition = condition

    def erase(self, feed: str, indexes: Sequence[int], ground: str, *, with_acts: bool) -> Sequence[ErasureOutcome]:
        """As `Eraser.order`; AccessFault FEED_NOT_FOUND for a feed that is not ours."""
        try:
            origin = self._stages.foundation.origin(feed)
        except ConfigFault:
            raise AccessFault("FEED_NOT_FOUND") from None
        self._condition.require_writable()
        try:
            return self._stages.eraser.order(origin, indexes, ground, with_acts=with_acts)
        finally:
            self._bells.queue(origin).ring()  # as above


class Barring:
    """Withdrawals and bars; closed while the node is read-only. For the writer thread."""

    def __init__(self, stages: Stages, condition: Condition) -> None:
        self._stages = stages
        self._condition = condition

    def carry_out(self, order: BarOrder) -> bool:
        """As `BarBook.carry_out`. StoreFault STORE_READ_ONLY: nothing was looked at."""
        self._condition.require_writable()
        return self._stages.bars.carry_out(order)


class Inquiring:
    """Questions to members: to one that is pinned with an address, or to many, by hubs too."""

    def __init__(self, inquirer: Inquirer, clients: Mapping[str, PeerClient], wide: WideInquiring) -> None:
        self._inquirer = inquirer
        self._clients = clients
        self._wide = wide

    def inquire_widely(self, matter: Matter, *, everywhere: bool) -> AsyncGenerator[Reply]:
        """As `WideInquiring.ask`."""
        return self._wide.ask(matter, everywhere=everywhere)

    async def inquire(self, member: str, matter: Matter) -> Answered:
        """As `Inquirer.inquire_signed`; FieldFault for a member that cannot be asked."""
        client = self._clients.get(member)
        if client is None:
            raise FieldFault("member", "MEMBER_UNKNOWN", "not pinned with an address")
        return await self._inquirer.inquire_signed(member, client, matter)


class Forks:
    """Compares checkpoints that callers know with what is held, so that forks surface by themselves.

    What mirrors state on them is handed on to `heard`, once they are known to contradict nothing.
    """

    def __init__(
        self, publisher: Publisher, members: Members, observer: Observer, heard: Callable[[FeedKeys, bytes], None]
    ) -> None:
        self._heard = heard
        self._publisher = publisher
        self._members = members
        self._observer = observer

    def compare_known(self, origin: str, note: bytes) -> None:
        """As `Publisher.compare_known`; what is found is told to the operator, too."""
        keys = self._members.feed_keys(origin)
        if keys is None:
            return
        try:
            self._publisher.compare_known(keys, note)
        except ForkFault as fault:
            self._observer.peer_lied(origin, Origin.parse(origin).node_id, fault)
            raise
        self._heard(keys, note)
