# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Decisions kept by the ledger. Functions on a connection: readers and units share them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select

from federation.errors import StoreFault
from federation.log.merkle import MAX_SIZE
from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset
from federation.records.list_entry import ListKind
from node.entry.holding import Decision
from node.storage.dialect.keys import keys
from node.storage.read.chunks import key_chunks
from node.storage.schema import DECISION, FEED

PAGE = 500
DAY_LETTERS = 10
"""A day as it is stored; what may follow it is not the day of this decision."""
_KINDS = (None, *sorted(kind.value for kind in ListKind))
_DECIDED = select(FEED.c.origin, DECISION).join(FEED, FEED.c.feed == DECISION.c.feed)
_AT = _DECIDED.where(FEED.c.origin == bindparam("origin"), DECISION.c.idx.in_(bindparam("indexes", expanding=True)))
_ABOUT_ANY = (
    _DECIDED.where(DECISION.c.subject.in_(select(keys("subjects").c.value)))
    .order_by(DECISION.c.feed, DECISION.c.idx)
    .limit(bindparam("most"))
)
_RECOGNISED_FILINGS = _DECIDED.where(
    DECISION.c.subject.in_(bindparam("subjects", expanding=True)),
    DECISION.c.dataset == Dataset.FILINGS.value,
    DECISION.c.standing == Standing.RECOGNISED.value,
)
_MEASURES = (
    select(DECISION.c.measures)
    .distinct()
    .where(
        DECISION.c.subject == bindparam("subject"),
        DECISION.c.counts,
        DECISION.c.measures.is_not(None),
        DECISION.c.review_on.is_(None) | (DECISION.c.review_on > bindparam("day")),
    )
)
_BLACK = (
    select(DECISION.c.idx)
    .where(
        DECISION.c.subject == bindparam("subject"),
        DECISION.c.list_kind == ListKind.BLACK.value,
        DECISION.c.counts,
    )
    .limit(1)
)


def decision_row(feed: int, decision: Decision) -> tuple[object, ...]:
    """The stored form, in the order of the table's columns."""
    return (
        feed,
        decision.index,
        decision.dataset.value,
        decision.subject or None,
        str(decision.list_kind) or None,
        decision.standing.value,
        decision.counts,
        _lines(decision.reasons),
        _lines(decision.measures),
        _lines(decision.versions),
        decision.review_on.isoformat() if decision.review_on else None,
        decision.decided_at_ms,
        decision.turn,
        decision.rules or None,
        decision.inputs or None,
        _lines(decision.grounds),
    )


def decision_at(connection: Connection, origin: str, index: int) -> Decision | None:
    """One decision.

    Raises:
        StoreFault: STORE_CORRUPT, what is stored is no decision.
    """
    if not 0 <= index < MAX_SIZE:
        return None
    row = connection.execute(_DECIDED.where(FEED.c.origin == origin, DECISION.c.idx == index)).one_or_none()
    return None if row is None else decision_of(row)


def decisions_at(connection: Connection, origin: str, indexes: Sequence[int]) -> Mapping[int, Decision]:
    """The decisions on some entries of a feed, by index; where nothing is decided on there is none.

    Raises:
        StoreFault: STORE_CORRUPT, as `decision_at`.
    """
    found: dict[int, Decision] = {}
    for chunk in key_chunks(index for index in indexes if 0 <= index < MAX_SIZE):
        rows = connection.execute(_AT, {"origin": origin, "indexes": chunk})
        found |= {row.idx: decision_of(row) for row in rows}
    return found


def decisions_about_any(connection: Connection, subjects: Sequence[str], most: int) -> Sequence[Decision]:
    """The decisions on entries about some subjects, given in order, at most `most` in all.

    Raises:
        StoreFault: STORE_CORRUPT, as `decision_at`.
    """
    rows = connection.execute(_ABOUT_ANY, {"subjects": subjects, "most": most}).all()
    return [decision_of(row) for row in rows]


def black_decisions(connection: Connection, subjects: Sequence[str]) -> Sequence[Decision]:
    """The black decisions in force on some subjects, whether they count or not.

    Raises:
        StoreFault: STORE_CORRUPT, as `decision_at`.
    """
    found: list[Decision] = []
    for chunk in key_chunks(subjects):
        black = DECISION.c.subject.in_(chunk) & (DECISION.c.list_kind == ListKind.BLACK.value)
        found += [decision_of(row) for row in connection.execute(_DECIDED.where(black))]
    return found


def recognised_filings(connection: Connection, subjects: Sequence[str]) -> Sequence[Decision]:
    """The decisions by which foreign filings of some agencies count here.

    Raises:
        StoreFault: STORE_CORRUPT, as `decision_at`.
    """
    found: list[Decision] = []
    for chunk in key_chunks(subjects):
        found += [decision_of(row) for row in connection.execute(_RECOGNISED_FILINGS, {"subjects": chunk})]
    return found


def measures_on(connection: Connection, subject: str, day: date) -> frozenset[str]:
    """Codes of the measures that follow, on a subject, from whatever counts here and is not due for review on a day."""
    rows = connection.execute(_MEASURES, {"subject": subject, "day": day.isoformat()}).scalars()
    return frozenset(code for lines in rows for code in _codes(lines))


def is_black_at(connection: Connection, subject: str) -> bool:
    """Whether a black decision on a subject counts here."""
    return connection.execute(_BLACK, {"subject": subject}).first() is not None


def suspended_own(connection: Connection, reasons: Sequence[str], limit: int) -> Sequence[tuple[str, int]]:
    """Origin and index of own entries that are held for one of some reasons, in order, at most `limit`."""
    wanted = (
        select(FEED.c.origin, DECISION.c.idx)
        .join(FEED, FEED.c.feed == DECISION.c.feed)
        .where(FEED.c.own, DECISION.c.standing == Standing.HELD.value)
        .where(or_(*(DECISION.c.reasons.contains(reason, autoescape=True) for reason in reasons)))
        .order_by(FEED.c.origin, DECISION.c.idx)
        .limit(limit)
    )
    return [(row.origin, row.idx) for row in connection.execute(wanted)]


def decisions_in_order(connection: Connection, *, counting: bool) -> Iterator[Decision]:
    """Decisions by list kind (filings first), origin and index: all, or those that count.

    Raises:
        StoreFault: STORE_CORRUPT, as `decision_at`.
    """
    wanted = _DECIDED.where(DECISION.c.counts) if counting else _DECIDED
    feeds = connection.execute(select(FEED.c.feed).order_by(FEED.c.origin)).scalars().all()
    for kind in _KINDS:
        of_kind = wanted.where(DECISION.c.list_kind == kind)
        for feed in feeds:
            ordered = of_kind.where(DECISION.c.feed == feed).order_by(DECISION.c.idx)
            for row in connection.execution_options(yield_per=PAGE).execute(ordered):
                yield decision_of(row)


def decision_of(row: Row[*tuple[Any, ...]]) -> Decision:
    """The decision that a row is, joined with the origin of its feed.

    Raises:
        StoreFault: STORE_CORRUPT, it is none.
    """
    try:
        return Decision(
            row.origin,
            row.idx,
            Dataset(row.dataset),
            row.subject or "",
            row.list_kind or "",
            Standing(row.standing),
            _codes(row.reasons),
            _codes(row.measures),
            _codes(row.versions),
            date.fromisoformat(row.review_on[:DAY_LETTERS]) if row.review_on else None,
            row.decided_at_ms,
            row.turn,
            row.rules or 0,
            row.inputs or b"",
            _codes(row.grounds),
        )
    except ValueError:
        raise StoreFault("STORE_CORRUPT", f"{row.origin}: the decision at {row.idx} cannot be read") from None


def _lines(codes: tuple[str, ...]) -> str | None:
    return "\n".join(codes) or None


def _codes(lines: str | None) -> tuple[str, ...]:
    return tuple(lines.split("\n")) if lines else ()
