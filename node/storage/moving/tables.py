# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables in the order of their keys, a batch at a time: copied from one store to another, and compared."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from sqlalchemy import Column, Connection, Select, Table, func, select, tuple_

from federation.errors import StoreFault
from node.storage.dialect.rows import Rows, insert_rows
from node.storage.moving.target import Target
from node.storage.opening.marks import MARKS
from node.storage.schema import (
    ACT,
    ANSWERED,
    CASE_LETTER,
    ENTRY,
    EVIDENCE,
    FEED,
    HOLDER_PIECE,
    LEASE,
    META,
    METADATA,
    OPENING,
    RULE_FILE,
    TILE,
)

REPLAYED = (FEED, ENTRY, ACT, TILE, LEASE)
"""What replaying makes anew; leases stand for nobody in the new store."""
COPIED = tuple(table for table in METADATA.sorted_tables if table not in REPLAYED)
COMPARED = tuple(table for table in METADATA.sorted_tables if table is not LEASE)

BATCH_ROWS = 4096
BATCH_WIDE_ROWS = 64
_WIDE = (EVIDENCE, ANSWERED, CASE_LETTER, RULE_FILE, OPENING, HOLDER_PIECE)
"""Their rows may be large: a megabyte each of the first two."""
Step = Callable[[int], None]
"""Told after each batch how many rows it had."""


def batch_rows(table: Table) -> int:
    """How many rows of a table are in memory at once."""
    return BATCH_WIDE_ROWS if table in _WIDE else BATCH_ROWS


def count_rows(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def rows_after(connection: Connection, table: Table, key: Sequence[object] | None) -> list[tuple[object, ...]]:
    """The next batch of rows, in the order of their keys, after a key; from the first one after None."""
    wanted = _ordered(table)
    if key is not None:
        wanted = wanted.where(tuple_(*_key(table)) > tuple_(*key))
    return [tuple(row) for row in connection.execute(wanted)]


def copy_table(source: Connection, target: Target, table: Table, step: Step) -> None:
    """Copies what the target has not yet, each batch in a transaction of its own: a crash costs one batch."""
    if table is META:
        _copy_meta(source, target, step)
        return
    with target.write() as connection:
        newest = [column.desc() for column in _key(table)]
        last = connection.execute(select(*_key(table)).order_by(*newest).limit(1)).one_or_none()
    key = None if last is None else tuple(last)
    if key is not None:
        step(_up_to(source, table, key))
    while rows := rows_after(source, table, key):
        with target.write() as connection:
            insert_rows(connection, table, rows)
        key = _key_of(table, rows[-1])
        step(len(rows))


def _copy_meta(source: Connection, target: Target, step: Step) -> None:
    """The few rows of `meta`, but for the marks of each store, and what the target has said since it was made."""
    with target.write() as connection:
        known = {name for name, _ in rows_after(connection, META, None)} | set(MARKS)
        rows = rows_after(source, META, None)
        insert_rows(connection, META, [row for row in rows if row[0] not in known])
    step(len(rows))


def _up_to(connection: Connection, table: Table, key: Sequence[object]) -> int:
    counted = select(func.count()).select_from(table).where(tuple_(*_key(table)) <= tuple_(*key))
    return int(connection.execute(counted).scalar_one())


def pairs(source: Connection, target: Connection, table: Table) -> Iterator[tuple[Rows, Rows]]:
    """Batches of a table from both sides, which have to be equal; the last ones may differ in length."""
    key: Sequence[object] | None = None
    while True:
        ours, theirs = _plain(table, rows_after(source, table, key)), _plain(table, rows_after(target, table, key))
        if not ours and not theirs:
            return
        yield ours, theirs
        key = _key_of(table, (ours or theirs)[-1])


def require_equal(table: Table, origins: dict[int, str], ours: Rows, theirs: Rows) -> None:
    """Sees that two batches are equal.

    Raises:
        StoreFault: MOVE_DIFFERS; the detail names the table, the feed and the key of the first row that differs.
    """
    if ours == theirs:
        return
    for number, row in enumerate(ours if len(ours) >= len(theirs) else theirs):
        if number >= min(len(ours), len(theirs)) or ours[number] != theirs[number]:
            place = _place(table, row, origins)
            raise StoreFault("MOVE_DIFFERS", f"table {table.name}: {place} is not the same in both stores")


def _place(table: Table, row: Sequence[object], origins: dict[int, str]) -> str:
    """The key of a row, for people."""
    shown = []
    for column, value in zip(_key(table), _key_of(table, row), strict=True):
        if column.name == "feed" and isinstance(value, int):
            shown.append(origins.get(value, str(value)))
        else:
            shown.append(f"{column.name} {value.hex() if isinstance(value, bytes) else value}")
    return ", ".join(shown)


def _plain(table: Table, rows: list[tuple[object, ...]]) -> Rows:
    return [row for row in rows if row[0] not in MARKS] if table is META else rows


def _key_of(table: Table, row: Sequence[object]) -> tuple[object, ...]:
    names = {column.name for column in _key(table)}
    return tuple(value for column, value in zip(table.c, row, strict=True) if column.name in names)


@cache
def _key(table: Table) -> tuple[Column[object], ...]:
    """The columns of the primary key, in the order of the table."""
    return tuple(column for column in table.c if column.primary_key)


@cache
def _ordered(table: Table) -> Select[tuple[object, ...]]:
    return select(table).order_by(*_key(table)).limit(batch_rows(table))
