# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the loop of joint measures reads: a `LoopReader`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, func, literal, not_, or_, select, tuple_

from federation.errors import FieldFault, StoreFault
from federation.log.leaf import Leaf, LeafKind
from federation.records.exchange import Standing
from federation.records.feed_policy import Dataset
from federation.records.loop.feedback import FeedbackResponse
from federation.standards.calendar import china_date
from node.entry.feedback import FeedbackRow
from node.entry.holding import Decision, HeldEntry
from node.loop.ports import DecisionRow, IssuedRow, Lapsed, Place, Wanted
from node.storage.read.decided import decision_at, decisions_at
from node.storage.read.feeds import Connect
from node.storage.read.held import held_at
from node.storage.schema import DECISION, ENTRY, FEED, FEEDBACK, PENDING

PAGE = 500
_ENTRY_FEED = FEED.alias("entry_feed")
_EDGE = literal("\n")


def _line(lines: Any, code: Any) -> Any:  # noqa: ANN401 - expressions of the library
    """Whether a code is one of the lines of a column; codes hold nothing that `like` would read as a pattern."""
    return func.coalesce(_EDGE + lines + _EDGE, "").like(literal("%\n") + code + literal("\n%"))


_HOLDS = or_(
    and_(DECISION.c.counts, _line(DECISION.c.measures, FEEDBACK.c.measure)),
    and_(DECISION.c.standing == Standing.HELD.value, _line(DECISION.c.reasons, literal("SUSPENDED"))),
)
_LAPSED = (
    select(FEED.c.origin, FEEDBACK.c.idx, FEEDBACK.c.measure, FEEDBACK.c.entry_origin, FEEDBACK.c.entry_idx)
    .join(FEED, FEED.c.feed == FEEDBACK.c.feed)
    .outerjoin(_ENTRY_FEED, _ENTRY_FEED.c.origin == FEEDBACK.c.entry_origin)
    .outerjoin(DECISION, (DECISION.c.feed == _ENTRY_FEED.c.feed) & (DECISION.c.idx == FEEDBACK.c.entry_idx))
    .where(
        FEED.c.own,
        FEEDBACK.c.lifted_on.is_(None),
        FEEDBACK.c.fault.is_(None),
        FEEDBACK.c.response == FeedbackResponse.ACCEPTED.value,
        or_(DECISION.c.idx.is_(None), not_(_HOLDS)),
    )
    .order_by(FEED.c.origin, FEEDBACK.c.idx)
)
_ROWS = select(FEED.c.origin, FEEDBACK).join(FEED, FEED.c.feed == FEEDBACK.c.feed)
_REPORTED = select(FEED.c.origin, FEEDBACK.c.idx).join(FEED, FEED.c.feed == FEEDBACK.c.feed)
_ISSUED = (
    select(
        FEED.c.origin,
        DECISION.c.idx,
        FEED.c.own,
        DECISION.c.counts,
        DECISION.c.measures,
        ENTRY.c.leaf,
        ENTRY.c.payload,
    )
    .join(FEED, FEED.c.feed == DECISION.c.feed)
    .join(ENTRY, (ENTRY.c.feed == DECISION.c.feed) & (ENTRY.c.idx == DECISION.c.idx))
    .where(DECISION.c.list_kind.is_not(None))
)
_MADE = (Dataset.LICENCES.value, Dataset.PENALTIES.value)


class LoopRows:
    """A `LoopReader`; the promises stand with the stage."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def received(self, places: Sequence[Place]) -> Mapping[Place, tuple[HeldEntry, Decision]]:
        """Entries that are held and decided on, with the decisions."""
        by_feed: defaultdict[str, list[int]] = defaultdict(list)
        for origin, index in places:
            by_feed[origin].append(index)
        found: dict[Place, tuple[HeldEntry, Decision]] = {}
        with self._connect() as connection:
            for origin, indexes in by_feed.items():
                decisions = decisions_at(connection, origin, sorted(set(indexes)))
                for entry in held_at(connection, origin, list(decisions)):
                    found[origin, entry.index] = entry, decisions[entry.index]
        return found

    def lapsed(self, after: Place | None, limit: int) -> Sequence[Lapsed]:
        """Open own feedback whose measure no longer follows."""
        wanted = _LAPSED if after is None else _LAPSED.where(tuple_(FEED.c.origin, FEEDBACK.c.idx) > tuple_(*after))
        with self._connect() as connection:
            return [
                Lapsed(origin, index, measure, decision_at(connection, *place))
                for origin, index, measure, *place in connection.execute(wanted.limit(limit)).all()
            ]

    def feedback(self, *, own: bool) -> Iterator[FeedbackRow]:
        """What is kept of all feedback."""
        wanted = _ROWS.where(FEED.c.own.is_(own))
        with self._connect() as connection:
            for row in connection.execution_options(yield_per=PAGE).execute(wanted):
                yield _feedback(row)

    def reported(self, wanted: Wanted) -> Iterator[HeldEntry]:
        """The entries of a report."""
        rows = _REPORTED.where(
            FEED.c.own.is_(wanted.own), FEEDBACK.c.period == wanted.period, FEEDBACK.c.fault.is_(None)
        )
        after: Place | None = None
        with self._connect() as connection:
            while page := _page(connection, rows, after):
                for origin in sorted({origin for origin, _ in page}):
                    yield from held_at(connection, origin, [index for place, index in page if place == origin])
                after = page[-1]

    def issued(self) -> Iterator[IssuedRow]:
        """Every list entry that is decided on."""
        with self._connect() as connection:
            feeds = connection.execute(select(FEED.c.feed).order_by(FEED.c.origin)).scalars().all()
            for feed in feeds:
                rows = _ISSUED.where(DECISION.c.feed == feed).order_by(DECISION.c.idx)
                for origin, index, own, counts, lines, leaf, payload in connection.execution_options(
                    yield_per=PAGE
                ).execute(rows):
                    measures = tuple(lines.split("\n")) if lines else ()
                    yield IssuedRow(origin, index, own, counts, measures, leaf, payload or b"")

    def made(self, since: date | None) -> Iterator[DecisionRow]:
        """Own licences and penalties, as first published or waiting to be."""
        with self._connect() as connection:
            feeds = select(FEED.c.feed).where(FEED.c.own, FEED.c.dataset.in_(_MADE)).order_by(FEED.c.origin)
            for feed in connection.execute(feeds).scalars().all():
                yield from _published(connection, feed, since)
                waiting = select(PENDING.c.schema, PENDING.c.payload).where(
                    PENDING.c.feed == feed, PENDING.c.kind == int(LeafKind.ADD)
                )
                for schema, payload in connection.execution_options(yield_per=PAGE).execute(waiting):
                    yield DecisionRow(schema, payload, None)


def _published(connection: Connection, feed: int, since: date | None) -> Iterator[DecisionRow]:
    rows = select(ENTRY.c.leaf, ENTRY.c.payload).where(ENTRY.c.feed == feed, ENTRY.c.payload.is_not(None))
    for raw, payload in connection.execution_options(yield_per=PAGE).execute(rows.order_by(ENTRY.c.idx)):
        try:
            leaf = Leaf.decode(raw)
        except FieldFault:
            continue
        if leaf.kind is LeafKind.ADD and (since is None or china_date(leaf.time_ms) >= since):
            yield DecisionRow(leaf.schema, payload, leaf.time_ms)


def _page(connection: Connection, rows: Any, after: Place | None) -> list[Place]:  # noqa: ANN401 - a statement
    wanted = rows if after is None else rows.where(tuple_(FEED.c.origin, FEEDBACK.c.idx) > tuple_(*after))
    return [tuple(row) for row in connection.execute(wanted.order_by(FEED.c.origin, FEEDBACK.c.idx).limit(PAGE))]


def _feedback(row: Row[*tuple[Any, ...]]) -> FeedbackRow:
    try:
        return FeedbackRow(
            row.origin,
            row.idx,
            row.entry_origin,
            row.entry_idx,
            row.measure,
            row.initiator,
            row.implementer,
            row.region,
            FeedbackResponse(row.response),
            date.fromisoformat(row.responded_on),
            date.fromisoformat(row.lifted_on) if row.lifted_on else None,
            row.period,
            row.fault,
        )
    except ValueError:
        raise StoreFault("STORE_CORRUPT", f"{row.origin}: the feedback at {row.idx} cannot be read") from None
