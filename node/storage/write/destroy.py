# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Destroys entries inside the transaction in which their ERASE entries become part of the tree.

Of one entry the store may keep bytes in: its row (payload, salt, subject) · the decision on it (subject) · what it
says of codes · what is known of its idempotency key (a digest of the payload, which could be guessed at) · answers that
were remembered · evidence against a peer. All of them go at once, or none does. The leaf stays, and so does every hash
of the tree. The key stays too, so that importing the same file again cannot bring the record back.

An entry whose leaf breaks a rule keeps its fault, which no order can mend, and loses its bytes all the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, delete, func, literal, select, update

from federation.errors import FieldFault
from federation.log.entry import PayloadState
from federation.log.leaf import KINDS_WITH_PAYLOAD, Leaf
from federation.records.codec import decode
from federation.records.list_entry import ListKind
from node.exchange.exchange_log import FORGOTTEN
from node.intake import ERASED_DIGEST, key_of
from node.storage.dialect.rows import replace_rows
from node.storage.read.chunks import key_chunks
from node.storage.read.erasures import DESTRUCTIONS, destructions_alone
from node.storage.read.kin.codes import one_subject
from node.storage.register import Erased, Register
from node.storage.schema import ANSWERED, DECISION, ENTRY, EVIDENCE, META, SUBMISSION, TIE
from node.storage.states import STATE_NUMBERS
from node.storage.write.feed_table import FeedRow

DECIDE_AT_ONCE = date.min
"""Day of review of a decision that rests on something erased: the next review decides anew."""
_DUE = DECIDE_AT_ONCE.isoformat()
_AT_ONCE = case(
    (DECISION.c.review_on.startswith(_DUE), DECISION.c.review_on),
    else_=literal(f"{_DUE} ").concat(func.coalesce(DECISION.c.review_on, "")),
)
"""That day, and behind it the one that was there: the history tells what was decided as it was decided."""

PAGE = 200
REGISTERED = "erasures_registered"
_ERASED = STATE_NUMBERS[PayloadState.ERASED]
_BYTELESS: dict[str, object] = {"salt": None, "payload": None, "subject": None, "personal": False}


@dataclass(frozen=True, slots=True)
class _Doomed:
    """An entry about to be destroyed."""

    index: int
    leaf: Leaf | None
    fault: str | None
    salt: bytes
    payload: bytes

    @property
    def is_typed(self) -> bool:
        """Whether it becomes ERASED; where the leaf itself is at fault, the fault stays what is said of it."""
        lawful = self.fault is None or not self.fault.startswith("LEAF_")
        return lawful and self.leaf is not None and self.leaf.kind in KINDS_WITH_PAYLOAD

    def key(self) -> bytes | None:
        """What is stored of the record's own idempotency key; None for acts and for what is no record."""
        try:
            text = getattr(decode(self.leaf.schema, self.payload), "key", None) if self.leaf else None
        except FieldFault:
            return None
        return key_of(text) if isinstance(text, str) else None


class Destroyer:
    """Destroys entries of a store.

    Args:
        connection: the transaction.
        register: where what is destroyed is written down first; None keeps no register.
    """

    def __init__(self, connection: Connection, register: Register | None) -> None:
        self._connection = connection
        self._register = register

    def destroy(self, feed: FeedRow, times_ms: Mapping[int, int]) -> int:
        """Destroys entries of one feed, as far as there is anything to destroy; without effect the second time.

        Args:
            feed: own or mirrored.
            times_ms: when each erasure was published, by the index of the entry to be destroyed.

        Returns:
            How many entries were destroyed.

        Raises:
            StoreFault: ERASURES_UNWRITABLE; nothing may be committed.
        """
        doomed = [entry for chunk in key_chunks(sorted(times_ms)) for entry in self._doomed(feed.feed, chunk)]
        if doomed:
            self._count()
            self._write_down([Erased(feed.origin, each.index, times_ms[each.index]) for each in doomed])
            for chunk in key_chunks(doomed):
                self._forget(feed, chunk)
            self._forget_copies(doomed)
        return len(doomed)

    def destroy_again(self, feed: FeedRow, indexes: Iterable[int]) -> int:
        """Destroys what the register names already, in a store that was restored."""
        doomed = [entry for chunk in key_chunks(sorted(set(indexes))) for entry in self._doomed(feed.feed, chunk)]
        if doomed:
            self._count()
        for chunk in key_chunks(doomed):
            self._forget(feed, chunk)
        self._forget_copies(doomed)
        return len(doomed)

    def set_registered(self, size: int) -> None:
        """Keeps how much of the register this store has caught up with."""
        replace_rows(self._connection, META, [(REGISTERED, str(size))])

    def _count(self) -> None:
        """One destruction more, before copies are looked for."""
        replace_rows(self._connection, META, [(DESTRUCTIONS, str(destructions_alone(self._connection) + 1))])

    def _write_down(self, erased: Sequence[Erased]) -> None:
        """Durable before the commit: a store that is restored later must not bring anything back."""
        if self._register is not None:
            self.set_registered(self._register.append(erased))

    def _doomed(self, feed: int, indexes: Sequence[int]) -> Iterator[_Doomed]:
        """Those of some entries that are not yet destroyed."""
        wanted = select(ENTRY.c.idx, ENTRY.c.leaf, ENTRY.c.state, ENTRY.c.salt, ENTRY.c.payload, ENTRY.c.fault)
        for row in self._connection.execute(wanted.where(ENTRY.c.feed == feed, ENTRY.c.idx.in_(indexes))):
            entry = _doomed_of(row)
            holds = row.salt is not None or row.payload is not None
            if holds or (entry.is_typed and row.state != _ERASED):
                yield entry

    def _forget(self, feed: FeedRow, doomed: Sequence[_Doomed]) -> None:
        """Empties the rows of at most `MAX_KEYS` entries, and what was drawn from them."""
        indexes = [each.index for each in doomed]
        self._forget_ties((TIE.c.feed == feed.feed) & TIE.c.idx.in_(indexes))
        self._forget_decisions((DECISION.c.feed == feed.feed) & DECISION.c.idx.in_(indexes))
        if feed.own:
            self._forget_keys(feed.feed, doomed)
        typed = [each.index for each in doomed if each.is_typed]
        rest = [each.index for each in doomed if not each.is_typed]
        at = (ENTRY.c.feed == feed.feed) & ENTRY.c.idx.in_(typed)
        self._connection.execute(update(ENTRY).where(at), {**_BYTELESS, "state": _ERASED, "fault": None})
        at = (ENTRY.c.feed == feed.feed) & ENTRY.c.idx.in_(rest)
        self._connection.execute(update(ENTRY).where(at), _BYTELESS)

    def _forget_ties(self, where: ColumnElement[bool]) -> None:
        """Takes away what entries said of codes; red entries on any code of such a subject are decided anew."""
        told = {code for row in self._connection.execute(select(TIE.c.code, TIE.c.other).where(where)) for code in row}
        if not told:
            return
        kin = frozenset[str]().union(*one_subject(self._connection, told).values())
        for chunk in key_chunks(sorted(kin)):
            red = DECISION.c.subject.in_(chunk) & (DECISION.c.list_kind == ListKind.RED.value)
            self._connection.execute(update(DECISION).where(red).values(review_on=_AT_ONCE))
        self._connection.execute(delete(TIE).where(where))

    def _forget_decisions(self, where: ColumnElement[bool]) -> None:
        """Takes the subject out of decisions; what a black one among them suspended is decided anew."""
        black = select(DECISION.c.subject).where(where, DECISION.c.list_kind == ListKind.BLACK.value)
        subjects = self._connection.execute(black.where(DECISION.c.subject.is_not(None)).distinct()).scalars().all()
        for chunk in key_chunks(subjects):
            red = DECISION.c.subject.in_(chunk) & (DECISION.c.list_kind == ListKind.RED.value)
            self._connection.execute(update(DECISION).where(red).values(review_on=_AT_ONCE))
        self._connection.execute(update(DECISION).where(where).values(review_on=_AT_ONCE, subject=None))

    def _forget_keys(self, feed: int, doomed: Sequence[_Doomed]) -> None:
        """Replaces what is known of their keys by a mark that stands for nothing but the erasure.

        The key of a record follows from it. Keys that a caller made up are looked for in the whole table.
        """
        marked: set[int] = set()
        indexes = [each.index for each in doomed]
        mark = update(SUBMISSION).where(SUBMISSION.c.feed == feed, SUBMISSION.c.idx.in_(indexes))
        forget = {"digest": ERASED_DIGEST}
        keys = {key: each.index for each in doomed if (key := each.key()) is not None}
        by_key = SUBMISSION.c.key.in_(list(keys))
        known = select(SUBMISSION.c.idx).where(SUBMISSION.c.feed == feed, by_key, SUBMISSION.c.idx.in_(indexes))
        marked.update(self._connection.execute(known).scalars())
        self._connection.execute(mark.where(by_key), forget)
        if marked != set(indexes):
            self._connection.execute(mark, forget)

    def _forget_copies(self, doomed: Sequence[_Doomed]) -> None:
        """Empties answers and evidence that hold a copy; a repeated question is told that its id was used."""
        secrets = [secret for each in doomed for secret in (each.salt, each.payload) if secret]
        salts = [each.salt for each in doomed if each.salt]
        if salts:
            self._forget_answers(salts)
        if secrets:
            self._forget_evidence(secrets)

    def _forget_answers(self, salts: Sequence[bytes]) -> None:
        after = ""
        paged = select(ANSWERED.c.exchange_id, ANSWERED.c.answer).order_by(ANSWERED.c.exchange_id).limit(PAGE)
        while page := self._connection.execute(paged.where(ANSWERED.c.exchange_id > after)).all():
            after = page[-1].exchange_id
            hit = [row.exchange_id for row in page if any(salt in row.answer for salt in salts)]
            if hit:
                self._connection.execute(update(ANSWERED).where(ANSWERED.c.exchange_id.in_(hit)), {"answer": FORGOTTEN})

    def _forget_evidence(self, secrets: Sequence[bytes]) -> None:
        """At most 100 rows a feed, of any feed: a peer may have sent anything anywhere."""
        listed = select(EVIDENCE.c.feed, EVIDENCE.c.digest).where(EVIDENCE.c.parts.is_not(None))
        for feed, digest in self._connection.execute(listed).all():
            row = (EVIDENCE.c.feed == feed) & (EVIDENCE.c.digest == digest)
            parts = self._connection.execute(select(EVIDENCE.c.parts).where(row)).scalar_one()
            if any(secret in parts for secret in secrets):
                self._connection.execute(update(EVIDENCE).where(row), {"parts": None})


def _doomed_of(row: Row[*tuple[Any, ...]]) -> _Doomed:
    try:
        leaf = Leaf.decode(row.leaf)
    except FieldFault:
        leaf = None
    return _Doomed(row.idx, leaf, row.fault, row.salt or b"", row.payload or b"")
