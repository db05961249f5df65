# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Cases, and the letters about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT as BYTEWISE

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(BYTEWISE(collation="C"), "postgresql")


def upgrade() -> None:
    """Two tables, with nothing in them."""
    _make_files()
    _make_letters()


def _make_files() -> None:
    op.create_table(
        "case_file",
        sa.Column("filed_at", TEXT, nullable=False),
        sa.Column("case_id", TEXT, nullable=False),
        sa.Column("decided_at", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("idx", BIG, nullable=False),
        sa.Column("filed_at_ms", BIG, nullable=False),
        sa.Column("changed_at_ms", BIG, nullable=False),
        sa.Column("phase", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("marked", sa.Boolean(), nullable=False),
        sa.Column("due_on", TEXT, nullable=True),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("remark", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("filed_at", "case_id", name="pk_case_file"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_file_origin_idx", "case_file", ["origin", "idx"])
    has_due = sa.text("due_on IS NOT NULL")
    op.create_index("ix_case_file_due_on", "case_file", ["due_on"], sqlite_where=has_due, postgresql_where=has_due)


def _make_letters() -> None:
    op.create_table(
        "case_letter",
        sa.Column("filed_at", TEXT, nullable=False),
        sa.Column("case_id", TEXT, nullable=False),
        sa.Column("part", TEXT, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("destination", TEXT, nullable=False),
        sa.Column("kept_at_ms", BIG, nullable=False),
        sa.Column("sender", TEXT, nullable=True),
        sa.Column("back", TEXT, nullable=True),
        sa.Column("due_ms", BIG, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("hop", TEXT, nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("filed_at", "case_id", "part", "sha256", name="pk_case_letter"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_case_letter_filed_at_case_id_part",
        "case_letter",
        ["filed_at", "case_id", "part"],
        unique=True,
        sqlite_where=sa.text("stands"),
        postgresql_where=sa.text("stands"),
    )
    op.create_index("ix_case_letter_kept_at_ms", "case_letter", ["kept_at_ms"])
    is_due = sa.text("due_ms IS NOT NULL")
    op.create_index("ix_case_letter_due_ms", "case_letter", ["due_ms"], sqlite_where=is_due, postgresql_where=is_due)
