# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Statements of members in stages, since when they spoke for each act; checkpoints known to be ahead; acts in order."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT as BYTEWISE

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(BYTEWISE(collation="C"), "postgresql")


def upgrade() -> None:
    """What mirrors have cosigned becomes what they state that they hold, stage 1."""
    op.create_index("ix_act_feed_idx", "act", ["feed", "idx"], unique=False)
    op.create_table(
        "stated",
        *_key(),
        sa.Column("size", BIG, nullable=False),
        sa.Column("time_ms", BIG, nullable=False),
        sa.Column("heard_ms", BIG, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("most_size", BIG, nullable=True),
        sa.Column("most_note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_stated_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "member", "stage", name="pk_stated"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reached",
        *_key(),
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("time_ms", BIG, nullable=False),
        sa.Column("heard_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_reached_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "member", "stage", "size", name="pk_reached"),
        sqlite_with_rowid=False,
    )
    _ahead()
    op.execute(
        "insert into stated (feed, member, stage, size, time_ms, heard_ms, note) "
        "select feed, member, 1, size, time_ms, time_ms, line from cosigned"
    )
    op.drop_table("cosigned")


def _ahead() -> None:
    op.create_table(
        "ahead",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("peer", TEXT, nullable=False),
        sa.Column("since_ms", BIG, nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_ahead_feed_feed"),
        sa.PrimaryKeyConstraint("feed", name="pk_ahead"),
    )


def _key() -> "tuple[sa.Column[int], sa.Column[str], sa.Column[int]]":
    """A feed, a member of it, and how far it has come."""
    return (
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("stage", sa.SmallInteger(), autoincrement=False, nullable=False),
    )
