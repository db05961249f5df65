# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The writing stages over one store, and the reading stages over a reader: what commands and the service share."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import Self

from federation.errors import ConfigFault
from federation.records.agency_filing import AgencyFiling
from federation.records.codec import Record, encode, schema_of
from federation.records.feed_policy import Dataset, FeedPolicy
from federation.rules.admission import Admitted, NotAdmitted, admit
from federation.rules.catalogue.filing_duties import SecondFiling
from federation.rules.filing.again import Elsewhere, filed_elsewhere
from federation.rules.retention.term import opening_months
from federation.rules.rule_book import RuleBook, parse_rule_book, shipped_law
from federation.standards.bundle import Standards, build_standards, shipped_standards
from federation.standards.calendar import china_date, midnight_ms, months_later
from federation.standards.identify import identify
from federation.standards.identity import CodeAccepted, CodeKind, normalise
from federation.standards.reading import version_of
from node.assemble.casework.routing import correspondents_of
from node.assemble.casework.rules import case_rules
from node.assemble.casework.stage import Casework, about_subjects
from node.assemble.members import CATALOGUE, EXCHANGE, Members, own_policies
from node.cases.docket import CaseRules
from node.cases.marks import Marks
from node.config import Config
from node.erase.order import Eraser
from node.exchange.accessing import Accesses
from node.exchange.bars import BarBook
from node.exchange.exchange_log import ExchangeLog, LogSurroundings
from node.exchange.openings import KEY_BYTES, OPENING_KEY_NAME, Sealer
from node.holders.view import HeldHolders
from node.identity.keys import KeyRing, load_or_make_secret
from node.intake import Intake, Submission
from node.ledger.ledger import Ledger
from node.ledger.rules import Rules, rule_set
from node.log import Sequencer
from node.loop.giving import Feedbacks, Implementing
from node.publish import Publisher
from node.query.business import Business, Ground
from node.query.query import Query
from node.query.reports import Reports
from node.query.sight import Sights
from node.storage.dialect.place import PostgresPlace, StorePlace
from node.storage.opening.checks import StoreOwner
from node.storage.read.reader import Reader
from node.storage.reapply import reapply
from node.storage.register import REGISTER_NAME
from node.storage.store import Store, open_store

Clock = Callable[[], int]


def standard_clock() -> int:
    """Milliseconds since 1970-01-01T00:00:00Z, from the system's clock."""
    return time.time_ns() // 1_000_000


def rule_files(config: Config) -> Mapping[str, bytes]:
    """The files of the rule book, by path: the law that ships, and what stands in the node's `rules/` folder."""
    folder = config.rules_folder
    own = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("*/*.toml"))}
    return {**shipped_law(), **own}


def standard_files(config: Config) -> Mapping[str, bytes]:
    """The operator's replacements of tables, in the node's `standards/` folder, by catalogue id; the newest of each."""
    found = sorted((config.folder / "standards").glob("*@*"), key=lambda path: version_of(path.name))
    return {path.name.split("@")[0]: path.read_bytes() for path in found}


def place_of(config: Config) -> StorePlace:
    """Where the node's store is."""
    store = config.store
    return config.store_path if store.postgres is None else PostgresPlace(store.postgres, store.postgres_schema)


class Foundation:
    """What every stage rests on: configuration, keys, members, rules, clock. Loaded once; immutable."""

    def __init__(self, config: Config, clock: Clock = standard_clock) -> None:
        self.config = config
        self.clock = clock
        self.keys = KeyRing.load(config.keys_folder, config.node.federation, config.node.id)
        self.members = Members(config, self.keys)
        self.policies = own_policies(config, self.members.coordinators)

    @cached_property
    def rule_files(self) -> Mapping[str, bytes]:
        """The rules in force, as they were written, by path."""
        return rule_files(self.config)

    @cached_property
    def standard_files(self) -> Mapping[str, bytes]:
        """The operator's replacements of tables, as they were written, by catalogue id."""
        return standard_files(self.config)

    @cached_property
    def book(self) -> RuleBook:
        """The rules in force.

        Raises:
            ConfigFault: a file is wrong; `detail` names it and the place.
        """
        return parse_rule_book(self.rule_files)

    @cached_property
    def standards(self) -> Standards:
        """Codes, regions, code sets: those that ship with the program, with the operator's replacements.

        Raises:
            ConfigFault: a replacement is wrong.
        """
        return build_standards(self.standard_files) if self.standard_files else shipped_standards()

    @property
    def owner(self) -> StoreOwner:
        """Whose store it must be."""
        return StoreOwner(self.config.node.federation, self.config.node.id)

    @property
    def datasets(self) -> Mapping[str, Dataset]:
        """Origins of the own feeds, with their kind of record."""
        return {policy.origin: policy.dataset for policy in self.policies}

    def origin(self, feed: str) -> str:
        """The origin of an own feed by its short name.

        Raises:
            ConfigFault: FEED_UNKNOWN.
        """
        for origin in self.datasets:
            if origin.split("/")[2] == feed:
                return origin
        raise ConfigFault("FEED_UNKNOWN", f"this node has no feed named {feed}")

    def admit(self, record: Record) -> Admitted | NotAdmitted:
        """May this own record be published today?"""
        return admit(record, self.standards, self.book, china_date(self.clock()), self.config.node.id)

    def filed_again(self, filing: AgencyFiling, elsewhere: Sequence[Elsewhere]) -> NotAdmitted | str | None:
        """Whether an own filing is for what is recognised from elsewhere: refused, or warned of, as the region says."""
        found = filed_elsewhere(filing, elsewhere, self.book)
        if found is None:
            return None
        duties = self.book.filing_duties_on(self.config.node.id, china_date(self.clock()))
        if duties is not None and duties.second_filing is SecondFiling.WARN:
            return "ALREADY_RECOGNISED"
        place = f"filed as {found.filing.filing_number} with {found.filing.authority.name}"
        return NotAdmitted("categories", "ALREADY_RECOGNISED", f"{place}: {found.origin} {found.index}")

    @cached_property
    def sealer(self) -> Sealer:
        """Seals what stands behind entries of the exchange log, under a key that is made with the first of them.

        Raises:
            ConfigFault: the key is malformed, or open to others.
        """
        return Sealer(load_or_make_secret(self.config.keys_folder / OPENING_KEY_NAME, KEY_BYTES), os.urandom)

    def openings_kept_from_ms(self, now_ms: int) -> int:
        """Openings kept before this time are past the term of this node's region."""
        day = china_date(now_ms)
        months = opening_months(self.book.retention, self.config.node.id, day)
        return midnight_ms(months_later(day, -months))

    def unified_code(self, text: str) -> str:
        """The unified code in a text; empty where it is none, or may as well be a person's number."""
        found = identify(normalise(text), self.standards, china_date(self.clock()), legacy=True)
        return found.value if isinstance(found, CodeAccepted) and found.kind is CodeKind.USCC else ""

    @cached_property
    def case_rules(self) -> CaseRules:
        """What cases are decided by."""
        return case_rules(self.config.node.id, self.book, self.standards, self.policies)

    @cached_property
    def ledger_rules(self) -> Rules:
        """What decisions rest on."""
        source = rule_set(self.config.node.id, self.rule_files, self.standard_files)
        return Rules(self.config.node.id, self.book, self.standards, source)


class Stages:
    """The stages that write, over one store that is locked for this process. Call from one thread.

    Args:
        foundation: what they rest on.
        store: open for writing; closed with this.
        rung: told the origin of a feed for which something waits to be published.
    """

    def __init__(self, foundation: Foundation, store: Store, rung: Callable[[str], None] | None = None) -> None:
        self.foundation = foundation
        self.store = store
        self._sequencers: dict[str, Sequencer] = {}
        clock = foundation.clock
        self.intake = Intake(store, foundation.datasets, foundation.admit, os.urandom, foundation.filed_again)
        self.ledger = Ledger(store.led, foundation.ledger_rules, clock)
        implementing = Implementing(foundation.config.node.id, foundation.book, foundation.policies)
        self.feedbacks = Feedbacks(store.reader, self.intake, implementing, clock)
        self.eraser = Eraser(store, tuple(foundation.datasets), clock)
        exchange = foundation.origin(EXCHANGE)
        wake = rung or (lambda _: None)
        around = LogSurroundings(clock, lambda: wake(exchange), foundation.sealer, foundation.openings_kept_from_ms)
        self.exchange_log = ExchangeLog(exchange, self.intake, store, around)
        self.accesses = Accesses(clock, os.urandom)
        self.bars = BarBook(store, clock)
        marks = Marks(self.intake, about_subjects(foundation.datasets), foundation.admit, wake)
        others = correspondents_of(foundation.config, foundation.members, foundation.keys)
        self.cases = Casework(store, marks, foundation.keys, foundation.case_rules, others, clock)

    @classmethod
    def open(cls, config: Config, clock: Clock = standard_clock, rung: Callable[[str], None] | None = None) -> Self:
        """Opens the store of a node for writing; an older copy of it loses what was erased since.

        Raises:
            ConfigFault: STORE_BUSY when another process writes; or keys, rules or store are not as they must be.
        """
        foundation = Foundation(config, clock)
        store = open_store(place_of(config), foundation.owner, config.folder / REGISTER_NAME)
        try:
            reapply(store)
            return cls(foundation, store, rung)
        except BaseException:
            store.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()

    @property
    def policies(self) -> tuple[FeedPolicy, ...]:
        """Policies of the own feeds, as configured."""
        return self.foundation.policies

    def sequencer(self, origin: str) -> Sequencer:
        """The sequencer of an own feed; the same one each time."""
        if origin not in self._sequencers:
            foundation = self.foundation
            max_batch = foundation.config.publish.max_batch_entries
            self._sequencers[origin] = Sequencer(origin, self.store.led, foundation.keys, foundation.clock, max_batch)
        return self._sequencers[origin]

    def publish_pending(self) -> int:
        """Publishes everything that waits, feed by feed, and decides on it.

        Returns:
            How many entries were published.
        """
        published = 0
        for origin in self.foundation.datasets:
            while count := self.sequencer(origin).sequence():
                published += count
            while self.ledger.apply(origin):
                pass
        for origin in self.feedbacks.lift():
            while count := self.sequencer(origin).sequence():
                published += count
            while self.ledger.apply(origin):
                pass
        return published

    def propose_policies(self) -> None:
        """Puts the configured feed policies into the catalogue's queue, as far as they are new.

        One that still waits from an earlier run is left to the next start.
        """
        submissions = [Submission(policy.key, schema_of(policy), encode(policy)) for policy in self.policies]
        self.intake.submit(self.foundation.origin(CATALOGUE), submissions, amend=True)


class Views:
    """The stages that read, over one reader. Safe from any thread."""

    def __init__(self, foundation: Foundation, reader: Reader) -> None:
        self.reader = reader
        config = foundation.config
        self.publisher = Publisher(reader, config.node.id, foundation.members.coordinators)
        rules, max_age_s = foundation.ledger_rules, config.follow.max_age_s
        sights = Sights(self.publisher, foundation.members.roles, rules, foundation.clock, max_age_s)
        self.query = Query(reader, sights, rules, foundation.clock, max_age_s)
        ground = Ground(
            config.node.id, foundation.book.measures, foundation.standards, foundation.clock, config.follow.max_age_s
        )
        self.business = Business(self.query, reader, ground)
        self.holders = HeldHolders(
            reader, config.node.id, foundation.unified_code, foundation.clock, config.holders.max_age_s
        )
        self.reports = Reports(reader, foundation.ledger_rules, foundation.clock)
