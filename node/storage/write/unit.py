# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""One transaction, as every stage that writes knows it."""

from sqlalchemy import Connection

from node.storage.cases.part import CasePart
from node.storage.register import Register
from node.storage.write.barred.part import BarPart
from node.storage.write.destroy import Destroyer
from node.storage.write.erase_part import ErasePart
from node.storage.write.exchange_part import ExchangePart
from node.storage.write.feed_table import FeedTable
from node.storage.write.follow_part import FollowPart
from node.storage.write.holders.part import HolderPart
from node.storage.write.intake_part import IntakePart
from node.storage.write.ledger_part import LedgerPart
from node.storage.write.log_part import LogPart
from node.storage.write.loop.part import LoopPart
from node.storage.write.refill_part import RefillPart
from node.storage.write.ruling.part import RulingPart
from node.storage.write.stating.statement_part import StatementPart


class Unit:
    """All units of the stages over one transaction: those of everybody who writes, from the intake to the loop.

    Each method is the one of its part; the promises stand with the stages. Not for use after the transaction.
    """

    def __init__(self, connection: Connection, register: Register | None = None) -> None:
        feeds = FeedTable(connection)
        destroyer = Destroyer(connection, register)
        intake = IntakePart(connection, feeds)
        self.known, self.written, self.add_pending = intake.known, intake.written, intake.add_pending
        self.filed_elsewhere = intake.filed_elsewhere
        self._add_log(LogPart(connection, feeds, destroyer))
        follow = FollowPart(connection, feeds, destroyer)
        self.follow_state = follow.follow_state
        self.mirror = follow.mirror
        self.keep_note = follow.keep_note
        self.keep_evidence = follow.keep_evidence
        self.keep_health = follow.keep_health
        self.quarantine, self.quarantined, self.release = follow.quarantine, follow.quarantined, follow.release
        ledger = LedgerPart(connection, feeds)
        self.cursor, self.set_cursor = ledger.cursor, ledger.set_cursor
        self.pass_over = ledger.pass_over
        self.held, self.held_at, self.acts = ledger.held, ledger.held_at, ledger.acts
        self.dataset = ledger.dataset
        self.keep_policy = ledger.keep_policy
        self.keep_decisions = ledger.keep_decisions
        self.decided, self.black_counts = ledger.decided, ledger.black_counts
        self.black_places, self.tie_places = ledger.black_places, ledger.tie_places
        self.red_decisions = ledger.red_decisions
        self.due = ledger.due
        self.one_subject, self.replace_ties = ledger.one_subject, ledger.replace_ties
        self._add_ruling(RulingPart(connection))
        self._refill(RefillPart(connection, feeds, destroyer, follow))
        self._add_erasing(ErasePart(connection, feeds, destroyer))
        self._add_loop(LoopPart(connection, feeds))
        self._add_statements(StatementPart(connection, feeds))
        self._add_exchange(ExchangePart(connection))
        self._add_cases(CasePart(connection))
        holders = HolderPart(connection)
        self.keep_holder_index, self.drop_holder_indexes = holders.keep_holder_index, holders.drop_holder_indexes
        bars = BarPart(connection)
        self.is_barred, self.keep_bar, self.lift_bar = bars.is_barred, bars.keep_bar, bars.lift_bar

    def _add_log(self, log: LogPart) -> None:
        """The methods of a `LogUnit`."""
        self.log_head = log.log_head
        self.waiting = log.waiting
        self.tile = log.tile
        self.create_feed = log.create_feed
        self.append = log.append
        self.stored = log.stored
        self.move_head = log.move_head

    def _refill(self, refill: RefillPart) -> None:
        """The methods of a `RefillUnit`."""
        self.refill_state = refill.refill_state
        self.bring_back = refill.bring_back
        self.put_tiles = refill.put_tiles
        self.unqueue = refill.unqueue
        self.gaps, self.count_gaps, self.fill_gaps = refill.gaps, refill.count_gaps, refill.fill_gaps
        self.keep_own_evidence = refill.keep_own_evidence

    def _add_ruling(self, ruling: RulingPart) -> None:
        self.rules_digest, self.set_rules_digest = ruling.rules_digest, ruling.set_rules_digest
        self.rules_number, self.keep_rules, self.rule_bytes = ruling.rules_number, ruling.keep_rules, ruling.rule_bytes
        self.decided_feeds, self.has_decisions = ruling.decided_feeds, ruling.has_decisions
        self.redeciding, self.keep_redeciding = ruling.redeciding, ruling.keep_redeciding

    def _add_loop(self, loop: LoopPart) -> None:
        self.keep_feedback, self.drop_feedback = loop.keep_feedback, loop.drop_feedback

    def _add_erasing(self, erase: ErasePart) -> None:
        self.is_erasing = erase.is_erasing
        self.keep_order = erase.keep_order
        self.destroy_again = erase.destroy_again
        self.registered, self.set_registered = erase.registered, erase.set_registered

    def _add_exchange(self, exchange: ExchangePart) -> None:
        """The methods of an `ExchangeUnit`."""
        self.remembered, self.remember, self.forget = exchange.remembered, exchange.remember, exchange.forget
        self.keep_openings, self.destroy_openings = exchange.keep_openings, exchange.destroy_openings
        self.try_to_write = exchange.try_to_write
        self.destructions = exchange.destructions

    def _add_cases(self, cases: CasePart) -> None:
        self.letters, self.keep_letters = cases.letters, cases.keep_letters
        self.conflicts, self.count_waiting, self.count_open = cases.conflicts, cases.count_waiting, cases.count_open
        self.case_file, self.keep_case = cases.case_file, cases.keep_case
        self.open_on, self.run_out = cases.open_on, cases.run_out
        self.forget_letters = cases.forget_letters

    def _add_statements(self, stating: StatementPart) -> None:
        self.keep_stated, self.keep_ahead = stating.keep_stated, stating.keep_ahead
