# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
"""Holder indexes: what nodes say of the subjects that their open feeds hold something about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT as BYTEWISE

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(BYTEWISE(collation="C"), "postgresql")


def upgrade() -> None:
    """Two tables; the first index is made, or fetched, by the node that is served."""
    op.create_table(
        "holder_index",
        sa.Column("node", TEXT, nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("bits_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at_ms", BIG, nullable=False),
        sa.PrimaryKeyConstraint("node", name="pk_holder_index"),
    )
    op.create_table(
        "holder_piece",
        sa.Column("node", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("node", "number", name="pk_holder_piece"),
    )
