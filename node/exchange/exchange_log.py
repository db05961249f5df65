# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Both sides' log of exchanges: durable before an answer leaves the responder, and before the requester uses it.

Each side appends an `Exchange` to its `_exchange` feed; both hold the same commitment (wire form, section 7). The
responder keeps the answer or the reason of its refusal beside it, in the same transaction, so that a repeated question
gets the same answer or refusal, and one log entry. If the log cannot be written, no answer leaves.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from federation.errors import CallerFault, StoreFault
from federation.records.codec import encode, schema_of
from federation.records.exchange import Exchange, ExchangeSide
from node.exchange.dialogue import HEAD_BYTES
from node.intake import Accepted, Duplicate, Intake, IntakeUnit, Outcome, Submission

FORGOTTEN = b"EXCHANGE_ID_REUSED"
"""What stands for an answer that held a record erased since: the question may be asked anew, under an id of its own."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What became of a question, by exchange id.

    Attributes:
        question_sha256: hash of its signed bytes.
        answer: the answer's envelope bytes; of a refusal its reason code, which is always shorter than an envelope.
    """

    question_sha256: bytes
    answer: bytes


class ExchangeUnit(IntakeUnit, Protocol):
    """One transaction of the exchange log, which is one of the intake too."""

    def remembered(self, exchange_id: str) -> Remembered | None:
        """What became of the question asked under an exchange id."""
        ...

    def remember(self, exchange_id: str, remembered: Remembered, now_ms: int) -> None:
        """Keeps an answer or a refusal."""
        ...


class ExchangeStore(Protocol):
    """Where answers are remembered."""

    def write(self) -> AbstractContextManager[ExchangeUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...


class ExchangeLog:
    """Writes one side's log. Call from the writer thread only.

    Args:
        origin: the node's `_exchange` feed.
        intake: puts entries into it.
        store: where answers are remembered.
        now_ms: the clock.
        logged: called after an entry is durable, so that the sequencer wakes.
    """

    def __init__(
        self,
        origin: str,
        intake: Intake,
        store: ExchangeStore,
        now_ms: Callable[[], int],
        logged: Callable[[], None],
    ) -> None:
        self._origin = origin
        self._intake = intake
        self._store = store
        self._now_ms = now_ms
        self._logged = logged

    def recall(self, exchange_id: str, question_sha256: bytes) -> bytes | None:
        """The answer given before to the same question; None when the exchange id is new.

        Raises:
            CallerFault: EXCHANGE_ID_REUSED, the id was used with another question; or, when the same question was
                refused before, the reason it was refused with.
        """
        with self._store.write() as unit:
            known = unit.remembered(exchange_id)
        if known is None:
            return None
        if known.question_sha256 != question_sha256:
            raise CallerFault("EXCHANGE_ID_REUSED")
        if len(known.answer) < HEAD_BYTES:
            raise CallerFault(known.answer.decode())
        return known.answer

    def log(self, exchange: Exchange, answer: bytes | None = None) -> None:
        """Appends one side's entry, durably; the responder remembers `answer`, the envelope that will leave, with it.

        Raises:
            StoreFault: EXCHANGE_LOG_UNAVAILABLE; nothing may leave or be used.
        """
        try:
            with self._store.write() as unit:
                if exchange.side is ExchangeSide.RESPONDER:
                    kept = exchange.outcome.encode() if answer is None else answer
                    unit.remember(exchange.exchange_id, Remembered(exchange.question_sha256, kept), self._now_ms())
                submission = Submission(exchange.key, schema_of(exchange), encode(exchange))
                _require_kept(self._intake.submit_within(unit, self._origin, submission))
        except StoreFault as fault:
            raise StoreFault("EXCHANGE_LOG_UNAVAILABLE", fault.reason) from fault
        self._logged()


def _require_kept(outcome: Outcome) -> None:
    """Sees that an entry was taken; raised inside the transaction, so that nothing of it stays.

    Raises:
        StoreFault: EXCHANGE_LOG_UNAVAILABLE.
    """
    if not isinstance(outcome, Accepted | Duplicate):
        raise StoreFault("EXCHANGE_LOG_UNAVAILABLE", outcome.reason)
