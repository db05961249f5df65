# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""All that can be read of a store, as every stage that reads knows it."""

from node.storage.cases.rows import CaseRows
from node.storage.read.barred.rows import BarRows
from node.storage.read.erasures import ErasureRows
from node.storage.read.feeds import Connect, FeedRows
from node.storage.read.holders.rows import HolderRows
from node.storage.read.holdings import HoldingRows
from node.storage.read.loop.rows import LoopRows
from node.storage.read.opened.rows import OpeningRows
from node.storage.read.ruling.snapshot import HistoryRows
from node.storage.read.stating.statements import StatementRows
from node.storage.read.status import StatusRows


class Reader:
    """A `FeedReader`, a `HoldingReader` and the reader of `verify`. Each call sees one state; safe from any thread.

    Each method is the one of its part; the promises stand with the stages.
    """

    def __init__(self, connect: Connect) -> None:
        feeds = FeedRows(connect)
        self.feeds = feeds.feeds
        self.feed = feeds.feed
        self.pulses = feeds.pulses
        self.entries = feeds.entries
        self.follow_range = feeds.follow_range
        self.tile, self.tiles = feeds.tile, feeds.tiles
        self.plain = feeds.plain
        holdings = HoldingRows(connect)
        self.snapshot = holdings.snapshot
        self.about = holdings.about
        self.acts, self.acted = holdings.acts, holdings.acted
        self.held, self.held_at = holdings.held, holdings.held_at
        self.entry = holdings.entry
        self.decision = holdings.decision
        self.decisions = holdings.decisions
        self.erasures = ErasureRows(connect).erasures
        self._add_statements(StatementRows(connect))
        self.is_black, self.suspended = holdings.is_black, holdings.suspended
        self._add_openings(OpeningRows(connect))
        self._add_holders(HolderRows(connect))
        cases = CaseRows(connect)
        self.cases, self.case_files = cases.cases, cases.case_files
        self.case_letters = cases.case_letters
        self.letters_due, self.letters_waiting = cases.letters_due, cases.letters_waiting
        status = StatusRows(connect)
        self.health = status.health
        self.evidence = status.evidence
        self.quarantines = status.quarantines
        self.pending = status.pending
        loop = LoopRows(connect)
        self.received = loop.received
        self.lapsed = loop.lapsed
        self.feedback = loop.feedback
        self.reported = loop.reported
        self.issued, self.made = loop.issued, loop.made
        self._add_bars(BarRows(connect))
        history = HistoryRows(connect)
        self.decided_feeds, self.deciding = history.decided_feeds, history.deciding

    def _add_statements(self, statements: StatementRows) -> None:
        self.reach, self.stated, self.most_stated = statements.reach, statements.stated, statements.most_stated
        self.newest_stated, self.first_reached = statements.newest_stated, statements.first_reached
        self.acts_between, self.leaf = statements.acts_between, statements.leaf
        self.ahead = statements.ahead

    def _add_bars(self, bars: BarRows) -> None:
        self.barring, self.bars = bars.barring, bars.bars

    def _add_openings(self, openings: OpeningRows) -> None:
        self.openings, self.tagged_openings = openings.openings, openings.tagged_openings
        self.batch_openings = openings.batch_openings

    def _add_holders(self, holders: HolderRows) -> None:
        self.holder_indexes, self.holder_index = holders.holder_indexes, holders.holder_index
        self.holder_bits, self.holder_piece = holders.holder_bits, holders.holder_piece
        self.count_subjects, self.subjects_shown = holders.count_subjects, holders.subjects_shown
        self.policies = holders.policies
