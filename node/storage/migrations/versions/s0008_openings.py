# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands behind entries of the exchange log, sealed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT as BYTEWISE

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(BYTEWISE(collation="C"), "postgresql")


def upgrade() -> None:
    """One table; entries of before have nothing behind them."""
    op.create_table(
        "opening",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=True),
        sa.Column("tags", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("time_ms", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_opening"),
    )
    op.create_index("ix_opening_time_ms", "opening", ["time_ms"])
    has_tag, has_tags = sa.text("tag IS NOT NULL"), sa.text("tags IS NOT NULL")
    op.create_index("ix_opening_tag", "opening", ["tag"], sqlite_where=has_tag, postgresql_where=has_tag)
    op.create_index("ix_opening_many", "opening", ["id"], sqlite_where=has_tags, postgresql_where=has_tags)
