# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""The tables of decisions: those in force, those before them, and the rules that they were made by."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, UniqueConstraint

from node.storage.tables.columns import BIG, METADATA, Text, feed_key, index_where

DECISION = Table(
    "decision",
    METADATA,
    feed_key(),
    Column("idx", BIG, primary_key=True, autoincrement=False),
    Column("dataset", Text, nullable=False),
    Column("subject", Text),
    Column("list_kind", Text),
    Column("standing", Text, nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("reasons", Text),
    Column("measures", Text),
    Column("versions", Text),
    Column("review_on", Text),
    Column("decided_at_ms", BIG, nullable=False),
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("rules", Integer),
    Column("inputs", LargeBinary),
    Column("grounds", Text),
    sqlite_with_rowid=False,
)
"""What the rules made of list entries and filings; several codes in one column stand one a line; days as 2026-01-31.

`turn` counts the decisions on one entry from 0; `rules`, `inputs` and `grounds` say what this one was made of
(`node/ledger/grounds.py`), NULL for one that was made before that was kept. What an erasure has made due at once has
the first day of the calendar for its `review_on`, followed by a space and by the day that was there, if any.
"""

_HAS_SUBJECT = DECISION.c.subject.is_not(None)
_HAS_REVIEW = DECISION.c.review_on.is_not(None)
index_where(_HAS_SUBJECT, DECISION.c.subject, DECISION.c.list_kind, DECISION.c.feed, DECISION.c.idx)
index_where(_HAS_REVIEW, DECISION.c.review_on, DECISION.c.feed, DECISION.c.idx)

PAST_DECISION = Table(
    "past_decision",
    METADATA,
    feed_key(),
    Column("idx", BIG, primary_key=True, autoincrement=False),
    Column("turn", Integer, primary_key=True, autoincrement=False),
    Column("list_kind", Text),
    Column("standing", Text, nullable=False),
    Column("reasons", Text),
    Column("measures", Text),
    Column("versions", Text),
    Column("review_on", Text),
    Column("decided_at_ms", BIG, nullable=False),
    Column("replaced_at_ms", BIG, nullable=False),
    Column("rules", Integer),
    Column("inputs", LargeBinary),
    Column("grounds", Text),
    sqlite_with_rowid=False,
)
"""Decisions that others have replaced, never changed: what was in force from when to when. Without whom it was about,
so that an erasure leaves nothing to take out."""

RULE_SET = Table(
    "rule_set",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("since_ms", BIG, nullable=False),
    UniqueConstraint("sha256"),
)
"""Rules that decisions here were made by, by the digest of the list of their files; `since_ms` is when they came."""

RULE_FILE = Table(
    "rule_file",
    METADATA,
    Column("sha256", LargeBinary, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""Every file of those rules, and their lists, by digest: a file in the node's folder is replaced, an upgrade replaces
those that ship, and what was decided by them must be decided again all the same."""
