# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Both sides' log of exchanges: durable before an answer leaves the responder, and before the requester uses it.

Each side appends an `Exchange` to its `_exchange` feed; both hold the same commitment (wire form, section 7). The
responder keeps the answer or the reason of its refusal beside it, in the same transaction, so that a repeated question
gets the same answer or refusal, and one log entry. Both keep what stands behind an entry, sealed. What somebody is told
without an exchange is an `Access` there. If the log cannot be written, no answer leaves.

Durable order, and what a crash after each step leaves: entries that wait are taken together · one transaction for all
of them (undone: none is kept, and every requester asks again) · commit (durable: each answer is the one that stands,
whether or not it left) · return. A failed transaction fails for every entry in it.

Answers are kept for `ANSWERS_KEPT_DAYS` and then forgotten, batch by batch. After that the same question is refused
with EXCHANGE_ID_REUSED: its exchange is in the log for ever, and an exchange has one answer.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, assert_never

from federation.errors import CallerFault, StoreFault
from federation.records.exchange import Access, Exchange, ExchangeSide
from node.entry.evidence import Evidence
from node.exchange.dialogue import HEAD_BYTES
from node.exchange.openings import Behind, SealedOpening, Sealer
from node.intake import Accepted, Duplicate, Intake, IntakeUnit, Outcome, Refused

ANSWERS_KEPT_DAYS = 7
"""How long a repeated question gets the same answer, in days of 24 hours."""
FORGOTTEN_AT_ONCE = 500
"""Most answers forgotten in one transaction."""
_DAY_MS = 24 * 60 * 60 * 1000

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


@dataclass(frozen=True, slots=True)
class ToLog:
    """One side's entry, to be logged.

    Attributes:
        exchange: the entry.
        answer: of the responder's side, the bytes of the envelope that will leave; None when it refused.
        destructions: how often anything had been destroyed when what is in the answer was found.
        behind: what stands behind the entry, to be sealed.
        evidence: a member's answer that was refused, to be kept.
    """

    exchange: Exchange | Access
    answer: bytes | None = None
    destructions: int = 0
    behind: Behind | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Stands:
    """The entry is in the log, durably.

    Attributes:
        answer: the envelope that stands under the exchange id: the one to be logged, or the one that was given to the
            same question before; None for a refusal, and on the requester's side.
    """

    answer: bytes | None


@dataclass(frozen=True, slots=True)
class Stood:
    """Nothing was logged, since the id is taken, and there is no answer to give under it.

    Attributes:
        reason: what the same question was refused with, or EXCHANGE_ID_REUSED.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Unlogged:
    """The intake would not take this entry, for a reason of its own; other entries of the group are not concerned."""

    reason: str


@dataclass(frozen=True, slots=True)
class Outdated:
    """Nothing was logged: something was destroyed since the answer was made. It is to be made anew."""


Logged = Stands | Stood | Unlogged | Outdated


def stands(logged: Logged) -> bytes | None:
    """The answer that stands, as `Stands` says.

    Raises:
        CallerFault: EXCHANGE_ID_REUSED, the id was used with another question; or, when the same question was refused
            before, the reason it was refused with.
        StoreFault: EXCHANGE_LOG_UNAVAILABLE; nothing may leave or be used.
    """
    match logged:
        case Stands(answer=answer):
            return answer
        case Stood(reason=reason):
            raise CallerFault(reason)
        case Unlogged(reason=reason):
            raise StoreFault("EXCHANGE_LOG_UNAVAILABLE", reason)
        case Outdated():
            raise StoreFault("EXCHANGE_LOG_UNAVAILABLE", "records are being erased; ask again")
        case _:
            assert_never(logged)


class ExchangeUnit(IntakeUnit, Protocol):
    """One transaction of the exchange log, which is one of the intake too."""

    def remembered(self, exchange_ids: Sequence[str]) -> Mapping[str, Remembered]:
        """What became of the questions asked under some exchange ids; unknown ones are absent."""
        ...

    def destructions(self) -> int:
        """How often anything was destroyed here; it stays so until the transaction ends."""
        ...

    def remember(self, answers: Mapping[str, Remembered], now_ms: int) -> None:
        """Keeps answers and refusals, by exchange id."""
        ...

    def keep_openings(self, openings: Sequence[SealedOpening], now_ms: int) -> None:
        """Keeps openings; one under an id that has one already is left as it is."""
        ...

    def keep_own_evidence(self, origin: str, evidence: Evidence, now_ms: int) -> None:
        """Keeps a peer's bad bytes at an own feed; the same ones once, and only so many."""
        ...

    def destroy_openings(self, before_ms: int, limit: int) -> int:
        """Destroys openings kept before a time, oldest first, at most `limit`; tells how many."""
        ...

    def try_to_write(self) -> None:
        """Writes something that leaves nothing behind, so that the commit shows whether there is room for more."""
        ...

    def forget(self, before_ms: int, ahead_ms: int, limit: int) -> int:
        """Forgets answers kept before a time, oldest exchange ids first, at most `limit`; tells how many.

        Looks at ids whose own time is before it too, or after `ahead_ms`: no clock that is right made those.
        """
        ...


class ExchangeStore(Protocol):
    """Where answers are remembered."""

    def write(self) -> AbstractContextManager[ExchangeUnit]:
        """One transaction: durable when the block ends, undone when it raises. One at a time, from one thread."""
        ...


@dataclass(frozen=True, slots=True)
class LogSurroundings:
    """What a log rests on.

    Attributes:
        now_ms: the clock.
        logged: called after an entry is durable, so that the sequencer wakes.
        sealer: seals what stands behind entries.
        kept_from_ms: openings kept before this time are past their term; told the time now.
    """

    now_ms: Callable[[], int]
    logged: Callable[[], None]
    sealer: Sealer
    kept_from_ms: Callable[[int], int]


class ExchangeLog:
    """Writes one side's log. Call from the writer thread only.

    Args:
        origin: the node's `_exchange` feed.
        intake: puts entries into it.
        store: where answers are remembered.
        around: clock, sealer, and who is told.
    """

    def __init__(self, origin: str, intake: Intake, store: ExchangeStore, around: LogSurroundings) -> None:
        self._origin = origin
        self._intake = intake
        self._store = store
        self._now_ms = around.now_ms
        self._logged = around.logged
        self._around = around

    def log(self, exchange: Exchange, answer: bytes | None = None) -> bytes | None:
        """Logs one entry, as `log_all`.

        Returns:
            The answer that stands, as `Stands` says.

        Raises:
            CallerFault, StoreFault: as `stands`.
        """
        (logged,) = self.log_all([ToLog(exchange, answer)])
        return stands(logged)

    def log_all(self, entries: Sequence[ToLog]) -> list[Logged]:
        """Appends entries in one transaction; the responder remembers what leaves with each.

        Returns:
            What became of each, in order; all is durable.

        Raises:
            StoreFault: EXCHANGE_LOG_UNAVAILABLE, nothing may leave or be used; STORE_CONTENDED, nothing was logged, and
                the same call is worth trying again.
        """
        try:
            with self._store.write() as unit:
                logged = self._log_current(unit, entries)
        except StoreFault as fault:
            if fault.reason == "STORE_CONTENDED":
                raise
            raise StoreFault("EXCHANGE_LOG_UNAVAILABLE", fault.reason) from fault
        self._logged()
        return logged

    def _log_current(self, unit: ExchangeUnit, entries: Sequence[ToLog]) -> list[Logged]:
        """Keeps the entries whose answers hold nothing that was destroyed after it was found."""
        answered = any(entry.answer is not None for entry in entries)
        made = unit.destructions() if answered else 0
        outdated = [entry.answer is not None and entry.destructions != made for entry in entries]
        current = [entry for entry, is_outdated in zip(entries, outdated, strict=True) if not is_outdated]
        logged = iter(self._log_within(unit, current))
        return [Outdated() if is_outdated else next(logged) for is_outdated in outdated]

    def _log_within(self, unit: ExchangeUnit, entries: Sequence[ToLog]) -> list[Logged]:
        """Keeps the entries whose ids are free. Of two under one id in one group, the first has it."""
        ids = [told.exchange_id for entry in entries if (told := _told(entry)) is not None]
        known = dict(unit.remembered(ids)) if ids else {}
        taken = dict(known)
        free = [at for at, entry in enumerate(entries) if _takes(taken, entry)]
        records = [entries[at].exchange for at in free]
        outcomes = dict(zip(free, self._intake.submit_within(unit, self._origin, records) if free else (), strict=True))
        kept = {
            told.exchange_id: _answer_of(entries[at], told)
            for at, outcome in outcomes.items()
            if (told := _told(entries[at])) is not None and not isinstance(outcome, Refused)
        }
        if kept:
            unit.remember(kept, self._now_ms())
        self._keep_openings(unit, [entries[at] for at, outcome in outcomes.items() if isinstance(outcome, Accepted)])
        return [_logged(entry, outcomes.get(at), known | kept) for at, entry in enumerate(entries)]

    def _keep_openings(self, unit: ExchangeUnit, entries: Sequence[ToLog]) -> None:
        """Seals and keeps what stands behind new entries, and what was refused."""
        seal = self._around.sealer.seal
        sealed = [seal(_id_of(entry), entry.behind) for entry in entries if entry.behind is not None]
        if sealed:
            unit.keep_openings(sealed, self._now_ms())
        for entry in entries:
            if entry.evidence is not None:
                unit.keep_own_evidence(self._origin, entry.evidence, self._now_ms())

    def try_to_write(self) -> None:
        """Sees whether the log can be written.

        Raises:
            StoreFault: it cannot.
        """
        with self._store.write() as unit:
            unit.try_to_write()

    def forget(self) -> int:
        """Forgets one batch of the answers that were kept long enough.

        Returns:
            How many; call again while there are some.

        Raises:
            StoreFault: nothing of this batch was forgotten.
        """
        now_ms = self._now_ms()
        kept_ms = ANSWERS_KEPT_DAYS * _DAY_MS
        with self._store.write() as unit:
            return unit.forget(max(0, now_ms - kept_ms), now_ms + kept_ms, FORGOTTEN_AT_ONCE)

    def destroy_openings(self) -> int:
        """Destroys one batch of the openings whose term is over.

        Returns:
            How many; call again while there are some.

        Raises:
            StoreFault: nothing of this batch was destroyed.
        """
        before_ms = self._around.kept_from_ms(self._now_ms())
        with self._store.write() as unit:
            return unit.destroy_openings(before_ms, FORGOTTEN_AT_ONCE)


def _told(entry: ToLog) -> Exchange | None:
    """The exchange of an entry of the responder's side, which remembers what it said; None for other entries."""
    exchange = entry.exchange
    return exchange if isinstance(exchange, Exchange) and exchange.side is ExchangeSide.RESPONDER else None


def _id_of(entry: ToLog) -> str:
    """The exchange id, or the access id."""
    return entry.exchange.exchange_id if isinstance(entry.exchange, Exchange) else entry.exchange.access_id


def _answer_of(entry: ToLog, told: Exchange) -> Remembered:
    """What is remembered of an entry of the responder's side."""
    return Remembered(told.question_sha256, told.outcome.encode() if entry.answer is None else entry.answer)


def _takes(taken: dict[str, Remembered], entry: ToLog) -> bool:
    """Whether an entry is to be logged; the responder's side takes the exchange id for its question."""
    told = _told(entry)
    if told is None:
        return True
    if told.exchange_id in taken:
        return False
    taken[told.exchange_id] = _answer_of(entry, told)
    return True


def _logged(entry: ToLog, outcome: Outcome | None, remembered: Mapping[str, Remembered]) -> Logged:
    """What became of one entry: as the intake said, or, where its id was taken, what stands under it."""
    match outcome:
        case Accepted() | Duplicate():
            return Stands(entry.answer)
        case Refused(reason="KEY_CONFLICT"):
            return Stood("EXCHANGE_ID_REUSED")
        case Refused(reason=reason):
            return Unlogged(reason)
        case None:
            return _stood(entry, remembered.get(_id_of(entry)))
        case _:
            assert_never(outcome)


def _stood(entry: ToLog, known: Remembered | None) -> Logged:
    """What stands under an id that was taken before this entry came."""
    told = _told(entry)
    if known is None or told is None or known.question_sha256 != told.question_sha256:
        return Stood("EXCHANGE_ID_REUSED")
    return Stood(known.answer.decode()) if len(known.answer) < HEAD_BYTES else Stands(known.answer)
