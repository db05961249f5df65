# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""What decisions were made of, those before them, and every file of the rules that they were made by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT as BYTEWISE

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(BYTEWISE(collation="C"), "postgresql")


def upgrade() -> None:
    """Decisions that are there keep no inputs; the rules of this version make them anew, batch by batch."""
    op.add_column("decision", sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("decision", sa.Column("rules", sa.Integer(), nullable=True))
    op.add_column("decision", sa.Column("inputs", sa.LargeBinary(), nullable=True))
    op.add_column("decision", sa.Column("grounds", TEXT, nullable=True))
    op.create_table(
        "past_decision",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", BIG, autoincrement=False, nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("list_kind", TEXT, nullable=True),
        sa.Column("standing", TEXT, nullable=False),
        sa.Column("reasons", TEXT, nullable=True),
        sa.Column("measures", TEXT, nullable=True),
        sa.Column("versions", TEXT, nullable=True),
        sa.Column("review_on", TEXT, nullable=True),
        sa.Column("decided_at_ms", BIG, nullable=False),
        sa.Column("replaced_at_ms", BIG, nullable=False),
        sa.Column("rules", sa.Integer(), nullable=True),
        sa.Column("inputs", sa.LargeBinary(), nullable=True),
        sa.Column("grounds", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["feed"], ["feed.feed"], name="fk_past_decision_feed_feed"),
        sa.PrimaryKeyConstraint("feed", "idx", "turn", name="pk_past_decision"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rule_set",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("since_ms", BIG, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_rule_set"),
        sa.UniqueConstraint("sha256", name="uq_rule_set_sha256"),
    )
    op.create_table(
        "rule_file",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_rule_file"),
    )
