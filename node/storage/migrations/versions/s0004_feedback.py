# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Feedback on measures, as the ledger keeps it for counting, lifting and reporting."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT as BYTEWISE

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(BYTEWISE(collation="C"), "postgresql")


def upgrade() -> None:
    """One table with its indexes; no feed of this kind can be there before it."""
    op.create_table(
        "feedback",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", BIG, autoincrement=False, nullable=False),
        sa.Column("entry_origin", TEXT, nullable=False),
        sa.Column("entry_idx", BIG, nullable=False),
        sa.Column("measure", TEXT, nullable=False),
        sa.Column("initiator", TEXT, nullable=False),
        sa.Column("implementer", TEXT, nullable=False),
        sa.Column("region", TEXT, nullable=False),
        sa.Column("response", TEXT, nullable=False),
        sa.Column("responded_on", TEXT, nullable=False),
        sa.Column("lifted_on", TEXT, nullable=True),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("fault", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_feedback_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "idx", name="pk_feedback"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_feedback_entry_origin_entry_idx", "feedback", ["entry_origin", "entry_idx"])
    is_open = sa.text("lifted_on IS NULL")
    op.create_index("ix_feedback_feed_idx", "feedback", ["feed", "idx"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_feedback_feed_period_idx", "feedback", ["feed", "period", "idx"])
