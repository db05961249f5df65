# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Authorisations that were withdrawn, and officers that are barred."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT as BYTEWISE

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(BYTEWISE(collation="C"), "postgresql")


def upgrade() -> None:
    """One table; nothing was withdrawn or barred before."""
    op.create_table(
        "bar",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("since_ms", BIG, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("said_by", TEXT, nullable=False),
        sa.Column("until_ms", BIG, nullable=True),
        sa.Column("lifted_by", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("kind", "name", "since_ms", name="pk_bar"),
    )
