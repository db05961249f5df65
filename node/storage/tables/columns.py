# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What all tables are made of: names of constraints, types of columns, and the key that starts with the feed."""

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, ForeignKey, Index, Integer, MetaData
from sqlalchemy import Text as AnyText
from sqlalchemy.dialects.postgresql import TEXT

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    }
)
BIG = BigInteger().with_variant(Integer, "sqlite")
Text = AnyText().with_variant(TEXT(collation="C"), "postgresql")
"""Texts are compared and ordered by their bytes, as SQLite does: what is read in order must not depend on a locale."""


def feed_key() -> Column[int]:
    """The first column of every key."""
    return Column("feed", Integer, ForeignKey("feed.feed"), primary_key=True, autoincrement=False)


def index_where(where: ColumnElement[bool], *columns: Column[Any]) -> None:
    """An index over those rows alone that meet a condition."""
    Index(None, *columns, sqlite_where=where, postgresql_where=where)
