# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands behind entries of the exchange log, as it is stored."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select

from node.exchange.openings import SealedOpening
from node.storage.read.chunks import key_chunks
from node.storage.read.feeds import Connect
from node.storage.schema import OPENING

BATCH_ROWS = 16
"""Openings of batches read at once: each is about up to ten thousand subjects."""
_COLUMNS = (OPENING.c.id, OPENING.c.tag, OPENING.c.tags, OPENING.c.sealed, OPENING.c.time_ms)
_AT = select(*_COLUMNS).where(OPENING.c.id.in_(bindparam("ids", expanding=True)))
_TAGGED = (
    select(*_COLUMNS)
    .where(OPENING.c.tag == bindparam("tag"))
    .order_by(OPENING.c.time_ms.desc())
    .limit(bindparam("most"))
)
_MANY = (
    select(*_COLUMNS)
    .where(OPENING.c.tags.is_not(None), OPENING.c.id < bindparam("before"))
    .order_by(OPENING.c.id.desc())
    .limit(BATCH_ROWS)
)
_AFTER_ALL = "~"
"""Stands after every id."""


class OpeningRows:
    """Reads openings. Each call sees one consistent state; safe from any thread."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def openings(self, ids: Sequence[str]) -> Sequence[SealedOpening]:
        """The openings under some ids; those that are not there, or were destroyed, are absent."""
        found: list[SealedOpening] = []
        with self._connect() as connection:
            for chunk in key_chunks(ids):
                found += map(_opening, connection.execute(_AT, {"ids": chunk}))
        return found

    def tagged_openings(self, tag: bytes, most: int) -> Sequence[SealedOpening]:
        """The newest openings about one subject alone, at most so many."""
        with self._connect() as connection:
            return [_opening(row) for row in connection.execute(_TAGGED, {"tag": tag, "most": most})]

    def batch_openings(self) -> Iterator[SealedOpening]:
        """All openings about several subjects, newest first, a few at a time."""
        before = _AFTER_ALL
        while True:
            with self._connect() as connection:
                found = [_opening(row) for row in connection.execute(_MANY, {"before": before})]
            yield from found
            if len(found) < BATCH_ROWS:
                return
            before = found[-1].id


def _opening(row: Row[*tuple[Any, ...]]) -> SealedOpening:
    return SealedOpening(*row)
