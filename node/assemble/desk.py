# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything a command does with a node, whether or not it is being served.

Reading goes to the store directly, beside whoever writes it. Writing is done by the one process that may: this one
while nobody serves the node, else the node itself, through its local port.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TypeVar

from federation.errors import AccessFault, ConfigFault, Fault
from federation.log.checkpoint import FeedKeys, Origin
from federation.records.exchange import AccessKind, LateAcknowledgement
from federation.records.feed_policy import Dataset
from federation.rules.exchange import Accessed
from federation.rules.loop.feedback import Statement
from federation.rules.rule_book import RuleBook
from federation.standards.bundle import Standards
from federation.standards.calendar import china_date
from node.acknowledge.propagation import Late, Spread, late_in, spread_of
from node.assemble.bulk.importer import Importer
from node.assemble.bulk.process import FileReader
from node.assemble.outward.inquiry import inquire_directly, inquire_widely_directly, log_directly
from node.assemble.outward.newest import Newest
from node.assemble.serving.stating.terms import due_by
from node.assemble.stages import Foundation, Stages, Views, place_of
from node.assemble.writer import persist
from node.cases.docket import NotDone, Step
from node.cases.letter import CaseName
from node.cases.window import Application, Filed, NotFiled
from node.config import Config
from node.entry.holding import Decision, acts_of
from node.entry.lineage import void_places
from node.erase.order import Outcome as ErasureOutcome
from node.erase.order import check_order
from node.exchange.inquire import Answered, Matter
from node.intake import Outcome, Submission
from node.ledger.judging import judge
from node.observe import Observer
from node.publish import Publisher
from node.query.business import Business
from node.query.query import Query
from node.query.reports import Reports
from node.routing.widely import Reply
from node.rpc.loop.client import BusinessClient
from node.rpc.trust import Trust
from node.storage.opening.checks import is_served
from node.storage.read.reader import Reader
from node.storage.store import open_reader

Result = TypeVar("Result")
Directly = Callable[[Stages], Result]
Through = Callable[[BusinessClient], Awaitable[Result]]
STATUS_S = 2.0
"""A look at the condition of the served node takes at most so long."""
TOGETHER = 500
"""Entries of a log that are read at once."""


class Desk:
    """A node's desk. For one thread; open it with `open_desk`.

    Attributes:
        config: the configuration.
        reader: the store, read only.
        publisher: feeds.
        query: holdings.
        business: what counts for subjects, one or many.
        reports: what is to be said of agencies' reports.
    """

    def __init__(self, foundation: Foundation, reader: Reader) -> None:
        self._foundation = foundation
        self._views = views = Views(foundation, reader)
        self.config = foundation.config
        self.reader = reader
        self.publisher: Publisher = views.publisher
        self.query: Query = views.query
        self.business: Business = views.business
        self.reports: Reports = views.reports
        self._stages: Stages | None = None
        self._observer = Observer(foundation.config.node.id)
        self._newest = Newest(lambda: Trust.of(self.config, self._observer))
        self._file_reader = FileReader()

    @property
    def foundation(self) -> Foundation:
        """What the node rests on."""
        return self._foundation

    @property
    def standards(self) -> Standards:
        """Codes, regions, code sets, texts of reasons."""
        return self._foundation.standards

    @property
    def book(self) -> RuleBook:
        """The rules in force."""
        return self._foundation.book

    @property
    def serving(self) -> bool:
        """Whether another process writes the store, which is the node being served."""
        return self._stages is None and is_served(place_of(self.config))

    def condition(self) -> Mapping[str, str] | None:
        """Why each own feed cannot be signed now, as the served node says; empty while it may write.

        None while nobody serves the node, or whoever writes the store answers no calls: an import, a start, an end.
        """
        if not self.serving:
            return None
        try:
            return self._through_node(lambda client: client.condition(), STATUS_S)
        except Fault:
            return None

    def origin(self, feed: str) -> str:
        """The origin of an own feed by its short name; raises ConfigFault FEED_UNKNOWN."""
        return self._foundation.origin(feed)

    def feed_keys(self, origin: str) -> FeedKeys | None:
        """The keys of a feed, own or of a pinned member."""
        return self._foundation.members.feed_keys(origin)

    def _own_stages(self) -> Stages | None:
        """The writing stages, when this process may write; None while the node is served."""
        if self._stages is None:
            try:
                self._stages = Stages.open(self.config, self._foundation.clock)
            except ConfigFault as fault:
                if fault.reason != "STORE_BUSY":
                    raise
        return self._stages

    def submit(self, feed: str, submissions: Sequence[Submission], *, amend: bool = False) -> list[Outcome]:
        """Submits records to an own feed, directly or through the node that is being served.

        Args:
            feed: short name.
            submissions: at most 500 at once.
            amend: publish other bytes under a known key as an AMEND.

        Returns:
            One outcome for each; accepted ones are durable.

        Raises:
            ConfigFault: FEED_UNKNOWN, or what keeps the store from being opened.
            StoreFault: nothing of this call was kept.
            UnreachableFault: the served node does not answer.
        """
        origin = self.origin(feed)
        return self.written(
            lambda stages: stages.intake.submit(origin, submissions, amend=amend),
            lambda client: client.submit(feed, submissions, amend=amend),
        )

    def erase(
        self, origin: str, indexes: Sequence[int], ground: str, *, with_acts: bool = False
    ) -> Sequence[ErasureOutcome]:
        """Orders entries of an own feed erased, directly or through the node that is being served.

        Args:
            origin: the feed.
            indexes: 1 to 1000 entries.
            ground: the legal ground.
            with_acts: erase the payloads of the acts on them, too.

        Returns:
            One outcome for each index; what is ordered is durable, and published by `publish_pending` or the node.

        Raises:
            FieldFault: as `check_order`.
            ConfigFault, StoreFault, UnreachableFault: as `submit`.
        """
        check_order(origin, self._foundation.datasets, indexes, ground)
        feed = Origin.parse(origin).feed
        return self._done(
            lambda stages: stages.eraser.order(origin, indexes, ground, with_acts=with_acts),
            lambda client: client.erase(feed, indexes, ground, with_acts=with_acts),
        )

    def file_case(self, application: Application) -> Filed | NotFiled:
        """Files a case, directly or through the node that is being served, which hands it on.

        Raises:
            ConfigFault, StoreFault, UnreachableFault: as `submit`.
        """
        return self.written(lambda stages: stages.cases.file(application), lambda client: client.file_case(application))

    def handle_case(self, name: CaseName, step: Step) -> NotDone | None:
        """Takes a step on a case, or withdraws it, directly or through the node that is being served.

        Returns:
            None when it is durable; what it does to the entry is published by `publish_pending` or the node.

        Raises:
            ConfigFault, StoreFault, UnreachableFault: as `submit`.
        """
        return self.written(
            lambda stages: stages.cases.handle(name, step), lambda client: client.handle_case(name, step)
        )

    def give_feedback(self, statements: Sequence[Statement]) -> list[Outcome]:
        """Gives feedback on measures, directly or through the node that is being served.

        Args:
            statements: at most 1000.

        Returns:
            One outcome for each; accepted ones are durable, and published by `publish_pending` or the node.

        Raises:
            ConfigFault, StoreFault, UnreachableFault: as `submit`.
        """
        return self.written(
            lambda stages: stages.feedbacks.give(statements), lambda client: client.give_feedback(statements)
        )

    def publish_pending(self) -> int:
        """Publishes everything that waits; 0 when the node is being served, which does so itself.

        Members that can be reached are asked first whether this store is the newest copy.

        Raises:
            ConfigFault: HISTORY_LOST; nothing is signed.
        """
        stages = self._own_stages()
        if stages is None or not persist(stages.store.lead):
            return 0
        self._newest.require(stages, self.reader.pending())
        return persist(stages.publish_pending)

    def importer(self) -> Importer:
        """What imports one file, directly or through the node that is being served."""
        stages = self._own_stages()
        if stages is not None and not persist(stages.store.lead):
            stages = None  # another process sequences: what is imported waits for it
        return Importer(
            self._foundation,
            stages,
            self._file_reader,
            lambda feed, submissions, amend: self.submit(feed, submissions, amend=amend),
            lambda origin: None if stages is None else self._newest.require(stages, (origin,)),
        )

    def inquire_signed(self, node_id: str, matter: Matter) -> Answered:
        """Asks a member, directly or through the node that is being served; logged on both sides.

        Raises:
            AccessFault: MEMBER_UNKNOWN, not pinned with an address.
            CallerFault: the member refused.
            PeerFault: the answer does not verify.
            UnreachableFault: no answer came.
        """
        trust = Trust.of(self.config, self._observer)
        return self._done(
            lambda stages: asyncio.run(inquire_directly(stages, trust, node_id, matter)),
            lambda client: client.inquire_signed(node_id, matter),
        )

    def inquire_widely(self, matter: Matter, *, everywhere: bool) -> list[Reply]:
        """Asks members by the plan for a matter; what became of each, as `Widely.ask` says. Raises as that does."""
        trust = Trust.of(self.config, self._observer)
        return self._done(
            lambda stages: asyncio.run(
                inquire_widely_directly(stages, self._views, trust, matter, everywhere=everywhere)
            ),
            lambda client: client.inquire_widely(matter, everywhere=everywhere),
        )

    def _done(self, directly: Directly[Result], through: Through[Result]) -> Result:
        """Does something here, when this process may write, or has the node do it that is being served."""
        stages = self._own_stages()
        return self._through_node(through) if stages is None else directly(stages)

    def written(self, directly: Directly[Result], through: Through[Result]) -> Result:
        """Has something written by the one process that may. Raises as `submit`."""
        return self._done(lambda stages: persist(directly, stages), through)

    def _through_node(self, call: Through[Result], timeout_s: float | None = None) -> Result:
        """Makes one call to the node that is being served."""

        async def made() -> Result:
            trust = Trust.of(self.config, self._observer)
            longest_s = timeout_s or self.config.follow.call_timeout_s
            client = BusinessClient(self.config.listen.local, trust, longest_s)
            try:
                return await call(client)
            finally:
                await client.close()

        return asyncio.run(made())

    def judge(self, origin: str, index: int, as_of: date | None = None) -> Decision:
        """Replays the decision on a list entry or filing, for today or another day, from what is held.

        Raises:
            AccessFault: ENTRY_NOT_FOUND.
        """
        entry = self.reader.entry(origin, index)
        if entry is None:
            raise AccessFault("ENTRY_NOT_FOUND", f"{origin} has no entry {index} here")
        with self.reader.snapshot() as seen:
            void = void_places(seen, [entry]).get((origin, index), "")
            acts = acts_of(entry, seen.acts(origin, [index]).get(index, ()), void)
            codes = seen.one_subject([entry.subject])[entry.subject] if entry.subject else ()
        rules, day = self._foundation.ledger_rules, as_of or china_date(self._foundation.clock())
        black = any(self.reader.is_black(code) for code in codes)
        return judge(rules, entry, acts, black_elsewhere=black, as_of=day)

    def propagation(self, origin: str, index: int) -> Sequence[Spread]:
        """How far the acts on an entry have come at each member, or the entry itself where nothing acts on it.

        Returns:
            Nothing for an entry that is not held.
        """
        acts = self.reader.acts(origin, [index]).get(index, ())
        due, now_ms = due_by(self._foundation, origin), self._foundation.clock()
        places = [(origin, act.index) for act in acts] or [(origin, index)]
        spreads = [spread_of(self.reader, place, due, now_ms) for place in places]
        return [spread for spread in spreads if spread is not None]

    def late(self) -> Sequence[Late]:
        """Members that have not acknowledged acts of own feeds whose time is over, by feed and member."""
        now_ms = self._foundation.clock()
        return [
            late
            for view in self.reader.feeds()
            if view.origin in self._foundation.datasets
            for late in late_in(self.reader, view.origin, view.size, due_by(self._foundation, view.origin), now_ms)
        ]

    def told_late(self) -> Iterator[tuple[str, LateAcknowledgement]]:
        """What is told of late members in the exchange logs held here: by whom, and what; reads them whole."""
        for view in self.reader.feeds():
            start = 0
            while view.dataset is Dataset.EXCHANGE and (entries := self.reader.held(view.origin, start, TOGETHER)):
                start = entries[-1].index + 1
                for entry in entries:
                    record = entry.record()
                    if isinstance(record, LateAcknowledgement):
                        yield view.owner, record

    def log_access(self, kind: AccessKind, reference: str, codes: Sequence[str] = ()) -> None:
        """Logs what is about to be looked at, directly or through the node that is being served; durable then.

        Raises:
            StoreFault, UnreachableFault: EXCHANGE_LOG_UNAVAILABLE; nothing may be shown.
            ConfigFault: as `submit`.
        """
        accessed = Accessed(kind, self.config.node.id, reference, tuple(codes))
        entry = lambda stages: log_directly(stages, stages.accesses.entry(accessed))  # noqa: E731
        self._done(entry, lambda client: client.log_access(accessed))

    def release(self, origin: str) -> bool:
        """Lets a quarantined feed be followed again, after an operator has looked at the evidence.

        Returns:
            False when it was not quarantined.

        Raises:
            ConfigFault: STORE_BUSY, stop the node first.
        """
        stages = self._own_stages()
        if stages is None:
            raise ConfigFault("STORE_BUSY", "stop the node first, then release the feed")
        with stages.store.write() as unit:
            if unit.quarantined(origin) is None:
                return False
            unit.release(origin)
        return True

    def close(self) -> None:
        """Lets go of the store, and of the process that reads files."""
        self._file_reader.close()
        if self._stages is not None:
            self._stages.store.close()


@contextmanager
def open_desk(config: Config) -> Iterator[Desk]:
    """Opens the desk of a node.

    Raises:
        ConfigFault: keys, rules or store are not as they must be; `detail` says what to mend.
    """
    foundation = Foundation(config)
    desk = None
    try:
        with open_reader(place_of(config), foundation.owner) as reader:
            desk = Desk(foundation, reader)
            yield desk
    finally:
        if desk is not None:
            desk.close()  # after the readers, so that the writer folds its log into the one file
