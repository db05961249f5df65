# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of what is in force against questions, and was."""

from sqlalchemy import Column, Table

from node.storage.tables.columns import BIG, METADATA, Text

BAR = Table(
    "bar",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("since_ms", BIG, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("said_by", Text, nullable=False),
    Column("until_ms", BIG),
    Column("lifted_by", Text),
)
"""Withdrawn authorisations and barred officers (`node/exchange/bars.py`); in force while `until_ms` is absent."""
