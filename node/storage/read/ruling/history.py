# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Decisions as they were made, those in force and those before them; a row that is none is told and read over."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Label, Row, Select, literal, literal_column, null, select, tuple_

from federation.errors import StoreFault
from federation.records.feed_policy import Dataset
from node.ledger.history import Broken, Past, Place
from node.storage.read.decided import decision_of
from node.storage.schema import DECISION, FEED, PAST_DECISION

_UNKEPT = literal(Dataset.LISTS.value).label("dataset"), null().label("subject")
_IN_FORCE: Label[int] = literal_column("0").label("replaced_at_ms")
_PAST = select(FEED.c.origin, PAST_DECISION, *_UNKEPT).join(FEED, FEED.c.feed == PAST_DECISION.c.feed)
_NOW = select(FEED.c.origin, DECISION, _IN_FORCE).join(FEED, FEED.c.feed == DECISION.c.feed)


def decisions_between(connection: Connection, origin: str, first: int, last: int) -> Mapping[int, Past | Broken]:
    """The decisions in force on the entries of a feed from one index to another, both included."""
    within = _NOW.where(FEED.c.origin == origin, DECISION.c.idx.between(first, last)).order_by(DECISION.c.idx)
    return {row.idx: _past(row) for row in connection.execute(within)}


def past_decisions(
    connection: Connection, origin: str, last: int, after: tuple[int, int], limit: int
) -> Sequence[Past | Broken]:
    """Decisions that others have replaced, in order of entry and turn.

    Args:
        connection: where.
        origin: the feed.
        last: index of the last entry that is asked for.
        after: entry and turn behind which to begin.
        limit: how many at most.
    """
    place = PAST_DECISION.c.idx, PAST_DECISION.c.turn
    later = tuple_(*place) > tuple_(*after)
    wanted = _PAST.where(FEED.c.origin == origin, PAST_DECISION.c.idx <= last, PAST_DECISION.c.idx >= after[0], later)
    return [_past(row) for row in connection.execute(wanted.order_by(*place).limit(limit))]


def decision_in_turn(connection: Connection, place: Place) -> Past | Broken | None:
    """One decision on an entry, in force or not; None when it was never made."""
    origin, index, turn = place
    for wanted, table in ((_NOW, DECISION), (_PAST, PAST_DECISION)):
        one: Select[Any] = wanted.where(FEED.c.origin == origin, table.c.idx == index, table.c.turn == turn)
        row = connection.execute(one).one_or_none()
        if row is not None:
            return _past(row)
    return None


def _past(row: Row[*tuple[Any, ...]]) -> Past | Broken:
    """The decision that a row is; SQLite keeps a text where a number or bytes belong, if it is given one."""
    try:
        made = decision_of(row)
    except (StoreFault, TypeError):
        made = None
    numbers = (row.decided_at_ms, row.replaced_at_ms, row.rules or 0)
    if made is None or not all(isinstance(number, int) for number in numbers) or not isinstance(made.inputs, bytes):
        return Broken(row.origin, row.idx, row.turn)
    return Past(made, row.replaced_at_ms or None)
