# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The node being served by one process: one event loop, one writer thread, a few readers, until it is told to stop.

Start, in this order: configuration, keys, rules and store are checked; ports are opened; then the loops begin. Whatever
an operator has to mend is raised as a ConfigFault before anything is served. Stop, in reverse: no more calls, those at
work end, followers and loops are cancelled, the writer finishes its step, the store closes.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from federation.errors import ClockFault, ConfigFault
from federation.log.checkpoint import FeedKeys
from node.assemble.asking.gates import Gates
from node.assemble.casework.delivering import Delivering
from node.assemble.casework.door import CaseDoor
from node.assemble.casework.routing import routes_of
from node.assemble.interpreter import settle_interpreter
from node.assemble.members import EXCHANGE
from node.assemble.mirrors import HeadOf
from node.assemble.outward.wide import WideInquiring
from node.assemble.serving.checks import AuditedFeeds, LoggedChecks
from node.assemble.serving.condition import Condition
from node.assemble.serving.doors import (
    Answering,
    Barring,
    Erasing,
    Forks,
    Giving,
    Inquiring,
    Submitting,
)
from node.assemble.serving.holders.following import IndexFollowing
from node.assemble.serving.holders.handing import Handing
from node.assemble.serving.holders.publishing import IndexPublishing, drop_unwanted
from node.assemble.serving.leading import Leader, Leading
from node.assemble.serving.logs import AccessLog, LogWatch, ThreadedLog, WriterLog
from node.assemble.serving.loops import Bells, Loops
from node.assemble.serving.pulse import listen
from node.assemble.serving.retaining import Retaining
from node.assemble.serving.stating.acknowledging import Acknowledging, Tell
from node.assemble.serving.stating.chasing import Chasing
from node.assemble.serving.stating.escalating import Escalating
from node.assemble.serving.stating.looking import Looking
from node.assemble.serving.telemetry import start_telemetry
from node.assemble.stages import Clock, Stages, Views, standard_clock
from node.assemble.writer import WriterThread
from node.bell import Bell
from node.config import Config
from node.exchange.inquire import Inquirer, Known
from node.exchange.respond import Asking, Responder
from node.follow.follower import Follower
from node.follow.ports import FollowedPeer, FollowSurroundings
from node.observe import Observer, configure_logging
from node.publish import Pulse
from node.routing.relay import Relay, RelayGround
from node.rpc.cases.servicer import CaseServicer
from node.rpc.client import PeerClient
from node.rpc.feed.servicer import FeedServicer, FeedStages
from node.rpc.local_servicer import LocalServicer, LocalStages
from node.rpc.node_servicer import NodeServicer
from node.rpc.query_servicer import QueryServicer
from node.rpc.server import NodeServers, Servicers
from node.rpc.trust import Trust
from node.rpc.wire import NodeStatement

READER_THREADS = 4
GRACE_S = 5.0
REVISION = "creditexchange.v1/1"
Ready = Callable[[dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class Worker:
    """One of several processes that serve a node (`node/assemble/serving/workers.py`).

    Attributes:
        number: 0 for the first.
    """

    number: int


def serve_node(config: Config, ready: Ready, clock: Clock = standard_clock, worker: Worker | None = None) -> None:
    """Serves a node until SIGTERM or SIGINT.

    Args:
        config: the node's configuration.
        ready: told the bound addresses when every port answers.
        clock: milliseconds since the epoch.
        worker: which of several processes this is; None when it is the only one.

    Raises:
        ConfigFault: something must be mended before the node can be served; nothing was served.
        StoreFault: the store cannot be read.
    """
    configure_logging(config.telemetry.log_level)
    start_telemetry(config, worker.number if worker is not None else 0)
    asyncio.run(_Service(config, clock, worker).run(ready))


class _Service:
    """One run of a node."""

    def __init__(self, config: Config, clock: Clock, worker: Worker | None) -> None:
        self._config = config
        self._clock = clock
        self._worker = worker
        self._observer = Observer(config.node.id)

    async def run(self, ready: Ready) -> None:
        """Opens, serves, waits for a signal, and closes in reverse."""
        loop = asyncio.get_running_loop()
        bells = Bells(loop)
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        if self._worker is not None:
            loop.add_reader(sys.stdin, stopped.set)  # the parent never writes: what comes is the end of its pipe
        with Stages.open(self._config, self._clock, lambda origin: bells.queue(origin).ring()) as stages:
            async with AsyncExitStack() as closing:
                parts = _Parts(self._config, stages, bells, self._observer, closing, shares=self._worker is not None)
                await parts.leading.begin()
                addresses = await parts.servers.start()
                closing.push_async_callback(parts.flush)
                closing.push_async_callback(parts.servers.stop, GRACE_S)
                self._observer.started(addresses)
                settle_interpreter()
                ready(addresses)
                await self._until(stopped, parts.always())
        self._observer.stopped()

    async def _until(self, stopped: asyncio.Event, always: Sequence[Coroutine[object, object, None]]) -> None:
        """Runs until told to stop; what breaks ends the service, for a supervisor to restart."""
        tasks = {asyncio.create_task(one) for one in always}
        waiting = asyncio.create_task(stopped.wait())
        try:
            done, _ = await asyncio.wait({*tasks, waiting}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                task.result()
        finally:
            for task in {*tasks, waiting}:
                task.cancel()
            await asyncio.gather(*tasks, waiting, return_exceptions=True)


class _Parts:
    """The parts of a running node, wired."""

    def __init__(
        self, config: Config, stages: Stages, bells: Bells, observer: Observer, closing: AsyncExitStack, *, shares: bool
    ) -> None:
        self._config = config
        self._stages = stages
        self._bells = bells
        self._observer = observer
        foundation = stages.foundation
        self._foundation = foundation
        self._writer = WriterThread()
        self._readers = ThreadPoolExecutor(READER_THREADS, "reader")
        closing.callback(self._readers.shutdown)
        closing.callback(self._writer.shutdown)
        self._views = Views(foundation, stages.store.reader)
        self._gates = Gates(foundation, stages.store.reader)
        self._changes = Bell(asyncio.get_running_loop())
        self._condition = Condition(self._changes.ring)
        self._loops = Loops(stages, bells, self._writer, observer, self._condition)
        self._acknowledging = Acknowledging(stages, bells, self._loops, asyncio.get_running_loop())
        self._forks = Forks(self._views.publisher, foundation.members, observer, self._acknowledging.heard)
        self._trust = Trust.of(config, observer)
        timeout_s = config.follow.call_timeout_s
        self._clients = {
            peer.id: PeerClient(peer.id, peer.address, self._trust, timeout_s) for peer in config.peer if peer.address
        }
        for client in self._clients.values():
            closing.push_async_callback(client.close)
        exchange = foundation.origin(EXCHANGE)
        self._watch = LogWatch(stages.exchange_log, exchange, self._condition, Bell(asyncio.get_running_loop()))
        self._log = ThreadedLog(self._watch, self._loops.act)
        self.servers = NodeServers(
            config, self._servicers(), self._trust, observer, lambda: datetime.now(UTC), shares_ports=shares
        )
        store = stages.store
        step = Leader(self._lead, self._prepare, self._loops_of_leader, self._loops.forget)
        self.leading = Leading(step, observer, is_shared=store.is_shared)

    async def _lead(self) -> bool:
        return await self._loops.act(self._stages.store.lead)

    async def _prepare(self) -> None:
        """Checks every own feed, and what the configuration says of them, before this process leads.

        With a clock that is wrong the node is served read-only, until the clock is right.
        """
        for origin in self._foundation.datasets:
            try:
                await self._loops.act(self._stages.sequencer(origin).load)
            except ClockFault as fault:
                self._condition.failed("publish", origin, fault)
                self._observer.publishing_failed(origin, fault)
        await self._loops.act(self._stages.ledger.start)
        await self._loops.act(self._stages.propose_policies)
        await self._loops.act(drop_unwanted, self._stages)

    async def flush(self) -> None:
        """Publishes what waits, if this process led; after the servers have stopped."""
        await self._loops.flush()

    def always(self) -> Sequence[Coroutine[object, object, None]]:
        """Everything that goes on while the node is served, whoever leads."""
        alone = [self.leading.run(), self._tell(), self._acknowledging.keep(), self._watch.run(self._loops.act)]
        if not self._stages.store.is_shared:
            return alone
        return [*alone, listen(self._pulses, self._bells, self._observer)]

    async def _pulses(self) -> Mapping[str, Pulse]:
        reader = self._stages.store.reader
        return await asyncio.get_running_loop().run_in_executor(self._readers, reader.pulses)

    def _loops_of_leader(self) -> dict[str, Coroutine[object, object, None]]:
        """Everything that goes on while this process leads, by name."""
        mirrors: Mapping[str, HeadOf] = {node_id: client.checkpoint for node_id, client in self._clients.items()}
        running: dict[str, Coroutine[object, object, None]] = {"review": self._loops.review()}
        running["decide"] = self._loops.decide(self._origins)
        running["cases"] = self._delivering().run()
        running["retention"] = Retaining(self._stages, self._bells, self._loops, self._readers, self._observer).run()
        for origin in self._foundation.datasets:
            running[f"publish {origin}"] = self._loops.publish(origin, mirrors)
            running[f"beat {origin}"] = self._loops.beat(origin)
        running |= self._about_statements(mirrors)
        running |= self._about_holders()
        around = self._surroundings()
        for peer in self._config.peer:
            for origin in self._foundation.members.followed(peer):
                followed = FollowedPeer(self._keys_of(origin), peer.id, self._clients[peer.id])
                running[f"follow {origin} from {peer.id}"] = Follower(followed, around).run()
                tell = _telling(self._clients[peer.id])
                running[f"acknowledge {origin} to {peer.id}"] = self._acknowledging.state(followed.keys, peer.id, tell)
        return running

    def _about_statements(self, heads: Mapping[str, HeadOf]) -> dict[str, Coroutine[object, object, None]]:
        """Asking for statements that do not come, and looking for what does not come either."""
        chasing = Chasing(self._stages, self._clients, self._forks.compare_known, self._observer)
        escalating = Escalating(self._stages, self._bells, self._loops, self._condition, self._observer)
        looking = Looking(self._stages, heads, self._loops, self._observer)
        followed = [
            (self._keys_of(origin), peer.id)
            for peer in self._config.peer
            for origin in self._foundation.members.followed(peer)
        ]
        return {"chase": chasing.run(), "escalate": escalating.run(), "look": looking.run(followed)}

    def _about_holders(self) -> dict[str, Coroutine[object, object, None]]:
        """Making the own holder index, and fetching those of members, as far as the configuration asks for it."""
        wanted, running = self._config.holders, dict[str, Coroutine[object, object, None]]()
        if wanted.publish:
            running["holder index"] = IndexPublishing(self._stages, self._loops, self._readers, self._observer).run()
        if wanted.follow:
            running["holder indexes"] = IndexFollowing(self._stages, self._clients, self._loops, self._observer).run()
        return running

    async def _tell(self) -> None:
        """Shows in health whether the node may write, for ever."""
        shown: Mapping[str, str] = {}
        while True:
            seen, faults = self._changes.rung, self._condition.faults
            await self.servers.show(faults)
            if faults != shown:
                self._observer.may_write(faults)
            shown = faults
            await self._changes.wait(seen)

    def _origins(self) -> list[str]:
        """Feeds to decide on, catalogues first, since policies tell the kind of the others."""
        views = self._stages.store.reader.feeds()
        return sorted((view.origin for view in views), key=lambda origin: ("/_catalogue/" not in origin, origin))

    def _keys_of(self, origin: str) -> FeedKeys:
        keys = self._foundation.members.feed_keys(origin)
        if keys is None:
            raise ConfigFault("KEY_UNKNOWN", f"{origin} is to be followed, but its owner is not pinned")
        return keys

    def _surroundings(self) -> FollowSurroundings:
        return FollowSurroundings(
            self._stages.store.led,
            self._writer,
            self._foundation.clock,
            self._observer,
            self._loops.advanced,
            self._config.follow.max_backoff_s,
            self._acknowledging.met,
        )

    def _servicers(self) -> Servicers:
        foundation, node = self._foundation, self._config.node
        statement = NodeStatement(
            node_id=node.id,
            federation=node.federation,
            software=f"xinqiao/{version('xinqiao')}",
            revisions=(REVISION,),
            roles=node.roles,
        )
        said = self._acknowledging
        accesses = AccessLog(self._log, self._stages.accesses.entry, asyncio.get_running_loop())

        def audited(caller: str, origin: str) -> None:
            accesses.log_read(caller, origin, foundation.clock())

        read = AuditedFeeds(self._views.reader, foundation.members, node.id, said.read, audited)
        feeds = FeedStages(read, self._forks, said, self._bells.head)
        submitting = Submitting(self._stages, self._bells, self._condition)
        erasing = Erasing(self._stages, self._bells, self._condition)
        cases = CaseDoor(self._stages.cases, self._condition.require_writable, self._bells.letters.ring)
        giving = Giving(self._stages, self._bells, self._condition)
        checks = LoggedChecks(self._views.business, self._views.reports, accesses)
        barring = Barring(self._stages, self._condition)
        local = LocalStages(submitting, checks, self._inquiring(), erasing, cases, giving, accesses, barring)
        return Servicers(
            NodeServicer(statement),
            FeedServicer(feeds, self._readers),
            QueryServicer(
                Answering(self._responder(), self._readers),
                self._relay(accesses),
                Handing(self._views.reader, node.id),
                self._readers,
            ),
            CaseServicer(cases, self._writer),
            LocalServicer(local, self._writer, self._readers),
        )

    def _delivering(self) -> Delivering:
        stages, letters = self._stages, self._bells.letters
        return Delivering(
            stages.cases.post, stages.store.reader, self._clients, self._loops.act, letters, self._observer
        )

    def _responder(self) -> Responder:
        members, foundation = self._foundation.members, self._foundation
        asking = Asking(members.message_keys, members.relays, self._gates.members)
        log = WriterLog(self._watch, self._writer)
        return Responder(self._views.query, log, foundation.keys, asking, foundation.clock)

    def _relay(self, accesses: AccessLog) -> Relay:
        foundation, members = self._foundation, self._foundation.members
        home, routes = foundation.config.node.id, routes_of(foundation.config)
        known = RelayGround(
            home, routes, self._clients, members.message_keys, members.relays, accesses.log, foundation.clock
        )
        return Relay(known)

    def _inquiring(self) -> Inquiring:
        foundation = self._foundation
        known = Known(foundation.members.message_keys, foundation.members.feed_keys, self._gates.own)
        inquirer = Inquirer(foundation.keys, known, self._log, foundation.clock, os.urandom)
        wide = WideInquiring(foundation, self._views, inquirer, self._clients)
        return Inquiring(inquirer, self._clients, wide)


def _telling(client: PeerClient) -> Tell:
    """How a peer is shown what this node knows of a feed, and asked what this node had stated of it."""

    async def tell(origin: str, note: bytes) -> bytes:
        return (await client.head(origin, note)).acknowledged

    return tell
