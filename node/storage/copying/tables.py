# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Copies rows table by table from one database into another; memory stays flat."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, MetaData, Table, func, select

from node.storage.dialect.rows import insert_rows
from node.storage.schema import METADATA

BATCH_ROWS = 1000
"""Most rows in memory at once."""
_NOT_COPIED = "alembic_version"


def newest_tables() -> Sequence[Table]:
    """The tables of this version, each after those that it refers to."""
    return METADATA.sorted_tables


def found_tables(connection: Connection) -> Sequence[Table]:
    """The tables that are there, as the database describes them, each after those that it refers to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != _NOT_COPIED]


def copy_tables(
    source: Connection, target: Connection, tables: Sequence[Table], told: Callable[[int, int], None]
) -> None:
    """Copies all rows, in the order of their keys.

    Args:
        source: sees one state from beginning to end.
        target: has the same tables, empty.
        tables: which, each after those that it refers to.
        told: told rows done and in all after each batch; what it raises ends the copying.
    """
    total = sum(source.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)
    done = 0
    for table in tables:
        wanted = select(table).order_by(*table.primary_key)
        with source.execute(wanted, execution_options={"yield_per": BATCH_ROWS}) as rows:
            for part in rows.partitions():
                insert_rows(target, table, [tuple(row) for row in part])
                done += len(part)
                told(done, total)
