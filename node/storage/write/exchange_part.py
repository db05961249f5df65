# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What the exchange log keeps beside its feed: answers given, and what stands behind entries."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, or_, select

from node.exchange.exchange_log import Remembered
from node.exchange.openings import SealedOpening
from node.storage.dialect.rows import insert_rows
from node.storage.read.chunks import key_chunks
from node.storage.read.erasures import destructions_until_commit
from node.storage.schema import ANSWERED, OPENING

_UUID_TIME_DIGITS = 12
_NOBODYS_ID = "-"
"""No exchange id: those are UUIDs."""
_KNOWN = select(ANSWERED.c.exchange_id, ANSWERED.c.question_sha256, ANSWERED.c.answer).where(
    ANSWERED.c.exchange_id.in_(bindparam("ids", expanding=True))
)
_OLD = (
    select(ANSWERED.c.exchange_id)
    .where(
        or_(ANSWERED.c.exchange_id < bindparam("low"), ANSWERED.c.exchange_id > bindparam("high")),
        ANSWERED.c.time_ms < bindparam("before_ms"),
    )
    .order_by(ANSWERED.c.exchange_id)
    .limit(bindparam("most"))
)
_KEPT = select(OPENING.c.id).where(OPENING.c.id.in_(bindparam("ids", expanding=True)))
_PAST = (
    select(OPENING.c.id)
    .where(OPENING.c.time_ms < bindparam("before_ms"))
    .order_by(OPENING.c.time_ms)
    .limit(bindparam("most"))
)
_DESTROY = delete(OPENING).where(OPENING.c.id.in_(bindparam("ids", expanding=True)))
_FORGET = delete(ANSWERED).where(ANSWERED.c.exchange_id.in_(bindparam("ids", expanding=True)))


class ExchangePart:
    """The methods of an `ExchangeUnit`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def remembered(self, exchange_ids: Sequence[str]) -> Mapping[str, Remembered]:
        """What was answered under some exchange ids; unknown ones are absent."""
        found: dict[str, Remembered] = {}
        for chunk in key_chunks(exchange_ids):
            rows = self._connection.execute(_KNOWN, {"ids": chunk})
            found |= {row.exchange_id: Remembered(row.question_sha256, row.answer) for row in rows}
        return found

    def destructions(self) -> int:
        """How often anything was destroyed; it stays so until the transaction ends."""
        return destructions_until_commit(self._connection)

    def remember(self, answers: Mapping[str, Remembered], now_ms: int) -> None:
        """Keeps answers.

        Raises:
            StoreFault: STORE_CONFLICT, one is kept under one of the ids; an answer is never replaced.
        """
        rows = [(exchange_id, kept.question_sha256, kept.answer, now_ms) for exchange_id, kept in answers.items()]
        insert_rows(self._connection, ANSWERED, rows)

    def keep_openings(self, openings: Sequence[SealedOpening], now_ms: int) -> None:
        """Keeps openings; one under an id that has one already is left as it is."""
        ids = [opening.id for opening in openings]
        kept: set[str] = set()
        for chunk in key_chunks(ids):
            kept |= set(self._connection.execute(_KEPT, {"ids": chunk}).scalars())
        new = {opening.id: opening for opening in openings if opening.id not in kept}
        rows = [(each.id, each.tag, each.tags, each.sealed, now_ms) for each in new.values()]
        insert_rows(self._connection, OPENING, rows)

    def destroy_openings(self, before_ms: int, limit: int) -> int:
        """Destroys openings kept before a time, oldest first, at most `limit`."""
        old = self._connection.execute(_PAST, {"before_ms": before_ms, "most": limit}).scalars().all()
        for chunk in key_chunks(old):
            self._connection.execute(_DESTROY, {"ids": chunk})
        return len(old)

    def try_to_write(self) -> None:
        """Writes a row and removes it: the page it was on goes to the disk with the commit all the same."""
        insert_rows(self._connection, ANSWERED, [(_NOBODYS_ID, b"", b"", 0)])
        self._connection.execute(_FORGET, {"ids": [_NOBODYS_ID]})

    def forget(self, before_ms: int, ahead_ms: int, limit: int) -> int:
        """Forgets answers kept before a time, under ids of before it or of after `ahead_ms`; at most `limit`.

        The table has no index by time: ids are UUIDs of version 7 and so begin with one, in an order that is theirs.
        """
        bounds = {"low": _lowest_id(before_ms), "high": _lowest_id(ahead_ms), "before_ms": before_ms, "most": limit}
        old = self._connection.execute(_OLD, bounds).scalars().all()
        for chunk in key_chunks(old):
            self._connection.execute(_FORGET, {"ids": chunk})
        return len(old)


def _lowest_id(time_ms: int) -> str:
    """The text that no exchange id of a time or later stands before."""
    digits = f"{time_ms:0{_UUID_TIME_DIGITS}x}"
    return f"{digits[:8]}-{digits[8:]}"
