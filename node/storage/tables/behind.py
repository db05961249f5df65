# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of what stands behind entries of the exchange log."""

from sqlalchemy import Column, Index, LargeBinary, Table

from node.storage.tables.columns import BIG, METADATA, Text, index_where

OPENING = Table(
    "opening",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("tag", LargeBinary),
    Column("tags", LargeBinary),
    Column("sealed", LargeBinary, nullable=False),
    Column("time_ms", BIG, nullable=False),
)
"""What stands behind entries of the exchange log, sealed (`node/exchange/openings.py`): by exchange id or access id."""

_HAS_TAG = OPENING.c.tag.is_not(None)
_HAS_TAGS = OPENING.c.tags.is_not(None)
Index(None, OPENING.c.time_ms)
index_where(_HAS_TAG, OPENING.c.tag)
Index("ix_opening_many", OPENING.c.id, sqlite_where=_HAS_TAGS, postgresql_where=_HAS_TAGS)
