# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The tables of holder indexes. They name no subject, and belong to no feed."""

from sqlalchemy import Column, Integer, LargeBinary, Table

from node.storage.tables.columns import BIG, METADATA, Text

HOLDER_INDEX = Table(
    "holder_index",
    METADATA,
    Column("node", Text, primary_key=True),
    Column("header", LargeBinary, nullable=False),
    Column("bits_sha256", LargeBinary, nullable=False),
    Column("kept_at_ms", BIG, nullable=False),
)
"""The newest index of each node, this one among them: what was signed."""

HOLDER_PIECE = Table(
    "holder_piece",
    METADATA,
    Column("node", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("bits", LargeBinary, nullable=False),
)
"""The filters of those indexes, in pieces of 64 KiB from number 0 on."""
