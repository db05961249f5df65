# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Ties between the codes of subjects; records of subjects are read for them once more."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT as BYTEWISE

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(BYTEWISE(collation="C"), "postgresql")


def upgrade() -> None:
    """One table; the ledger reads all feeds of subjects from their beginning."""
    op.create_table(
        "tie",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", BIG, autoincrement=False, nullable=False),
        sa.Column("relation", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("other", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_tie_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "idx", "relation", "code", name="pk_tie"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tie_code_relation", "tie", ["code", "relation"])
    op.create_index("ix_tie_other_relation", "tie", ["other", "relation"])
    op.execute("update feed set applied = 0 where dataset = 'subjects'")
