# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeps withdrawals and bars, and lifts them."""

from sqlalchemy import ColumnElement, Connection, select, update

from node.exchange.bars import Bar, BarKind
from node.storage.dialect.rows import insert_rows
from node.storage.schema import BAR


class BarPart:
    """The methods of a `BarUnit`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_barred(self, kind: BarKind, name: str) -> bool:
        """Whether it is barred now."""
        return self._connection.execute(select(BAR.c.name).where(*_in_force(kind, name))).first() is not None

    def keep_bar(self, bar: Bar) -> None:
        """Keeps a new one."""
        row = (bar.kind.value, bar.name, bar.since_ms, bar.reason, bar.by, bar.until_ms, bar.lifted_by or None)
        insert_rows(self._connection, BAR, [row])

    def lift_bar(self, kind: BarKind, name: str, until_ms: int, by: str) -> None:
        """Ends the one that is in force."""
        self._connection.execute(update(BAR).where(*_in_force(kind, name)).values(until_ms=until_ms, lifted_by=by))


def _in_force(kind: BarKind, name: str) -> tuple[ColumnElement[bool], ...]:
    return BAR.c.kind == kind.value, BAR.c.name == name, BAR.c.until_ms.is_(None)
